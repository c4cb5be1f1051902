/* plan/super/members and volumes: each made by hand, then damaged or moved at its bounds. */
#include "disk.h"
#include "plan/crc.h"
#include "plan/super.h"

#define SIZE ((4ULL << 20) + (24 << 10))

static const unsigned char ID[16] = {
	0x66, 0x77, 0x88, 0x99, 0x44, 0x55, 0x42, 0x33, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
};
#define UUID "66778899-4455-4233-8899-aabbccddeeff"

static struct super super;

/* The member as "type uuid label", "damaged type", or "". */
static const char *member_of(bool partitioned)
{
	const struct super_wish wish = { .partitioned = partitioned };
	static char out[sizeof(struct identity) + 64];
	const struct identity *id = &super.member;
	const char *type;

	disk_rewind();
	reader.reads = READER_READS;
	reader.bytes = READER_BYTES;
	memset(&super, 0x5a, sizeof(super));
	super_identify(&super, &reader, &wish);
	type = super.contents.member;
	assert_null(super.contents.fs);
	*out = '\0';
	if (super.contents.damaged)
		sprintf(out, "damaged %s", super.contents.damaged);
	else if (type)
		sprintf(out, "%s %s %s", type, id->uuid, id->label);
	return out;
}

static const char *member(void)
{
	return member_of(false);
}

static void put_bytes(unsigned long long at, const void *bytes, size_t size)
{
	assert_true(at + size <= reader.size);
	memcpy(disk + at, bytes, size);
}

static void put_big(unsigned long long at, unsigned long long value, unsigned bytes)
{
	while (bytes--) {
		put(at + bytes, value & 0xff, 1);
		value >>= 8;
	}
}

/* ---- md --------------------------------------------------------------------------------------- */

/* The words of a superblock of version 0.90. */
static void put_word(unsigned long long at, unsigned i, unsigned value, bool big)
{
	if (big)
		put_big(at + 4 * i, value, 4);
	else
		put(at + 4 * i, value, 4);
}

static unsigned long long old_place(void)
{
	return (reader.size & ~0xffffULL) - 0x10000;
}

static void md_old(bool big)
{
	unsigned long long at;

	disk_make(SIZE);
	at = old_place();
	put_word(at, 0, 0xa92b4efc, big);
	put_word(at, 2, 90, big);
	put_word(at, 5, 0x66778899, big);
	put_word(at, 13, 0x44554233, big);
	put_word(at, 14, 0x8899aabb, big);
	put_word(at, 15, 0xccddeeff, big);
	put_word(at, 8, (unsigned)(at >> 10), big);
}

static void md_0_90(void **state)
{
	(void)state;
	for (int big = 0; big < 2; big++) {
		unsigned long long at;

		md_old(big);
		at = old_place();
		assert_string_equal(member(), "linux_raid_member " UUID " ");
		/* of the disk's last partition, or of no disk of this size */
		assert_string_equal(member_of(true), "");
		reader.size -= 64 << 10;
		assert_string_equal(member(), "");
		reader.size += 64 << 10;
		/* no sum, and whatever version: what was a member once stays one */
		put_word(at, 2, 91, big);
		put_word(at, 38, 1, big);
		assert_string_equal(member(), "linux_raid_member " UUID " ");
		for (unsigned i = 0; i < 4; i++) {
			disk[at + i] ^= 1;
			assert_string_equal(member(), "");
			disk[at + i] ^= 1;
		}
		/* more data than stand before */
		put_word(at, 8, (unsigned)(at >> 10) + 1, big);
		assert_string_equal(member(), "");
	}
}

static void md_new(unsigned long long at)
{
	disk_make(SIZE);
	put(at, 0xa92b4efc, 4);
	put(at + 4, 1, 4);
	put_bytes(at + 16, ID, 16);
	put_text(at + 32, "host:name");
	put(at + 144, at / 512, 8);
}

