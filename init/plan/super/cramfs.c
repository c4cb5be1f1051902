/* cramfs; that of big endian no kernel of ours mounts: linux include/uapi/linux/cramfs_fs.h. */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"

#include <errno.h>

#define HEADER 76
#define FSID_VERSION_2 1 /* of flags: size and CRC are there */
#define CRC 32

/* The CRC is that of the whole image: checked when the head holds it. The kernel never does. */
static int check(struct super *s)
{
	unsigned size = le32(s->at + 4);

	if (!(le32(s->at + 8) & FSID_VERSION_2))
		return 0;
	s->size = size;
	if (size < HEADER || size > SUPER_HEAD || size > s->reader->size)
		return 0;
	return ~crc_hole(CRC32, ~0U, s->at, size, CRC) == le32(s->at + CRC) ? 0 : -EBADMSG;
}

#define ROW .type = "cramfs", .magic_length = 4, .label_at = 48, .label_length = 16

FORMAT(cramfs, .magic = "\x45\x3d\xcd\x28", .check = check, ROW);
FORMAT(cramfs_big, .magic = "\x28\xcd\x3d\x45", ROW);
