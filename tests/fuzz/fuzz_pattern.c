/*
 * A pattern of modules.alias against fnmatch(3), which kmod uses, on a text in which it makes each
 * '-' a '_'. The input makes a pattern of the language that plan/modules.h promises, up to a
 * NUL: * and ? are themselves, [ and a byte a list, others plain; then it is the text.
 */
#include "fuzz.h"
#include "plan/modules.h"

#include <fnmatch.h>

#define PATTERN_MAX 2048

/* What patterns and texts are made of; brackets have letters and digits. */
static const char plain[] = "-_:.,+019abfzABZ";

static char *bracket(char *to, uint8_t what)
{
	static const char *const ranges[] = { "0-9", "a-f", "A-Z", "0-05-7", "a-a" };
	const char *range = ranges[what % 5];

	*to++ = '[';
	if (what & 0x20)
		*to++ = plain[6 + what % 10];
	if (what & 0x40)
		while (*range)
			*to++ = *range++;
	/* empty, it would not be fnmatch's */
	*to++ = plain[6 + what / 7 % 10];
	*to++ = ']';
	return to;
}

/* Makes each - a _ outside of brackets. */
static char *folded(const char *text, bool has_brackets)
{
	char *copy = strdup(text);
	bool within = false;

	for (char *c = copy; *c; c++) {
		within = has_brackets && (*c == '[' || (within && *c != ']'));
		if (*c == '-' && !within)
			*c = '_';
	}
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char pattern[PATTERN_MAX];
	const uint8_t *at = data, *end = data + size;
	char *to = pattern, *text, *wanted, *given, *ended;
	bool matches;

	for (; at < end && *at && to < pattern + PATTERN_MAX - 16; at++)
		if (*at == '[' && at + 1 < end)
			to = bracket(to, *++at);
		else
			*to++ = *at == '*' || *at == '?' ? (char)*at : plain[*at % 16];
	*to = '\0';
	at += at < end;
	text = text_of(at, (size_t)(end - at));
	wanted = folded(pattern, true);
	given = folded(text, false);
	matches = !fnmatch(wanted, given, FNM_NOESCAPE);
	assert(modules_match(pattern, text) == matches);

	/* the same at the end of its memory, and where another one follows */
	ended = text_of((const uint8_t *)pattern, (size_t)(to - pattern));
	assert(modules_match(ended, text) == matches);
	memcpy(to, " *", 3);
	assert(modules_match(pattern, text) == matches);
	*to = '\n';
	assert(modules_match(pattern, text) == matches);
	free(ended);
	free(text);
	free(wanted);
	free(given);
	return 0;
}
