/*
 * squashfs 4, and older ones of either byte order, which Linux cannot mount:
 * linux fs/squashfs/squashfs_fs.h.
 */
#include "format.h"
#include "../bytes.h"

#include <errno.h>

static int check(struct probe *p)
{
	if (le16(p->at + 28) < 4)
		p->type = "squashfs3";
	else
		p->size = le64(p->at + 40);
	return 0;
}

static int check_big(struct probe *p)
{
	return be16(p->at + 28) < 4 ? 0 : -EINVAL;
}

FORMAT(squashfs, .type = "squashfs", .magic = "hsqs", .magic_length = 4, .check = check);
FORMAT(squashfs3, .type = "squashfs3", .magic = "sqsh", .magic_length = 4, .check = check_big);
