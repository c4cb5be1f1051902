#include "medium.h"
#include "fuzz.h"
#include "plan/bytes.h"

#include <errno.h>

/* Puts that part of a piece which the read wants where it belongs. */
static int lay(uint8_t *buf, size_t size, uint64_t offset, const uint8_t *piece, size_t length,
	       uint64_t at)
{
	uint64_t from = at > offset ? at - offset : 0;
	uint64_t skip = offset > at ? offset - at : 0;

	if (from >= size || skip >= length)
		return 0;
	length -= skip;
	if (length > size - from)
		length = size - from;
	memcpy(buf + from, piece + skip, length);
	return 1;
}

static int read_medium(struct reader *reader, void *buf, size_t size, unsigned long long offset)
{
	struct medium *m = (struct medium *)reader;
	const uint8_t *next = m->pieces;
	size_t left = m->length;

	assert(size <= reader->size && offset <= reader->size - size);
	m->reads++;
	m->bytes += (unsigned)size;
	memset(buf, 0, size);
	while (left > PIECE_HEADER) {
		uint64_t place = le64(next), at = place & (PIECE_BROKEN - 1);
		size_t length = left - PIECE_HEADER;

		if (length > PIECE)
			length = PIECE;
		if (place & PIECE_FROM_END)
			at = reader->size - at;
		if (lay(buf, size, offset, next + PIECE_HEADER, length, at) && place & PIECE_BROKEN)
			return -EIO;
		next += PIECE_HEADER + length;
		left -= PIECE_HEADER + length;
	}
	return 0;
}

void medium_open(struct medium *m, const uint8_t *data, size_t size)
{
	*m = (struct medium){ .reader = { .read = read_medium, .fd = -1, .reads = READER_READS,
					  .bytes = READER_BYTES } };
	if (size < MEDIUM_HEADER)
		return;
	m->reader.size = le64(data);
	m->pieces = data + MEDIUM_HEADER;
	m->length = size - MEDIUM_HEADER;
}

void medium_check(const struct medium *m)
{
	assert(m->reads <= READER_READS && m->bytes <= READER_BYTES);
	assert(m->reader.reads == READER_READS - m->reads);
	assert(m->reader.error == 0 || m->reader.error == -EIO);
}
