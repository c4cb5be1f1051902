/*
 * A medium of any size out of a few bytes, so that the fuzzer meets what stands at 64 KiB, or at
 * the end of a disk of exabytes. All of it is zero, but for the pieces that the input lists:
 *
 *     8 bytes    the medium's size
 *     then, for each piece:
 *     8 bytes    where it stands; the top bit: counted backwards from the end;
 *                the next: it cannot be read
 *     512 bytes  what stands there; those of the last piece may be fewer
 *
 * all numbers little endian. seed.c makes such an input of an image.
 */
#ifndef FUZZ_MEDIUM_H
#define FUZZ_MEDIUM_H

#include "plan/reader.h"

#include <stdint.h>

#define MEDIUM_HEADER 8
#define PIECE 512
#define PIECE_HEADER 8
#define PIECE_FROM_END (1ULL << 63)
#define PIECE_BROKEN (1ULL << 62)

struct medium {
	struct reader reader; /* first: what is handed to plan/ */
	const uint8_t *pieces;
	size_t length;
	unsigned reads, bytes; /* counted where they are made, not where they are allowed */
};

/* An input without a size is an empty medium. */
void medium_open(struct medium *m, const uint8_t *data, size_t size);

/* Asserts what holds after any use. */
void medium_check(const struct medium *m);

#endif
