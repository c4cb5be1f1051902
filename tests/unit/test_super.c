/* Superblocks made by hand, each at its bounds: plan/super.c and the formats of plan/super/. */
#include "unit.h"
#include "plan/bytes.h"
#include "plan/crc.h"
#include "plan/super.h"

#include <errno.h>

#define SIZE (4U << 20)

/* ---- a medium ----------------------------------------------------------------------------- */

static unsigned char *image; /* of SIZE bytes */
static struct super super;
static struct reader reader;
static struct super_wish wish;
static unsigned long long bad_from; /* reads that reach this offset fail, */
static unsigned long long bad_to;   /* but for those that begin behind this */

static int read_image(struct reader *r, void *buf, size_t size, unsigned long long offset)
{
	assert_true(offset + size <= r->size);
	if (offset + size > bad_from && offset < bad_to)
		return -EIO;
	memcpy(buf, image + offset, size);
	return 0;
}

static void identify_cut(unsigned long long size)
{
	reader = (struct reader){
		.read = read_image, .size = size, .reads = READER_READS, .bytes = READER_BYTES,
	};
	super_identify(&super, &reader, &wish);
}

static void identify(void)
{
	identify_cut(SIZE);
}

/* What it has cost. */
static unsigned reads(void)
{
	return READER_READS - reader.reads;
}

static unsigned bytes(void)
{
	return READER_BYTES - reader.bytes;
}

static int blank(void **state)
{
	(void)state;
	free(image);
	image = calloc(1, SIZE);
	bad_from = bad_to = ~0ULL;
	wish = (struct super_wish){ .types = NULL };
	/* what stood there before must not show */
	memset(&super, 0x5a, sizeof(super));
	return image ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	free(image);
	image = NULL;
	return 0;
}

static void put(unsigned at, unsigned long long value, int bytes)
{
	for (; bytes--; value >>= 8)
		image[at++] = (unsigned char)value;
}

static void put_big(unsigned at, unsigned long long value, int bytes)
{
	while (bytes--)
		image[at++] = (unsigned char)(value >> bytes * 8);
}

static void text(unsigned at, const char *bytes)
{
	memcpy(image + at, bytes, strlen(bytes));
}

static void wide(unsigned at, const char *ascii, bool big)
{
	for (; *ascii; ascii++, at += 2)
		image[at + big] = (unsigned char)*ascii;
}

#define SOME_UUID "01020304-0506-0708-090a-0b0c0d0e0f10"

static void uuid(unsigned at)
{
	for (int i = 0; i < 16; i++)
		image[at + i] = (unsigned char)(i + 1);
}

static void is_nothing(void)
{
	identify();
	assert_null(super.contents.fs);
	assert_null(super.contents.member);
	assert_null(super.contents.second);
	assert_null(super.contents.damaged);
	assert_string_equal(super.fs.uuid, "");
	assert_string_equal(super.fs.label, "");
}

static void is(const char *type)
{
	identify();
	assert_non_null(super.contents.fs);
	assert_string_equal(super.contents.fs, type);
	assert_null(super.contents.second);
	assert_null(super.contents.damaged);
}

static void is_damaged(const char *type)
{
	identify();
	assert_null(super.contents.fs);
	assert_non_null(super.contents.damaged);
	assert_string_equal(super.contents.damaged, type);
}

/* ---- one of each -------------------------------------------------------------------------- */

#define EXT 1024

static void sum_ext(void)
{
	put(EXT + 0x3fc, crc(CRC32C, ~0U, image + EXT, 0x3fc), 4);
}

static void make_ext(void)
{
	put(EXT + 0x04, 3000, 4);
	put(EXT + 0x18, 2, 4);
	put(EXT + 0x38, 0xef53, 2);
	put(EXT + 0x5c, 4, 4);      /* has_journal */
	put(EXT + 0x60, 0x2c2, 4);  /* filetype, extents, 64bit, flex_bg */
	put(EXT + 0x64, 0x403, 4);  /* metadata_csum, large_file, sparse_super */
	put(EXT + 0x150, 1, 4);
	uuid(EXT + 0x68);
	text(EXT + 0x78, "sixteen-chars-xx");
	put(EXT + 0x88, '/', 1); /* behind the label */
	sum_ext();
}

static void make_squashfs(void)
{
	text(0, "hsqs");
	put(28, 4, 2);
	put(40, 0x1234567, 8);
}

#define EROFS_AT 1024

static void sum_erofs(unsigned covered)
{
	put(EROFS_AT + 4, 0, 4);
	put(EROFS_AT + 4, crc(CRC32C, ~0U, image + EROFS_AT, covered), 4);
}

static void make_erofs(void)
{
	put(EROFS_AT, 0xe0f5e1e2, 4);
	put(EROFS_AT + 8, 1, 4);
	put(EROFS_AT + 12, 12, 1);
	put(EROFS_AT + 36, 77, 4);
	uuid(EROFS_AT + 48);
	text(EROFS_AT + 64, "root  ");
	sum_erofs(4096 - 1024);
}

#define F2FS 1024
#define F2FS_COPY 5120

static void sum_f2fs(unsigned at)
{
	put(at + 0xbfc, crc(CRC32, 0xf2f52010, image + at, 0xbfc), 4);
}

static void make_f2fs(void)
{
	for (unsigned at = F2FS; at <= F2FS_COPY; at += F2FS_COPY - F2FS) {
		put(at, 0xf2f52010, 4);
		put(at + 4, 1, 2);
		put(at + 6, 16, 2);
		put(at + 0x10, 12, 4);
		put(at + 0x20, 0xbfc, 4);
		put(at + 0x24, 10, 8);
		put(at + 0x884, 0x800, 4);
		uuid(at + 0x6c);
		wide(at + 0x7c, "flash", false);
		sum_f2fs(at);
	}
}

#define BTRFS 65536

static void sum_btrfs(void)
{
	put(BTRFS, ~crc(CRC32C, ~0U, image + BTRFS + 0x20, 4096 - 0x20), 4);
}

static void make_btrfs(void)
{
	uuid(BTRFS + 0x20);
	put(BTRFS + 0x30, BTRFS, 8);
	text(BTRFS + 0x40, "_BHRfS_M");
	put(BTRFS + 0x88, 2, 8);  /* devices */
	put(BTRFS + 0xc9, 7, 8);  /* the number of this one */
	put(BTRFS + 0xd1, 1 << 30, 8);
	text(BTRFS + 0x12b, "a label");
	sum_btrfs();
}

static void sum_xfs(void)
{
	put(224, 0, 4);
	put(224, ~crc(CRC32C, ~0U, image, 512), 4);
}

static void make_xfs(void)
{
	text(0, "XFSB");
	put_big(4, 4096, 4);
	put_big(8, 1000, 8); /* blocks: of 4 groups of 256 */
	uuid(32);
	put_big(80, 1, 4);
	put_big(84, 256, 4);
	put_big(88, 4, 4);
	put_big(100, 0xb4a5, 2);
	put_big(102, 512, 2);
	put_big(104, 512, 2);
	text(108, "twelve-chars");
	put(120, 12, 1);
	put(121, 9, 1);
	put(122, 9, 1);
	put(123, 3, 1);
	put(127, 25, 1);
	sum_xfs();
}

/* FAT16: 1 reserved sector, 2 FATs of 16, 32 entries in the root directory, at sector 33. */
#define FAT16_ROOT (33 * 512)

static void make_fat(void)
{
	put(0x0b, 512, 2);
	put(0x0d, 1, 1);
	put(0x0e, 1, 2);
	put(0x10, 2, 1);
	put(0x11, 32, 2);
	put(0x13, 4135, 2);
	put(0x15, 0xf8, 1);
	put(0x16, 16, 2);
	put(0x26, 0x29, 1);
	put(0x27, 0xbeef0123, 4);
	text(0x2b, "BOOT LABEL ");
	put(0x1fe, 0xaa55, 2);
	text(FAT16_ROOT, "ELEVENCHARS");
	put(FAT16_ROOT + 11, 0x08, 1);
}

/* FAT32: 32 reserved sectors, 1 FAT of 8, clusters of 512 bytes from sector 40 on, root in the third. */
#define FAT32_LINKS (32 * 512)
#define FAT32_CLUSTER(n) ((40 + (n) - 2) * 512)

static void make_fat32(void)
{
	put(0x0b, 512, 2);
	put(0x0d, 1, 1);
	put(0x0e, 32, 2);
	put(0x10, 1, 1);
	put(0x15, 0xf8, 1);
	put(0x20, 800, 4);
	put(0x24, 8, 4);
	put(0x2c, 3, 4);
	put(0x30, 1, 2);
	put(0x43, 0xabcd1234, 4);
	put(0x1fe, 0xaa55, 2);
	text(512, "RRaA");
	for (int n = 2; n < 10; n++)
		put(FAT32_LINKS + n * 4, 0x0fffffff, 4);
	text(FAT32_CLUSTER(3), "LABEL 32   ");
	put(FAT32_CLUSTER(3) + 11, 0x08, 1);
}

