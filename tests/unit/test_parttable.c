/* plan/parttable: tables made by hand, each at its bounds. The kernel's own answers: tests/boot. */
#include "disk.h"
#include "plan/crc.h"
#include "plan/parttable.h"

#define SIZE (8U << 20)

/* ---- what makes tables -------------------------------------------------------------------- */

static unsigned sector;

static unsigned long long last(void)
{
	return reader.size / sector - 1;
}

/* Where the entries stand that belong to the header at lba. */
static unsigned long long array_of(unsigned long long lba)
{
	return lba == 1 ? 2 * sector : (lba - 1) * sector - 128 * 128;
}

/* Makes a header's checksums right again; of its entries first. */
static void seal_header(unsigned long long lba)
{
	unsigned char *h = disk + lba * sector;
	unsigned size = h[12] | (unsigned)h[13] << 8;

	put(lba * sector + 16, 0, 4);
	put(lba * sector + 16, ~crc(CRC32, ~0U, h, size), 4);
}

static void seal(unsigned long long lba)
{
	put(lba * sector + 88, ~crc(CRC32, ~0U, disk + array_of(lba), 128 * 128), 4);
	seal_header(lba);
}

static void header(unsigned long long lba, unsigned long long other)
{
	unsigned long long at = lba * sector;

	put_text(at, "EFI PART");
	put(at + 10, 1, 2);
	put(at + 12, 92, 4);
	put(at + 24, lba, 8);
	put(at + 32, other, 8);
	put(at + 40, 40, 8);
	put(at + 48, last() - 40, 8);
	put(at + 72, array_of(lba) / sector, 8);
	put(at + 80, 128, 4);
	put(at + 84, 128, 4);
	seal(lba);
}

static void slot(unsigned long long at, unsigned i, unsigned type, unsigned start, unsigned size)
{
	at += 446 + 16 * i;
	put(at + 4, type, 1);
	put(at + 8, start, 4);
	put(at + 12, size, 4);
}

static void magic(unsigned long long at)
{
	put(at + 510, 0xaa55, 2);
}

/* An entry of both tables; its name is ASCII. */
static void entry(unsigned i, unsigned long long start, unsigned long long end, const char *name)
{
	const unsigned long long lbas[] = { 1, last() };

	for (unsigned table = 0; table < 2; table++) {
		unsigned long long at = array_of(lbas[table]) + 128 * i;

		put(at, 0x0123456789abcdef, 8);
		put(at + 16, 0x66778899 | 0x4455ULL << 32 | 0x4233ULL << 48, 8);
		put(at + 24, 0xffeeddccbbaa9988, 8);
		put(at + 32, start, 8);
		put(at + 40, end, 8);
		for (unsigned c = 0; name[c]; c++)
			put(at + 56 + 2 * c, (unsigned char)name[c], 2);
		seal(lbas[table]);
	}
}

/* An empty GPT with its protective MBR and its backup. */
static void gpt(unsigned sector_size)
{
	sector = sector_size;
	disk_make(SIZE);
	slot(0, 0, 0xee, 1, 0xffffffff);
	magic(0);
	header(1, last());
	header(last(), 1);
}

/* An empty MBR. */
static void mbr(unsigned sector_size)
{
	sector = sector_size;
	disk_make(SIZE);
	put(440, 0xC0FFEE42, 4);
	magic(0);
}

/* ---- what shows them ---------------------------------------------------------------------- */

static char shown[1 << 16];
static unsigned count;

static void show(void *context, const struct parttable_entry *e)
{
	char *end = shown + strlen(shown);

	(void)context;
	count++;
	sprintf(end, "%u:%llu+%llu%s%s%s%s;", e->number, e->start, e->size, *e->id.uuid ? " " : "",
		e->id.uuid, *e->id.label ? " " : "", e->id.label);
}

/* The table's name and partitions as one text. */
static const char *listed(bool force)
{
	static char out[sizeof(shown) + 8];
	const char *name;

	disk_rewind();
	*shown = '\0';
	count = 0;
	name = parttable_list(&reader, sector, force, show, NULL);
	snprintf(out, sizeof(out), "%s %s", name ? name : "none", shown);
	return out;
}

#define ALL 512
static struct parttable_hit hits[ALL];

/* What is looked for. */
struct wanted {
	unsigned number;            /* or 0 for any */
	const char *uuid, *label;   /* or NULL */
};

static bool is_wanted(const void *arg, unsigned number, const struct parttable_id *id)
{
	const struct wanted *w = arg;

	assert_true(strlen(id->uuid) && strlen(id->uuid) < PARTTABLE_UUID_MAX);
	assert_true(strlen(id->label) < PARTTABLE_LABEL_MAX);
	return (!w->number || number == w->number) && (!w->uuid || !strcmp(id->uuid, w->uuid)) &&
	       (!w->label || !strcmp(id->label, w->label));
}

/* As /init asks, within its bounds. */
static int find(struct wanted wanted, int max)
{
	memset(hits, 'x', sizeof(hits));
	reader.error = 0;
	reader.reads = READER_READS;
	reader.bytes = READER_BYTES;
	return parttable_find(&reader, sector, is_wanted, &wanted, hits, max);
}

static struct parttable_id id;

/* 0 when the kernel's partition of that number and start is in the table, with its id; else -errno. */
static int identified(unsigned number, unsigned long long start)
{
	int found = number ? find((struct wanted){ .number = number }, ALL) : -ENOENT;

	if (found <= 0)
		return found ? found : -ENOENT;
	assert_int_equal(found, 1);
	assert_int_equal(hits[0].number, number);
	id = hits[0].id;
	return hits[0].start == PARTTABLE_ANYWHERE || hits[0].start == start ? 0 : -ENOENT;
}

