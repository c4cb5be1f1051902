/*
 * Directories as FAT and exFAT have them: entries of 32 bytes, up to one that
 * begins with 0, in clusters that a table of 32-bit links chains.
 */
#ifndef PLAN_CHAIN_H
#define PLAN_CHAIN_H

#include "reader.h"

/* Of a link; exFAT's have 32 bits, but no disk has so many clusters. */
#define CHAIN_LINK 0x0fffffff
/* Enough for 2560 entries in clusters of 4 kB and more, and still less than a medium may cost. */
#define CHAIN_PIECES 20

struct chain {
	struct reader *reader;
	unsigned long long links; /* offset of the table: entry n says what follows cluster n */
	unsigned long long data;  /* offset of cluster 2, the first one */
	unsigned cluster_log;     /* of a cluster's size in bytes */
	unsigned end;             /* the first number that is no cluster's */
	/* True when it wants no further entry. */
	bool (*take)(void *arg, const unsigned char *entry);
	void *arg;
	unsigned pieces;          /* that may be read yet */
};

/* Gives the entries of `size` bytes at `offset` to take(). True when more may be behind them. */
bool chain_entries(struct chain *c, unsigned long long offset, unsigned size);

/* The same with the directory that begins at this cluster. */
void chain_walk(struct chain *c, unsigned cluster);

#endif
