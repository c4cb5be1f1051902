#include "reader.h"

bool reader_get(struct reader *r, void *buf, size_t size, unsigned long long offset)
{
	int err;

	if (size > r->size || offset > r->size - size || !r->reads || size > r->bytes)
		return false;
	r->reads--;
	r->bytes -= (unsigned)size;
	err = r->read(r, buf, size, offset);
	if (err && !r->error)
		r->error = err;
	return !err;
}
