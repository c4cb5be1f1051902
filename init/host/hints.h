/*
 * What may be meant otherwise than it is written: what editors and web pages
 * put into a command line, and separators that are none there.
 */
#ifndef HOST_HINTS_H
#define HOST_HINTS_H

#include "line.h"

/* What to say of this word, or NULL. */
char *hint_for(const struct line *line, const struct line_word *word);

#endif
