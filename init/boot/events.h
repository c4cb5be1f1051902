/*
 * The kernel's device events (uevents): the moment to look again. The only
 * place where /init sleeps before root is found.
 */
#ifndef BOOT_EVENTS_H
#define BOOT_EVENTS_H

#include "device.h"

enum event {
	EVENT_TIME,   /* the time has passed */
	EVENT_DEVICE, /* a block device appeared or changed */
	EVENT_OTHER,  /* some other device did */
	EVENT_LOST,   /* nobody knows: look at everything */
};

/*
 * Subscribes to the kernel's multicast group. Look once after this: what came
 * before it is not told. Does nothing when it is done already. A kernel without
 * CONFIG_NET has no events: said, and events_wait() then gives EVENT_LOST every
 * 50 ms.
 */
void events_open(void);

/* Sleeps until an event comes or ms milliseconds have passed; id is set for EVENT_DEVICE. */
enum event events_wait(unsigned ms, char id[DEVICE_ID_MAX]);

void events_close(void);

#endif
