/*
 * SHA-256 and SHA-512 (FIPS 180-4).
 */
#ifndef HOST_SHA2_H
#define HOST_SHA2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHA2_MAX 64

/* One that has begun may be copied: then both go on. */
struct sha2 {
	bool is_512;
	uint64_t state[8];
	uint64_t size; /* bytes so far */
	unsigned char block[128];
};

/* Of so many bytes of digest: 32 or 64. */
void sha2_begin(struct sha2 *s, unsigned digest);
void sha2_add(struct sha2 *s, const void *bytes, size_t size);
void sha2_end(struct sha2 *s, unsigned char *digest);

#endif
