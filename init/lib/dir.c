#include "dir.h"
#include "log.h"
#include "str.h"

#include <fcntl.h>

void dir_begin(struct dir *dir, int fd)
{
	dir->fd = fd;
	dir->size = dir->at = 0;
}

const struct sys_entry *dir_next(struct dir *dir)
{
	const struct sys_entry *e;

	do {
		if (dir->at >= dir->size) {
			dir->at = 0;
			dir->size = sys_list(dir->fd, dir->buf, sizeof(dir->buf));
			if (dir->size <= 0)
				return NULL;
		}
		e = (const struct sys_entry *)(dir->buf + dir->at);
		dir->at += e->length;
		/* . and .. */
	} while (str_after("..", e->name));
	return e;
}

int dir_each(const char *path, dir_visit *visit, void *arg)
{
	const struct sys_entry *e;
	struct dir dir;
	int fd = sys_open(path, O_RDONLY | O_DIRECTORY), err = 0;

	if (fd < 0)
		return fd;
	dir_begin(&dir, fd);
	while (!err && (e = dir_next(&dir)))
		err = visit(arg, e->name);
	sys_close(fd);
	if (dir.size < 0) {
		err = dir.size;
		say(LOG_ERR, "read %s: %d", path, err);
	}
	return err;
}
