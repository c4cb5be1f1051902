#include "sha2.h"

#include <string.h>

/* FIPS 180-4, 4.2.3: of the cube roots of primes. SHA-256's are the first halves of the first 64. */
static const uint64_t constants[80] = {
	0x428a2f98d728ae22, 0x7137449123ef65cd, 0xb5c0fbcfec4d3b2f, 0xe9b5dba58189dbbc,
	0x3956c25bf348b538, 0x59f111f1b605d019, 0x923f82a4af194f9b, 0xab1c5ed5da6d8118,
	0xd807aa98a3030242, 0x12835b0145706fbe, 0x243185be4ee4b28c, 0x550c7dc3d5ffb4e2,
	0x72be5d74f27b896f, 0x80deb1fe3b1696b1, 0x9bdc06a725c71235, 0xc19bf174cf692694,
	0xe49b69c19ef14ad2, 0xefbe4786384f25e3, 0x0fc19dc68b8cd5b5, 0x240ca1cc77ac9c65,
	0x2de92c6f592b0275, 0x4a7484aa6ea6e483, 0x5cb0a9dcbd41fbd4, 0x76f988da831153b5,
	0x983e5152ee66dfab, 0xa831c66d2db43210, 0xb00327c898fb213f, 0xbf597fc7beef0ee4,
	0xc6e00bf33da88fc2, 0xd5a79147930aa725, 0x06ca6351e003826f, 0x142929670a0e6e70,
	0x27b70a8546d22ffc, 0x2e1b21385c26c926, 0x4d2c6dfc5ac42aed, 0x53380d139d95b3df,
	0x650a73548baf63de, 0x766a0abb3c77b2a8, 0x81c2c92e47edaee6, 0x92722c851482353b,
	0xa2bfe8a14cf10364, 0xa81a664bbc423001, 0xc24b8b70d0f89791, 0xc76c51a30654be30,
	0xd192e819d6ef5218, 0xd69906245565a910, 0xf40e35855771202a, 0x106aa07032bbd1b8,
	0x19a4c116b8d2d0c8, 0x1e376c085141ab53, 0x2748774cdf8eeb99, 0x34b0bcb5e19b48a8,
	0x391c0cb3c5c95a63, 0x4ed8aa4ae3418acb, 0x5b9cca4f7763e373, 0x682e6ff3d6b2b8a3,
	0x748f82ee5defb2fc, 0x78a5636f43172f60, 0x84c87814a1f0ab72, 0x8cc702081a6439ec,
	0x90befffa23631e28, 0xa4506cebde82bde9, 0xbef9a3f7b2c67915, 0xc67178f2e372532b,
	0xca273eceea26619c, 0xd186b8c721c0c207, 0xeada7dd6cde0eb1e, 0xf57d4f7fee6ed178,
	0x06f067aa72176fba, 0x0a637dc5a2c898a6, 0x113f9804bef90dae, 0x1b710b35131c471b,
	0x28db77f523047d84, 0x32caab7b40c72493, 0x3c9ebe0a15c9bebc, 0x431d67c49c100d4c,
	0x4cc5d4becb3e42b6, 0x597f299cfc657e2a, 0x5fcb6fab3ad6faec, 0x6c44198c4a475817,
};

