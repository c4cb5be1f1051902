/*
 * The kernel's device events (lib/kobject_uevent.c): ACTION@DEVPATH and then
 * KEY=VALUE strings, each ended by a NUL; and the sysfs file `uevent`, which
 * has the same, one a line.
 */
#ifndef PLAN_UEVENT_H
#define PLAN_UEVENT_H

#include <stdbool.h>
#include <stddef.h>

/* The header is at most a path longer than the kernel's UEVENT_BUFFER_SIZE of 2,048. */
#define UEVENT_MAX 8192

/* Strings of the message; "" for what it does not have. */
struct uevent {
	const char *action, *subsystem, *name; /* DEVNAME: below /dev/ */
	unsigned major, minor;
	unsigned partition;                    /* PARTN: 0 for a whole disk */
};

/*
 * Reads a message of `size` bytes, in place. False when it is none of the
 * kernel's: cut short, or without its header. Unknown keys are passed over.
 */
bool uevent_message(struct uevent *event, char *message, size_t size);

/* The same of a sysfs file's text; there is no header. */
void uevent_file(struct uevent *event, char *text);

#endif
