/*
 * What the stages `decide` and `find` of /init decide: the same plan/ functions
 * in the same order, over images instead of devices.
 */
#ifndef HOST_CHOICE_H
#define HOST_CHOICE_H

#include "image.h"
#include "../plan/params.h"
#include "../plan/rootspec.h"

/* Where root is: `value`, or what a layer says instead, maybe in text, of LAYER_ROOT_MAX bytes; or NULL. */
const char *choice_where(char *text, const struct params *params, const char *value);

/*
 * Reads one root, of root= (NULL: there is none) or rootfallback=; *root points into memory of its own. NULL,
 * or why it is refused.
 */
char *choice_root(struct rootspec *root, const struct params *params, const char *value);

/* Why the word in params->refused ends the boot: its text, as /init says it, whose it is and what it asks for. */
char *choice_refusal(const struct params *params);

/* A device, as the kernel would have it. */
struct candidate {
	struct image *image;
	const struct parttable_entry *entry; /* NULL: the whole disk */
	char *name;                          /* below /dev/ */
	const char *disk;                    /* a partition's, or "" */
	const char *bus;                     /* NULL: not known from an image */
	struct super super;
	const char *unknown;                 /* its file system, when this image does not know it */
};

/* Its image, partition and device name, for a message. */
char *candidate_text(const struct candidate *c);

struct choice {
	const struct candidate *root; /* NULL: none */
	bool unclear;                 /* none, since several answer or several types fit */
	char *why;                    /* none, or "" */
	char *notes;                  /* a line for each thing to know besides */
};

/* Which one is root, or what another word names? That word and its value are for messages. */
void choose(struct choice *choice, const struct rootspec *root, const char *word, const char *value,
	    const struct candidate *all, size_t count);

/* Can the chosen one be mounted? Else there is none; what is to know besides is added. */
void choice_mount(struct choice *choice, const struct rootspec *root);

#endif
