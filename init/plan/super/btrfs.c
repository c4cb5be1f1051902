/* btrfs: linux include/uapi/linux/btrfs_tree.h. */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"

#include <errno.h>

#define OFFSET (64 << 10)
#define SIZE 4096
#define LEAST (1 << 20) /* libblkid's least medium */
#define DEVICES_MAX 9999 /* the kernel has no limit; for words */

static int check(struct super *s)
{
	const unsigned char *sb = s->at;

	if (le64(sb + 0x30) != OFFSET || s->reader->size < LEAST)
		return -EINVAL;
	s->devices = le64(sb + 0x88) > DEVICES_MAX ? DEVICES_MAX : (unsigned)le64(sb + 0x88);
	/* the rest is of this device, which may be one of several */
	s->number = le64(sb + 0xc9);
	s->size = le64(sb + 0xd1);
	if (s->wish->by_name)
		return 0;
	sb = format_read(s, SIZE, OFFSET);
	if (!sb)
		return -EINVAL;
	format_label(s->id, sb + 0x12b, 256);
	/* csum_type 0 is CRC-32C; the others are left to the kernel */
	return le16(sb + 0xc4) || ~crc(CRC32C, ~0U, sb + 0x20, SIZE - 0x20) == le32(sb) ? 0 : -EBADMSG;
}

FORMAT(btrfs, .type = "btrfs", .magic = "_BHRfS_M", .magic_at = 0x40, .magic_length = 8,
       .base = OFFSET, .far = 512, .uuid_at = 0x20, .owns = 1, .check = check);
