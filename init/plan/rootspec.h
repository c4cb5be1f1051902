/*
 * root=: which block device is meant. The forms and bounds of the kernel's
 * block/early-lookup.c:
 *
 *     /dev/NAME     the device's node; NAME may have directories
 *     MAJ:MIN       decimal device number
 *     hex           the same number as the kernel's old 16-bit code and its
 *                   extension: b302 is 179:2
 */
#ifndef PLAN_ROOTSPEC_H
#define PLAN_ROOTSPEC_H

/* For a message to who wrote another form. */
#define ROOTSPEC_FORMS \
	"/dev/NAME" IF_DEVNUM(", MAJ:MIN, hex like b302")
#if CONFIG_ROOT_DEVNUM
#define IF_DEVNUM(text) text
#else
#define IF_DEVNUM(text)
#endif

#define ROOTSPEC_NAME_MAX 63

struct rootspec {
	const char *name; /* below /dev/, or NULL: then the number counts */
	unsigned major, minor;
};

/*
 * 0; -EINVAL when text has none of the forms, or a form with a value that no
 * device can have: a NAME that is empty, leaves /dev or is longer than
 * ROOTSPEC_NAME_MAX; -EOPNOTSUPP for /dev/nfs, which this image cannot mount. spec
 * points into text, which is unchanged on return.
 */
int rootspec_parse(struct rootspec *spec, char *text);

#endif
