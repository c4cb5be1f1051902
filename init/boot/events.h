/*
 * The kernel's device events (uevents), as what they are here: the moment to
 * look again. The only place where /init sleeps before root is found.
 */
#ifndef BOOT_EVENTS_H
#define BOOT_EVENTS_H

/*
 * Subscribes to the kernel's multicast group (lib/kobject_uevent.c). Look once
 * more after this: what came before it is not told. A kernel without
 * CONFIG_NET has no events: said, and events_wait() then returns every 50 ms.
 */
void events_open(void);

/* Sleeps until an event comes or ms milliseconds have passed. */
void events_wait(unsigned ms);

void events_close(void);

#endif