/* exFAT: 512-byte sectors, clusters of 2, FAT at sector 24, clusters from 32 on, root in the fifth. */
#define EXFAT_CLUSTER(n) ((32 + ((n) - 2) * 2) * 512)

static void sum_exfat(void)
{
	unsigned sum = 0;

	for (int i = 0; i < 11 * 512; i++)
		if (i != 106 && i != 107 && i != 112)
			sum = (sum << 31 | sum >> 1) + image[i];
	put(11 * 512, sum, 4);
}

static void make_exfat(void)
{
	text(3, "EXFAT   ");
	put(72, 5000, 8);
	put(80, 24, 4);
	put(84, 8, 4);
	put(88, 32, 4);
	put(92, 100, 4);
	put(96, 5, 4);
	put(100, 0x00c0ffee, 4);
	put(108, 9, 1);
	put(109, 1, 1);
	put(110, 1, 1);
	put(0x1fe, 0xaa55, 2);
	put(EXFAT_CLUSTER(5), 0x81, 1);
	put(EXFAT_CLUSTER(5) + 32, 0x83, 1);
	put(EXFAT_CLUSTER(5) + 33, 3, 1);
	wide(EXFAT_CLUSTER(5) + 34, "exfat", false);
	sum_exfat();
}

/* NTFS: 512-byte sectors, clusters of 8, records of 1 kB, $MFT at cluster 32, behind the head. */
#define MFT (32 * 4096)
#define VOLUME_RECORD (MFT + 3 * 1024)

static void make_ntfs(void)
{
	text(3, "NTFS    ");
	put(0x0b, 512, 2);
	put(0x0d, 8, 1);
	put(0x15, 0xf8, 1);
	put(0x28, 8000, 8);
	put(0x30, 32, 8);
	put(0x38, 2, 8);
	put(0x40, 0xf6, 1);
	put(0x48, 0x0123456789abcdef, 8);
	text(MFT, "FILE");
	text(VOLUME_RECORD, "FILE");
	put(VOLUME_RECORD + 20, 56, 2);
	put(VOLUME_RECORD + 56, 0x10, 4);
	put(VOLUME_RECORD + 60, 96, 4);
	put(VOLUME_RECORD + 152, 0x60, 4);
	put(VOLUME_RECORD + 156, 40, 4);
	put(VOLUME_RECORD + 168, 10, 4);
	put(VOLUME_RECORD + 172, 24, 2);
	wide(VOLUME_RECORD + 176, "Wide!", false);
	put(VOLUME_RECORD + 192, 0xffffffff, 4);
}

#define ISO 32768
#define ISO_JOLIET (ISO + 2048)

static void descriptor(unsigned at, unsigned char type)
{
	put(at, type, 1);
	text(at + 1, "CD001");
}

static void make_iso9660(void)
{
	descriptor(ISO, 1);
	memset(image + ISO + 40, ' ', 32);
	text(ISO + 40, "A_LABEL");
	put(ISO + 80, 500, 4);
	text(ISO + 813, "1999123123595900");
	text(ISO + 830, "2024020304050607");
	descriptor(ISO + 4096, 255);
}

static void make_jffs2(void)
{
	put(0, 0x1985, 2);
	put(2, 0x2003, 2);
	put(4, 12, 4);
	put(8, crc(CRC32, 0, image, 8), 4);
}

static void make_ubifs(void)
{
	put(0, 0x06101831, 4);
	put(16, 4096, 4);
	put(20, 6, 1);
	uuid(108);
	put(4, crc(CRC32, ~0U, image + 8, 4096 - 8), 4);
}

static void sum_cramfs(unsigned size)
{
	put(32, 0, 4);
	put(32, ~crc(CRC32, ~0U, image, size), 4);
}

static void make_cramfs(void)
{
	put(0, 0x28cd3d45, 4);
	put(4, 4096, 4);
	put(8, 1, 4);
	text(48, "compressed");
	sum_cramfs(4096);
}

static void make_romfs(void)
{
	text(0, "-rom1fs-");
	put_big(8, 4096, 4);
	text(16, "rom label");
	put_big(12, 0, 4);
	unsigned sum = 0;

	for (int i = 0; i < 512; i += 4)
		sum += be32(image + i);
	put_big(12, -sum, 4);
}

#define MINIX 1024

static void make_minix(void)
{
	put(MINIX, 100, 2);
	put(MINIX + 2, 360, 2);
	put(MINIX + 4, 1, 2);
	put(MINIX + 6, 1, 2);
	put(MINIX + 8, 10, 2);
	put(MINIX + 16, 0x138f, 2);
	put(MINIX + 18, 1, 2);
}

#define NILFS 1024
#define NILFS_COPY (SIZE - 4096)

static void sum_nilfs2(unsigned at)
{
	put(at + 16, 0, 4);
	put(at + 16, crc(CRC32, le32(image + at + 12), image + at, 280), 4);
}

static void make_nilfs2(void)
{
	for (unsigned at = NILFS; at <= NILFS_COPY; at += NILFS_COPY - NILFS) {
		put(at, 2, 4);
		put(at + 6, 0x3434, 2);
		put(at + 8, 280, 2);
		put(at + 12, 0x12345678, 4);
		put(at + 32, SIZE, 8);
		uuid(at + 152);
		text(at + 168, "logs");
		sum_nilfs2(at);
	}
}

static const struct {
	const char *type, *uuid, *label;
	void (*make)(void);
	unsigned long long size;
	int magic;   /* a byte of it */
	int covered; /* a byte that a checksum covers, or 0 */
} formats[] = {
	{ "ext4", SOME_UUID, "sixteen-chars-xx", make_ext, (3000ULL | 1ULL << 32) << 12, EXT + 0x39, EXT + 0x200 },
	{ "squashfs", "", "", make_squashfs, 0x1234567, 3, 0 },
	{ "erofs", SOME_UUID, "root", make_erofs, 77 << 12, EROFS_AT + 3, 4095 },
	{ "btrfs", SOME_UUID, "a label", make_btrfs, 1 << 30, BTRFS + 0x47, BTRFS + 4095 },
	{ "xfs", SOME_UUID, "twelve-chars", make_xfs, 1000 << 12, 0, 511 },
	{ "vfat", "BEEF-0123", "ELEVENCHARS", make_fat, 4135 * 512, 0x1ff, 0 },
	{ "vfat", "ABCD-1234", "LABEL 32", make_fat32, 800 * 512, 0x1fe, 0 },
	{ "exfat", "00C0-FFEE", "exf", make_exfat, 5000 * 512, 10, 11 * 512 - 1 },
	{ "ntfs", "0123456789ABCDEF", "Wide!", make_ntfs, 8000 * 512, 3, 0 },
	{ "iso9660", "2024-02-03-04-05-06-07", "A_LABEL", make_iso9660, 500 * 2048, ISO + 5, 0 },
	{ "jffs2", "", "", make_jffs2, 0, 1, 4 },
	{ "ubifs", SOME_UUID, "", make_ubifs, 0, 0, 4095 },
	{ "cramfs", "", "compressed", make_cramfs, 4096, 3, 4095 },
	{ "romfs", "", "rom label", make_romfs, 4096, 7, 511 },
	{ "minix", "", "", make_minix, 360 * 1024, MINIX + 17, 0 },
	/* these have a second superblock */
	{ "f2fs", SOME_UUID, "flash", make_f2fs, 10 << 12, F2FS, 0 },
	{ "nilfs2", SOME_UUID, "logs", make_nilfs2, SIZE, NILFS, 0 },
};

static void each_is_itself(void **state)
{
	for (size_t i = 0; i < COUNT(formats); i++) {
		row_is(i, formats[i].type);
		blank(state);
		formats[i].make();
		is(formats[i].type);
		assert_null(super.contents.member);
		assert_string_equal(super.fs.uuid, formats[i].uuid);
		assert_string_equal(super.fs.label, formats[i].label);
		assert_int_equal(super.contents.size, formats[i].size);
		assert_int_equal(reader.error, 0);
	}
}

/*
 * The head of 4,608 bytes; three looks at the medium's end, for md and drbd, where the file system may
 * leave room for them; and what a format's UUID, LABEL and checksum take, which nobody asks for by a name.
 */
#define HEAD SUPER_HEAD
#define MD 512
#define END (2 * MD + 64)

