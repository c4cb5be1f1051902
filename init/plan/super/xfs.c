/* xfs: struct xfs_dsb of linux fs/xfs/libxfs/xfs_format.h; all big endian but the CRC. */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"

#include <errno.h>

#define CRC 224

/* What the kernel's xfs_validate_sb_common() refuses, as far as libblkid does. */
static bool is_sane(const unsigned char *sb)
{
	unsigned block_log = sb[120], sector_log = sb[121], inode_log = sb[122];
	unsigned long long blocks = be64(sb + 8), per_group = be32(sb + 84);
	unsigned groups = be32(sb + 88), extent;

	/* sectors of 512 bytes are the least */
	if ((block_log | sector_log | inode_log) >= 32 || sector_log < 9)
		return false;
	extent = be32(sb + 80) << block_log;
	return be32(sb + 4) == 1U << block_log && be16(sb + 102) == 1U << sector_log &&
	       be16(sb + 104) == 1U << inode_log && block_log - inode_log == sb[123] &&
	       extent >= 4 << 10 && extent <= 1 << 30 && sb[127] <= 100 && groups &&
	       blocks <= per_group * groups && blocks >= per_group * (groups - 1) + 64;
}

static int check(struct super *s)
{
	const unsigned char *sb = s->at;

	if (!is_sane(sb))
		return -EINVAL;
	/* version 5 has one; before, the place is zero */
	if (((sb[101] & 15) == 5 || le32(sb + CRC)) &&
	    ~crc_hole(CRC32C, ~0U, sb, be16(sb + 102), CRC) != le32(sb + CRC))
		return -EBADMSG;
	s->size = be64(sb + 8) << sb[120];
	return 0;
}

FORMAT(xfs, .type = "xfs", .magic = "XFSB", .magic_length = 4, .uuid_at = 32, .label_at = 108,
       .label_length = 12, .check = check);
