/*
 * Layers over the device that root= names (plan/layer.h): which of them the image has, and what they
 * make of one root. All are linked into the host tool.
 */
#ifndef HOST_LAYERS_H
#define HOST_LAYERS_H

#include "line.h"
#include "../plan/layer/overlay.h"
#include "../plan/layer/verity.h"
#include "../plan/rootspec.h"

/* Has the image the layer that the word is of? (LAYER_HAS in the header of kconfig/conf) */
bool layers_have(const struct layer_word *word);

/* What one root gets, in the order of the members. */
struct layers {
	const char *file;        /* loop=: root is in this file of what root= finds, */
	char *file_types;        /* as one of these; NULL: what is found in it */
	const char *tree_file;   /* verityhash= is a file there, too; else NULL */
	bool is_verified;
	struct verity verity;
	bool has_tree;           /* the tree is on a device of its own: */
	struct rootspec tree;
	bool tree_by_hash;       /* the root hash names it */
	struct rootspec fec;     /* what corrects errors, where verity.fec_device is set */
	bool is_written;         /* there is a writable layer, */
	struct overlay overlay;
	struct rootspec upper;   /* on this device where overlay.device is set */
	char *without_upper;     /* why that cannot be had: the image goes on without */
	char name[OVERLAY_NAME_MAX]; /* of its directory there; "": told by what root holds */
	const char *wrong;       /* what is refused: text of a word, or NULL */
};

/*
 * Reads what the words of this root ask for, which then stays as it is: *layers points into both. NULL, or why
 * it is refused, as /init says it.
 */
char *layers_read(struct layers *layers, struct rootspec *root);

/* Has it any? Then root itself is mounted read-only. */
bool layers_any(const struct layers *layers);

/* What is to be said of a word of a layer that does not do what it seems to; or NULL. */
char *layers_note(const struct line *line, const struct line_word *word);

#endif
