/*
 * What explain, fits and check-kernel find: lines for people or, with --json, one object for programs,
 *
 *     {"steps": [{"step": NAME, KEY: VALUE, ..., "text": [LINE, ...]}, ...], "status": NUMBER}
 *
 * Each thing is told once, as a line, and the keys name the values that stand in it.
 */
#ifndef HOST_REPORT_H
#define HOST_REPORT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>

void report_begin(bool json);

/* What follows belongs to this step; as lines its name is not shown. */
void report_step(const char *name);

/*
 * One line, in printf(3)'s formats %s, %d, %u, %llu. keys: a word for each of the values, in their order;
 * for `-` none; one more is true. NULL: none at all.
 */
__attribute__((format(printf, 2, 3))) void report(const char *keys, const char *format, ...);

/* The same, of an object in the array `list`, for what there may be several of. */
__attribute__((format(printf, 3, 4))) void report_each(const char *list, const char *keys, const char *format, ...);

/* The same two (list: NULL) with a margin before the line, for people. */
__attribute__((format(printf, 4, 0))) void report_list(const char *margin, const char *list, const char *keys,
						       const char *format, va_list args);

/* Only for people: a line that parts others. */
void report_heading(const char *line);

/* Only for programs, where people see it in another form. False: these are lines. */
bool report_is_json(void);
void report_string(const char *key, const char *value);
void report_number(const char *key, unsigned long long value);
/* The value of the key, or one more value in the array `list`, is printed there. */
FILE *report_value(const char *key);
FILE *report_element(const char *list);

/* The end of it; returns the exit status. */
int report_end(int status);

#endif
