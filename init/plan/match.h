/*
 * Does a device answer root=, and may it be mounted?
 */
#ifndef PLAN_MATCH_H
#define PLAN_MATCH_H

#include "parttable.h"
#include "rootspec.h"
#include "super.h"

#include <stddef.h>

/* Room for what match_bar() says. */
#define MATCH_BAR_MAX 100

/*
 * The value of one of its tags, "" when it has none. super may be NULL (not
 * read), part too (no partition, or not in its disk's table). Of a member the
 * tags are its own.
 */
const char *match_value(enum tag tag, const struct super *super, const struct parttable_id *part);

/* Does it answer? For a member those of a file system that shows through count too. */
bool match(const struct rootspec *spec, const struct super *super, const struct parttable_id *part);

/*
 * Why it must not be mounted: "is crypto_LUKS: this image cannot open it",
 * into text, which holds MATCH_BAR_MAX bytes. NULL when it may be.
 */
const char *match_bar(char *text, const struct super *super);

#endif
