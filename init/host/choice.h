/*
 * What the stages `decide` and `find` of /init decide: the same plan/ functions
 * in the same order, over images instead of devices.
 */
#ifndef HOST_CHOICE_H
#define HOST_CHOICE_H

#include "../plan/params.h"
#include "../plan/rootspec.h"

/* Reads one root, of root= (NULL: there is none) or rootfallback=. NULL, or why it is refused. */
char *choice_root(struct rootspec *root, const struct params *params, char *value);

/* The stage that rd.break= means: the given one, or instead of an unknown one the default. */
const char *choice_stage(const char *stage);

#endif
