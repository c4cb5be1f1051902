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

/* What is read of the medium's start; most formats are decided by it alone. */
#define SUPER_HEAD (68 << 10)

struct identity {
	const char *type;            /* NULL: not identified */
	unsigned long long size;     /* bytes that the format claims to take, 0: does not say */
	char uuid[SUPER_UUID_MAX];   /* "" when there is none */
	char label[SUPER_LABEL_MAX]; /* bytes of the medium: may hold anything but NUL */
};

struct super {
	struct identity fs;     /* the file system */
	struct identity member; /* RAID, LVM, LUKS, swap ...: never to be mounted, whatever fs says */
	struct identity second; /* type: another file system that fits as well; then neither counts */
	const char *damaged;    /* a type that would fit but for a wrong checksum; none else does */
	unsigned char head[SUPER_HEAD]; /* zero behind the medium's end */
};

/*
 * Identifies the medium. When `partitioned`, it is a whole disk with partitions:
 * what stands at its very end belongs to the last of these and is not looked at.
 * A medium that cannot be read has reader->error set, and no type.
 */
void super_identify(struct super *s, struct reader *reader, bool partitioned);

#endif
