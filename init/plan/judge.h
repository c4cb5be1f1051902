/*
 * Does a device answer root=, may it be mounted, and which of those that answer is it? The same
 * for /init and the host tool.
 */
#ifndef PLAN_JUDGE_H
#define PLAN_JUDGE_H

#include "parttable.h"
#include "rootspec.h"
#include "super.h"

#include <stddef.h>

/* Room for what judge_bar() says. */
#define JUDGE_BAR_MAX 140

/*
 * The value of one of its tags, "" when it has none. super may be NULL (not
 * read), part too (no partition, or not in its disk's table). Of a member the
 * tags are its own.
 */
const char *judge_value(enum tag tag, const struct super *super, const struct parttable_id *part);

/* Has it root's UUID= or LABEL=? For a member those of a file system that shows through count too. */
bool judge_is_meant(const struct rootspec *spec, const struct super *super);

/*
 * Why it must not be mounted: "is crypto_LUKS: this image cannot open it",
 * into text, which holds JUDGE_BAR_MAX bytes. NULL when it may be.
 */
const char *judge_bar(char *text, const struct contents *contents);

/* With the NUL. */
#define DEVICE_NAME_MAX (ROOTSPEC_NAME_MAX + 1)

struct device {
	char name[DEVICE_NAME_MAX]; /* in sysfs: a '!' is a '/' below /dev/ */
	char disk[DEVICE_NAME_MAX]; /* a partition's disk */
	const char *bus;            /* usb mmc nvme virtio ata scsi mtd virtual other; NULL: not known */
	unsigned partition;         /* its number on the disk; 0 for a whole disk */
};

/* A device that has what root= names. */
struct answer {
	struct device d;
	struct contents contents;
	bool begins; /* its PARTUUID only begins so */
	bool is_readonly; /* its partition says so */
	int fd;      /* of who asks */
};

/* What is made of them. */
enum reason {
	/* one is root: */
	ONLY,    /* nobody else answers */
	MEMBERS, /* they are parts of one file system (btrfs): any of them */
	BEGINS,  /* it is the only one that begins so */
	RULE,    /* of several, by the image's rule */
	/* none ever: */
	SEVERAL,
	/* none yet: */
	BARRED,  /* what answers must not be mounted */
	NONE,    /* nobody answers */
};

struct verdict {
	const struct answer *root; /* the one that is root, or the first that is barred; NULL when nobody answers */
	unsigned found;            /* how many may be it, */
	char names[200];           /* and which: "a and b", as far as there is room */
};

/*
 * Judges all that answered in one look, from `answers` up to `end`.
 */
enum reason judge(const struct answer *answers, const struct answer *end, struct verdict *verdict);

/* Does it count at all: is it neither a part of another that answers, nor one that only begins so where one is whole? */
bool judge_counts(const struct answer *answers, const struct answer *end, const struct answer *a);

#endif
