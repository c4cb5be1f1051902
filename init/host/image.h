/*
 * A disk that lies in a file or is a block device: its partitions as the kernel
 * would make them, and what it and each of them holds.
 */
#ifndef HOST_IMAGE_H
#define HOST_IMAGE_H

#include "../plan/parttable.h"
#include "../plan/super.h"

struct image {
	const char *path;
	int fd;
	unsigned sector;          /* logical, in bytes */
	unsigned long long size;  /* in bytes */
	const char *table;        /* blkid's PTTYPE, or NULL */
	unsigned count;
	struct parttable_entry entries[PARTTABLE_MAX];
	struct super super;       /* what image_identify() found last */
	/* The disk's first bytes: its table and superblock are there, and read once. */
	unsigned char head[SUPER_HEAD];
	size_t head_size;
};

/*
 * Opens the file and reads its partition table; `gpt` as in parttable_list().
 * sector 0: what the device says, 512 for a file. 0, or -1 after a complaint.
 */
int image_open(struct image *image, const char *path, unsigned sector, bool gpt);
void image_close(struct image *image);

/* A partition, or with NULL the whole disk, as a medium of its own. */
struct medium {
	struct reader reader; /* first: its read() is given it */
	const struct image *image;
	unsigned long long base;
};
struct medium image_medium(const struct image *image, const struct parttable_entry *entry);

/*
 * Identifies a partition, or with NULL the whole disk; types: rootfstype=, or NULL. 0, or -1 after a
 * complaint.
 */
int image_identify(struct image *image, const struct parttable_entry *entry, const char *types);

/* Takes the value of --sector-size: 0, or -1 after a complaint. */
int image_sector(const char *text, unsigned *sector);

#endif
