#include "choice.h"
#include "host.h"
#include "../lib/str.h"

#include <errno.h>

char *choice_root(struct rootspec *root, const struct params *params, char *value)
{
	int err;

	if (!value || !*value)
		return copy("no root= on the command line");
	err = rootspec_parse(root, value, params->rootfstype);
	if (err == -EOPNOTSUPP)
		return copyf("root=%s: not in this image", value);
	if (err)
		return copyf("root=%s: not one of " ROOTSPEC_FORMS, value, ROOTSPEC_FORMS_OF);
	return NULL;
}

const char *choice_stage(const char *stage)
{
	static const char *const stages[] = { "find", "mount", "check", "switch" };

	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++)
		if (str_same(stages[i], stage))
			return stage;
	return DEFAULT_BREAK;
}
