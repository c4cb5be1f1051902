/*
 * root=: what is meant. The kernel's forms and bounds (block/early-lookup.c,
 * init/do_mounts.c), and those of mount(8) and udev for what it lacks:
 *
 *     /dev/NAME               the device's node; NAME may have directories
 *     MAJ:MIN                 decimal device number; the kernel takes MAJ:MIN:N and
 *                             MAJ:MIN:N: for the same
 *     hex                     the same as the kernel's old 16-bit code and its
 *                             extension: b302 is 179:2, as is 0xb302
 *     UUID=X  LABEL=X         of the file system, as blkid shows them
 *     PARTUUID=X              of the partition: a GPT's, or SSSSSSSS-NN of an MBR;
 *                             or the beginning of one
 *     PARTUUID=X/PARTNROFF=N  the partition whose number is N higher on that disk
 *     PARTLABEL=X             the name in a GPT
 *     /dev/disk/by-uuid/X     and by-label, by-partuuid, by-partlabel: the same
 *                             four; in X \xNN is a byte, as udev writes it
 *     mtdN  mtd:NAME          an MTD device (drivers/mtd/mtdsuper.c)
 *     ubiN_M  ubiN:VOLUME     a UBI volume; '!' for ':', ubiM and ubi:VOLUME for that
 *                             of device 0 (fs/ubifs/super.c, open_ubi())
 *     TAG                     any text, with rootfstype=9p or virtiofs
 *
 * Ids are compared without regard to case; labels byte for byte. Double quotes
 * around X, as /etc/fstab has them, do not belong to it.
 *
 * Behind each of these may stand, in an image with rootfallback=, what counts for this root alone:
 *
 *     FORM,rootfstype=A,B,rootflags=C,D,roothash=E
 *
 * A comma begins a key where one of the keys' names and a '=' follow it, outside
 * of double quotes; any other comma belongs to the value that it stands in. So
 * LABEL=a,b is a label with a comma, and of LABEL="a,rootflags=b" all is.
 */
#ifndef PLAN_ROOTSPEC_H
#define PLAN_ROOTSPEC_H

#include "cmdline.h"
#include "layer.h"

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
enum tag { TAG_UUID, TAG_LABEL, TAG_PARTUUID, TAG_PARTLABEL, TAGS,
	TAG_TYPE = TAGS, /* of gpt-auto: the partition's type; nobody else asks for it */
};
extern const char rootspec_tags[TAGS][10]; /* "UUID", ... */

struct rootspec {
	enum rootspec_kind kind;
	enum tag tag;
	const char *value;   /* within the text; of a tag it has `length` bytes, else it ends with the text */
	unsigned length;
	bool escaped;        /* value has udev's \xNN */
	int offset;          /* PARTNROFF=, or 0 */
	unsigned major, minor; /* of flash: the number of the MTD or UBI device, and of the volume */
	const char *class;   /* of flash: "mtd" or "ubi" */
	const char *name;    /* of flash: the device's or volume's, or NULL when it has a number */
	char *types, *flags; /* rootfstype= and rootflags=, or NULL: of this root alone, else as given */
	const char *word, *text; /* for messages: "root" and its value, or what asked for a layer's device */
	bool is_made;        /* a layer has made this device */
	bool is_tree;        /* it may be dm-verity's */
	int wait;            /* seconds for this device alone, or NOT_GIVEN */
	struct layer_words words; /* as types and flags */
};

/*
 * Reads text, in place: its keys are cut off. types, flags and words are those of the command line's own
 * words, or NULL. 0, or
 * -EINVAL when text has none of the forms, or a form with a value that nothing can have;
 * -ENOENT for a /dev/NAME that no kernel makes;
 * -EOPNOTSUPP for what this image was built without, and for /dev/nfs and the like.
 */
int rootspec_parse(struct rootspec *spec, char *text, char *types, char *flags, const struct layer_words *words);

/* What such a root is for the layers on it: flash and shares are no block devices. */
static inline enum made rootspec_gives(const struct rootspec *spec)
{
	return spec->kind == ROOT_FLASH || spec->kind == ROOT_SHARE ? MADE_SOURCE : MADE_DEVICE;
}

/* Room for what rootspec_reason() says. */
#define ROOTSPEC_REASON_MAX 200

/* Why it was refused, by that error, into text of ROOTSPEC_REASON_MAX bytes. */
const char *rootspec_reason(char *text, int err);

/* Does a device that has this tag with this value ("": none) answer a ROOT_TAG, offset apart? */
bool rootspec_is(const struct rootspec *spec, enum tag tag, const char *value);

/* Does the value only begin with it? The kernel takes a PARTUUID by that. */
bool rootspec_begins(const struct rootspec *spec, const char *value);

/*
 * False when no device will ever have this value, although it has a tag's form:
 * a UUID of another length, a PARTUUID that is too long, or either with other letters.
 */
bool rootspec_is_whole(const struct rootspec *spec);

/*
 * A device that has another value: did the user mean it? True when the tag is
 * the same and the value nearly, or the value is the same under another tag.
 */
bool rootspec_near(const struct rootspec *spec, enum tag tag, const char *value);

#endif
