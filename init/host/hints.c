#include "hints.h"
#include "memory.h"
#include "../lib/str.h"

#include <string.h>

/* Letters that look like others, or like nothing. The kernel takes each byte of them as part of the word. */
static const struct {
	const char *bytes, *what;
} letters[] = {
	{ "\xef\xbb\xbf", "a byte order mark, which the kernel takes as part of the name: save the file without one" },
	{ "\xe2\x80\x9c", "a typographic quote: only \" hides spaces" },
	{ "\xe2\x80\x9d", "a typographic quote: only \" hides spaces" },
	{ "\xe2\x80\x9e", "a typographic quote: only \" hides spaces" },
	{ "\xe2\x80\x98", "a typographic quote: only \" hides spaces" },
	{ "\xe2\x80\x99", "a typographic quote: only \" hides spaces" },
	{ "\xc2\xab", "a typographic quote: only \" hides spaces" },
	{ "\xc2\xbb", "a typographic quote: only \" hides spaces" },
	{ "\xe2\x80\x90", "a typographic hyphen, which is another letter than -" },
	{ "\xe2\x80\x91", "a typographic hyphen, which is another letter than -" },
	{ "\xe2\x80\x93", "a typographic dash, which is another letter than -" },
	{ "\xe2\x80\x94", "a typographic dash, which is another letter than -" },
	{ "\xe2\x88\x92", "a minus sign, which is another letter than -" },
	{ "\xe2\x80\x8b", "a space without width, which parts no words" },
	{ "\xe2\x80\xaf", "a narrow no-break space, which parts no words" },
	{ "\xe2\x80\x89", "a thin space, which parts no words" },
	{ "\xe3\x80\x80", "a wide space, which parts no words" },
	{ "\xef\xbc\x9d", "a wide equals sign, which is another letter than =" },
};

/*
 * A no-break space is two bytes, of which the kernel takes the second for a
 * space of Latin-1: the first one stays at the end of the word.
 */
static bool ends_in_half_a_space(const struct line_word *word)
{
	const char *end = word->source->text + word->start + word->length;

	return word->length && end[-1] == '\xc2' && *end == '\xa0';
}

static char *odd_letter(const struct line_word *word)
{
	char *text = line_text(word);

	if (ends_in_half_a_space(word))
		return copy("a no-break space is behind it, half of which the kernel takes as part of the word");
	for (size_t i = 0; i < sizeof(letters) / sizeof(*letters); i++)
		if (strstr(text, letters[i].bytes))
			return copyf("it has %s", letters[i].what);
	return NULL;
}

/* Words without a value that are no mount option: rootflags=noatime,ro is meant. */
static bool is_bare_word(const char *text, bool is_option)
{
	return !strchr(text, '=') && *text && !(is_option && params_listed("ro rw", text)) &&
	       (line_is_obeyed(text) || str_same(text, "quiet"));
}

/* root=/dev/x,rootwait: a comma parts no words. */
static char *behind_comma(const struct line_word *word)
{
	char *text = line_text(word), *value = strchr(text, '='), *part;

	if (!value || !(str_after(text, "root") || str_after(text, "init=")))
		return NULL;
	strsep(&value, ",;");
	while ((part = strsep(&value, ",;")))
		if (is_bare_word(part, str_after(text, "rootflags=")))
			return copyf("%s belongs to the value here; words are parted by spaces", part);
	return NULL;
}

/* root = /dev/x: three words. */
static char *spaced_equals(const struct line *line, const struct line_word *word)
{
	const struct line_word *next = word + 1;
	const char *text = line_text(word);

	if (next >= line->words + line->count || next->source != word->source || next->for_init)
		return NULL;
	if (*line_text(next) == '=' && line_is_obeyed(copyf("%s=1", text)))
		return copyf("%s, =: these are two words; no space may stand before =", text);
	if (next->obeyed || strchr(line_text(next), '='))
		return NULL;
	if (str_same(str_find(text, '='), "=") && line_is_obeyed(text))
		return copyf("nothing is behind =, and %s is a word of its own; no space may stand there",
			     line_text(next));
	return NULL;
}

char *hint_for(const struct line *line, const struct line_word *word)
{
	char *hint = odd_letter(word);

	if (!hint && !word->for_init)
		hint = behind_comma(word);
	if (!hint && !word->for_init)
		hint = spaced_equals(line, word);
	return hint;
}