static void what_it_costs(void **state)
{
	static const struct {
		void (*make)(void);
		unsigned reads, bytes, reads_by_name, bytes_by_name;
	} rows[] = {
		{ make_ext, 4, HEAD + END, 4, HEAD + END },
		{ make_squashfs, 4, HEAD + END, 4, HEAD + END },
		{ make_erofs, 4, HEAD + END, 4, HEAD + END },
		{ make_xfs, 4, HEAD + END, 4, HEAD + END },
		{ make_minix, 4, HEAD + END, 4, HEAD + END },
		{ make_f2fs, 4, HEAD + END, 4, HEAD + END },
		{ make_jffs2, 4, HEAD + END, 4, HEAD + END },
		/* a sector of the root directory */
		{ make_fat, 5, HEAD + 512 + END, 4, HEAD + END },
		{ make_fat32, 5, HEAD + 512 + END, 4, HEAD + END },
		/* the checksum's sectors: 12 of 512 bytes, in the head and in a piece; the directory's */
		{ make_exfat, 7, HEAD + 4096 + 512 + 512 + END, 4, HEAD + END },
		/* four records of 1 kB */
		{ make_ntfs, 5, HEAD + 4096 + END, 4, HEAD + END },
		/* its first sector, then all that the checksum covers; it has no room at its end */
		{ make_btrfs, 4, HEAD + 512 + 4096 + 64, 3, HEAD + 512 + 64 },
		/* the sector of btrfs; the primary descriptor and the one behind it; none of md */
		{ make_iso9660, 5, HEAD + 512 + 2 * 2048 + 64, 4, HEAD + 512 + 2048 + 64 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu\n", i);
		blank(state);
		rows[i].make();
		identify();
		assert_int_equal(reads(), rows[i].reads);
		assert_int_equal(bytes(), rows[i].bytes);
		wish.by_name = true;
		identify();
		assert_int_equal(reads(), rows[i].reads_by_name);
		assert_int_equal(bytes(), rows[i].bytes_by_name);
		/* what stands at the end of a disk is of its last partition */
		wish.partitioned = true;
		identify();
		assert_true(bytes() <= rows[i].bytes_by_name - 64);
	}
	/* where there is nothing, the three places of btrfs, iso9660, LUKS and zfs too, each once */
	blank(state);
	identify();
	assert_int_equal(reads(), 4 + 3);
	assert_int_equal(bytes(), HEAD + END + 512 + 2048 + 512);
}

/* By its name only the type is asked for, and what bars it. */
static void by_its_name(void **state)
{
	for (size_t i = 0; i < COUNT(formats); i++) {
		row_is(i, formats[i].type);
		blank(state);
		formats[i].make();
		wish.by_name = true;
		is(formats[i].type);
		assert_int_equal(super.contents.size, formats[i].size);
	}
	/* a checksum that takes reads is the kernel's to look at */
	blank(state);
	wish.by_name = true;
	make_exfat();
	image[11 * 512 - 1] ^= 1;
	is("exfat");
	blank(state);
	wish.by_name = true;
	make_btrfs();
	image[BTRFS + 4095] ^= 1;
	is("btrfs");
}

static void magic_is_needed(void **state)
{
	for (size_t i = 0; i < COUNT(formats); i++) {
		row_is(i, formats[i].type);
		blank(state);
		formats[i].make();
		image[formats[i].magic] ^= 0x40;
		is_nothing();
	}
}

static void wrong_checksum_is_damage(void **state)
{
	for (size_t i = 0; i < COUNT(formats); i++) {
		if (!formats[i].covered)
			continue;
		row_is(i, formats[i].type);
		blank(state);
		formats[i].make();
		image[formats[i].covered] ^= 1;
		is_damaged(formats[i].type);
	}
}

/* The kilobyte that each begins with; and cut somewhere behind it, nothing is read outside. */
static void cut_media(void **state)
{
	for (size_t i = 0; i < COUNT(formats); i++) {
		unsigned base = formats[i].magic < 1024 ? 0 : (unsigned)formats[i].magic & ~1023U;

		row_is(i, formats[i].type);
		blank(state);
		formats[i].make();
		for (unsigned size = 0; size < base + 1024; size += size < base ? 1024 : 1) {
			identify_cut(size);
			assert_null(super.contents.fs);
			assert_null(super.contents.damaged);
		}
		for (unsigned size = base + 1024; size < SIZE; size += 1021)
			identify_cut(size);
	}
}

static void nothing_is_nothing(void **state)
{
	(void)state;
	is_nothing();
	memset(image, 0xff, SIZE);
	is_nothing();
	memset(image, 0x34, SIZE);
	identify();
	assert_null(super.contents.fs);
}

static void extended_partition_is_nothing(void **state)
{
	(void)state;
	make_squashfs();
	identify_cut(1024);
	assert_null(super.contents.fs);
	assert_int_equal(reader.reads, READER_READS);
	identify_cut(1025);
	assert_string_equal(super.contents.fs, "squashfs");
}

static void are_two(const char *one, const char *other)
{
	identify();
	assert_non_null(super.contents.fs);
	assert_non_null(super.contents.second);
	assert_true(!strcmp(super.contents.fs, one) ? !strcmp(super.contents.second, other)
					       : !strcmp(super.contents.fs, other) && !strcmp(super.contents.second, one));
}

static void two_that_fit(void **state)
{
	(void)state;
	make_ext();
	make_squashfs();
	are_two("ext4", "squashfs");

	/* it is gone with the next medium */
	blank(state);
	make_ext();
	is("ext4");
}

/* rootfstype= says which of two it is, in whatever order they are found; a type that is none of them does not. */
static void the_named_one_of_two(void **state)
{
	(void)state;
	make_ext();
	make_xfs();
	are_two("ext4", "xfs");
	wish.types = "xfs";
	is("xfs");
	assert_string_equal(super.fs.label, "twelve-chars");
	wish.types = "ext4";
	is("ext4");
	assert_string_equal(super.fs.label, "sixteen-chars-xx");
	wish.types = "squashfs,xfs";
	is("xfs");
	/* that mounts it, too */
	wish.types = "ext2";
	is("ext4");
	wish.types = "xfs,ext4";
	are_two("ext4", "xfs");
	wish.types = "erofs";
	are_two("ext4", "xfs");

	/* of three it is the one as well, wherever it comes */
	static const char *const three[] = { "ext4", "vfat", "squashfs" };

	blank(state);
	make_fat();
	make_squashfs();
	make_ext();
	identify();
	assert_non_null(super.contents.second);
	for (size_t i = 0; i < COUNT(three); i++) {
		wish.types = three[i];
		is(three[i]);
	}
	wish.types = "xfs";
	identify();
	assert_non_null(super.contents.second);
	/* a third that is weaker does not make the second none */
	make_minix();
	put(EXT + 0x38, 0, 2);
	wish.types = NULL;
	are_two("vfat", "squashfs");
}

/* Any other file system is believed before one of so short a magic: an erofs of 4,991 inodes is no minix. */
static void a_weak_one_is_none_of_two(void **state)
{
	(void)state;
	make_minix();
	make_squashfs();
	is("squashfs");
	make_minix();
	text(0, "    ");
	is("minix");
	/* as the named one it is */
	make_squashfs();
	wish.types = "minix";
	is("minix");

	blank(state);
	make_erofs();
	put(EROFS_AT + 16, 0x137f, 2);  /* of s_inos: 4,991 */
	put(EROFS_AT + 18, 0, 2);
	sum_erofs(4096 - 1024);
	is("erofs");
}

static void names_of_types(void **state)
{
	(void)state;
	assert_true(super_is_named("xfs", "xfs"));
	assert_true(super_is_named("erofs,xfs", "xfs"));
	assert_true(super_is_named("ext4", "ext2"));
	assert_true(super_is_named("ntfs3", "ntfs"));
	assert_true(super_is_named(",,xfs,", "xfs"));
	assert_false(super_is_named("xfs,erofs", "ext4"));
	assert_false(super_is_named("", "ext4"));
	assert_false(super_is_named("ex", "ext4"));
	assert_false(super_is_named("exfat", "ext4"));
}

static void damage_beside_a_sound_one(void **state)
{
	(void)state;
	make_btrfs();
	image[BTRFS + 4095] ^= 1;
	is_damaged("btrfs");
	make_ext();
	is("ext4");
}

/* The sector behind a head of 4 kB need not be one that decides. */
static void bad_sectors(void **state)
{
	(void)state;
	make_ext();
	bad_from = 4096;
	bad_to = 4096 + 512;
	identify();
	assert_string_equal(super.contents.fs, "ext4");
	assert_string_equal(super.fs.label, "sixteen-chars-xx");
	assert_int_equal(reader.error, -EIO);
	bad_from = 0;
	bad_to = 1;
	identify();
	assert_null(super.contents.fs);
	assert_int_equal(reader.error, -EIO);
	/* what is nowhere near is not read: here the kernel's head of 64 KiB would end in it */
	bad_from = 5120;
	bad_to = SIZE - (128 << 10);
	is("ext4");
	assert_int_equal(reader.error, 0);
	/* where md would stand */
	bad_from = SIZE - 4096;
	bad_to = ~0ULL;
	identify();
	assert_string_equal(super.contents.fs, "ext4");
	assert_int_equal(reader.error, -EIO);
}

static void in_short(void **state)
{
	const struct contents *c = &super.contents;

	(void)state;
	make_btrfs();
	identify();
	assert_string_equal(c->fs, "btrfs");
	assert_null(c->member);
	assert_null(c->second);
	assert_null(c->damaged);
	assert_int_equal(c->size, 1 << 30);
	assert_int_equal(c->number, 7);
	assert_int_equal(c->devices, 2);
	assert_false(c->is_held);

	blank(state);
	make_ext();
	make_xfs();
	identify();
	assert_non_null(c->second);
	assert_int_equal(c->devices, 1);

	blank(state);
	text(0, "LUKS\xba\xbe");
	identify();
	assert_null(c->fs);
	assert_string_equal(c->member, "crypto_LUKS");

	blank(state);
	make_xfs();
	image[300] ^= 1;
	identify();
	assert_null(c->fs);
	assert_string_equal(c->damaged, "xfs");
}

static void read_errors(void **state)
{
	(void)state;
	make_ntfs();
	bad_from = 0;
	identify();
	assert_null(super.contents.fs);
	assert_int_equal(reader.error, -EIO);

	/* beyond the head */
	bad_from = MFT + 1000;
	identify();
	assert_null(super.contents.fs);
	assert_int_equal(reader.error, -EIO);
}

/* ---- ext ---------------------------------------------------------------------------------- */

static void ext_by_features(void **state)
{
	static const struct { unsigned compat, incompat, ro_compat; const char *type; } rows[] = {
		{ 0, 0, 0, "ext2" },
		{ ~4U, 0x12, 7, "ext2" },
		{ 4, 0, 0, "ext3" },
		{ ~0U, 0x16, 7, "ext3" },
		{ 4, 0x40, 0, "ext4" },
		{ 0, 0x80, 0, "ext4" },
		{ 0, 0, 8, "ext4" },
		{ 4, 0x1, 0, "ext4" },
		{ 4, 0x80000000, 0, "ext4" },
		{ 0, 4, 0, NULL }, /* to be recovered, but no journal */
		{ 0, 0x44, 0, "ext4" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].type ? rows[i].type : "none");
		blank(state);
		make_ext();
		put(EXT + 0x5c, rows[i].compat, 4);
		put(EXT + 0x60, rows[i].incompat, 4);
		put(EXT + 0x64, rows[i].ro_compat, 4);
		rows[i].type ? is(rows[i].type) : is_nothing();
		if (rows[i].type)
			assert_int_equal(super.contents.size, (3000ULL | (rows[i].incompat & 0x80 ? 1ULL << 32 : 0)) << 12);
	}
}

