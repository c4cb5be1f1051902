/*
 * Messages to the kernel's log. One grammar:
 *
 *     kindling: what failed: why, with the value; what happens now
 *
 * Values may come from media or the command line: every byte that is not
 * printable ASCII is written as \xNN. A line longer than one record (the
 * kernel refuses more than about 1 kB, printk_ringbuffer) goes on in the next.
 * Without /dev/kmsg (a kernel without CONFIG_PRINTK) lines go to fd 2.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdarg.h>

/* The kernel's levels. Under `quiet` only LOG_ERR reaches the console. */
#define LOG_ERR '3'
#define LOG_NOTE '5'
#define LOG_INFO '6'

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
