#include "cmdline.h"
#include "../lib/str.h"

#include <stddef.h>

/* The kernel's isspace() is Latin-1's: lib/ctype.c counts 0xa0 as a space. */
static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == (char)0xa0;
}

static char *skip_spaces(char *s)
{
	while (is_space(*s))
		s++;
	return s;
}

bool cmdline_same_name(const char *name, const char *b)
{
	return str_listed(b, ' ', name);
}

bool cmdline_next(char **text, struct word *word)
{
	char *s = skip_spaces(*text), *end;
	bool quoted = *s == '"', in_quote = false;

	if (!*s)
		return false;
	word->name = s + quoted;
	word->value = NULL;
	for (end = s; *end && (in_quote || !is_space(*end)); end++) {
		if (*end == '"')
			in_quote = !in_quote;
		/* As the kernel does: a '=' in first place is part of the name. */
		if (*end == '=' && !word->value && end > word->name) {
			*end = '\0';
			word->value = end + 1;
			if (*word->value == '"') {
				word->value++;
				quoted = true;
			}
		}
	}
	*text = end + !!*end;
	*end = '\0';
	if (quoted && end > word->name && end[-1] == '"')
		end[-1] = '\0';
	return word->value || !str_same(word->name, "--");
}