/* 5.3.5: of square roots. SHA-256's are the first halves. */
static const uint64_t start[8] = {
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* Words of SHA-256 lie in the lower halves of these. */
static inline __attribute__((always_inline)) uint64_t cut(uint64_t x, bool is_512)
{
	return is_512 ? x : (uint32_t)x;
}

static inline __attribute__((always_inline)) uint64_t rotate(uint64_t x, unsigned by, bool is_512)
{
	return cut(x >> by | x << ((is_512 ? 64 : 32) - by), is_512);
}

/* Three rotations; the last one is a shift when `shifts`. */
static inline __attribute__((always_inline)) uint64_t mix(uint64_t x, unsigned a, unsigned b, unsigned c, bool shifts,
							  bool is_512)
{
	return rotate(x, a, is_512) ^ rotate(x, b, is_512) ^ (shifts ? x >> c : rotate(x, c, is_512));
}

static inline __attribute__((always_inline)) void schedule(uint64_t *w, const unsigned char *block, bool is_512)
{
	unsigned size = is_512 ? 8 : 4;

	for (unsigned i = 0; i < 16; i++) {
		w[i] = 0;
		for (unsigned byte = 0; byte < size; byte++)
			w[i] = w[i] << 8 | block[i * size + byte];
	}
	for (unsigned i = 16; i < (is_512 ? 80 : 64); i++)
		w[i] = cut((is_512 ? mix(w[i - 2], 19, 61, 6, true, true) + mix(w[i - 15], 1, 8, 7, true, true)
				   : mix(w[i - 2], 17, 19, 10, true, false) + mix(w[i - 15], 7, 18, 3, true, false)) +
			   w[i - 7] + w[i - 16], is_512);
}

static inline __attribute__((always_inline)) void compress(uint64_t *state, const unsigned char *block, bool is_512)
{
	uint64_t w[80], s[8];

	schedule(w, block, is_512);
	memcpy(s, state, sizeof(s));
	for (unsigned i = 0; i < (is_512 ? 80 : 64); i++) {
		uint64_t a = s[0], e = s[4];
		uint64_t t = s[7] + ((e & s[5]) ^ (~e & s[6])) + w[i] +
			     (is_512 ? constants[i] + mix(e, 14, 18, 41, false, true)
				     : (constants[i] >> 32) + mix(e, 6, 11, 25, false, false));
		uint64_t more = ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2])) +
				(is_512 ? mix(a, 28, 34, 39, false, true) : mix(a, 2, 13, 22, false, false));

		memmove(s + 1, s, sizeof(s) - sizeof(*s));
		s[4] = cut(s[4] + t, is_512);
		s[0] = cut(t + more, is_512);
	}
	for (unsigned i = 0; i < 8; i++)
		state[i] = cut(state[i] + s[i], is_512);
}

static unsigned block_size(const struct sha2 *s)
{
	return s->is_512 ? 128 : 64;
}

static void take(struct sha2 *s, const unsigned char *block)
{
	if (s->is_512)
		compress(s->state, block, true);
	else
		compress(s->state, block, false);
}

void sha2_begin(struct sha2 *s, unsigned digest)
{
	s->is_512 = digest == 64;
	s->size = 0;
	for (unsigned i = 0; i < 8; i++)
		s->state[i] = s->is_512 ? start[i] : start[i] >> 32;
}

void sha2_add(struct sha2 *s, const void *bytes, size_t size)
{
	const unsigned char *from = bytes;
	size_t block = block_size(s), has = s->size & (block - 1);

	s->size += size;
	while (size) {
		size_t part = block - has < size ? block - has : size;

		/* whole blocks are taken where they are */
		if (part == block) {
			take(s, from);
		} else {
			memcpy(s->block + has, from, part);
			if (has + part == block)
				take(s, s->block);
		}
		has = 0;
		from += part;
		size -= part;
	}
}

static void put(unsigned char *to, uint64_t number, unsigned size)
{
	while (size--) {
		to[size] = (unsigned char)number;
		number >>= 8;
	}
}

void sha2_end(struct sha2 *s, unsigned char *digest)
{
	unsigned block = block_size(s), word = block / 16, has = (unsigned)s->size & (block - 1);

	s->block[has++] = 0x80;
	memset(s->block + has, 0, block - has);
	/* the size in bits takes two words */
	if (has > block - 2 * word) {
		take(s, s->block);
		memset(s->block, 0, block);
	}
	put(s->block + block - 8, s->size << 3, 8);
	take(s, s->block);
	for (unsigned i = 0; i < 8; i++)
		put(digest + i * word, s->state[i], word);
}
