/*
 * dm-verity in images: the superblock where /init looks for it, and all of data and tree held against a root hash,
 * as `veritysetup verify` does.
 */
#ifndef HOST_VERITY_H
#define HOST_VERITY_H

#include "image.h"
#include "../plan/layer/verity.h"

#include <stdbool.h>

/*
 * Looks for the superblock: behind the file system, or, where size is 0, at the start. v->algorithm is the root hash's,
 * or NULL for any. NULL, or why it cannot be used; v points into `at` of VERITY_SUPERBLOCK bytes.
 */
const char *verity_look(struct verity *v, struct medium *medium, unsigned char *at, unsigned long long size);

/* Is this one of its options? */
bool verity_has(const struct verity *v, const char *option);

/* What verity_check() found. */
enum verity_found { VERITY_GOOD, VERITY_BAD, VERITY_FAILED };

/*
 * Reads all of data and tree. BAD: says line by line, by report(), what does not match; FAILED: it could not be
 * read, after a complaint. *blocks is how many of data were held against the tree.
 */
enum verity_found verity_check(const struct verity *v, struct medium *data, struct medium *tree, unsigned *blocks);

#endif