static void md_1_x(void **state)
{
	const unsigned long long places[] = { (SIZE & ~0xfffULL) - 0x2000, 0, 0x1000 };

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		unsigned long long at = places[i];

		/* its sum is not looked at */
		md_new(at);
		assert_string_equal(member(), "linux_raid_member " UUID " host:name");
		assert_string_equal(member_of(true), i ? "linux_raid_member " UUID " host:name" : "");
		/* the whole field, and not beyond */
		memset(disk + at + 32, 'n', 33);
		assert_string_equal(member(), "linux_raid_member " UUID " nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
		/* it says where it stands */
		put(at + 144, at / 512 + 1, 8);
		assert_string_equal(member(), "");
		put(at + 144, at / 512, 8);
		put(at + 4, 2, 4);
		assert_string_equal(member(), "");
		/* no word of version 1 is big endian */
		md_new(at);
		put_big(at, 0xa92b4efc, 4);
		assert_string_equal(member(), "");
	}
	/* at the end of disks of other sizes */
	for (unsigned size = 1; size < 70000; size += size < 5000 ? 511 : 4096 - 3) {
		md_new(((((1 << 20) + size) / 512 - 16) & ~7ULL) * 512);
		reader.size = (1 << 20) + size;
		assert_string_equal(member(), "linux_raid_member " UUID " host:name");
	}
}

/* ---- LVM2, LUKS ------------------------------------------------------------------------------ */

static void lvm(void **state)
{
	(void)state;
	for (unsigned sector = 0; sector < 5; sector++) {
		unsigned at = sector * 512;

		disk_make(SIZE);
		put_text(at, "LABELONE");
		put(at + 8, sector, 8);
		put(at + 20, 32, 4);
		put_text(at + 24, "LVM2 001");
		put_text(at + 32, "Kindl1ng0123456789ABCDEFabcdefgh");
		put(at + 16, crc(CRC32, 0xf597a6cf, disk + at + 20, 492), 4);
		assert_string_equal(member(), sector > 3 ? "" :
				    "LVM2_member Kindl1-ng01-2345-6789-ABCD-EFab-cdefgh ");
		if (sector > 3)
			continue;
		disk[at + 511] ^= 1;
		assert_string_equal(member(), "damaged LVM2_member");
		disk[at + 511] ^= 1;
		disk[at + 512] ^= 1;
		assert_string_not_equal(member(), "");
		put(at + 8, sector ^ 1, 8);
		assert_string_equal(member(), "");
		put(at + 8, sector, 8);
		put(at + 31, '2', 1);
		assert_string_equal(member(), "");
	}
}

static void luks(void **state)
{
	(void)state;
	disk_make(SIZE);
	put_text(0, "LUKS\xba\xbe");
	put_big(6, 1, 2);
	put_text(8, "aes");
	put_text(24, "no label");
	put_text(168, UUID);
	assert_string_equal(member(), "crypto_LUKS " UUID " ");
	put_big(6, 2, 2);
	put_text(24, "l\xc3\xbc""cks");
	put(24 + 6, 0, 8);
	assert_string_equal(member(), "crypto_LUKS " UUID " l\xc3\xbc""cks");
	/* whole fields: what follows them is not theirs */
	memset(disk + 24, 'l', 49);
	memset(disk + 168, 'u', 49);
	assert_string_equal(member(), "crypto_LUKS uuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu "
			    "llllllllllllllllllllllllllllllllllllllllllllllll");
	put(0, 'l', 1);
	assert_string_equal(member(), "");
	/* only the second header of version 2 is left, which says where it stands */
	for (unsigned at = 4 << 10; at <= 64 << 10; at <<= 1) {
		disk_make(SIZE);
		put_text(at, "SKUL\xba\xbe");
		put_big(at + 6, 2, 2);
		put_text(at + 24, "name");
		put_text(at + 168, UUID);
		assert_string_equal(member(), "");
		put_big(at + 256, at, 8);
		assert_string_equal(member(), at < 16 << 10 ? "" : "crypto_LUKS " UUID " name");
		/* one that was copied elsewhere is a file's */
		put_big(at + 256, at << 1, 8);
		assert_string_equal(member(), "");
		put_big(at + 256, at | 1ULL << 32, 8);
		assert_string_equal(member(), "");
		put_big(at + 256, at, 8);
		put_text(at, "LUKS");
		assert_string_equal(member(), "");
	}
}

