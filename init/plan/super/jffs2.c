/* jffs2 of little endian, by the node that it begins with: linux include/uapi/linux/jffs2.h. */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"

#include <errno.h>

static int check(struct super *s)
{
	unsigned type = le16(s->at + 2);

	/* The magic has but 16 bits: the node is accurate, and of a number that there is. */
	if ((type & 0x3ff0) != 0x2000)
		return -EINVAL;
	return crc(CRC32, 0, s->at, 8) == le32(s->at + 8) ? 0 : -EBADMSG;
}

FORMAT(jffs2, .type = "jffs2", .magic = "\x85\x19", .magic_length = 2, .check = check);