static void ext_journal_is_a_member(void **state)
{
	(void)state;
	make_ext();
	put(EXT + 0x60, 8, 4);
	put(EXT + 0x64, 0, 4);
	identify();
	assert_null(super.contents.fs);
	assert_string_equal(super.contents.member, "jbd");
	assert_string_equal(super.member.uuid, SOME_UUID);
	assert_string_equal(super.member.label, "sixteen-chars-xx");
}

static void ext_bounds(void **state)
{
	(void)state;
	make_ext();
	put(EXT + 0x18, 6, 4);
	sum_ext();
	is("ext4");
	static const unsigned logs[] = { 7, 32, 0xffffffff };

	for (size_t i = 0; i < COUNT(logs); i++) {
		put(EXT + 0x18, logs[i], 4);
		sum_ext();
		is_nothing();
	}
	put(EXT + 0x18, 0, 4);
	put(EXT + 0x160, 4, 4); /* ext4dev */
	sum_ext();
	is_nothing();
	put(EXT + 0x160, 3, 4);
	sum_ext();
	is("ext4");
}

/* ---- squashfs, erofs, f2fs, btrfs --------------------------------------------------------- */

static void squashfs_versions(void **state)
{
	(void)state;
	make_squashfs();
	put(28, 5, 2);
	is("squashfs");
	put(28, 3, 2);
	is("squashfs3");
	assert_int_equal(super.contents.size, 0);
	text(0, "sqsh");
	put_big(28, 3, 2);
	is("squashfs3");
	put_big(28, 4, 2);
	is_nothing();
}

static void erofs_blocks(void **state)
{
	(void)state;
	make_erofs();
	for (unsigned log = 9; log <= 16; log++) {
		put(EROFS_AT + 12, log, 1);
		sum_erofs(log > 10 ? (1U << log) - 1024 : 1U << log);
		is("erofs");
		/* of blocks that the head does not hold it is the kernel's to look at */
		image[EROFS_AT + 4] ^= 1;
		log <= 12 ? is_damaged("erofs") : is("erofs");
		image[EROFS_AT + 4] ^= 1;
	}
	put(EROFS_AT + 8, 0xfffffffe, 4); /* no checksum */
	put(EROFS_AT + 12, 12, 1);
	is("erofs");
	static const unsigned char logs[] = { 0, 8, 17, 32, 255 };

	for (size_t i = 0; i < COUNT(logs); i++) {
		put(EROFS_AT + 12, logs[i], 1);
		is_nothing();
	}
}

static void f2fs_copy(void **state)
{
	(void)state;
	make_f2fs();
	image[F2FS + 0x7c] = 'x';
	is("f2fs");
	assert_string_equal(super.fs.label, "flash"); /* of the copy */
	sum_f2fs(F2FS);
	is("f2fs");
	assert_string_equal(super.fs.label, "xlash");
	put(F2FS + 0x20, 0xbf8, 4); /* the place of the checksum */
	sum_f2fs(F2FS);
	is("f2fs");
	assert_string_equal(super.fs.label, "flash");
	image[F2FS_COPY + 0x7c] = 'x';
	is_damaged("f2fs");
	put(F2FS + 0x884, 0xfffff7ff, 4);
	is("f2fs");
	assert_string_equal(super.fs.label, "xlash");
}

static void f2fs_layouts(void **state)
{
	(void)state;
	make_f2fs();
	put(F2FS + 0x884, 0, 4);
	put(F2FS + 0x10, 17, 4);
	is("f2fs");
	assert_int_equal(super.contents.size, 0);
	put(F2FS + 0x10, 12, 4);
	text(F2FS + 0x899, "/dev/sdb"); /* more devices */
	is("f2fs");
	assert_int_equal(super.contents.size, 0);
	put(F2FS + 6, 0, 2); /* version 1.0 */
	is("f2fs");
	assert_string_equal(super.fs.uuid, "");
	assert_string_equal(super.fs.label, "");
}

static void f2fs_longest_label(void **state)
{
	(void)state;
	make_f2fs();
	put(F2FS + 0x884, 0, 4);
	for (int i = 0; i < 512; i++)
		put(F2FS + 0x7c + i * 2, 0x65e5, 2);
	put(F2FS + 0x47c, 0x65e5, 2);
	is("f2fs");
	assert_int_equal(strlen(super.fs.label), SUPER_LABEL_MAX - 1);
}

static void btrfs_checksums(void **state)
{
	(void)state;
	make_btrfs();
	put(BTRFS + 0xc4, 1, 2); /* xxhash: the kernel's to check */
	is("btrfs");
	put(BTRFS + 0xc4, 0, 2);
	put(BTRFS + 0x30, 64 << 20, 8); /* the superblock of another place */
	sum_btrfs();
	is_nothing();
	put(BTRFS + 0x30, BTRFS, 8);
	sum_btrfs();
	is("btrfs");
	assert_int_equal(super.contents.devices, 2);
	assert_int_equal(super.contents.number, 7);
	put(BTRFS + 0x88, ~0ULL, 8); /* more than words have room for */
	sum_btrfs();
	is("btrfs");
	assert_int_equal(super.contents.devices, 9999);
	put(BTRFS + 0x88, 1ULL << 32, 8);
	sum_btrfs();
	is("btrfs");
	assert_int_equal(super.contents.devices, 9999);
	put(BTRFS + 0x88, 1, 8);
	sum_btrfs();
	identify_cut((1 << 20) - 1);
	assert_null(super.contents.fs);
	identify_cut(1 << 20);
	assert_string_equal(super.contents.fs, "btrfs");
}

