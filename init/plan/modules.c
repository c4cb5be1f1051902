#include "modules.h"
#include "../lib/str.h"

static bool is_end(char c)
{
	return (unsigned char)c <= ' ';
}

static char fold(char c)
{
	return c == '-' ? '_' : c;
}

/* Is c one of [...], which begins at *pattern? Moves that behind it; at an end there is no bracket. */
static bool is_listed(const char **pattern, char c)
{
	const char *p = *pattern + 1;
	bool found = false;

	for (; !is_end(*p) && *p != ']'; p++) {
		char first = *p;

		if (p[1] == '-' && !is_end(p[2]) && p[2] != ']')
			p += 2;
		found |= c >= first && c <= *p;
	}
	*pattern = p + (*p == ']');
	return found;
}

/* Does c match what stands at *pattern? Moves that behind it. */
static bool match_one(const char **pattern, char c)
{
	char p = **pattern;

	if (p == '[')
		return is_listed(pattern, c);
	++*pattern;
	return p == '?' || fold(p) == fold(c);
}

bool modules_match(const char *pattern, const char *text)
{
	const char *star = NULL, *from = text;

	for (;;)
		if (*pattern == '*') {
			star = ++pattern;
			from = text;
		} else if (!*text) {
			return is_end(*pattern);
		} else if (!is_end(*pattern) && match_one(&pattern, *text)) {
			text++;
		} else if (star) {
			/* the star takes one more */
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
}

/* One of 32 sets of texts, by their first character: most lines are passed over by this. */
static unsigned beginning(const char *text)
{
	return 1U << (*text & 31);
}

/* The end of the pattern at p. */
static const char *end_of(const char *p)
{
	while (!is_end(*p))
		p++;
	return p;
}

unsigned modules_read(const char *text, struct modules_line *lines, unsigned max)
{
	unsigned n;

	for (n = 0; *text && n < max; n++) {
		lines[n].loads = text;
		text = str_find(text, '=');
		text += !!*text;
		text += *text == ' ';
		lines[n].name = text;
		lines[n].beginnings = 0;
		while (*(text = end_of(text)) == ' ')
			lines[n].beginnings |= beginning(++text);
		text += !!*text;
	}
	return n;
}

bool modules_is_meant(const struct modules_line *line, const char *wanted, bool *is_alias)
{
	const char *p = line->name;

	*is_alias = !modules_match(p, wanted);
	if (!*is_alias)
		return true;
	if (line->beginnings & beginning(wanted))
		while (*(p = end_of(p)) == ' ')
			if (modules_match(++p, wanted))
				return true;
	return false;
}

bool modules_load(const char **loads, char *name)
{
	const char *from = *loads;
	size_t n = 0;

	while (!is_end(*from) && *from != '=' && n < MODULE_NAME_MAX - 1)
		name[n++] = *from++;
	name[n] = '\0';
	*loads = from + (*from == ' ');
	return n;
}

/* What the word's name has behind "MODULE.", or NULL when that is another module. */
static const char *parameter(const struct word *word, const char *module)
{
	const char *rest = word->name;
	char name[MODULE_NAME_MAX];

	return str_item(&rest, '.', name, sizeof(name)) && *rest && cmdline_same_name(name, module) ? rest : NULL;
}

bool modules_options(char *options, size_t size, const char *name, const struct word *words,
		     unsigned count)
{
	const char *space = "";

	for (*options = '\0'; count--; words++) {
		const char *of = parameter(words, name), *value = words->value;
		char *end;

		if (!of)
			continue;
		/* quotes inside of a value do for themselves what they did on the command line */
		end = str_print(options, size, !value ? "%s%s" : *str_find(value, '"') ? "%s%s=%s" : "%s%s=\"%s\"",
				space, of, value);
		if (!end) {
			*options = '\0';
			return false;
		}
		size -= (size_t)(end - options);
		options = end;
		space = " ";
	}
	return true;
}

/* Is the name one of the comma-separated? */
static bool is_among(const char *list, const char *name)
{
	char item[MODULE_NAME_MAX];

	while (str_item(&list, ',', item, sizeof(item)))
		if (cmdline_same_name(item, name))
			return true;
	return false;
}

bool modules_forbidden(const char *name, bool is_alias, const struct word *words, unsigned count)
{
	const char *list = "";

	for (; count--; words++)
		if (!words->value)
			continue;
		else if (cmdline_same_name(words->name, "module_blacklist"))
			list = words->value;
		else if (is_alias && cmdline_same_name(words->name, "modprobe.blacklist") &&
			 is_among(words->value, name))
			return true;
	return is_among(list, name);
}
