/*
 * What an image needs of its kernel: the rows of image/symbols, which are compiled in, and of the board's own.
 */
#ifndef HOST_NEEDS_H
#define HOST_NEEDS_H

#include "kernel_config.h"
#include "line.h"

#include <stdbool.h>
#include <stddef.h>

/* What is built for a board: `host_options`, and this. */
struct built {
	const char *folder;  /* the board's, or NULL */
	const char *modules; /* in the image, with spaces between; "*": any may be */
	const char *type;    /* root's file system, where it is known; or NULL */
	struct line line;    /* with the command line that it gets */
};

/* One of the symbols is needed. */
struct need {
	const char *when;    /* the first column of image/symbols; "board" */
	const char *symbols; /* A|B, each maybe with its modules: A:a,b */
	char kind;           /* '?': advice; '!': nothing else counts; or 0 */
	const char *why;
};

struct needs {
	struct need *all;
	size_t count;
};

/* The rows that this image needs, in their order, each once. kernel may be NULL. 0, or -1 after a complaint. */
int needs_of(struct needs *needs, const struct built *image, const struct kernel_config *kernel);

/* One of a row's symbols, and its modules, "" without; false at the end. *symbols moves. */
bool needs_symbol(const char **symbols, char **name, char **modules);

/* What the row is met by: "y", a module of the image, or NULL. */
const char *needs_met(const struct need *need, const struct built *image, const struct kernel_config *kernel);

/* The types that root may have, with commas between. */
const char *needs_types(const struct built *image);

/* The modules of the board's list and of the configuration, as built.modules. */
const char *needs_modules(const char *folder);

#endif