/* ---- swap ------------------------------------------------------------------------------------- */

static void swap_made(const char *magic, unsigned page)
{
	disk_make(SIZE);
	put_text(page - 10, magic);
	put(1024, 1, 4);
	put(1028, 255, 4);
	put_bytes(1036, ID, 16);
	put_text(1052, "sw\xc3\xa4p 1");
}

static void swap(void **state)
{
	static const struct { const char *magic, *member; } rows[] = {
		{ "SWAPSPACE2", "swap " UUID " sw\xc3\xa4p 1" },
		{ "SWAP-SPACE", "swap  " },
		{ "S1SUSPEND", "swsuspend " UUID " sw\xc3\xa4p 1" },
		{ "S2SUSPEND", "swsuspend " UUID " sw\xc3\xa4p 1" },
		{ "ULSUSPEND", "swsuspend " UUID " sw\xc3\xa4p 1" },
		{ "SWAPSPACE1", "" },
		{ "WAP-SPACE", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (unsigned page = 2 << 10; page <= 64 << 10; page <<= 1) {
			row_is(i, rows[i].magic);
			swap_made(rows[i].magic, page);
			assert_string_equal(member(), page < 4 << 10 ? "" : rows[i].member);
		}
	swap_made("SWAPSPACE2", 4096);
	put_big(1024, 1, 4);
	assert_string_equal(member(), rows[0].member);
	put(1024, 2, 4);
	assert_string_equal(member(), "");
	put(1024, 1, 4);
	put(1028, 0, 4);
	assert_string_equal(member(), "");
	/* garbage where zeros should be: no name */
	for (unsigned at = 1195; at <= 1204; at++) {
		swap_made("SWAPSPACE2", 4096);
		put(at, 1, 1);
		assert_string_equal(member(), at == 1195 || at == 1204 ? rows[0].member : "swap  ");
	}
	swap_made("", 4096);
	put_text(0, "\xed\xc3\x02\xe9\x98\x56\xe5\x0c");
	assert_string_equal(member(), "swsuspend " UUID " sw\xc3\xa4p 1");
}

/* ---- the others ------------------------------------------------------------------------------ */

static void bcache(void **state)
{
	(void)state;
	disk_make(SIZE);
	put_text(4096 + 24, "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81");
	put(4096 + 8, 8, 8);
	put_bytes(4096 + 40, ID, 16);
	assert_string_equal(member(), "bcache " UUID " ");
	put(4096 + 8, 9, 8);
	assert_string_equal(member(), "");
}

static void bcachefs(void **state)
{
	static const struct { const char *magic; bool old; } rows[] = {
		{ "\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef", false },
		{ "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu\n", i);
		disk_make(SIZE);
		put_text(4096 + 24, rows[i].magic);
		memset(disk + 4096 + 40, 'i', 16); /* the one that nobody is shown */
		put_bytes(4096 + 56, ID, 16);
		memset(disk + 4096 + 72, 'n', 32);
		put(4096 + 104, 8, 8);
		/* on one device it is the kernel's to mount */
		for (unsigned devices = 0; devices <= 255; devices = devices * 2 + 1) {
			put(4096 + 123, devices, 1);
			assert_string_equal(member(), devices > 1 ? "bcachefs " UUID " nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn" : "");
		}
		put(4096 + 104, 9, 8);
		assert_string_equal(member(), rows[i].old ? "" : "bcachefs " UUID " nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn");
		disk[4096 + 39] ^= 1;
		assert_string_equal(member(), "");
	}
}

static void drbd(void **state)
{
	static const struct { unsigned magic; const char *member; } rows[] = {
		{ 0x8374026a, "" },
		{ 0x8374026b, "drbd 123456789abcdef " },
		{ 0x8374026c, "drbd 123456789abcdef " },
		{ 0x8374026d, "drbd f000000000000001 " },
		{ 0x8374026e, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (unsigned size = 4 << 10; size <= 4 << 20; size <<= 2) {
			disk_make(size);
			put_big(size - 4096, (size - 4096) / 512, 8);
			put_big(size - 4096 + 40, 0x0123456789abcdef, 8);
			put_big(size - 4096 + 48, 0xf000000000000001, 8);
			put_big(size - 4096 + 60, rows[i].magic, 4);
			assert_string_equal(member(), size < 64 << 10 ? "" : rows[i].member);
			assert_string_equal(member_of(true), "");
		}
	disk_make(SIZE);
	put_big(SIZE - 4096 + 60, 0x8374026b, 4);
	/* four bytes of magic are too few: it says how much stands before it, too */
	assert_string_equal(member(), "");
	put_big(SIZE - 4096, (SIZE - 4096) / 512 + 1, 8);
	assert_string_equal(member(), "");
	put_big(SIZE - 4096, ~0ULL, 8);
	assert_string_equal(member(), "");
	put_big(SIZE - 4096, 1, 8);
	assert_string_equal(member(), "drbd  ");
	put_big(SIZE - 4096, (SIZE - 4096) / 512, 8);
	assert_string_equal(member(), "drbd  ");
	put_big(SIZE - 4096 + 40, 5, 8);
	assert_string_equal(member(), "drbd 5 ");
}

static void zfs(void **state)
{
	static const unsigned char names[] = {
		1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x24, 0, 0, 0, 0x20,
		0, 0, 0, 7, 'v', 'e', 'r', 's', 'i', 'o', 'n', 0, 0, 0, 0, 8, 0, 0, 0, 1,
	};

	(void)state;
	disk_make(SIZE);
	put_bytes(16 << 10, names, sizeof(names));
	assert_string_equal(member(), "zfs_member  ");
	put((16 << 10) + 35, 9, 1);
	assert_string_equal(member(), "");
}

static void bitlocker(void **state)
{
	(void)state;
	disk_make(SIZE);
	put_text(0, "\xeb\x58\x90-FVE-FS-");
	assert_string_equal(member(), "BitLocker  ");
	put_text(0, "\xeb\x52");
	assert_string_equal(member(), "BitLocker  ");
	/* what any FAT of Windows 95 could be */
	disk_make(SIZE);
	put_text(0, "\xeb\x58\x90MSWIN4.1");
	put_text(SIZE - 8, "-FVE-FS-");
	for (unsigned long long at = SIZE - 9; at <= SIZE - 7; at++) {
		put(440, at, 8);
		assert_string_equal(member(), at == SIZE - 8 ? "BitLocker  " : "");
	}
	put(440, ~0ULL, 8);
	assert_string_equal(member(), "");
}

static void dm(void **state)
{
	(void)state;
	disk_make(SIZE);
	put_text(0, "verity");
	put(8, 1, 4);
	put_bytes(16, ID, 16);
	assert_string_equal(member(), "DM_verity_hash " UUID " ");
	put(8, 2, 4);
	assert_string_equal(member(), "");
	put_text(0, "integrt");
	put(7, 0, 1);
	assert_string_equal(member(), "DM_integrity  ");
}

/* None of it is on an empty medium of any size, or where the end cannot be read. */
static void nothing(void **state)
{
	(void)state;
	for (unsigned size = 0; size < 140 << 10; size += 1023) {
		disk_make(size);
		assert_string_equal(member(), "");
	}
	disk_make(SIZE);
	bad_sector = SIZE / 512 - 8;
	assert_string_equal(member(), "");
	assert_int_equal(reader.error, -EIO);
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
		cmocka_unit_test_teardown(md_0_90, end),
		cmocka_unit_test_teardown(md_1_x, end),
		cmocka_unit_test_teardown(lvm, end),
		cmocka_unit_test_teardown(luks, end),
		cmocka_unit_test_teardown(swap, end),
		cmocka_unit_test_teardown(bcache, end),
		cmocka_unit_test_teardown(bcachefs, end),
		cmocka_unit_test_teardown(drbd, end),
		cmocka_unit_test_teardown(zfs, end),
		cmocka_unit_test_teardown(bitlocker, end),
		cmocka_unit_test_teardown(dm, end),
		cmocka_unit_test_teardown(nothing, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
