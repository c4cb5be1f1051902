/*
 * `kindling`, the host tool: what /init decides, shown before it boots. It is
 * built from init/plan as it is; only the options are variables here, so that
 * one program obeys any configuration (kconfig/conf, `host`).
 */
#ifndef HOST_H
#define HOST_H

/* The subcommands, in one file each; they return the exit status. */
int explain(int argc, char **argv);
int fits(int argc, char **argv);
int probe(int argc, char **argv);

#endif