/* ---- xfs ---------------------------------------------------------------------------------- */

static void xfs_sanity(void **state)
{
	static const struct { unsigned at; int bytes; unsigned long long value; bool is; } rows[] = {
		{ 4, 4, 2048, false }, { 4, 4, 0, false },
		{ 8, 8, 1024, true }, { 8, 8, 1025, false }, { 8, 8, 0, false },
		{ 8, 8, 3 * 256 + 64, true }, { 8, 8, 3 * 256 + 63, false }, { 8, 8, ~0ULL, false },
		{ 80, 4, 0, false }, { 80, 4, 1 << 18, true }, { 80, 4, (1 << 18) + 1, false },
		{ 84, 4, 0, false }, { 84, 4, ~0U, false },
		{ 88, 4, 0, false }, { 88, 4, 3, false }, { 88, 4, ~0U, false },
		{ 102, 2, 1024, false }, { 102, 2, 0, false },
		{ 104, 2, 256, false }, { 123, 1, 4, false },
		{ 120, 1, 13, false }, { 120, 1, 44, false }, { 121, 1, 41, false }, { 122, 1, 255, false },
		{ 127, 1, 100, true }, { 127, 1, 101, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu: byte %u\n", i, rows[i].at);
		blank(state);
		make_xfs();
		put_big(rows[i].at, rows[i].value, rows[i].bytes);
		sum_xfs();
		rows[i].is ? is("xfs") : is_nothing();
	}
}

static void xfs_versions(void **state)
{
	(void)state;
	make_xfs();
	put_big(100, 0xb4a4, 2);
	sum_xfs();
	is("xfs");
	put(224, 0, 4);
	is("xfs");
	put(224, 1, 4); /* the kernel checks what is there */
	is_damaged("xfs");
	put_big(100, 0xb4a5, 2);
	put(224, 0, 4);
	is_damaged("xfs");
}

/* ---- FAT ---------------------------------------------------------------------------------- */

static void fat_sanity(void **state)
{
	static const struct { unsigned at; int bytes; unsigned value; bool is; } rows[] = {
		{ 0x0b, 2, 0, false }, { 0x0b, 2, 256, false }, { 0x0b, 2, 768, false },
		{ 0x0b, 2, 4096, true }, { 0x0b, 2, 8192, false },
		{ 0x0d, 1, 0, false }, { 0x0d, 1, 3, false }, { 0x0d, 1, 128, true }, { 0x0d, 1, 255, false },
		{ 0x0e, 2, 0, false }, { 0x10, 1, 0, false }, { 0x10, 1, 1, true },
		{ 0x15, 1, 0xf0, true }, { 0x15, 1, 0xf7, false }, { 0x15, 1, 0xff, true }, { 0x15, 1, 0, false },
		{ 0x16, 2, 0, false }, /* then it would be FAT32, without FSINFO */
		{ 0x13, 2, 34, false }, /* fewer than it needs for itself: wraps */
		{ 0x13, 2, 35, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu: byte %#x\n", i, rows[i].at);
		blank(state);
		make_fat();
		put(rows[i].at, rows[i].value, rows[i].bytes);
		rows[i].is ? is("vfat") : is_nothing();
	}
}

static void fat_clusters(void **state)
{
	(void)state;
	make_fat();
	put(0x13, 0, 2);
	put(0x20, 35 + 0xfff4, 4);
	is("vfat");
	put(0x20, 35 + 0xfff5, 4);
	is_nothing();

	blank(state);
	make_fat32();
	put(0x20, 40 + 0x0ffffff6, 4);
	is("vfat");
	put(0x20, 40 + 0x0ffffff7, 4);
	is_nothing();
}

static void fat_serial(void **state)
{
	(void)state;
	make_fat();
	put(0x26, 0x28, 1);
	is("vfat");
	assert_string_equal(super.fs.uuid, "BEEF-0123");
	put(0x26, 0x2a, 1);
	is("vfat");
	assert_string_equal(super.fs.uuid, "");
	put(0x26, 0x29, 1);
	put(0x27, 0, 4);
	is("vfat");
	assert_string_equal(super.fs.uuid, "");
}

static void fat_entry(unsigned at, const char *name, unsigned attributes, unsigned cluster)
{
	text(at, name);
	put(at + 11, attributes, 1);
	put(at + 20, cluster >> 16, 2);
	put(at + 26, cluster & 0xffff, 2);
}

static void fat_labels(void **state)
{
	static const struct { const char *name; unsigned attributes, cluster; const char *label; } rows[] = {
		{ "NO NAME    ", 0x08, 0, "NO NAME" },
		{ " SPACE     ", 0x28, 0, " SPACE" },
		{ "           ", 0x08, 0, "" },
		{ "\x05" "BC        ", 0x08, 0, "\xe5" "BC" },
		{ "\xe5" "BC        ", 0x08, 0, "SECOND" },
		{ "A FILE  TXT", 0x20, 0, "SECOND" },
		{ "A DIR      ", 0x18, 0, "SECOND" },
		{ "Along name.", 0x0f, 0, "SECOND" },
		{ "A FILE     ", 0x08, 1, "SECOND" },
		{ "A FILE     ", 0x08, 0x10000, "SECOND" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].name);
		blank(state);
		make_fat();
		fat_entry(FAT16_ROOT, rows[i].name, rows[i].attributes, rows[i].cluster);
		fat_entry(FAT16_ROOT + 32, "SECOND     ", 0x08, 0);
		is("vfat");
		assert_string_equal(super.fs.label, rows[i].label);
	}
	/* behind the end, and behind the last entry */
	blank(state);
	make_fat();
	fat_entry(FAT16_ROOT, "\0", 0, 0);
	image[FAT16_ROOT] = 0;
	fat_entry(FAT16_ROOT + 32, "SECOND     ", 0x08, 0);
	is("vfat");
	assert_string_equal(super.fs.label, "");
	for (int i = 0; i < 32; i++)
		fat_entry(FAT16_ROOT + i * 32, "A FILE     ", 0x20, 0);
	fat_entry(FAT16_ROOT + 32 * 32, "NOT ROOT   ", 0x08, 0);
	is("vfat");
	assert_string_equal(super.fs.label, "");
}

/* Fills this cluster of the root with files, and says what follows it. */
static void fat_fill(unsigned cluster, unsigned next)
{
	for (unsigned i = 0; i < 16; i++)
		fat_entry(FAT32_CLUSTER(cluster) + i * 32, "A FILE     ", 0x20, 1);
	put(FAT32_LINKS + cluster * 4, next, 4);
}

static void fat32_chain(void **state)
{
	(void)state;
	make_fat32();
	fat_fill(3, 0xf0000007); /* the upper bits do not count */
	fat_fill(7, 9);
	fat_entry(FAT32_CLUSTER(9), "FAR        ", 0x08, 0);
	is("vfat");
	assert_string_equal(super.fs.label, "FAR");

	/* no cluster: 0, 1, one behind the last, the end */
	static const unsigned ends[] = { 0, 1, 762, 0x0ffffff8, 0xffffffff };

	for (size_t i = 0; i < COUNT(ends); i++) {
		put(FAT32_LINKS + 7 * 4, ends[i], 4);
		is("vfat");
		assert_string_equal(super.fs.label, "");
		/* head and end; two clusters and their links */
		assert_int_equal(reads(), 4 + 4);
	}
}

static void fat32_loop_ends(void **state)
{
	(void)state;
	make_fat32();
	fat_fill(3, 3);
	is("vfat");
	assert_string_equal(super.fs.label, "");
	assert_int_equal(reads(), 4 + 40);
}

static void fat32_info(void **state)
{
	(void)state;
	make_fat32();
	put(512, 0, 4);
	is("vfat");
	put(512, 1, 4);
	is_nothing();
	put(0x30, 0, 2);
	is("vfat");
	put(0x30, 0xffff, 2); /* outside of the medium */
	is_nothing();
	/* in the head's last sector, and behind it: at the cost of a read */
	put(512, 1, 4);
	put(0x30, 8, 2);
	text(8 * 512, "RRaA");
	is("vfat");
	wish.by_name = true;
	is("vfat");
	assert_int_equal(reads(), 4);
	put(0x30, 9, 2);
	text(9 * 512, "RRaA");
	is("vfat");
	assert_int_equal(reads(), 5);
	text(9 * 512, "RRa?");
	is_nothing();
}

/* ---- exFAT -------------------------------------------------------------------------------- */

static void exfat_sanity(void **state)
{
	static const struct { unsigned at; int bytes; unsigned value; bool is; } rows[] = {
		{ 11, 1, 1, false }, { 63, 1, 1, false }, { 64, 1, 1, true },
		{ 108, 1, 8, false }, { 108, 1, 13, false }, { 108, 1, 255, false },
		{ 109, 1, 16, true }, { 109, 1, 17, false }, { 109, 1, 255, false },
		{ 110, 1, 0, false }, { 110, 1, 2, true }, { 110, 1, 3, false },
		{ 0x1fe, 2, 0x55aa, false },
		{ 106, 2, 0xffff, true }, { 112, 1, 99, true },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu: byte %u\n", i, rows[i].at);
		blank(state);
		make_exfat();
		put(rows[i].at, rows[i].value, rows[i].bytes);
		sum_exfat();
		rows[i].is ? is("exfat") : is_nothing();
	}
}

static void exfat_volatile_fields(void **state)
{
	(void)state;
	make_exfat();
	put(106, 2, 2);
	put(112, 50, 1);
	is("exfat");
}

static void exfat_label(void **state)
{
	(void)state;
	make_exfat();
	put(EXFAT_CLUSTER(5) + 33, 255, 1); /* at most 11 */
	wide(EXFAT_CLUSTER(5) + 34, "elevenchars", false);
	wide(EXFAT_CLUSTER(5) + 56, "more", false);
	is("exfat");
	assert_string_equal(super.fs.label, "elevenchars");
	put(EXFAT_CLUSTER(5) + 32, 0x03, 1); /* not in use */
	is("exfat");
	assert_string_equal(super.fs.label, "");

	/* no directory there */
	put(96, 102, 4);
	sum_exfat();
	is("exfat");
	assert_string_equal(super.fs.label, "");
	put(96, 0, 4);
	sum_exfat();
	is("exfat");
	assert_int_equal(reads(), 4 + 2);
}

/* ---- NTFS --------------------------------------------------------------------------------- */

static void ntfs_sanity(void **state)
{
	static const struct { unsigned at; int bytes; unsigned long long value; bool is; } rows[] = {
		{ 0x0b, 2, 0, false }, { 0x0b, 2, 256, false }, { 0x0b, 2, 8192, false }, { 0x0b, 2, 768, false },
		{ 0x0d, 1, 0, false }, { 0x0d, 1, 3, false }, { 0x0d, 1, 192, false }, { 0x0d, 1, 239, false },
		{ 0x0d, 1, 250, false },
		{ 0x0e, 2, 1, false }, { 0x10, 1, 1, false }, { 0x11, 2, 1, false }, { 0x13, 2, 256, false },
		{ 0x15, 1, 0, true }, { 0x16, 2, 1, false }, { 0x18, 2, 63, true }, { 0x20, 4, 1, false },
		{ 0x28, 8, 255, false }, { 0x28, 8, 256, true }, { 0x30, 8, 1ULL << 62, false },
		{ 0x38, 8, 1000, true }, { 0x38, 8, 1001, false }, { 0x38, 8, ~0ULL, false },
		{ 0x40, 1, 0, false }, { 0x40, 1, 3, false }, { 0x40, 1, 2, false }, { 0x40, 1, 0x7f, false },
		{ 0x40, 1, 0x80, false }, { 0x40, 1, 0xe1, false }, { 0x40, 1, 0xf8, false }, { 0x40, 1, 0xff, false },
		{ MFT, 1, 0, false }, { VOLUME_RECORD, 1, 0, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu: byte %#x\n", i, rows[i].at);
		blank(state);
		make_ntfs();
		put(rows[i].at, rows[i].value, rows[i].bytes);
		rows[i].is ? is("ntfs") : is_nothing();
	}
}

static void ntfs_clusters(void **state)
{
	(void)state;
	make_ntfs();
	put(0x0d, 256 - 12, 1); /* of 2 MB, $MFT in the second */
	put(0x30, 1, 8);
	put(0x38, 1, 8);
	text(2 << 20, "FILE");
	text((2 << 20) + 3 * 1024, "FILE");
	is("ntfs");
	put(0x0d, 256 - 13, 1);
	is_nothing();
	/* records of one cluster */
	put(0x0d, 8, 1);
	put(0x30, 32, 8);
	put(0x40, 1, 1);
	text(MFT + 3 * 4096, "FILE");
	is("ntfs");
	assert_string_equal(super.fs.label, "");
}

static void ntfs_labels(void **state)
{
	static const struct { unsigned at; int bytes; unsigned value; const char *label; } rows[] = {
		{ 20, 2, 0xffff, "" }, { 20, 2, 1001, "" }, { 20, 2, 1000, "" }, /* attributes' offset */
		{ 60, 4, 0, "" }, { 60, 4, 0xffffffc8, "" }, { 60, 4, 0x7fffffff, "" }, { 60, 4, 1024, "" },
		{ 56, 4, 0xffffffff, "" },
		{ 168, 4, 0, "" }, { 168, 4, 4, "Wi" }, { 168, 4, 5, "Wi" }, /* value's length */
		{ 168, 4, 0xffffffff, "" }, { 168, 4, 848, "Wide!" }, { 168, 4, 849, "" },
		{ 172, 2, 0xffff, "" }, { 172, 2, 26, "ide!" }, /* value's offset */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu: byte %u\n", i, rows[i].at);
		blank(state);
		make_ntfs();
		put(VOLUME_RECORD + 192, 0, 4);
		put(VOLUME_RECORD + rows[i].at, rows[i].value, rows[i].bytes);
		is("ntfs");
		assert_string_equal(super.fs.label, rows[i].label);
	}
}

static void ntfs_longest_label(void **state)
{
	(void)state;
	make_ntfs();
	put(0x40, 0xf4, 1); /* records of 4 kB */
	memmove(image + MFT + 3 * 4096, image + VOLUME_RECORD, 1024);
	for (int i = 0; i < 1000; i++)
		put(MFT + 3 * 4096 + 176 + i * 2, 0x65e5, 2);
	put(MFT + 3 * 4096 + 168, 1022, 4);
	is("ntfs");
	assert_int_equal(strlen(super.fs.label), 511 * 3);
	put(MFT + 3 * 4096 + 168, 1024 + 2, 4);
	is("ntfs");
	assert_string_equal(super.fs.label, "");
}

/* ---- ISO 9660 ----------------------------------------------------------------------------- */

static void iso_dates(void **state)
{
	(void)state;
	make_iso9660();
	text(ISO + 830, "0000000000000000");
	is("iso9660");
	assert_string_equal(super.fs.uuid, "1999-12-31-23-59-59-00");
	put(ISO + 846, 1, 1); /* a zone makes it a date */
	is("iso9660");
	assert_string_equal(super.fs.uuid, "0000-00-00-00-00-00-00");
	put(ISO + 846, 0, 1);
	text(ISO + 813, "0000000000000000");
	is("iso9660");
	assert_string_equal(super.fs.uuid, "");
}

static void joliet(const char *label, bool spaces)
{
	descriptor(ISO_JOLIET, 2);
	text(ISO_JOLIET + 88, "%/E");
	memset(image + ISO_JOLIET + 40, 0, 32);
	for (int i = 0; i < 16 && spaces; i++)
		put_big(ISO_JOLIET + 40 + i * 2, ' ', 2);
	wide(ISO_JOLIET + 40, label, true);
}

static void iso_labels(void **state)
{
	static const struct { const char *joliet, *primary, *label; } rows[] = {
		{ "Mixed Case", "MIXED_CASE", "Mixed Case" },
		{ "Mixed_Case", "MIXED CASE", "Mixed Case" },
		{ "Sixteen chars ab", "SIXTEEN_CHARS_ABCD_EFGHIJKLMNOPQ", "Sixteen chars abCD_EFGHIJKLMNOPQ" },
		{ "UPPER", "lower", "UPPER" },
		{ "UPPER", "upper", "upper" },
		{ "One", "TWO", "One" },
		{ "a", "ab", "a" },
		{ "", "ONLY", "" },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].label);
		blank(state);
		make_iso9660();
		memset(image + ISO + 40, ' ', 32);
		text(ISO + 40, rows[i].primary);
		joliet(rows[i].joliet, true);
		is("iso9660");
		assert_string_equal(super.fs.label, rows[i].label);
	}
	/* padded with NUL it is another label than one padded with spaces */
	joliet("Zero", false);
	is("iso9660");
	assert_string_equal(super.fs.label, "Zero");
	/* a surrogate pair is one '_' */
	joliet("x", true);
	put_big(ISO_JOLIET + 42, 0xd83d, 2);
	put_big(ISO_JOLIET + 44, 0xde00, 2);
	put_big(ISO_JOLIET + 46, 'y', 2);
	memset(image + ISO + 40, ' ', 32);
	text(ISO + 40, "X_Y");
	is("iso9660");
	assert_string_equal(super.fs.label, "x\xf0\x9f\x98\x80y");
	/* no escape sequence: no Joliet */
	text(ISO_JOLIET + 88, "%-E");
	is("iso9660");
	assert_string_equal(super.fs.label, "X_Y");
}

