/*
 * One look at root, at everything that may be it.
 */
#ifndef BOOT_LOOK_H
#define BOOT_LOOK_H

#include "device.h"

/* How often what could not be asked is asked again before the others, or the mount, decide without it. */
#define PATIENCE 5

/*
 * 0: root is there, with b->node, b->device and b->contents; else -errno, why not yet: -ENOENT when it is not
 * there, any other when something could not be asked that may be it or may say that it is not: that is to be
 * looked at again soon. last: there will be no other look; what bars root is the reason then. What never will be
 * root is refused.
 */
int look(struct boot *b, bool last);

/* The same for an MTD device or a UBI volume. */
int look_flash(struct boot *b);

#endif
