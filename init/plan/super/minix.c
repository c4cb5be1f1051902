/*
 * minix 1, 2 and 3 of little endian: linux fs/minix/minix.h. The magic is short
 * and stands within what is data elsewhere: the rest is libblkid's and fsck's
 * idea of a sound superblock.
 */
#include "format.h"
#include "../bytes.h"

#include <errno.h>

#define EXT_MAGIC 0xef53
#define STATES 3U /* of s_state: valid, with errors */
#define MAP_BITS (1024 * 8)

static int check(struct super *s)
{
	const unsigned char *sb = s->at, *maps = sb + 4;
	unsigned magic = le16(sb + 16), state = le16(sb + 18), inodes = le16(sb);
	unsigned zones = le32(sb + 20), first;

	if (magic == 0x137f || magic == 0x138f) {
		zones = le16(sb + 2);
	} else if (magic != 0x2468 && magic != 0x2478) {
		if (le16(sb + 24) != 0x4d5a)
			return -EINVAL;
		maps = sb + 6;
		inodes = le32(sb);
		state = 0;
	}
	/* s_imap_blocks, s_zmap_blocks, s_firstdatazone, s_log_zone_size */
	first = le16(maps + 4);
	if (state & ~STATES || le16(maps + 6) || !inodes || le16(maps) * MAP_BITS <= inodes ||
	    first > zones || le16(maps + 2) * MAP_BITS <= zones - first ||
	    le16(sb + 0x38) == EXT_MAGIC)
		return -EINVAL;
	s->size = (unsigned long long)zones * 1024;
	return 0;
}

FORMAT(minix, .type = "minix", .base = 1024, .check = check, .weak = true);