/* They stand one behind the other. */
static void iso_descriptors(void **state)
{
	(void)state;
	make_iso9660();
	/* the first one of several */
	descriptor(ISO_JOLIET, 255);
	descriptor(ISO + 6144, 1);
	text(ISO + 6144 + 40, "SECOND");
	is("iso9660");
	assert_string_equal(super.fs.label, "A_LABEL");
	put(ISO, 0, 1);
	is("iso9660");
	assert_string_equal(super.fs.label, "SECOND");
	/* behind a gap there are none */
	text(ISO_JOLIET + 1, "     ");
	is_nothing();
	text(ISO_JOLIET + 1, "CD001");
	/* a UDF too, of which ISO 9660 is but the other half */
	text(ISO + 4 * 2048 + 1, "BEA01");
	is("iso9660");
	text(ISO + 5 * 2048 + 1, "NSR03");
	is_nothing();
	text(ISO + 5 * 2048 + 1, "NSR02");
	is_nothing();
	text(ISO + 5 * 2048 + 1, "TEA01");
	is("iso9660");
	put(ISO + 6144, 3, 1);
	is_nothing();
	/* 16 of them at most */
	for (unsigned i = 1; i < 20; i++)
		descriptor(ISO + i * 2048, i == 16 ? 1 : 3);
	is_nothing();
	descriptor(ISO + 15 * 2048, 1);
	is("iso9660");
}

