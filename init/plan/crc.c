#include "crc.h"

unsigned crc(unsigned polynomial, unsigned crc, const void *data, size_t size)
{
	const unsigned char *p = data;
	unsigned table[16];

	/* Half a byte at a time: a sixth of the steps by bit, and no table of 1 kB. */
	for (unsigned i = 0; i < 16; i++) {
		unsigned n = i;

		for (int bit = 0; bit < 4; bit++)
			n = n >> 1 ^ (n & 1 ? polynomial : 0);
		table[i] = n;
	}
	for (; size; size--) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

unsigned crc_hole(unsigned polynomial, unsigned start, const void *data, size_t size, size_t hole)
{
	const unsigned char *p = data, *behind = p + hole + 4;

	start = crc(polynomial, start, p, hole);
	start = crc(polynomial, start, "\0\0\0", 4);
	return crc(polynomial, start, behind, size - hole - 4);
}
