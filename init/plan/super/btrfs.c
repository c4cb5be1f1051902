/* btrfs: linux include/uapi/linux/btrfs_tree.h. */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"

#include <errno.h>

#define OFFSET (64 << 10)
#define SIZE 4096
#define LEAST (1 << 20) /* libblkid's least medium */

static int check(struct probe *p)
{
	const unsigned char *sb = p->at;

	if (le64(sb + 0x30) != OFFSET || p->reader->size < LEAST)
		return -EINVAL;
	/* csum_type 0 is CRC-32C; the others are left to the kernel */
	if (!le16(sb + 0xc4) && ~crc(CRC32C, ~0U, sb + 0x20, SIZE - 0x20) != le32(sb))
		return -EBADMSG;
	/* of this device, which may be one of several */
	p->id->size = le64(sb + 0xd1);
	return 0;
}

FORMAT(btrfs, .type = "btrfs", .magic = "_BHRfS_M", .magic_at = 0x40, .magic_length = 8,
       .base = OFFSET, .uuid_at = 0x20, .label_at = 0x12b, .label_length = 256, .check = check);
