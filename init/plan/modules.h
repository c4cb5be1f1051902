/*
 * Which modules to load for a name or an alias, and with which options. The
 * order and the patterns come from an index that the build makes with kmod's
 * own tools (image/modules): text whose first line is the suffix of all module
 * files, then a line a module:
 *
 *     LOAD LOAD ... = NAME PATTERN PATTERN ...
 *
 * What to load, in this order, then the module's name and the aliases that mean
 * it; nothing to load for what is built in. Names have '_' for '-'. The first
 * two characters of a pattern are plain ones.
 */
#ifndef PLAN_MODULES_H
#define PLAN_MODULES_H

#include "cmdline.h"

#include <stdbool.h>
#include <stddef.h>

/* The kernel's MODULE_NAME_LEN at its largest (include/linux/module.h), with the NUL. */
#define MODULE_NAME_MAX 61

/*
 * Does the text match the pattern, which ends at a space, a line's end or a
 * NUL? As kmod: fnmatch(3)'s *, ? and [0-9a-f], with '-' and '_' equal outside
 * of brackets. Neither is trusted: the time is bounded by their lengths' product.
 */
bool modules_match(const char *pattern, const char *text);

struct modules_line {
	const char *loads;  /* for modules_load() */
	const char *name;   /* ends as a pattern does; the patterns follow */
	unsigned beginnings; /* of its patterns, as a set; 0: none of them counts any more */
};

/* Reads the lines behind the first one, `max` at most: their number. */
unsigned modules_read(const char *text, struct modules_line *lines, unsigned max);

/* Does `wanted` mean this line? is_alias: by a pattern, not by its name. */
bool modules_is_meant(const struct modules_line *line, const char *wanted, bool *is_alias);

/*
 * Takes the next name off *loads, into name of MODULE_NAME_MAX bytes; false when
 * that was the last.
 */
bool modules_load(const char **loads, char *name);

/*
 * The options of a module as the kernel takes them, from words MODULE.PARAM=VALUE. False when they do not
 * fit.
 */
bool modules_options(char *options, size_t size, const char *name, const struct word *words,
		     unsigned count);

/*
 * Is it forbidden by module_blacklist= (the last of these words counts) or, when
 * is_alias, by any modprobe.blacklist=?
 */
bool modules_forbidden(const char *name, bool is_alias, const struct word *words, unsigned count);

#endif
