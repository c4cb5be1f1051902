/*
 * The kernel's device events (uevents): the moment to look again. The only
 * place where /init sleeps before root is found.
 */
#ifndef BOOT_EVENTS_H
#define BOOT_EVENTS_H

#include "../plan/uevent.h"

#include <stdbool.h>

enum event {
	EVENT_NONE,   /* nothing waits */
	EVENT_DEVICE, /* something happened to a device; it need not be a block device */
	EVENT_LOST,   /* nobody knows: look at everything */
};

/*
 * Subscribes to the kernel's multicast group. Look once after this: what came
 * before it is not told. Does nothing when it is done already. A kernel without
 * CONFIG_NET has no events: said.
 */
void events_open(void);

/*
 * Sleeps until an event comes or ms milliseconds have passed. False on a kernel
 * without events, after 50 ms at most: look at everything.
 */
bool events_wait(unsigned ms);

/* The next one that waits. For EVENT_DEVICE *uevent is set; its text lives until the next call. */
enum event events_next(struct uevent *uevent);

void events_close(void);

#endif
