/*
 * The entries of a directory.
 */
#ifndef LIB_DIR_H
#define LIB_DIR_H

/* Called with each name; what is not 0 ends it. */
typedef int dir_visit(void *arg, const char *name);

/* Visits them in no order, without . and the hidden: 0, what ended it, -errno of opening it, or of reading it, which is said. */
int dir_each(const char *path, dir_visit *visit, void *arg);

#endif
