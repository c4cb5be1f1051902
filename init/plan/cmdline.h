/*
 * The command line as words, by the kernel's own rules (lib/cmdline.c,
 * next_arg(); kernel/params.c, parse_args() and parameq()).
 */
#ifndef PLAN_CMDLINE_H
#define PLAN_CMDLINE_H

#include <stdbool.h>

/* A number of seconds that is not there. */
#define NOT_GIVEN (-2)

struct word {
	char *name;
	char *value; /* NULL when the word has no '=' */
};

/*
 * Takes the next word off *text, in place: separators and quotes become NULs,
 * and *text moves behind the word. A double quote hides spaces; a quote that
 * is never closed swallows the rest. False at the end of the text and at a
 * word "--", after which the words belong to init.
 */
bool cmdline_next(char **text, struct word *word);

/* Is the name of a parameter b, '-' and '_' being the same? b has no space; a '*' that ends it is any rest. */
bool cmdline_same_name(const char *name, const char *b);

#endif
