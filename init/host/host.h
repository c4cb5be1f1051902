/*
 * `kindling`, the host tool: what /init decides, shown before it boots. It is
 * built from init/plan as it is; only the options are variables here, so that
 * one program obeys any configuration (kconfig/conf, `host`).
 */
#ifndef HOST_H
#define HOST_H

#include "options.h"

/*
 * The subcommands, in one file each. words: what is no option, NULL behind the last one, so many as
 * the command's row (main.c) allows. They return the exit status.
 */
int explain(const struct options *o, char **words);
int fits(const struct options *o, char **words);
int check_kernel(const struct options *o, char **words);
int probe(const struct options *o, char **words);

#endif