/* ---- the small ones ----------------------------------------------------------------------- */

static void jffs2_nodes(void **state)
{
	static const struct { unsigned type; bool is; } rows[] = {
		{ 0xe001, true }, { 0xe002, true }, { 0x2003, true }, { 0x2006, true }, { 0xe009, true },
		{ 0xc001, false }, { 0x0000, false }, { 0x2010, false }, { 0x3001, false }, { 0xffff, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu: type %#x\n", i, rows[i].type);
		blank(state);
		make_jffs2();
		put(2, rows[i].type, 2);
		put(8, crc(CRC32, 0, image, 8), 4);
		rows[i].is ? is("jffs2") : is_nothing();
	}
}

static void ubifs_nodes(void **state)
{
	(void)state;
	make_ubifs();
	put(20, 7, 1);
	is_nothing();
	put(20, 6, 1);
	put(16, 0xffffffff, 4);
	is_nothing();
}

static void cramfs_kinds(void **state)
{
	static const unsigned sizes[] = { 0, 35, 36, 75, SUPER_HEAD + 1, 8192, 0xffffffff };

	(void)state;
	make_cramfs();
	sum_cramfs(SUPER_HEAD);
	is_damaged("cramfs");
	put(4, SUPER_HEAD, 4);
	sum_cramfs(SUPER_HEAD);
	is("cramfs");
	image[SUPER_HEAD - 1] ^= 1;
	is_damaged("cramfs");
	/* not all of it is in the head: it is not read for that, the kernel does not either */
	for (size_t i = 0; i < COUNT(sizes); i++) {
		put(4, sizes[i], 4);
		is("cramfs");
		assert_int_equal(super.contents.size, sizes[i]);
	}
	put(4, 4096, 4);
	identify_cut(4095);
	assert_string_equal(super.contents.fs, "cramfs");
	/* no size, no CRC */
	put(8, 0xfffffffe, 4);
	is("cramfs");
	assert_int_equal(super.contents.size, 0);
	/* big endian */
	put_big(0, 0x28cd3d45, 4);
	is("cramfs");
	assert_string_equal(super.fs.label, "compressed");
}

static void romfs_size(void **state)
{
	(void)state;
	make_romfs();
	image[511] = 1;
	is_damaged("romfs");
	/* the sum ends with the image */
	image[511] = 0;
	image[300] = 1;
	put_big(8, 300, 4);
	put_big(12, be32(image + 12) + 4096 - 300, 4);
	is("romfs");
	put_big(8, 304, 4);
	put_big(12, be32(image + 12) - 4, 4);
	is_damaged("romfs");
}

static void minix_versions(void **state)
{
	(void)state;
	make_minix();
	static const unsigned magics[] = { 0x137f, 0x138f, 0x2468, 0x2478 };

	put(MINIX + 20, 8000, 4);
	for (size_t i = 0; i < COUNT(magics); i++) {
		put(MINIX + 16, magics[i], 2);
		is("minix");
		assert_int_equal(super.contents.size, (i < 2 ? 360 : 8000) * 1024);
	}
	put(MINIX + 16, 0x8f13, 2); /* big endian */
	is_nothing();

	blank(state);
	put(MINIX, 100, 4);
	put(MINIX + 6, 1, 2);
	put(MINIX + 8, 2, 2);
	put(MINIX + 10, 10, 2);
	put(MINIX + 20, 9000, 4);
	put(MINIX + 24, 0x4d5a, 2);
	is("minix");
	assert_int_equal(super.contents.size, 9000 * 1024);
}

static void minix_sanity(void **state)
{
	static const struct { unsigned at, value; bool is; } rows[] = {
		{ 0, 0, false }, { 0, 8191, true }, { 0, 8192, false }, { 0, 0xffff, false },
		{ 2, 9, false }, { 2, 10, true }, { 2, 10 + 8191, true }, { 2, 10 + 8192, false },
		{ 4, 0, false }, { 6, 0, false }, { 10, 1, false },
		{ 18, 0, true }, { 18, 3, true }, { 18, 4, false }, { 0x38, 0xef53, false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu: byte %u\n", i, rows[i].at);
		blank(state);
		make_minix();
		put(MINIX + rows[i].at, rows[i].value, 2);
		/* a whole ext2 would be one */
		if (rows[i].at == 0x38)
			put(MINIX + 0x18, 7, 4);
		rows[i].is ? is("minix") : is_nothing();
	}
}

static void nilfs2_copy(void **state)
{
	(void)state;
	make_nilfs2();
	image[NILFS + 200] = 1;
	text(NILFS_COPY + 168, "Copy");
	is_damaged("nilfs2");
	sum_nilfs2(NILFS_COPY);
	is("nilfs2");
	assert_string_equal(super.fs.label, "Copy");
	sum_nilfs2(NILFS);
	is("nilfs2");
	assert_string_equal(super.fs.label, "logs");
	assert_int_equal(reads(), 4);
	bad_from = SIZE;
	image[NILFS + 200] = 2;
	bad_from = SIZE - 4096 + 100;
	identify();
	assert_null(super.contents.fs);
	assert_int_equal(reader.error, -EIO);
}

static void nilfs2_bytes(void **state)
{
	static const unsigned sizes[] = { 0, 19, 1025, 0xffff };

	for (size_t i = 0; i < COUNT(sizes); i++) {
		blank(state);
		make_nilfs2();
		put(NILFS_COPY, 0, 1);
		put(NILFS + 8, sizes[i], 2);
		is_damaged("nilfs2");
	}
}

/* ---- members beside a file system -------------------------------------------------------------- */

#define MD_1_0 (SIZE - 0x2000)
#define MD_0_90 (SIZE - 0x10000)
#define MD_DEVICES 128

static void sum_md(unsigned at, unsigned size, unsigned word_at)
{
	unsigned long long sum = 0;

	put(at + word_at, 0, 4);
	for (unsigned i = 0; i < size; i += 4)
		sum += le32(image + at + i);
	put(at + word_at, sum + (sum >> 32), 4);
}

static void make_md_1_0(void)
{
	put(MD_1_0, 0xa92b4efc, 4);
	put(MD_1_0 + 4, 1, 4);
	uuid(MD_1_0 + 16);
	put(MD_1_0 + 144, MD_1_0 / 512, 8);
	put(MD_1_0 + 220, MD_DEVICES, 4);
	/* sums of more than 32 bits are folded */
	put(MD_1_0 + 192, 0xffffffff, 4);
	put(MD_1_0 + 256, 0xfffffffe, 4);
	sum_md(MD_1_0, 256 + 2 * MD_DEVICES, 216);
}

static void make_md_0_90(void)
{
	put(MD_0_90, 0xa92b4efc, 4);
	put(MD_0_90 + 32, MD_0_90 / 1024, 4);
	put(MD_0_90 + 20, 0x04030201, 4);
	put(MD_0_90 + 4092, 0xffffffff, 4);
	sum_md(MD_0_90, 4096, 38 * 4);
}

static const char *member(void)
{
	identify();
	return super.contents.member ? super.contents.member : "";
}

/* The ext4 of make_ext() takes so many bytes from the medium's start on. */
static void set_size(unsigned long long size)
{
	put(EXT + 0x04, size >> 12, 4);
	put(EXT + 0x150, size >> 44, 4);
	sum_ext();
}

/*
 * Half of a RAID1 looks like its file system, which ends before the superblock: it bars, damaged or not.
 * Within what the file system takes it may be that one's data: it must be sound.
 */
static void md_behind_a_file_system(void **state)
{
	static const struct {
		void (*make)(void);
		unsigned at, covered;
	} rows[] = {
		{ make_md_1_0, MD_1_0, MD_1_0 + 256 + 2 * MD_DEVICES - 1 },
		{ make_md_0_90, MD_0_90, MD_0_90 + 4095 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu\n", i);
		blank(state);
		make_ext();
		rows[i].make();
		set_size(rows[i].at & ~0xfffU);
		assert_string_equal(member(), "linux_raid_member");
		assert_string_equal(super.contents.fs, "ext4");
		image[rows[i].covered] ^= 1;
		assert_string_equal(member(), "linux_raid_member");
		/* inside: the file system does not end before it */
		set_size(SIZE);
		assert_string_equal(member(), "");
		image[rows[i].covered] ^= 1;
		assert_string_equal(member(), "linux_raid_member");
		/* its sum covers no more */
		image[rows[i].covered + 1] ^= 1;
		assert_string_equal(member(), "linux_raid_member");
		/* what ends before it by its own words, and what says nothing of its size */
		blank(state);
		make_squashfs();
		rows[i].make();
		put(40, 0, 8);
		image[rows[i].covered] ^= 1;
		assert_string_equal(member(), "linux_raid_member");
		put(40, SIZE, 8);
		assert_string_equal(member(), "");
		/* on a disk it is of the last partition */
		put(40, 0, 8);
		wish.partitioned = true;
		assert_string_equal(member(), "");
	}
}

/* At the beginning no file system has data: there it is not asked to be sound. */
static void md_before_a_file_system(void **state)
{
	(void)state;
	make_ext();
	put(0, 0xa92b4efc, 4);
	put(4, 1, 4);
	assert_string_equal(member(), "linux_raid_member");
	put(144, 8, 8);
	assert_string_equal(member(), "");
	memmove(image + 4096, image, 256);
	assert_string_equal(member(), "linux_raid_member");
}

/*
 * An array's size is in a btrfs' superblock, so where that covers the place no array's superblock is; and
 * none lies on a medium that begins as an ISO 9660 does, whatever the files at its end are.
 */
static void file_systems_that_own_their_end(void **state)
{
	(void)state;
	make_btrfs();
	make_md_1_0();
	assert_string_equal(member(), "");
	put(BTRFS + 0xd1, MD_1_0, 8);
	sum_btrfs();
	assert_string_equal(member(), "linux_raid_member");
	put(BTRFS + 0xd1, MD_1_0 + 1, 8);
	sum_btrfs();
	assert_string_equal(member(), "");

	blank(state);
	make_iso9660();
	make_md_1_0();
	make_md_0_90();
	assert_string_equal(member(), "");
	put(ISO + 80, 0, 4);
	assert_string_equal(member(), "");
}

/* Files of a healthy root: an image of a LUKS, a ZFS or a swap is no member. */
static void data_is_no_member(void **state)
{
	static const unsigned headers[] = { 16 << 10, 32 << 10, 64 << 10 };

	(void)state;
	make_ext();
	for (size_t i = 0; i < COUNT(headers); i++) {
		text(headers[i], "SKUL\xba\xbe");
		put_big(headers[i] + 256, headers[i], 8);
	}
	memcpy(image + (16 << 10) + 20, "\0\0\0\7version\0\0\0\0\10", 16);
	is("ext4");
	assert_null(super.contents.member);
	/* without the file system they are */
	put(EXT + 0x38, 0, 2);
	assert_string_equal(member(), "crypto_LUKS");
	for (size_t i = 0; i < COUNT(headers); i++)
		text(headers[i], "nothing");
	assert_string_equal(member(), "zfs_member");

	/* a swap's page end, in the head and behind it */
	for (unsigned page = 4096; page <= 65536; page <<= 1) {
		blank(state);
		make_xfs();
		put(1024, 1, 4);
		put(1028, 255, 4);
		text(page - 10, "SWAPSPACE2");
		is("xfs");
		assert_null(super.contents.member);
		image[0] = 0;
		assert_string_equal(member(), "swap");
	}
	/* behind a file system's end it counts */
	blank(state);
	make_cramfs();
	put(4, 2048, 4);
	sum_cramfs(2048);
	text(4086, "SWAPSPACE2");
	put(1024, 1, 4);
	put(1028, 255, 4);
	sum_cramfs(2048);
	assert_string_equal(member(), "swap");
	/* what stands at the very beginning always counts */
	blank(state);
	make_ext();
	text(0, "LUKS\xba\xbe");
	assert_string_equal(member(), "crypto_LUKS");
	assert_string_equal(super.contents.fs, "ext4");
}

/* The superblock of a file system behind the head is looked for when nothing is in the head. */
static void behind_the_head(void **state)
{
	(void)state;
	make_ext();
	make_btrfs();
	make_iso9660();
	is("ext4");
	put(EXT + 0x38, 0, 2);
	identify();
	assert_string_equal(super.contents.fs, "btrfs");
	text(BTRFS + 0x40, "        ");
	is("iso9660");
	/* not on a member, either */
	text(0, "LUKS\xba\xbe");
	is("iso9660");
}

/* What an earlier format has left in the buffer is not taken for another's. */
static void buffers_do_not_mix(void **state)
{
	(void)state;
	make_btrfs();
	is("btrfs");
	text(BTRFS + 0x40, "        ");
	is_nothing();
	make_iso9660();
	bad_from = BTRFS;
	bad_to = BTRFS + 1;
	identify();
	assert_string_equal(super.contents.fs, "iso9660");
	assert_int_equal(reader.error, -EIO);
}

/* ---- hostile ------------------------------------------------------------------------------ */

/* Whatever a superblock says, nothing is read or written outside: the sanitizers see it. */
static void random_superblocks(void **state)
{
	unsigned seed = 1;

	for (size_t i = 0; i < COUNT(formats); i++) {
		unsigned base = formats[i].magic < 1024 ? 0 : (unsigned)formats[i].magic & ~1023U;

		for (int round = 0; round < 200; round++) {
			blank(state);
			formats[i].make();
			for (int n = 0; n < 3; n++) {
				seed = seed * 1103515245 + 12345;
				image[base + (seed >> 16) % 300] = (unsigned char)(seed >> 8);
			}
			identify();
		}
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, blank, end)
	const struct CMUnitTest tests[] = {
		TEST(each_is_itself), TEST(magic_is_needed), TEST(wrong_checksum_is_damage), TEST(cut_media),
		TEST(what_it_costs), TEST(by_its_name), TEST(nothing_is_nothing), TEST(extended_partition_is_nothing), TEST(two_that_fit),
		TEST(the_named_one_of_two), TEST(a_weak_one_is_none_of_two), TEST(names_of_types), TEST(in_short), TEST(bad_sectors),
		TEST(damage_beside_a_sound_one),
		TEST(read_errors),
		TEST(ext_by_features), TEST(ext_journal_is_a_member), TEST(ext_bounds),
		TEST(squashfs_versions), TEST(erofs_blocks), TEST(f2fs_copy), TEST(f2fs_layouts),
		TEST(f2fs_longest_label), TEST(btrfs_checksums),
		TEST(xfs_sanity), TEST(xfs_versions),
		TEST(fat_sanity), TEST(fat_clusters), TEST(fat_serial), TEST(fat_labels), TEST(fat32_chain),
		TEST(fat32_loop_ends), TEST(fat32_info),
		TEST(exfat_sanity), TEST(exfat_volatile_fields), TEST(exfat_label),
		TEST(ntfs_sanity), TEST(ntfs_clusters), TEST(ntfs_labels), TEST(ntfs_longest_label),
		TEST(iso_dates), TEST(iso_labels), TEST(iso_descriptors),
		TEST(jffs2_nodes), TEST(ubifs_nodes), TEST(cramfs_kinds), TEST(romfs_size),
		TEST(minix_versions), TEST(minix_sanity), TEST(nilfs2_copy), TEST(nilfs2_bytes),
		TEST(md_behind_a_file_system), TEST(md_before_a_file_system), TEST(file_systems_that_own_their_end),
		TEST(data_is_no_member), TEST(behind_the_head), TEST(buffers_do_not_mix),
		TEST(random_superblocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
