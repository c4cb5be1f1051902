/* romfs: linux include/uapi/linux/romfs_fs.h and Documentation/filesystems/romfs.rst. */
#include "format.h"
#include "../bytes.h"

#include <errno.h>

static int check(struct super *s)
{
	unsigned size = be32(s->at + 8), sum = 0;

	s->size = size;
	/* the words of the first 512 bytes add up to zero */
	for (unsigned i = 0; i < 512 && i + 4 <= size; i += 4)
		sum += be32(s->at + i);
	return sum ? -EBADMSG : 0;
}

FORMAT(romfs, .type = "romfs", .magic = "-rom1fs-", .magic_length = 8, .label_at = 16,
       .label_length = 16, .check = check);
