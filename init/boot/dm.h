/*
 * Device-mapper: devices that stand on others (linux/dm-ioctl.h,
 * Documentation/admin-guide/device-mapper). For every layer that makes a device of devices.
 */
#ifndef BOOT_DM_H
#define BOOT_DM_H

#include "../init.h"

/*
 * Makes a read-only device of one target: so many bytes, a multiple of 512, by these parameters, fewer than 1,500. Its
 * node's name goes into node, which holds ROOTSPEC_NAME_MAX + 1 bytes. 0, or -errno, and there is no device.
 */
int dm_create(const struct boot *b, const char *name, const char *uuid, const char *target, unsigned long long bytes,
	      const char *parameters, char *node);

/* Takes the one that was made last away, if there is one; what is still open stays. */
void dm_remove(void);

#endif
