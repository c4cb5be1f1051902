/*
 * Directories as FAT and exFAT have them: entries of 32 bytes, up to one that
 * begins with 0, in clusters that a table of 32-bit links chains.
 */
#ifndef PLAN_CHAIN_H
#define PLAN_CHAIN_H

#include "reader.h"

/* Of a link; exFAT's have 32 bits, but no disk has so many clusters. */
#define CHAIN_LINK 0x0fffffff

struct chain {
	struct reader *reader;
	unsigned long long links; /* offset of the table, whose entry n says what follows cluster n */
	unsigned long long data;  /* offset of cluster 2, the first one */
	unsigned cluster_log;     /* of a cluster's size in bytes */
	unsigned end;             /* the first number that is no cluster's */
	/* True when it wants no further entry. */
	bool (*take)(void *arg, const unsigned char *entry);
	void *arg;
	unsigned pieces;          /* that may be read yet */
};

/* Gives the entries of `size` bytes at `offset` to take(). True when there may be more behind them. */
bool chain_entries(struct chain *c, unsigned long long offset, unsigned size);

/* The same with the directory that begins at this cluster. */
void chain_walk(struct chain *c, unsigned cluster);

#endif
