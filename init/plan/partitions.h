/*
 * /proc/partitions: the block devices that are there, their numbers, sizes and
 * names (block/genhd.c, show_partition()).
 */
#ifndef PLAN_PARTITIONS_H
#define PLAN_PARTITIONS_H

#include <stdbool.h>

struct partition {
	unsigned major, minor;
	unsigned kib;     /* at most UINT_MAX */
	const char *name; /* as in sysfs: '!' stands for '/' */
};

/*
 * Takes the next device off *text, in place. Lines of another form (the header
 * is one) are passed over; false at the end.
 */
bool partitions_next(char **text, struct partition *partition);

#endif
