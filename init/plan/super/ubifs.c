/* ubifs, by its superblock node: linux fs/ubifs/ubifs-media.h. */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"

#include <errno.h>

#define SUPERBLOCK 6
#define SIZE 4096

static int check(struct super *s)
{
	if (le32(s->at + 16) != SIZE || s->at[20] != SUPERBLOCK)
		return -EINVAL;
	return crc(CRC32, ~0U, s->at + 8, SIZE - 8) == le32(s->at + 4) ? 0 : -EBADMSG;
}

FORMAT(ubifs, .type = "ubifs", .magic = "\x31\x18\x10\x06", .magic_length = 4, .uuid_at = 108,
       .check = check);