static enum parttable_fault fault(unsigned *of)
{
	disk_rewind();
	*of = sector;
	return parttable_fault(&reader, of);
}

#define UUID "66778899-4455-4233-8899-aabbccddeeff"

/* ---- GPT ---------------------------------------------------------------------------------- */

static void gpt_of_all_sectors(void **state)
{
	(void)state;
	for (unsigned of = 512; of <= 4096; of <<= 1) {
		unsigned n = of / 512;
		char expected[256];

		gpt(of);
		entry(0, 64, 65, "root");
		entry(4, 66, 66, "");
		snprintf(expected, sizeof(expected), "gpt 1:%u+%u " UUID " root;5:%u+%u " UUID ";",
			 64 * n, 2 * n, 66 * n, n);
		assert_string_equal(listed(false), expected);
		assert_string_equal(listed(true), expected);
		assert_int_equal(identified(1, 64 * n), 0);
		assert_string_equal(id.uuid, UUID);
		assert_string_equal(id.label, "root");
		assert_int_equal(identified(5, 66 * n), 0);
		assert_string_equal(id.label, "");
		assert_int_equal(identified(1, 64 * n + 1), -ENOENT);
		assert_int_equal(identified(2, 64 * n), -ENOENT);
		assert_int_equal(identified(129, 0), -ENOENT);
		assert_int_equal(fault(&n), PARTTABLE_FINE);
	}
}

/* No sector of a disk, and none that was written with it. */
static void sectors_that_are_none(void **state)
{
	static const unsigned bad[] = { 0, 1, 256, 511, 513, 520, 1536, 4097, 8192, 1U << 31, ~0U };

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		unsigned of;

		gpt(512);
		entry(0, 64, 65, "root");
		sector = bad[i];
		assert_string_equal(listed(true), "none ");
		assert_int_equal(identified(1, 64), -ENOENT);
		assert_int_equal(fault(&of), PARTTABLE_FINE);
	}
}

/* One field of the primary header, whose checksums are right. */
static void gpt_header_fields(void **state)
{
	static const struct {
		unsigned at, bytes;
		unsigned long long value;
		bool good;
	} rows[] = {
		{ 0, 1, 'E', true },
		{ 0, 1, 'F', false },
		{ 7, 1, 't', false },
		{ 8, 4, 0, true }, /* the kernel does not ask for the revision */
		{ 12, 4, 91, false },
		{ 12, 4, 93, true },
		{ 12, 4, 512, true },
		{ 12, 4, 513, false },
		{ 12, 4, 0, false },
		{ 12, 4, 0x80000000, false },
		{ 20, 4, 1, true },
		{ 24, 8, 2, false },
		{ 24, 8, 1ULL << 32 | 1, false },
		{ 32, 8, 77, true }, /* nor for the backup's place */
		{ 40, 8, 0, true },
		{ 40, 8, SIZE / 512 - 41, true },
		{ 40, 8, SIZE / 512 - 40, false },
		{ 48, 8, SIZE / 512 - 1, true },
		{ 48, 8, SIZE / 512, false },
		{ 48, 8, ~0ULL, false },
		{ 48, 8, 40, true },
		{ 48, 8, 39, false },
		{ 72, 8, 3, false },
		{ 72, 8, SIZE / 512 - 1, false },
		{ 72, 8, SIZE / 512, false },
		{ 72, 8, ~0ULL, false },
		/* times 512 it would be 2 again */
		{ 72, 8, 1ULL << 55 | 2, false },
		{ 80, 4, 0, false },
		{ 80, 4, 127, false },
		{ 80, 4, 1U << 25 | 128, false },
		{ 80, 4, ~0U, false },
		{ 84, 4, 256, false },
		{ 84, 4, 0, false },
		{ 88, 4, 0, false },
	};
	unsigned of;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		gpt(512);
		entry(0, 64, 65, "root");
		put(512 + rows[i].at, rows[i].value, rows[i].bytes);
		seal_header(1);
		print_message("    row %zu\n", i);
		assert_string_equal(listed(false), rows[i].good ? "gpt 1:64+2 " UUID " root;" : "none ");
		/* then the backup is asked */
		assert_int_equal(identified(1, 64), 0);
		assert_int_equal(fault(&of), rows[i].good ? PARTTABLE_FINE : PARTTABLE_BACKUP_ONLY);
		put(last() * 512, 0, 1);
		assert_int_equal(identified(1, 64), rows[i].good ? 0 : -ENOENT);
	}
}

static void gpt_checksums(void **state)
{
	(void)state;
	gpt(512);
	entry(0, 64, 65, "root");
	put(last() * 512, 0, 1);
	for (unsigned at = 8; at < 92; at++) {
		disk[512 + at] ^= 1;
		assert_string_equal(listed(false), "none ");
		assert_int_equal(identified(1, 64), -ENOENT);
		disk[512 + at] ^= 1;
	}
	/* behind the size that the header gives itself nothing is covered */
	disk[512 + 92] ^= 1;
	assert_int_equal(identified(1, 64), 0);
	/* the entries to their last byte */
	disk[1024 + 128 * 128 - 1] ^= 1;
	assert_string_equal(listed(false), "none ");
	assert_int_equal(identified(1, 64), -ENOENT);
	disk[1024 + 128 * 128 - 1] ^= 1;
	disk[1024 + 128 * 128] ^= 1;
	assert_int_equal(identified(1, 64), 0);
}

