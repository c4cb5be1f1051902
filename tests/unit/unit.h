/*
 * What every test of a unit includes: cmocka, and texts that end where their
 * memory ends, so that the sanitizer sees one byte too many.
 */
#ifndef UNIT_H
#define UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* A copy that a parser may change. Not freed: it may live on in what was parsed. */
static inline char *own(const char *text)
{
	return strdup(text);
}

/* Runs a stage: 0, or REFUSED when it called refuse(), which a test ends with longjmp(refused_here, REFUSED). */
#define REFUSED 1
static jmp_buf refused_here;
struct boot;
static inline int runs(void (*stage)(struct boot *b), struct boot *b)
{
	int value = setjmp(refused_here);

	if (!value)
		stage(b);
	return value;
}

/* Says which row of a table failed; cmocka alone gives the line of the assertion. */
#define row_is(i, text) print_message("    row %zu: %s\n", (size_t)(i), text)

#endif
