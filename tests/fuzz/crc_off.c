/*
 * In place of plan/crc.c: every checksum is this. A fuzzer cannot find the true one, so it never gets
 * behind a check; the constant it has in a moment.
 */
#include "plan/crc.h"

unsigned crc(unsigned polynomial, unsigned crc, const void *data, size_t size)
{
	(void)polynomial, (void)crc, (void)data, (void)size;
	return 0;
}

unsigned crc_hole(unsigned polynomial, unsigned start, const void *data, size_t size, size_t hole)
{
	(void)hole;
	return crc(polynomial, start, data, size);
}
