/*
 * Block devices, as sysfs (Documentation/ABI/stable/sysfs-block) and their
 * media show them.
 */
#ifndef BOOT_DEVICE_H
#define BOOT_DEVICE_H

#include "../init.h"
#include "../lib/dir.h"
#include "../plan/parttable.h"

#define DEVICE_NAME_MAX (ROOTSPEC_NAME_MAX + 1)

/* Where a device is looked up: by its name in sysfs, or by its number "8:1". */
#define DEVICE_BY_NAME "/sys/class/block/"
#define DEVICE_BY_NUMBER "/sys/dev/block/"

struct device {
	char name[DEVICE_NAME_MAX]; /* in sysfs: a '!' is a '/' below /dev/ */
	char disk[DEVICE_NAME_MAX]; /* a partition's disk */
	const char *bus;            /* usb mmc nvme virtio ata scsi mtd virtual other */
	unsigned partition;         /* its number on the disk; 0 for a whole disk */
};

/*
 * Fills *d: 0; -ENOENT when there is no such device (any more), or it is one that is not looked
 * at. /sys is mounted.
 */
int device_look(struct device *d, const char *where, const char *which);

/* Opens the device of this name in sysfs, with its node at path (of b->node's size): the fd or -errno. */
int device_open(const struct boot *b, const char *name, char *path);

/* A reader of an open device. */
void device_reader(struct reader *r, int fd);

/*
 * Reads b->super from an open device. When the checksum is wrong it is read
 * again from the medium, twice. -errno when it cannot be read.
 */
int device_super(struct boot *b, int fd);

/*
 * What its disk's table says of the partition whose number is `offset` less
 * than this one's; -errno, -ENOENT when there is none.
 */
int device_part(const struct boot *b, struct parttable_id *part, const struct device *d,
		int offset);

/* A number that sysfs has in a file of the device: size, start (of 512 bytes); 0 when it has none. */
unsigned long long device_number(const char *name, const char *file);

/* May root be there at all? By the image's list of buses. */
bool device_allowed(const struct device *d);

/* Visits all devices with b as argument; mounts /sys for that. */
int devices_each(struct boot *b, dir_visit *visit);

#endif
