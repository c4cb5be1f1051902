/* erofs: linux fs/erofs/erofs_fs.h. */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"

#include <errno.h>

#define OFFSET 1024
#define SB_CHKSUM 1 /* of feature_compat */
#define BEGUN 0x5045b54aU /* the sum of the magic and of zeros in its own place */

static int check(struct super *s)
{
	const unsigned char *sb = s->at;
	unsigned log = sb[12], covered;

	/* 512 bytes to the largest page */
	if (log - 9U > 16 - 9)
		return -EINVAL;
	/* the sum is that of the rest of the superblock's block */
	covered = 1U << log;
	if (covered > OFFSET)
		covered -= OFFSET;
	/* of blocks that are larger than a usual page it is left to the kernel */
	if (covered < SUPER_HEAD - OFFSET && le32(sb + 8) & SB_CHKSUM && crc(CRC32C, BEGUN, sb + 8, covered - 8) != le32(sb + 4))
		return -EBADMSG;
	s->size = (unsigned long long)le32(sb + 36) << log;
	return 0;
}

FORMAT(erofs, .type = "erofs", .magic = "\xe2\xe1\xf5\xe0", .magic_length = 4, .base = OFFSET,
       .uuid_at = 48, .label_at = 64, .label_length = 16, .check = check);
