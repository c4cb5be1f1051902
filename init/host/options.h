/*
 * The options of all subcommands, and which of them each takes.
 */
#ifndef HOST_OPTIONS_H
#define HOST_OPTIONS_H

#include <stdbool.h>

struct options {
	const char *board, *config; /* as given, or NULL */
	const char *cmdline, *modules, *type; /* the same */
	bool fragment;
	unsigned sector;            /* 0: not given */
	bool json;
	bool help, version;         /* then nothing else counts */
};

struct command {
	const char *name;
	int (*run)(const struct options *o, char **words);
	const char *takes;  /* the letters of its options (options.c) */
	const char *words;  /* what else, for its first line of help, */
	const char *wanted; /* in words, when it is not that, */
	int least, most;    /* and how many */
	int wrong;          /* the exit status when it is asked wrongly */
	const char *text;   /* what it does: one line, and more */
	const char *status;
};

/* Takes the options out of argv: the index of the first word that is none, or -1 after a complaint. */
int options_read(struct options *o, const struct command *command, int argc, char **argv);

/* Prints "usage: kindling NAME [--OPTION] WORDS", without its end. */
void options_usage(const struct command *command);

/* Prints a line for each option in `takes`; NULL: for all. */
void options_help(const char *takes);

#endif
