/*
 * What the kernel tells of a device: its module is loaded and, on a kernel
 * without devtmpfs, its node made.
 */
#ifndef BOOT_COLDPLUG_H
#define BOOT_COLDPLUG_H

#include "../init.h"
#include "../plan/uevent.h"

/* Is it for us to make the nodes in /dev? */
static inline bool makes_nodes(const struct boot *b)
{
	return CONFIG_MAKE_NODES && !b->has_devtmpfs;
}

/*
 * Reads the uevent of each device that is there, when that can matter: there are
 * modules for this kernel, or it has no devtmpfs. True when a module was asked
 * for that never was before. What appears from now on, events tell.
 */
bool coldplug(struct boot *b);

/* Where there is no devtmpfs: the node of this block device alone, if it is there. */
void coldplug_block(struct boot *b, const char *name);

/* Does what an event asks for. */
void plug(struct boot *b, const struct uevent *event);

/*
 * Calls visit for each device on a bus: only there a MODALIAS matters to root. but: buses that are
 * left out, separated by spaces.
 */
typedef void coldplug_visit(void *arg, const struct uevent *event);
void coldplug_each(struct boot *b, const char *but, coldplug_visit *visit);

/* The same, with arg, for each below that one directory of /sys. */
void coldplug_below(const char *where, const char *name, coldplug_visit *visit, void *arg);

#endif
