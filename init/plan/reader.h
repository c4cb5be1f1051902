/*
 * Reading from a medium that is not trusted: every read is whole or refused,
 * inside of the medium, and their number and sum are bounded.
 */
#ifndef PLAN_READER_H
#define PLAN_READER_H

#include <stdbool.h>
#include <stddef.h>

/* What one medium may cost. */
#define READER_READS 64
#define READER_BYTES (1 << 20)

struct reader {
	/* Fills buf, whole: 0 or -errno. size and offset are inside of the medium. */
	int (*read)(struct reader *r, void *buf, size_t size, unsigned long long offset);
	int fd;                  /* for read(), */
	unsigned sector;         /* and its sectors' bytes */
	int error;               /* of the first read that failed, or 0 */
	unsigned long long size; /* of the medium, in bytes */
	unsigned reads, bytes;   /* left of READER_READS and READER_BYTES */
};

/* False when the range is not inside of the medium, the bounds are reached or the read failed. */
bool reader_get(struct reader *r, void *buf, size_t size, unsigned long long offset);

#endif
