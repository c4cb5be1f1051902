/*
 * Bounded strings. Nothing here truncates: what does not fit is refused, so a
 * path or a value is either whole or not there at all.
 */
#ifndef LIB_STR_H
#define LIB_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* The first c in s, or the NUL that ends it. */
char *str_find(const char *s, char c);

/* The first comma in s that is not within double quotes, or the NUL that ends it. */
char *str_comma(const char *s);

/* Makes every `from` in s a `to`. */
void str_change(char *s, char from, char to);

/* Copies s into buf of size bytes: false when it does not fit. */
bool str_copy(char *buf, size_t size, const char *s);

/* The rest of s after prefix, or NULL when s does not start with it. */
const char *str_after(const char *s, const char *prefix);

bool str_same(const char *a, const char *b);

/*
 * The place of the word in the list, whose words separator parts, from 1; 0 when it is not there. A '*' that
 * ends a word of the list stands for the rest of any. A list with spaces is of names: '-' and '_' are the same.
 */
unsigned str_listed(const char *list, char separator, const char *word);

/*
 * Takes the next item off *list, whose items that separator parts, into item of size bytes; one that
 * does not fit comes as "". False at the list's end.
 */
bool str_item(const char **list, char separator, char *item, size_t size);

/* What the digit counts, in either case; 16 or more when it is none of a hexadecimal number. */
unsigned str_digit(char c);

/*
 * Takes the digits of that base (2 to 16) off *text, which moves behind them: their number, or
 * ~0ULL when that is too large; 0 when there are none.
 */
unsigned long long str_number(const char **text, unsigned base);

/*
 * The same with a bound: 0 and *out on success; -EINVAL when there are no digits; -ERANGE, with
 * *out = max, when the number is above max.
 */
int str_take(const char **text, unsigned base, unsigned max, unsigned *out);

/* The same of a text that is a decimal number and nothing else. */
int str_uint(const char *s, unsigned max, unsigned *out);

/* A system call's -errno in words; the text may last until the next call. */
const char *str_error(int err);

/*
 * Of printf(3)'s formats %s, %u and, for a system call's -errno in words, %d,
 * with no flags; the compiler checks the arguments. Returns the NUL that ends
 * the result, or NULL when it does not fit into size bytes.
 */
__attribute__((format(printf, 3, 4))) char *str_print(char *buf, size_t size, const char *format,
						       ...);
__attribute__((format(printf, 3, 0))) char *str_vprint(char *buf, size_t size, const char *format,
							va_list args);

/*
 * A constant table of numbers, 1 to 255, and texts. ROWS(row) is a macro of
 * row(NUMBER, "text") lines. They lie one behind the other, without the padding
 * that rows of one length would have. Each number stands there once, as a name.
 */
#define STR_ROWS(name, ROWS) \
	static const struct { \
		ROWS(STR_ROW_FIELDS) \
		char end; \
	} name = { ROWS(STR_ROW_VALUES) '\0' }
#define STR_ROW_FIELDS(number, text) unsigned char number_##number; char text_##number[sizeof(text)];
#define STR_ROW_VALUES(number, text) number, text,

/* The text of a number in such a table; NULL when it has none. */
#define STR_ROW(name, number) str_row((const char *)&(name), number)
const char *str_row(const char *rows, int number);

#endif
