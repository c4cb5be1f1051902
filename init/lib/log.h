/*
 * Messages to the kernel's log. One grammar:
 *
 *     kindling: what failed: why, with the value; what happens now
 *
 * Values may come from media or the command line: the backslash and every byte
 * that is not printable ASCII are written as \xNN, so what looks like that is
 * never the value's own. A line longer than one record (the kernel refuses more
 * than about 1 kB, printk_ringbuffer) goes on in the next, which begins with
 *
 *     kindling: ...
 *
 * as no first record does: no value can forge a line. What /dev/kmsg does not
 * take (a kernel without CONFIG_PRINTK, printk.devkmsg=off, an error), or would
 * drop by its limit of lines, goes to fd 2.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdarg.h>

/* The kernel's levels. Under `quiet` only LOG_ERR reaches the console. */
#define LOG_ERR '3'
#define LOG_NOTE '5'
#define LOG_INFO '6'
/* No level: an answer to who sits at the console, to fd 2 alone. */
#define LOG_PROMPT ' '

/*
 * Call once /dev is mounted; before, lines go to fd 2. That very directory is
 * kept: the new root's /dev/kmsg could be anything.
 */
void log_open(void);

/* One line, in str_print()'s formats. */
__attribute__((format(printf, 2, 3))) void say(char level, const char *format, ...);

/* The same, with one more string behind it. */
__attribute__((format(printf, 2, 0))) void log_list(char level, const char *format, va_list args,
						     const char *end);

#endif
