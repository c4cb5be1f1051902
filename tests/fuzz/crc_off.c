/*
 * In place of plan/crc.c: every checksum is 0. A fuzzer cannot find the true one, so it never gets
 * behind a check; this one it has in a moment, and the seeds have it. The bytes must be there all the
 * same.
 */
#include "fuzz.h"
#include "plan/crc.h"

#include <sanitizer/asan_interface.h>

unsigned crc(unsigned polynomial, unsigned crc, const void *data, size_t size)
{
	(void)polynomial, (void)crc;
	assert(size <= PTRDIFF_MAX && !__asan_region_is_poisoned((void *)data, size));
	return 0;
}

unsigned crc_hole(unsigned polynomial, unsigned start, const void *data, size_t size, size_t hole)
{
	assert(hole + 4 <= size);
	return crc(polynomial, start, data, size);
}
