/*
 * More of what must never be mounted, as blkid names it. Offsets are those of
 * libblkid 2.38 and of what stands above each.
 */
#include "format.h"
#include "../bytes.h"
#include "../text.h"

#include <errno.h>

/* linux drivers/md/bcache/bcache_ondisk.h. Each says, at another place, in which sector it stands. */
static int bcache(struct super *s)
{
	return le64(s->at + 8) == 8 ? 0 : -EINVAL;
}

/* members.c has bcachefs; it had this magic before it was in Linux. */
static int old_bcachefs(struct super *s)
{
	return bcache(s) && le64(s->at + 104) == 8 && s->at[123] > 1 ? 0 : -EINVAL;
}

#define BCACHE .base = 4096, .magic_at = 24, .magic_length = 16, .member = true, \
	.magic = "\xc6\x85\x73\xf6\x4e\x1a\x45\xca\x82\x65\xf5\x7f\x48\xba\x6d\x81"
FORMAT(bcache, BCACHE, .type = "bcache", .uuid_at = 40, .check = bcache);
FORMAT(old_bcachefs, BCACHE, .type = "bcachefs", .uuid_at = 56, .label_at = 72, .label_length = 32,
       .check = old_bcachefs);

/* drbd-headers/drbd_meta_data.h, drbd-utils user/shared/drbdmeta.c: versions 8, unclean 8, 9. */
static int drbd(struct super *s)
{
	unsigned char sb[64];
	unsigned long long uuid;
	unsigned magic;
	int digits = 16;

	if (s->wish->partitioned || s->reader->size < 64 << 10 ||
	    !reader_get(s->reader, sb, sizeof(sb), s->reader->size - 4096))
		return -EINVAL;
	magic = be32(sb + 60) - 0x8374026b;
	/* and it says how many sectors stand before it */
	if (magic > 2 || be64(sb) - 1 >= (s->reader->size - 4096) >> 9)
		return -EINVAL;
	uuid = be64(sb + (magic == 2 ? 48 : 40));
	while (digits && !(uuid >> (digits * 4 - 4)))
		digits--;
	*text_hex(s->id->uuid, uuid, digits, false) = '\0';
	return 0;
}

FORMAT(drbd, .type = "drbd", .check = drbd, .member = true);

/*
 * openzfs module/zfs/vdev_label.c: the names in the first label begin with the
 * version, a number. libblkid counts four uberblocks instead, in up to a MiB of
 * the medium: too much to read at each boot.
 */
FORMAT(zfs, .type = "zfs_member", .base = 16 << 10, .far = 512, .magic_at = 20, .magic_length = 16,
       .magic = "\0\0\0\7version\0\0\0\0\10", .member = true);

/* libbde's "BitLocker Drive Encryption (BDE) format"; the second: on what looks like a FAT. */
static int bitlocker(struct super *s)
{
	unsigned char magic[8];

	return reader_get(s->reader, magic, sizeof(magic), le64(s->at + 440)) &&
	       format_is(magic, "-FVE-FS-", 8) ? 0 : -EINVAL;
}

FORMAT(bitlocker, .type = "BitLocker", .magic = "\x90-FVE-FS-", .magic_at = 2, .magic_length = 9,
       .member = true);
FORMAT(bitlocker_to_go, .type = "BitLocker", .magic = "\xeb\x58\x90MSWIN4.1", .magic_length = 11,
       .check = bitlocker, .member = true);

/* cryptsetup lib/verity/verity.c; linux drivers/md/dm-integrity.c */
FORMAT(verity, .type = "DM_verity_hash", .magic = "verity\0\0\1\0\0", .magic_length = 12,
       .uuid_at = 16, .member = true);
FORMAT(integrity, .type = "DM_integrity", .magic = "integrt", .magic_length = 8, .member = true);
