/*
 * `kindling`, the host tool: what /init decides, shown before it boots. It is
 * built from init/plan as it is; only the options are variables here, so that
 * one program obeys any configuration (kconfig/conf, `host`).
 */
#ifndef HOST_H
#define HOST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The subcommands, in one file each; they return the exit status. */
int explain(int argc, char **argv);
int fits(int argc, char **argv);
int probe(int argc, char **argv);

#define EXIT_USAGE 2

/* A complaint on stderr: "kindling: " and the rest, in printf(3)'s formats. */
__attribute__((format(printf, 1, 2))) void complain(const char *format, ...);

/* Complains, then says where help is. Returns EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int usage(const char *format, ...);

/* Memory, or the end of the program; callers free it, or leave that to the end. */
void *checked(void *memory);
void *allocate(size_t size);
char *copy(const char *s);
__attribute__((format(printf, 1, 2))) char *copyf(const char *format, ...);
__attribute__((format(printf, 1, 0))) char *copyf_list(const char *format, va_list args);

/* Takes the value of --sector-size: 0, or -1 after a complaint. */
int sector_size(const char *text, unsigned *sector);

#endif
