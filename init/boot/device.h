/*
 * Block devices, as sysfs (Documentation/ABI/stable/sysfs-block) and their
 * media show them. An id is the device number as /sys/dev/block has it: "8:1".
 */
#ifndef BOOT_DEVICE_H
#define BOOT_DEVICE_H

#include "../init.h"
#include "../plan/parttable.h"

/* With the NUL: twelve bits of major, twenty of minor. */
#define DEVICE_ID_MAX sizeof("4095:1048575")

struct device {
	char id[DEVICE_ID_MAX];
	char name[ROOTSPEC_NAME_MAX + 1]; /* below /dev/ */
	const char *bus;                  /* usb mmc nvme virtio ata scsi mtd virtual other */
	unsigned major, minor;
	unsigned partition;               /* its number on the disk; 0 for a whole disk */
};

/* Fills *d: 0; -ENOENT when there is no such device (any more), or it has no node. */
int device_look(struct device *d, const char *id);

/* The same by its name below /dev/. */
int device_named(struct device *d, const char *name);

/* Opens it, with its node at path (of b->node's size): the fd or -errno. */
int device_open(const struct boot *b, const struct device *d, char *path);

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

/* Its first sector on the disk, and its size, in units of 512 bytes; 0 when unknown. */
unsigned long long device_start(const struct device *d);
unsigned long long device_sectors(const struct device *d);

/* May root be there at all? By the image's list of buses. */
bool device_allowed(const struct device *d);

/* Visits all devices, in no order; mounts /sys for that. Ends early with what is not 0. */
typedef int device_visit(struct boot *b, const char *id);
int devices_each(struct boot *b, device_visit *visit);

#endif
