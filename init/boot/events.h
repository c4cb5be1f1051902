/*
 * The kernel's device events (uevents): the moment to look again. The only
 * place where /init sleeps before root is found.
 */
#ifndef BOOT_EVENTS_H
#define BOOT_EVENTS_H

#include "../plan/uevent.h"

#include <stdbool.h>

/* How often is looked where no event tells, in ms. */
#define LOOK_EVERY 50

/*
 * Subscribes to the kernel's multicast group. Look once after this: what came
 * before it is not told. Does nothing when it is done already. A kernel without
 * CONFIG_NET has no events: said.
 */
void events_open(void);

/*
 * Sleeps until an event comes or ms milliseconds have passed. False when nobody
 * knows what happened: at once where events were lost, after 50 ms at most on a
 * kernel without them. Look at everything then.
 */
bool events_wait(unsigned ms);

/* The next one that waits, if there is one; its text lives until the next call. */
bool events_next(struct uevent *uevent);

void events_close(void);

#endif