static void gpt_entries(void **state)
{
	const unsigned long long end = SIZE / 512 - 1;
	const struct {
		unsigned long long start, end;
		const char *listed;
	} rows[] = {
		{ 64, 64, "gpt 1:64+1 " UUID ";" },
		{ 0, end, "gpt 1:0+16384 " UUID ";" },
		{ end, end, "gpt 1:16383+1 " UUID ";" },
		{ 64, end + 1, "gpt " },
		{ end + 1, end + 1, "gpt " },
		/* the kernel makes these of nearly 2^64 sectors, or of none */
		{ 64, 62, "gpt " },
		{ 64, 63, "gpt " },
		{ 64, ~0ULL, "gpt " },
		{ 1ULL << 55 | 64, 64, "gpt " },
		{ 1ULL << 55 | 64, 1ULL << 55 | 64, "gpt " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		gpt(512);
		entry(0, rows[i].start, rows[i].end, "");
		row_is(i, rows[i].listed);
		assert_string_equal(listed(false), rows[i].listed);
		assert_int_equal(identified(1, rows[i].start), strlen(rows[i].listed) > 4 ? 0 : -ENOENT);
	}
	/* no type: not used, whatever else it says; half of one is one */
	gpt(512);
	entry(0, 64, 64, "");
	put(array_of(1), 0, 8);
	seal(1);
	assert_string_equal(listed(false), "gpt ");
	put(array_of(1) + 15, 1, 1);
	seal(1);
	assert_string_equal(listed(false), "gpt 1:64+1 " UUID ";");
}

/* As few as can be: behind them is none. They may stand in the last sector. */
/* What root=gpt-auto goes by: the type, unless it is not to be taken, and whether it may be written to. */
static void gpt_types(void **state)
{
	static const char type[] = "89abcdef-4567-0123-0000-000000000000";
	static const struct {
		unsigned long long attributes;
		const char *type;
		bool is_readonly;
	} rows[] = {
		{ 0, type, false },
		{ 1ULL << 60, type, true },
		{ 1ULL << 63, "", false },
		{ 1ULL << 63 | 1ULL << 60, "", true },
		/* growfs and shadow copy, and those that every type has: none of ours */
		{ 1ULL << 59 | 1ULL << 61 | 1ULL << 62 | 7, type, false },
		{ ~(1ULL << 63 | 1ULL << 60), type, false },
		{ ~0ULL, "", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) && CONFIG_ROOT_GPT_AUTO; i++) {
		row_is(i, rows[i].type);
		gpt(512);
		entry(0, 64, 65, "root");
		put(array_of(1) + 48, rows[i].attributes, 8);
		put(array_of(last()) + 48, rows[i].attributes, 8);
		seal(1);
		seal(last());
		for (int backup = 0; backup < 2; backup++) {
			assert_int_equal(find((struct wanted){ .number = 1 }, ALL), 1);
			assert_string_equal(hits[0].id.type, rows[i].type);
			assert_int_equal(hits[0].id.is_readonly, rows[i].is_readonly);
			/* the same of the backup, whose primary is damaged */
			put(512, 0, 8);
		}
	}
	/* an MBR's types are others: they are nobody's */
	mbr(512);
	slot(0, 0, 0x83, 64, 2);
	assert_int_equal(find((struct wanted){ .number = 1 }, ALL), 1);
	assert_true(!CONFIG_ROOT_GPT_AUTO || !*hits[0].id.type);
}

static void gpt_of_1_entry(void **state)
{
	(void)state;
	gpt(512);
	entry(0, 64, 65, "root");
	entry(1, 66, 67, "none");
	put(512 + 80, 1, 4);
	put(512 + 88, ~crc(CRC32, ~0U, disk + 1024, 128), 4);
	seal_header(1);
	put(last() * 512, 0, 1);
	assert_string_equal(listed(false), "gpt 1:64+2 " UUID " root;");
	assert_int_equal(identified(1, 64), 0);
	assert_int_equal(identified(2, 66), -ENOENT);
	memcpy(disk + last() * 512, disk + 1024, 128);
	put(512 + 72, last(), 8);
	seal_header(1);
	assert_string_equal(listed(false), "gpt 1:64+2 " UUID " root;");
	assert_int_equal(identified(1, 64), 0);
}

/* More of them than the kernel numbers. */
static void gpt_of_300_entries(void **state)
{
	(void)state;
	gpt(512);
	for (unsigned i = 0; i < 300; i++) {
		put(1024 + 128 * i, 1, 1);
		put(1024 + 128 * i + 32, 100 + i, 8);
		put(1024 + 128 * i + 40, 100 + i, 8);
	}
	put(512 + 80, 300, 4);
	put(512 + 88, ~crc(CRC32, ~0U, disk + 1024, 300 * 128), 4);
	seal_header(1);
	listed(false);
	assert_int_equal(count, 255);
	assert_non_null(strstr(shown, ";255:354+1 "));
	assert_int_equal(identified(255, 354), 0);
	assert_int_equal(identified(256, 355), -ENOENT);
}

static void gpt_of_many_entries(void **state)
{
	static const unsigned most = 32768; /* 4 MiB */

	(void)state;
	gpt(512);
	for (unsigned n = 1024; n <= most + 1; n = n < most ? n * 2 : n + 1) {
		put(512 + 80, n, 4);
		put(1024 + 128 * 7, 1, 1);
		put(1024 + 128 * 7 + 32, 64, 8);
		put(1024 + 128 * 7 + 40, 64, 8);
		put(512 + 88, ~crc(CRC32, ~0U, disk + 1024, n * 128), 4);
		seal_header(1);
		listed(false);
		assert_int_equal(count, n <= most);
		/* which is beyond what /init reads */
		assert_int_equal(identified(8, 64), n < 2048 ? 0 : -ENOENT);
	}
}

static void gpt_names(void **state)
{
	char expected[PARTTABLE_LABEL_MAX] = "";
	unsigned long long at;

	(void)state;
	gpt(512);
	entry(0, 64, 64, "");
	at = array_of(1) + 56;
	/* masked to 7 bits, as the kernel does it, this is "rootfs" */
	put(at, 0x0172, 2);
	for (unsigned i = 1; i < 6; i++)
		put(at + 2 * i, "rootfs"[i], 2);
	seal(1);
	assert_int_equal(identified(1, 64), 0);
	assert_string_equal(id.label, "\xc5\xb2ootfs");
	/* whole, and not beyond: what follows is the next entry */
	for (unsigned i = 0; i < 36; i++) {
		put(at + 2 * i, 0x20ac, 2);
		strcat(expected, "\xe2\x82\xac");
	}
	put(at + 72, 'x', 2);
	seal(1);
	assert_int_equal(identified(1, 64), 0);
	assert_string_equal(id.label, expected);
}

static void gpt_backup(void **state)
{
	unsigned of;

	(void)state;
	gpt(4096);
	entry(1, 64, 65, "root");
	assert_int_equal(fault(&of), PARTTABLE_FINE);
	put(4096, 0, 8);
	assert_string_equal(listed(false), "none ");
	assert_string_equal(listed(true), "gpt 2:512+16 " UUID " root;");
	assert_int_equal(identified(2, 512), 0);
	assert_string_equal(id.uuid, UUID);
	assert_int_equal(fault(&of), PARTTABLE_BACKUP_ONLY);
	assert_int_equal(of, 4096);
	/* the protective MBR too */
	put(510, 0, 2);
	assert_string_equal(listed(true), "gpt 2:512+16 " UUID " root;");
	assert_int_equal(identified(2, 512), 0);
	put(last() * 4096 + 16, 0, 4);
	assert_string_equal(listed(true), "none ");
	assert_int_equal(identified(2, 512), -ENOENT);
	assert_int_equal(fault(&of), PARTTABLE_FINE);
}

static void gpt_of_another_sector(void **state)
{
	unsigned of;

	(void)state;
	for (unsigned made = 512; made <= 4096; made <<= 1)
		for (unsigned has = 512; has <= 4096; has <<= 1) {
			gpt(made);
			entry(0, 64, 65, "root");
			sector = has;
			assert_int_equal(fault(&of), made == has ? PARTTABLE_FINE : PARTTABLE_OTHER_SECTOR);
			assert_int_equal(of, made);
		}
}

static void gpt_protective(void **state)
{
	(void)state;
	gpt(512);
	entry(0, 64, 65, "");
	/* in any slot, beside any other: hybrid */
	for (unsigned i = 0; i < 4; i++) {
		for (unsigned j = 0; j < 4; j++)
			slot(0, j, i == j ? 0xee : 0x83, i == j ? 1 : 2048, 7);
		assert_string_equal(listed(false), "gpt 1:64+2 " UUID ";");
		assert_int_equal(identified(1, 64), 0);
		assert_string_equal(id.uuid, UUID);
	}
	/* a boot indicator that is none makes it no MBR, but a protective one it stays */
	put(446, 0x7f, 1);
	assert_string_equal(listed(false), "gpt 1:64+2 " UUID ";");
	slot(0, 3, 0xee, 2, 7);
	assert_string_equal(listed(false), "none ");
	assert_string_equal(listed(true), "gpt 1:64+2 " UUID ";");
	slot(0, 3, 0xee, 1, 7);
	put(510, 0, 1);
	assert_string_equal(listed(false), "none ");
	assert_string_equal(listed(true), "gpt 1:64+2 " UUID ";");
}

/* ---- MBR ---------------------------------------------------------------------------------- */

static void mbr_of_all_sectors(void **state)
{
	(void)state;
	for (unsigned of = 512; of <= 4096; of <<= 1) {
		unsigned n = of / 512;
		char expected[128];

		mbr(of);
		put(446 + 16, 0x80, 1);
		slot(0, 1, 0x83, 64, 10);
		slot(0, 3, 0x00, 80, 1);
		snprintf(expected, sizeof(expected), "dos 2:%u+%u c0ffee42-02;4:%u+%u c0ffee42-04;",
			 64 * n, 10 * n, 80 * n, n);
		assert_string_equal(listed(false), expected);
		assert_int_equal(identified(2, 64 * n), 0);
		assert_string_equal(id.uuid, "c0ffee42-02");
		assert_string_equal(id.label, "");
		assert_int_equal(identified(2, 64 * n + 1), -ENOENT);
		assert_int_equal(identified(4, 80 * n), 0);
		assert_string_equal(id.uuid, "c0ffee42-04");
		assert_int_equal(identified(4, 64 * n), -ENOENT);
		/* logical: its chain is not walked */
		assert_int_equal(identified(5, 12345), 0);
		assert_string_equal(id.uuid, "c0ffee42-05");
		assert_int_equal(identified(10, 12345), 0);
		assert_string_equal(id.uuid, "c0ffee42-0a");
		assert_int_equal(identified(255, 12345), 0);
		assert_string_equal(id.uuid, "c0ffee42-ff");
	}
	assert_int_equal(identified(0, 0), -ENOENT);
	assert_int_equal(identified(256, 12345), -ENOENT);
	assert_int_equal(identified(~0U, 12345), -ENOENT);
}

static void mbr_bounds(void **state)
{
	(void)state;
	mbr(512);
	slot(0, 0, 0x83, 2048, 0);
	slot(0, 1, 0x83, SIZE / 512 - 1, 2);
	slot(0, 2, 0x83, SIZE / 512, 1);
	slot(0, 3, 0x83, 0, 0xffffffff);
	assert_string_equal(listed(false), "dos 2:16383+1 c0ffee42-02;4:0+16384 c0ffee42-04;");
	/* overlapping, the same twice: as they are */
	mbr(4096);
	slot(0, 0, 0x83, 10, 100);
	slot(0, 1, 0x83, 10, 100);
	slot(0, 2, 0x83, 0xffffffff, 0xffffffff);
	slot(0, 3, 0x83, 50, 0xffffffff);
	assert_string_equal(listed(false), "dos 1:80+800 c0ffee42-01;2:80+800 c0ffee42-02;"
					   "4:400+15984 c0ffee42-04;");
}

static void mbr_that_is_none(void **state)
{
	static const unsigned indicators[] = { 0x01, 0x10, 0x40, 0x7f, 0x81, 0xff };

	(void)state;
	for (unsigned i = 0; i < 4; i++) {
		for (size_t j = 0; j < COUNT(indicators); j++) {
			mbr(512);
			slot(0, 0, 0x83, 2048, 10);
			assert_int_equal(identified(1, 2048), 0);
			put(446 + 16 * i, indicators[j], 1);
			assert_string_equal(listed(false), "none ");
			assert_int_equal(identified(1, 2048), -ENOENT);
		}
		mbr(512);
		slot(0, !i, 0x83, 2048, 10);
		slot(0, i, 0xee, 2, 10);
		assert_string_equal(listed(false), "none ");
		assert_int_equal(identified(!i + 1, 2048), -ENOENT);
	}
	mbr(512);
	slot(0, 0, 0x83, 2048, 10);
	put(511, 0xab, 1);
	assert_string_equal(listed(false), "none ");
	assert_int_equal(identified(1, 2048), -ENOENT);
}

/* A GPT that another table replaced, but left behind. */
static void mbr_over_gpt(void **state)
{
	static const struct wanted by_uuid = { .uuid = UUID }, by_mbr = { .uuid = "c0ffee42-01" };

	(void)state;
	gpt(512);
	entry(0, 64, 65, "old");
	put(440, 0xC0FFEE42, 4);
	slot(0, 0, 0x83, 64, 10);
	assert_string_equal(listed(false), "dos 1:64+10 c0ffee42-01;");
	assert_int_equal(identified(1, 64), 0);
	assert_string_equal(id.uuid, "c0ffee42-01");
	/* by `gpt` the kernel takes it; then starts differ */
	assert_string_equal(listed(true), "gpt 1:64+2 " UUID " old;");
	slot(0, 0, 0x83, 2048, 10);
	assert_int_equal(find(by_mbr, ALL), 1);
	assert_int_equal(hits[0].start, 2048);
	assert_int_equal(find(by_uuid, ALL), 1);
	assert_int_equal(hits[0].start, 64);
	assert_string_equal(hits[0].id.label, "old");
	/* its backup, too */
	put(512, 0, 8);
	assert_int_equal(find(by_uuid, ALL), 1);
	put(last() * 512, 0, 8);
	assert_int_equal(find(by_uuid, ALL), -ENOENT);
	assert_int_equal(find(by_mbr, ALL), 1);
}

/* ---- more than one is looked for --------------------------------------------------------------- */

static void several_hits(void **state)
{
	(void)state;
	gpt(512);
	entry(3, 100, 101, "twin");
	entry(8, 300, 300, "other");
	entry(5, 200, 201, "twin");
	entry(127, 400, 400, "twin");
	assert_int_equal(find((struct wanted){ .label = "twin" }, ALL), 3);
	assert_int_equal(hits[0].number, 4);
	assert_int_equal(hits[0].start, 100);
	assert_int_equal(hits[1].number, 6);
	assert_int_equal(hits[2].number, 128);
	assert_int_equal(hits[2].start, 400);
	assert_string_equal(hits[2].id.uuid, UUID);
	/* no more than there is room for */
	for (int max = 1; max < 3; max++) {
		assert_int_equal(find((struct wanted){ .label = "twin" }, max), max);
		assert_int_equal(hits[max - 1].number, max == 1 ? 4 : 6);
		assert_int_equal(hits[max].number, 0x78787878);
	}
	/* none: not the same as no table */
	assert_int_equal(find((struct wanted){ .label = "none" }, ALL), 0);
	assert_int_equal(find((struct wanted){ .label = "" }, ALL), 0);
	put(512, 0, 8);
	assert_int_equal(find((struct wanted){ .label = "none" }, ALL), 0);
	put(last() * 512, 0, 8);
	assert_int_equal(find((struct wanted){ .label = "none" }, ALL), -ENOENT);
}

/* What a table names whose checksum is wrong does not count; nor does it use up the room. */
static void hits_of_a_damaged_table(void **state)
{
	(void)state;
	gpt(512);
	entry(0, 64, 64, "one");
	entry(1, 65, 65, "one");
	entry(2, 66, 66, "one");
	disk[1024 + 128 * 100] ^= 1;
	put(array_of(last()) + 128 * 2 + 56, 'x', 2);
	seal(last());
	assert_int_equal(find((struct wanted){ .label = "one" }, 2), 2);
	assert_int_equal(hits[0].number, 1);
	assert_int_equal(find((struct wanted){ .label = "one" }, ALL), 2);
	put(last() * 512, 0, 8);
	assert_int_equal(find((struct wanted){ .label = "one" }, ALL), -ENOENT);
}

static void mbr_hits(void **state)
{
	(void)state;
	mbr(512);
	slot(0, 0, 0x83, 2048, 10);
	slot(0, 1, 0x05, 4096, 10);
	slot(0, 3, 0x83, 3000, 10);
	/* an MBR has no names */
	assert_int_equal(find((struct wanted){ .label = "root" }, ALL), -ENOENT);
	/* what is extended has no PARTUUID; its parts may be there, or not: the kernel knows */
	assert_int_equal(find((struct wanted){ .label = "" }, ALL), 2 + 251);
	assert_int_equal(hits[0].number, 1);
	assert_int_equal(hits[0].start, 2048);
	assert_int_equal(hits[1].number, 4);
	assert_int_equal(hits[1].start, 3000);
	assert_int_equal(hits[2].number, 5);
	assert_true(hits[2].start == PARTTABLE_ANYWHERE);
	assert_string_equal(hits[252].id.uuid, "c0ffee42-ff");
	assert_int_equal(find((struct wanted){ .label = "" }, 3), 3);
	assert_int_equal(hits[3].number, 0x78787878);
	assert_int_equal(find((struct wanted){ .uuid = "c0ffee42-02" }, ALL), -ENOENT);
	assert_int_equal(find((struct wanted){ .uuid = "c0ffee42-03" }, ALL), -ENOENT);
	assert_int_equal(find((struct wanted){ .uuid = "c0ffee42-00" }, ALL), -ENOENT);
}

/* One that is looked for costs no more than one table: all of it is read once. */
static void what_it_costs(void **state)
{
	(void)state;
	mbr(512);
	slot(0, 0, 0x83, 2048, 10);
	assert_int_equal(find((struct wanted){ .number = 1 }, ALL), 1);
	assert_int_equal(READER_BYTES - reader.bytes, 512);
	gpt(512);
	for (unsigned i = 0; i < 128; i++)
		entry(i, 64 + i, 64 + i, "part");
	assert_int_equal(find((struct wanted){ .label = "part" }, ALL), 128);
	assert_int_equal(READER_BYTES - reader.bytes, 512 + 512 + 128 * 128);
	assert_int_equal(READER_READS - reader.reads, 1 + 1 + 4);
}

/* ---- why there are none ------------------------------------------------------------------------- */

static void faults(void **state)
{
	unsigned of;

	(void)state;
	gpt(512);
	entry(0, 64, 65, "root");
	assert_int_equal(fault(&of), PARTTABLE_FINE);
	/* a bootloader over sector 0, or an entry of its type that begins elsewhere */
	put(510, 0, 2);
	assert_int_equal(fault(&of), PARTTABLE_UNPROTECTED);
	magic(0);
	assert_int_equal(fault(&of), PARTTABLE_FINE);
	put(446, 0x7f, 1);
	slot(0, 0, 0xee, 2, 7);
	assert_int_equal(fault(&of), PARTTABLE_UNPROTECTED);
	slot(0, 0, 0x83, 1, 7);
	assert_int_equal(fault(&of), PARTTABLE_UNPROTECTED);
	/* an MBR has partitions of its own: that there are none is no fault of the table */
	put(446, 0, 1);
	assert_int_equal(fault(&of), PARTTABLE_FINE);
	/* the backup alone is told first */
	put(446, 0x7f, 1);
	put(512, 0, 8);
	assert_int_equal(fault(&of), PARTTABLE_BACKUP_ONLY);
	assert_int_equal(of, 512);
	/* sector 0 does not read: nothing is known */
	bad_sector = 0;
	assert_int_equal(fault(&of), PARTTABLE_FINE);
}

/* Written to a card that is too small for it. */
static void a_disk_that_is_cut(void **state)
{
	unsigned of;

	(void)state;
	for (unsigned sectors = 512; sectors <= 4096; sectors <<= 1) {
		gpt(sectors);
		entry(0, 64, 65, "root");
		/* the last usable sector is there, and then not */
		reader.size = (last() - 40 + 1) * sectors;
		assert_int_equal(fault(&of), PARTTABLE_FINE);
		assert_int_equal(find((struct wanted){ .number = 1 }, ALL), 1);
		reader.size -= sectors;
		assert_int_equal(fault(&of), PARTTABLE_CUT);
		assert_int_equal(of, sectors);
		assert_int_equal(find((struct wanted){ .number = 1 }, ALL), -ENOENT);
		/* but not by a header that is damaged */
		disk[sectors + 40] ^= 1;
		assert_int_equal(fault(&of), PARTTABLE_FINE);
	}
}

/* ---- extended partitions ------------------------------------------------------------------- */

static void chain(void **state)
{
	static const unsigned char types[] = { 0x05, 0x0f, 0x85 };

	(void)state;
	for (size_t i = 0; i < COUNT(types); i++) {
		mbr(512);
		slot(0, 0, 0x83, 10, 10);
		slot(0, 1, types[i], 100, 1000);
		magic(100 * 512);
		slot(100 * 512, 0, 0x83, 1, 20);
		slot(100 * 512, 1, types[i], 200, 30);
		magic(300 * 512);
		slot(300 * 512, 0, 0x83, 2, 20);
		assert_string_equal(listed(false), "dos 1:10+10 c0ffee42-01;2:100+2;"
						   "5:101+20 c0ffee42-05;6:302+20 c0ffee42-06;");
		/* it has no PARTUUID */
		assert_int_equal(identified(2, 100), -ENOENT);
		assert_int_equal(identified(6, 302), 0);
	}
	/* nothing is in what has no size */
	slot(0, 1, 0x05, 100, 0);
	assert_string_equal(listed(false), "dos 1:10+10 c0ffee42-01;");
	slot(0, 1, 0x05, 100, 1000);
	/* without its magic nothing of it */
	put(300 * 512 + 510, 0, 2);
	assert_string_equal(listed(false), "dos 1:10+10 c0ffee42-01;2:100+2;5:101+20 c0ffee42-05;");
	/* a link of no size is none; the first that has one is the next */
	magic(300 * 512);
	slot(100 * 512, 1, 0x05, 200, 0);
	assert_string_equal(listed(false), "dos 1:10+10 c0ffee42-01;2:100+2;5:101+20 c0ffee42-05;");
	slot(100 * 512, 2, 0x0f, 200, 1);
	slot(100 * 512, 3, 0x05, 500, 1);
	assert_string_equal(listed(false), "dos 1:10+10 c0ffee42-01;2:100+2;"
					   "5:101+20 c0ffee42-05;6:302+20 c0ffee42-06;");
}

static void chain_of_4096(void **state)
{
	(void)state;
	mbr(4096);
	slot(0, 0, 0x05, 100, 1000);
	magic(100 * 4096);
	slot(100 * 4096, 0, 0x83, 1, 20);
	slot(100 * 4096, 1, 0x05, 200, 30);
	magic(300 * 4096);
	slot(300 * 4096, 0, 0x83, 2, 20);
	assert_string_equal(listed(false), "dos 1:800+8;5:808+160 c0ffee42-05;6:2416+160 c0ffee42-06;");
	mbr(1024);
	slot(0, 0, 0x05, 100, 1000);
	slot(0, 1, 0x05, 200, 1);
	assert_string_equal(listed(false), "dos 1:200+2;2:400+2;");
	mbr(512);
	slot(0, 1, 0x05, 200, 1);
	assert_string_equal(listed(false), "dos 2:200+1;");
}

/* The slots 3 and 4 hold partitions only inside of their link, and of the whole. */
static void chain_slots(void **state)
{
	const struct {
		unsigned i, start, size;
		const char *listed;
	} rows[] = {
		{ 0, 1, 5000, "dos 1:100+2;5:101+5000 c0ffee42-05;" },
		{ 1, 1, 5000, "dos 1:100+2;5:101+5000 c0ffee42-05;" },
		{ 2, 1, 5000, "dos 1:100+2;" },
		{ 2, 1, 999, "dos 1:100+2;5:101+999 c0ffee42-05;" },
		{ 3, 1, 999, "dos 1:100+2;5:101+999 c0ffee42-05;" },
		{ 3, 1, 1000, "dos 1:100+2;" },
		{ 3, 0xffffffff, 1000, "dos 1:100+2;" },
		{ 0, 0xffffffff, 1, "dos 1:100+2;" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		mbr(512);
		slot(0, 0, 0x05, 100, 1000);
		magic(100 * 512);
		slot(100 * 512, rows[i].i, 0x83, rows[i].start, rows[i].size);
		row_is(i, rows[i].listed);
		assert_string_equal(listed(false), rows[i].listed);
	}
	/* inside of the whole, but not of its link */
	mbr(512);
	slot(0, 0, 0x05, 100, 1000);
	magic(100 * 512);
	slot(100 * 512, 0, 0x05, 300, 50);
	magic(400 * 512);
	slot(400 * 512, 2, 0x83, 1, 49);
	slot(400 * 512, 3, 0x83, 1, 50);
	assert_string_equal(listed(false), "dos 1:100+2;5:401+49 c0ffee42-05;");
	/* inside of its link, which is not inside of the whole */
	mbr(512);
	slot(0, 0, 0x05, 100, 1000);
	magic(100 * 512);
	slot(100 * 512, 0, 0x05, 900, 500);
	magic(1000 * 512);
	slot(1000 * 512, 2, 0x83, 1, 99);
	assert_string_equal(listed(false), "dos 1:100+2;5:1001+99 c0ffee42-05;");
	slot(1000 * 512, 2, 0x83, 1, 100);
	assert_string_equal(listed(false), "dos 1:100+2;");
}

/* Two chains number their partitions one after the other, behind all primary ones. */
static void chains(void **state)
{
	(void)state;
	mbr(512);
	slot(0, 0, 0x05, 100, 100);
	slot(0, 1, 0x83, 50, 10);
	slot(0, 3, 0x0f, 200, 100);
	magic(100 * 512);
	slot(100 * 512, 0, 0x83, 1, 20);
	magic(200 * 512);
	slot(200 * 512, 0, 0x83, 1, 30);
	assert_string_equal(listed(false), "dos 1:100+2;2:50+10 c0ffee42-02;4:200+2;"
					   "5:101+20 c0ffee42-05;6:201+30 c0ffee42-06;");
}

static void chain_loops(void **state)
{
	(void)state;
	/* with a partition: as many as there are numbers */
	mbr(512);
	slot(0, 0, 0x05, 100, 1000);
	magic(100 * 512);
	slot(100 * 512, 0, 0x83, 1, 20);
	slot(100 * 512, 1, 0x05, 0, 1000);
	listed(false);
	assert_int_equal(count, 1 + 251);
	assert_non_null(strstr(shown, ";255:101+20 c0ffee42-ff;"));
	/* a second chain then has no number left */
	slot(0, 1, 0x05, 100, 1000);
	listed(false);
	assert_int_equal(count, 2 + 251);
	/* four at once, the last of which have no number left */
	mbr(512);
	slot(0, 0, 0x05, 100, 1000);
	magic(100 * 512);
	for (unsigned i = 0; i < 3; i++)
		slot(100 * 512, i, 0x83, 1 + i, 1);
	slot(100 * 512, 3, 0x05, 0, 1000);
	listed(false);
	assert_int_equal(count, 1 + 251);
	assert_non_null(strstr(shown, ";255:102+1 c0ffee42-ff;"));
	/* without one: a hundred links */
	mbr(512);
	slot(0, 0, 0x05, 100, 1000);
	magic(100 * 512);
	slot(100 * 512, 1, 0x05, 0, 1000);
	assert_string_equal(listed(false), "dos 1:100+2;");
	assert_int_equal(reader.reads, DISK_READS - 1 - 100);
	/* the 100th link is followed, the 101st is not */
	for (unsigned links = 100; links <= 101; links++) {
		mbr(512);
		slot(0, 0, 0x05, 100, 1000);
		for (unsigned i = 0; i < links; i++) {
			magic((100 + i) * 512);
			slot((100 + i) * 512, 1, 0x05, i + 1, 1000 - i);
		}
		slot((100 + links - 1) * 512, 0, 0x83, 1, 1);
		listed(false);
		assert_int_equal(count, links == 100 ? 2 : 1);
	}
}

/* ---- what cannot be read -------------------------------------------------------------------- */

static void broken_disks(void **state)
{
	unsigned of;

	(void)state;
	for (unsigned bad = 0; bad < 40; bad++) {
		gpt(512);
		entry(0, 64, 65, "root");
		bad_sector = bad;
		/* sectors 0 to 33: MBR, header, entries */
		assert_string_equal(listed(false), bad < 34 ? "none " : "gpt 1:64+2 " UUID " root;");
		/* the backup helps */
		assert_int_equal(identified(1, 64), 0);
		put(last() * 512, 0, 8);
		assert_int_equal(identified(1, 64), bad && bad < 34 ? -EIO : 0);
		assert_int_equal(fault(&of), PARTTABLE_FINE);
	}
	mbr(512);
	slot(0, 0, 0x83, 2048, 10);
	bad_sector = 0;
	assert_string_equal(listed(true), "none ");
	assert_int_equal(identified(1, 2048), -EIO);
}

static void small_disks(void **state)
{
	unsigned of;

	(void)state;
	for (unsigned long long size = 0; size <= 20 * 512; size += 256)
		for (sector = 512; sector <= 4096; sector <<= 1) {
			disk_make(size);
			memset(disk, 0x5a, size);
			if (size >= 512) {
				magic(0);
				memset(disk + 446, 0, 64);
				slot(0, 0, 0x05, 0, 1);
				slot(0, 1, 0xee, 1, 1);
			}
			assert_string_equal(listed(true), "none ");
			assert_int_equal(identified(1, 1), -ENOENT);
			assert_int_equal(fault(&of), PARTTABLE_FINE);
		}
}

static int end(void **state)
{
	(void)state;
	free(disk);
	disk = NULL;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(gpt_of_all_sectors, end),
		cmocka_unit_test_teardown(sectors_that_are_none, end),
		cmocka_unit_test_teardown(gpt_header_fields, end),
		cmocka_unit_test_teardown(gpt_types, end),
		cmocka_unit_test_teardown(gpt_checksums, end),
		cmocka_unit_test_teardown(gpt_entries, end),
		cmocka_unit_test_teardown(gpt_of_1_entry, end),
		cmocka_unit_test_teardown(gpt_of_300_entries, end),
		cmocka_unit_test_teardown(gpt_of_many_entries, end),
		cmocka_unit_test_teardown(gpt_names, end),
		cmocka_unit_test_teardown(gpt_backup, end),
		cmocka_unit_test_teardown(gpt_of_another_sector, end),
		cmocka_unit_test_teardown(gpt_protective, end),
		cmocka_unit_test_teardown(mbr_of_all_sectors, end),
		cmocka_unit_test_teardown(mbr_bounds, end),
		cmocka_unit_test_teardown(mbr_that_is_none, end),
		cmocka_unit_test_teardown(mbr_over_gpt, end),
		cmocka_unit_test_teardown(several_hits, end),
		cmocka_unit_test_teardown(hits_of_a_damaged_table, end),
		cmocka_unit_test_teardown(mbr_hits, end),
		cmocka_unit_test_teardown(what_it_costs, end),
		cmocka_unit_test_teardown(faults, end),
		cmocka_unit_test_teardown(a_disk_that_is_cut, end),
		cmocka_unit_test_teardown(chain, end),
		cmocka_unit_test_teardown(chain_of_4096, end),
		cmocka_unit_test_teardown(chain_slots, end),
		cmocka_unit_test_teardown(chains, end),
		cmocka_unit_test_teardown(chain_loops, end),
		cmocka_unit_test_teardown(broken_disks, end),
		cmocka_unit_test_teardown(small_disks, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
