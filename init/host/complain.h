/*
 * What goes wrong, on stderr.
 */
#ifndef HOST_COMPLAIN_H
#define HOST_COMPLAIN_H

#define EXIT_USAGE 2

/* "kindling: " and the rest, in printf(3)'s formats; control characters as \xNN. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* Complains, then says where help is. Returns EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int usage(const char *format, ...);

#endif
