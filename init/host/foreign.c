#include "foreign.h"
#include "../plan/cmdline.h"

#include <stddef.h>
#include <string.h>

static const struct foreign rows[] = {
#define LAYER(name, owner, text) { name, true, owner, text },
#define REFUSE(name, owner, text) { name, true, owner, text },
#define NOTE(name, owner, text) { name, false, owner, text },
#include "../plan/foreign.def"
};

/* A family without a dot is not that of a module whose name begins so: archiso*, archiso.x=1. */
static bool is_of(const struct foreign *row, const char *name)
{
	return cmdline_same_name(name, row->name) &&
	       (row->refused || strchr(row->name, '.') || !strchr(name, '.'));
}

const struct foreign *foreign_find(const char *name)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (is_of(&rows[i], name))
			return &rows[i];
	return NULL;
}
