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
		bool is_range = p[1] == '-' && !is_end(p[2]) && p[2] != ']';

		found |= c == *p;
		if (is_range) {
			found |= c >= *p && c <= p[2];
			p += 2;
		}
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

	for (;;) {
		const char *p = pattern;

		if (*p == '*') {
			star = ++pattern;
			from = text;
		} else if (is_end(*p) ? !*text : *text && match_one(&p, *text)) {
			if (is_end(*pattern))
				return true;
			pattern = p;
			text++;
		} else if (star && *from) {
			/* the star takes one more */
			pattern = star;
			text = ++from;
		} else {
			return false;
		}
	}
}

/* One of 32 sets of texts, by their first two characters: most lines are passed over by this. */
static unsigned beginning(const char *text)
{
	return *text ? 1U << ((fold(text[0]) * 2 + fold(text[1])) & 31) : 0;
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
	const char *at = word->name;

	while (*at && !is_end(*module) && fold(*at) == fold(*module))
		at++, module++;
	return *at == '.' && is_end(*module) ? at + 1 : NULL;
}

bool modules_options(char *options, size_t size, const char *name, const struct word *words,
		     unsigned count)
{
	*options = '\0';
	for (; count--; words++) {
		const char *of = parameter(words, name), *value = words->value, *quote = "\"";
		char *end = str_find(options, '\0');

		/* quotes inside of a value do for themselves what they did on the command line */
		if (value && *str_find(value, '"'))
			quote = "";
		if (of && !str_print(end, size - (size_t)(end - options), value ? "%s%s=%s%s%s" : "%s%s",
				     *options ? " " : "", of, quote, value, quote)) {
			*end = '\0';
			return false;
		}
	}
	return true;
}

/* Is the name one of the comma-separated? */
static bool is_among(const char *list, const char *name)
{
	while (*list) {
		const char *at = name;

		while (!is_end(*at) && fold(*list) == fold(*at))
			at++, list++;
		if (is_end(*at) && (!*list || *list == ','))
			return true;
		list = str_find(list, ',');
		list += !!*list;
	}
	return false;
}

bool modules_forbidden(const char *name, bool is_alias, const struct word *words, unsigned count)
{
	bool by_kernel = false, by_alias = false;

	for (; count--; words++)
		if (!words->value)
			continue;
		else if (cmdline_same_name(words->name, "module_blacklist"))
			by_kernel = is_among(words->value, name);
		else if (is_alias && cmdline_same_name(words->name, "modprobe.blacklist"))
			by_alias |= is_among(words->value, name);
	return by_kernel || by_alias;
}
