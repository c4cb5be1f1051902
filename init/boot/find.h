/*
 * One look at root, by its form. 0 with b->node and what else of *b is known; an
 * -errno when it is not there yet; REFUSED when refuse() has said why it never will.
 */
#ifndef BOOT_FIND_H
#define BOOT_FIND_H

#include "device.h"

/*
 * UUID= and the like: root is the one device that answers. name: only this one has
 * changed; NULL: look at all of them.
 */
int find_tag(struct boot *b, const char *name);

/* Are there some that could not be read yet? And another look at these. */
bool find_tag_unread(void);
int find_tag_again(struct boot *b);

/* An MTD device or a UBI volume. */
int find_flash(struct boot *b);

#endif
