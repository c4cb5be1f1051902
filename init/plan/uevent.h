/*
 * The kernel's device events (lib/kobject_uevent.c): a header ACTION@DEVPATH,
 * then KEY=VALUE strings, each ended by a NUL.
 */
#ifndef PLAN_UEVENT_H
#define PLAN_UEVENT_H

#include <stddef.h>

/* The kernel's UEVENT_BUFFER_SIZE of 2,048 for the strings, and a path before them. */
#define UEVENT_MAX 8192

/*
 * The device's name, which is the end of its DEVPATH, from a message of `size`
 * bytes; NULL when that is none of the kernel's: cut short, or without header.
 * What happened to the device is not told: whoever looks sees it.
 */
const char *uevent_name(const char *message, size_t size);

#endif
