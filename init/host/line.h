/*
 * What /init reads of a command line, word by word, so that each can be pointed
 * at. The parser is /init's own (plan/params.c): it is given one word at a time.
 */
#ifndef HOST_LINE_H
#define HOST_LINE_H

#include "../plan/params.h"

#include <stdbool.h>
#include <stddef.h>

/* A text that is read: the image's, the bootloader's, and the image's again. */
struct line_source {
	const char *where;  /* where the text stands */
	const char *text;
	const struct params_lock *lock; /* what does not count in it */
};

#define LINE_SOURCES 3

struct line_word {
	const struct line_source *source;
	size_t start, length; /* in source->text, quotes included */
	char *copy;           /* what params points into, parsed: name, NUL, value */
	bool obeyed;          /* a parameter of /init, whether this one counts or not */
	bool for_init;        /* all that is behind a "--" */
	bool for_modules;     /* /init passes it on to the modules that it loads */
	char *note;           /* what /init says of it, or NULL */
};

struct line {
	struct params params;
	struct line_source sources[LINE_SOURCES];
	struct line_word *words;
	size_t count;
};

/* Reads the command line as an image with these options would. Memory is not freed. */
void line_read(struct line *line, const char *cmdline);

/* Only parts the words, as the kernel itself does with the bootloader's line; none is obeyed. */
void line_split(struct line *line, const char *cmdline);

/* The word that a string of line->params comes from. */
const struct line_word *line_word_of(const struct line *line, const char *value);

/* The bytes of the word, as they were written. */
char *line_text(const struct line_word *word);

/* Is the text a parameter of /init, with a value of the right kind? */
bool line_is_obeyed(const char *word);

/* A parameter of /init that the text becomes by one change of its name, as NAME=; or NULL. */
char *line_meant(const char *word);

/* Shows where the word stands: the text around it, and a line with a caret below the word. */
void line_point(const struct line_word *word);

/* Only for programs: the word, and where it stands. */
void line_place(const struct line_word *word);

#endif
