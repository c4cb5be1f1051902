/*
 * squashfs 4, and older ones of either byte order, which Linux cannot mount:
 * linux fs/squashfs/squashfs_fs.h.
 */
#include "format.h"
#include "../bytes.h"

#include <errno.h>

static int check(struct super *s)
{
	if (le16(s->at + 28) < 4)
		s->type = "squashfs3";
	else
		s->size = le64(s->at + 40);
	return 0;
}

static int check_big(struct super *s)
{
	return be16(s->at + 28) < 4 ? 0 : -EINVAL;
}

FORMAT(squashfs, .type = "squashfs", .magic = "hsqs", .magic_length = 4, .check = check);
FORMAT(squashfs3, .type = "squashfs3", .magic = "sqsh", .magic_length = 4, .check = check_big);
