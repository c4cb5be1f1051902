/*
 * root=: what is meant. The kernel's forms and bounds (block/early-lookup.c,
 * init/do_mounts.c), and those of mount(8) and udev for what it lacks:
 *
 *     /dev/NAME               the device's node; NAME may have directories
 *     MAJ:MIN                 decimal device number
 *     hex                     the same as the kernel's old 16-bit code and its
 *                             extension: b302 is 179:2
 *     UUID=X  LABEL=X         of the file system, as blkid shows them
 *     PARTUUID=X              of the partition: a GPT's, or SSSSSSSS-NN of an MBR
 *     PARTUUID=X/PARTNROFF=N  the partition whose number is N higher on that disk
 *     PARTLABEL=X             the name in a GPT
 *     /dev/disk/by-uuid/X     and by-label, by-partuuid, by-partlabel: the same
 *                             four; in X \xNN is a byte, as udev writes it
 *     mtdN  mtd:NAME          an MTD device
 *     ubiN_M  ubiN:VOLUME     a UBI volume
 *     TAG                     any text, with rootfstype=9p or virtiofs
 *
 * Ids are compared whole and without regard to case; labels byte for byte.
 * Double quotes around X, as /etc/fstab has them, do not belong to it.
 */
#ifndef PLAN_ROOTSPEC_H
#define PLAN_ROOTSPEC_H

#include <stdbool.h>

/* For a message to who wrote another form: a format, and its arguments. */
#define ROOTSPEC_FORMS "/dev/NAME%s%s%s%s"
#define ROOTSPEC_FORMS_OF \
	CONFIG_ROOT_DEVNUM ? ", MAJ:MIN, hex like b302" : "", \
	CONFIG_ROOT_TAG ? ", UUID=, LABEL=, PARTUUID=, PARTLABEL=" : "", \
	CONFIG_ROOT_FLASH ? ", mtdN, mtd:NAME, ubiN_M, ubiN:VOLUME" : "", \
	CONFIG_ROOT_SHARE ? ", a tag with rootfstype=9p or virtiofs" : ""

#define ROOTSPEC_NAME_MAX 63
/* PARTNROFF= goes so far in either direction: no disk has more partitions. */
#define ROOTSPEC_OFFSET_MAX 255

enum rootspec_kind {
	ROOT_NAME,   /* value: below /dev/ */
	ROOT_NUMBER, /* major, minor */
	ROOT_TAG,    /* tag, value */
	ROOT_FLASH,  /* value: the whole text, MTD or UBI */
	ROOT_SHARE,  /* value: the whole text, 9p or virtiofs */
};

/* What can be written on a device; the order is the one of rootspec_tags. */
enum tag { TAG_UUID, TAG_LABEL, TAG_PARTUUID, TAG_PARTLABEL, TAGS };
extern const char rootspec_tags[TAGS][10]; /* "UUID", ... */

struct rootspec {
	enum rootspec_kind kind;
	enum tag tag;
	const char *value;   /* within the text; of a tag it has `length` bytes, else it ends with the text */
	unsigned length;
	bool escaped;        /* value has udev's \xNN */
	int offset;          /* PARTNROFF=, or 0 */
	unsigned major, minor;
};

/*
 * Reads text. types is rootfstype=, or NULL. 0; -EINVAL when text has none of
 * the forms, or a form with a value that nothing can have; -EOPNOTSUPP for
 * what this image was built without, and for /dev/nfs. spec points into text,
 * which is unchanged on return.
 */
int rootspec_parse(struct rootspec *spec, char *text, const char *types);

/* Does a device that has this tag with this value ("": none) answer a ROOT_TAG, offset apart? */
bool rootspec_is(const struct rootspec *spec, enum tag tag, const char *value);

/*
 * False when no device will ever have this value, although it has a tag's form:
 * a UUID or PARTUUID of another length, or with other letters.
 */
bool rootspec_is_whole(const struct rootspec *spec);

/*
 * A device that has another value: did the user mean it? True when the tag is
 * the same and the value nearly, or the value is the same under another tag.
 */
bool rootspec_near(const struct rootspec *spec, enum tag tag, const char *value);

#endif
