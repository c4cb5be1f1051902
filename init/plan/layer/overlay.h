/*
 * A writable layer over root, in the words of two: overlayroot (cloud-initramfs-tools, its
 * /etc/overlayroot.conf) and dracut from 110 on (dracut.cmdline(7), rd.overlay).
 *
 *     overlayroot=disabled                         none
 *     overlayroot=tmpfs[:OPTIONS]                  in memory; of OPTIONS recurse= and swap= are passed over
 *     overlayroot=SPEC                             on that device, any form of root=
 *     overlayroot=device:dev=SPEC[,dir=D][,timeout=N]
 *     rd.overlay  rd.overlay=1|tmpfs[:OPTIONS]     in memory
 *     rd.overlay=SPEC[:/PATH]                      on that device
 *     rd.overlay.reset[=1]                         begin a new one, put the old aside
 *     rd.overlay.readonly[=1]                      in memory, over that on the device
 *
 * Where both are given overlayroot= counts.
 */
#ifndef PLAN_LAYER_OVERLAY_H
#define PLAN_LAYER_OVERLAY_H

#include "../layer.h"
#include "../super.h"

/* Does it count which root it is, without a root hash too? */
#define OVERLAY_BY_NAME (CONFIG_OVERLAY_NEW || CONFIG_OVERLAY_REFUSE)

/* A word may be so long, with the NUL. */
#define OVERLAY_TEXT_MAX 256

struct overlay {
	char *device;        /* a root= form; NULL: in memory */
	const char *dir;     /* there; below it are ours */
	char *options;       /* of the tmpfs */
	int timeout;         /* seconds to wait for the device, or NOT_GIVEN */
	bool reset, readonly;
	const char *word, *value; /* as given */
	char text[OVERLAY_TEXT_MAX]; /* what these point into */
};

/* Reads the words, one of which is there: NULL, or why it cannot be done. */
const char *overlay_wanted(struct overlay *o, const struct layer_words *words);

/*
 * What both directories of a layer lie in, into text of OVERLAY_NAME_MAX bytes: what root is called, so that no other
 * root gets them. By its root hash, else by what was read from it: its UUID, or a checksum of its superblock (which
 * never changes where there is no UUID). super is NULL when it does not count which root it is: "root".
 */
#define OVERLAY_NAME_MAX 40
void overlay_name(char *text, const struct layer_words *words, const struct super *super);

#endif
