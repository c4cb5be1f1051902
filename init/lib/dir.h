/*
 * The entries of a directory.
 */
#ifndef LIB_DIR_H
#define LIB_DIR_H

#include "sys.h"

struct dir {
	int fd;
	int size, at; /* of buf */
	_Alignas(struct sys_entry) char buf[1024];
};

/* An open directory, from its beginning. */
void dir_begin(struct dir *dir, int fd);

/*
 * The next entry, in no order, without . and ..; it lives until the next call. NULL at the end: dir->size is then
 * 0, or -errno.
 */
const struct sys_entry *dir_next(struct dir *dir);

/* Called with each name; what is not 0 ends it. */
typedef int dir_visit(void *arg, const char *name);

/* Visits them in no order: 0, what ended it, -errno of opening it, or of reading it, which is said. */
int dir_each(const char *path, dir_visit *visit, void *arg);

#endif
