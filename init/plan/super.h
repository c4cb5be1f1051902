/*
 * What a medium holds: its file system, or what it is a member of, by the bytes
 * alone. Names, UUID and LABEL are as blkid shows them. One format is one file
 * in super/, with its option in kconfig/Kconfig.fs.
 */
#ifndef PLAN_SUPER_H
#define PLAN_SUPER_H

#include "reader.h"

/* With the NUL. A LABEL has at most 512 UTF-16 units (f2fs) of 3 bytes. */
#define SUPER_UUID_MAX 40
#define SUPER_LABEL_MAX (512 * 3 + 1)

/* What is read of the medium's start: it decides most formats. Others are asked for by a sector of their own. */
#define SUPER_HEAD (4096 + 512)

/* What a device is called; both are "" when there is none. */
struct identity {
	char uuid[SUPER_UUID_MAX];
	char label[SUPER_LABEL_MAX]; /* bytes of the medium: may hold anything but NUL */
};

/* What is on a device; types are NULL where there is none. */
struct contents {
	const char *fs;     /* the file system */
	unsigned long long size;   /* bytes that it claims to take, 0: does not say */
	unsigned long long number; /* this device's among its devices, */
	unsigned devices;   /* of which there are so many; 1 where a format knows no others */
	unsigned sequence;  /* of the disk, before it was read (sys_disk_sequence()) */
	const char *member; /* RAID, LVM, LUKS, swap ...: never to be mounted, whatever fs says */
	const char *second; /* another file system that fits as well; then neither counts */
	const char *damaged; /* a type that would fit but for a wrong checksum; none else does */
	bool is_held;       /* another device stands on it */
};

/* What super_identify() is asked for. */
struct super_wish {
	/*
	 * rootfstype=, or NULL: of two file systems that fit, the one that is named here is it.
	 */
	const char *types;
	/* Only whether it may be mounted, and as what: no UUID, LABEL or checksum that costs a read more. */
	bool by_name;
	/*
	 * It is a whole disk with partitions: what stands at its very end belongs to the last of these
	 * and is not looked at.
	 */
	bool partitioned;
};

struct super {
	struct contents contents;
	/* What the formats (super/format.h) get: what is tried, */
	struct reader *reader;
	const struct super_wish *wish;
	const struct format *format;
	const unsigned char *at;        /* its superblock: in the head, or its first sector in far */
	unsigned long long offset;      /* where it stands */
	/* and what it says: */
	struct identity *id;            /* empty, unless the row has a uuid or a label */
	const char *type;               /* that of the row */
	unsigned long long size, number; /* as in struct contents: 0, */
	unsigned devices;               /* and 1 */

	unsigned owns;                  /* of the format of fs */
	unsigned far_size;
	unsigned long long far_at;      /* where far was read */
	struct identity fs, member;     /* of those */
	unsigned char head[SUPER_HEAD]; /* zero behind the medium's end */
	unsigned char far[4096];
};

/*
 * Identifies the medium. When a read failed reader->error is set, and what was found without it
 * is not certain: half of a RAID looks like a whole disk.
 */
void super_identify(struct super *s, struct reader *reader, const struct super_wish *wish);

/*
 * Is the type among these drivers, separated by commas? Three letters tell: ext4 mounts what is ext2, and
 * ntfs3 ntfs.
 */
bool super_is_named(const char *drivers, const char *type);

#endif
