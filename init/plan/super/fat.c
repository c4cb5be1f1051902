/* FAT12, FAT16 and FAT32: linux include/uapi/linux/msdos_fs.h and Microsoft's FAT specification. */
#include "format.h"
#include "../bytes.h"
#include "../chain.h"

#include <errno.h>

#define MAX_FAT16 0xfff4
#define MAX_FAT32 0x0ffffff6
#define INFO 0x41615252 /* "RRaA" */

/* The name of a volume stands in its root directory; the one in the boot sector is not kept up. */
static bool take(void *id, const unsigned char *entry)
{
	unsigned attributes = entry[11];

	/* a deleted one, one with a first cluster, a part of a long name, no volume's name */
	if (entry[0] == 0xe5 || le16(entry + 20) || le16(entry + 26) ||
	    (attributes & 0x3f) == 0x0f || (attributes & 0x18) != 0x08)
		return false;
	format_label(id, entry, 11);
	if (entry[0] == 0x05)
		*((struct identity *)id)->label = (char)0xe5;
	return true;
}

/* The BIOS parameter block as the kernel's fat_read_bpb() wants it: there is no magic. */
static bool is_sane(const unsigned char *b)
{
	unsigned sector = le16(b + 0x0b), media = b[0x15];

	return is_power(sector) && sector - 512 <= 4096 - 512 && is_power(b[0x0d]) &&
	       le16(b + 0x0e) && b[0x10] && (media >= 0xf8 || media == 0xf0);
}

/* FAT32 has a sector with this signature, or zeroes: no other FAT with a zero in its length. */
static bool has_info(struct super *s, unsigned log)
{
	unsigned offset = le16(s->at + 0x30) << log;
	const unsigned char *sector = offset > SUPER_HEAD - 512 ? format_read(s, 512, offset) : s->at + offset;

	return !offset || (sector && (!le32(sector) || le32(sector) == INFO));
}

static int check(struct super *s)
{
	const unsigned char *b = s->at;
	unsigned log, cluster_log, fat, sectors, entries, start, clusters;
	bool is_fat32 = !le16(b + 0x16);
	struct chain c;

	fat = is_fat32 ? le32(b + 0x24) : le16(b + 0x16);
	if (!fat || !is_sane(b))
		return -EINVAL;
	log = (unsigned)__builtin_ctz(le16(b + 0x0b));
	cluster_log = (unsigned)__builtin_ctz(b[0x0d]);
	sectors = le16(b + 0x13);
	if (!sectors)
		sectors = le32(b + 0x20);
	entries = le16(b + 0x11) * 32;
	start = le16(b + 0x0e) + fat * b[0x10];
	clusters = (sectors - start - ((entries + (1U << log) - 1) >> log)) >> cluster_log;
	if (is_fat32 ? clusters > MAX_FAT32 || !has_info(s, log) : clusters > MAX_FAT16)
		return -EINVAL;

	s->size = (unsigned long long)sectors << log;
	if (s->wish->by_name)
		return 0;
	c = (struct chain){
		.reader = s->reader, .take = take, .arg = s->id, .pieces = CHAIN_PIECES,
		.links = le16(b + 0x0e) << log, .data = (unsigned long long)start << log,
		.cluster_log = cluster_log + log, .end = clusters + 2,
	};
	if (is_fat32) {
		format_serial(s->id, b + 0x43);
		chain_walk(&c, le32(b + 0x2c));
	} else {
		if ((b[0x26] | 1) == 0x29)
			format_serial(s->id, b + 0x27);
		chain_entries(&c, c.data, entries);
	}
	return 0;
}

FORMAT(fat, .type = "vfat", .magic = "\x55\xaa", .magic_at = 0x1fe, .magic_length = 2,
       .check = check);
