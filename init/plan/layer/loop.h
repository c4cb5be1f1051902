/*
 * Root is in an image file: loop=PATH on the file system that root= finds, and loopfstype=, the types in it
 * (initramfs-tools(7)).
 */
#ifndef PLAN_LAYER_LOOP_H
#define PLAN_LAYER_LOOP_H

#include "../layer.h"

const char *loop_file(const struct layer_words *words);
char *loop_types(const struct layer_words *words); /* NULL: what is found in it */

/* Where verityhash= is a path, too, of the same file system: the word's value. NULL: it is a root= form, or none. */
char **loop_tree_file(struct layer_words *words);

#endif
