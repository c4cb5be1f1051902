/*
 * The kernel's device events (lib/kobject_uevent.c): a header ACTION@DEVPATH,
 * then KEY=VALUE strings, each ended by a NUL. A device's file `uevent` in sysfs
 * has the strings without the header.
 */
#ifndef PLAN_UEVENT_H
#define PLAN_UEVENT_H

#include <stdbool.h>
#include <stddef.h>

/* The kernel's UEVENT_BUFFER_SIZE of 2,048 for the strings, and a path before them. */
#define UEVENT_MAX 8192

struct uevent {
	const char *name; /* of the device, in sysfs; of a message it is not set */
	const char *text; /* the strings; there is a NUL at its end, text[size - 1], or behind it */
	size_t size;
};

/* A message of `size` bytes as an event. False when that is none of the kernel's: cut short, or without header. */
bool uevent_parse(struct uevent *event, const char *message, size_t size);

/* Is the device gone? */
bool uevent_is_remove(const struct uevent *event);

/* The value behind a key, which ends in '='; NULL when there is none. */
const char *uevent_value(const struct uevent *event, const char *key);

#endif
