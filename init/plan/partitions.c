#include "partitions.h"
#include "../lib/str.h"

#include <errno.h>
#include <limits.h>

/* The next field of a line, in place; empty at the line's end. */
static const char *field(char **line)
{
	char *start = *line, *end;

	while (*start == ' ')
		start++;
	end = str_find(start, ' ');
	*line = end + !!*end;
	*end = '\0';
	return start;
}

bool partitions_next(char **text, struct partition *p)
{
	while (**text) {
		char *line = *text, *end = str_find(line, '\n');
		int err;

		*text = end + !!*end;
		*end = '\0';
		err = str_uint(field(&line), UINT_MAX, &p->major);
		err |= str_uint(field(&line), UINT_MAX, &p->minor);
		err |= str_uint(field(&line), UINT_MAX, &p->kib) == -EINVAL;
		p->name = field(&line);
		if (!err && *p->name)
			return true;
	}
	return false;
}
