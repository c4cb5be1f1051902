/*
 * What a disk or a partition holds, as a block of KEY=value lines or an object
 * of JSON. kindling(1) says what the keys mean.
 */
#ifndef HOST_BLOCK_H
#define HOST_BLOCK_H

#include "image.h"

#include <stdbool.h>
#include <stdio.h>

struct output {
	FILE *out;
	bool json;
	bool terminal;           /* values may not reach it raw */
	unsigned blocks, fields; /* so far; the latter in this block */
};

/*
 * One block: of a partition, or with NULL of the whole disk. super is NULL when
 * it could not be read. `named`: with the file's name, as JSON always is.
 */
void block_print(struct output *o, const struct image *image, const struct parttable_entry *entry,
		 const struct super *super, bool named);

/* The same within an object of JSON that the caller begins and ends. */
void block_members(struct output *o, const struct image *image, const struct parttable_entry *entry,
		   const struct super *super, bool named);

/* One more member, or line. Nothing when there is no value. */
void block_field(struct output *o, const char *name, const char *value);

#endif
