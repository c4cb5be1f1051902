/*
 * The guard against a device that never answers: an open or a read of it stops PID 1 for good, and only
 * another thread can keep what rootwait= promised. It ends the boot then; exec ends it with all else of us.
 */
#ifndef BOOT_GUARD_H
#define BOOT_GUARD_H

#include "../init.h"

/*
 * Watches over what device_open() and a device's reader do from now on: what is under way when the
 * time is over, and has been for GUARD_SECONDS, ends the boot in words. since: sys_now(); limit: ms from
 * there, or WAIT_FOREVER, with which it is only said.
 */
#define GUARD_SECONDS 5
void guard(struct boot *b);

/* Around each call that may not come back: the device's name in sysfs before it (it is kept), or NULL for the same, and after. */
void guard_enter(const char *name);
void guard_leave(void);

#endif
