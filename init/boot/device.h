/*
 * Block devices, as sysfs (Documentation/ABI/stable/sysfs-block) and their
 * media show them.
 */
#ifndef BOOT_DEVICE_H
#define BOOT_DEVICE_H

#include "../init.h"
#include "../lib/dir.h"
#include "../plan/judge.h"

/* Where a device is looked up: by its name in sysfs, or by its number "8:1". */
#define DEVICE_BY_NAME "/sys/class/block/"
#define DEVICE_BY_NUMBER "/sys/dev/block/"

/*
 * Fills *d: 0; -ENOENT when there is no such device (any more), or it is one that is not looked
 * at. /sys is mounted.
 */
int device_look(struct device *d, const char *where, const char *which);

/* Its node, into path of b->node's size. */
void device_path(char *path, const char *name);

/*
 * Opens the device of this name in sysfs, with its node at path (of b->node's size): the fd or -errno.
 * A drive's open tray stays open.
 */
int device_open(const char *name, char *path);

/* A reader of an open device: of the sectors that are asked for, past the page cache. */
void device_reader(struct reader *r, int fd);

/*
 * Reads b->super from an open device. When the checksum is wrong it is read again, twice. -errno when
 * something of it cannot be read; what could be is there then. by_name: as in struct super_wish.
 */
int device_super(struct boot *b, int fd, bool by_name);

/* parttable_find() for the disk of this name. */
int device_table(const char *disk, parttable_is *is, const void *arg,
		 struct parttable_hit *hits, int max);

/* The name of a partition: false when it does not fit. */
bool device_partition(char *name, const char *disk, unsigned number);

/* A number that sysfs has in a file of the device: size, start (of 512 bytes); -ENOENT when it has none, or -errno. */
long long device_number(const char *name, const char *file);

/* Does the kernel's partition of that name stand where the table's does? 0; -ENOENT when not, or -errno. */
int device_is_hit(const char *name, const struct parttable_hit *hit);

/* May root be there at all? By the image's list of buses. */
bool device_allowed(const struct device *d);

/* Visits all devices with arg; mounts /sys for that. 0, what ended it, or -errno. */
int devices_each(dir_visit *visit, void *arg);

#endif
