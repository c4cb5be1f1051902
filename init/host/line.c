#include "line.h"
#include "memory.h"
#include "print.h"
#include "report.h"
#include "../lib/str.h"
#include "../plan/cmdline.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* For the notes of params_parse(), which gets no context: the line that is read. */
static struct line *noting;
static unsigned notes;

static void count_note(const char *name, const char *value, const char *text)
{
	(void)name, (void)value;
	notes += text != params_unknown;
}

/* A note is of the word that its value comes from: the one just read, or an earlier one. */
static void keep_note(const char *name, const char *value, const char *text)
{
	const struct line_word *word = value ? line_word_of(noting, value) : NULL;

	(void)name;
	/* explain says more of it */
	if (text == params_unknown)
		return;
	noting->words[word ? word - noting->words : (ptrdiff_t)noting->count - 1].note = copy(text);
}

/* Does the word change anything, or make /init speak, beginning with these params? */
static bool changes(const struct params *before, const char *word)
{
	struct params after;
	char *text = copy(word);

	memcpy(&after, before, sizeof(after));
	notes = 0;
	params_parse(&after, text, NULL, count_note);
	free(text);
	return notes || memcmp(&after, before, sizeof(after));
}

bool line_is_obeyed(const char *word)
{
	static const struct params none = PARAMS_NONE;
	/* for `ro` */
	static const struct params writable = { .rw = 1 };

	return changes(&none, word) || changes(&writable, word);
}

static struct line_word *add_word(struct line *line, const struct line_source *source, size_t start,
				  size_t end)
{
	struct line_word *word = &line->words[line->count++];

	*word = (struct line_word){ .source = source, .start = start, .length = end - start };
	word->copy = line_text(word);
	return word;
}

static void split_word(struct line *line, const struct line_source *source, size_t start, size_t end)
{
	add_word(line, source, start, end);
}

static void read_word(struct line *line, const struct line_source *source, size_t start, size_t end)
{
	struct line_word *word = add_word(line, source, start, end);
	unsigned for_modules = line->params.module_word_count;

	word->obeyed = line_is_obeyed(word->copy);
	noting = line;
	params_parse(&line->params, word->copy, source->lock, keep_note);
	word->for_modules = line->params.module_word_count > for_modules;
}

/* Each word of the text, and what is behind a "--". */
static void read_source(struct line *line, const struct line_source *source,
			void (*one)(struct line *, const struct line_source *, size_t start, size_t end))
{
	size_t length = strlen(source->text);
	/* A space behind it: then every word ends one byte before the rest. */
	char *text = copyf("%s ", source->text), *rest = text;
	struct word word = { 0 };

	while (cmdline_next(&rest, &word)) {
		size_t start = (size_t)(word.name - text);

		/* the name has no quote, but the word does */
		if (start && source->text[start - 1] == '"')
			start--;
		one(line, source, start, (size_t)(rest - text) - 1);
		word.name = NULL;
	}
	if (word.name && (size_t)(rest - text) < length)
		add_word(line, source, (size_t)(rest - text), length)->for_init = true;
	free(text);
}

static void begin(struct line *line, size_t most)
{
	memset(line, 0, sizeof(*line));
	line->params = (struct params)PARAMS_NONE;
	line->words = allocate((most + 1) * sizeof(*line->words));
}

void line_split(struct line *line, const char *cmdline)
{
	begin(line, strlen(cmdline));
	line->sources[0] = (struct line_source){ "the command line", cmdline, NULL };
	read_source(line, &line->sources[0], split_word);
}

void line_read(struct line *line, const char *cmdline)
{
	static struct params_lock lock;
	const struct line_source sources[LINE_SOURCES] = {
		{ "the image's CONFIG_CMDLINE", CONFIG_CMDLINE, NULL },
		{ "the command line", CONFIG_CMDLINE_OVERRIDE ? "" : cmdline, &lock },
		{ "the image's CONFIG_CMDLINE_APPEND", CONFIG_CMDLINE_APPEND, NULL },
	};
	size_t most = 0;

	lock = (struct params_lock){ CONFIG_CMDLINE_ALLOW, CONFIG_CMDLINE_LOCK };
	for (int i = 0; i < LINE_SOURCES; i++)
		most += strlen(sources[i].text) + 1;
	begin(line, most);
	memcpy(line->sources, sources, sizeof(sources));
	for (int i = 0; i < LINE_SOURCES; i++)
		read_source(line, &line->sources[i], read_word);
}

const struct line_word *line_word_of(const struct line *line, const char *value)
{
	for (size_t i = line->count; i--;) {
		const struct line_word *word = &line->words[i];

		if (value >= word->copy && value <= word->copy + word->length)
			return word;
	}
	return NULL;
}

char *line_text(const struct line_word *word)
{
	return copyf("%.*s", (int)word->length, word->source->text + word->start);
}

/* The first `length` bytes, a letter or none, and the rest: is that a parameter of /init? */
static char *try_name(const char *word, size_t length, const char *letter, const char *rest)
{
	char *text = copyf("%.*s%s%s", (int)length, word, letter, rest), *end = str_find(text, '=');
	/* short ones are near to everything, and any rd. makes /init speak */
	bool found = end >= text + 4 && !str_after(text, "rd.") && line_is_obeyed(text);

	if (*end)
		end[1] = '\0';
	if (found)
		return text;
	free(text);
	return NULL;
}

/* The word with the letters at `at` and behind it the other way round. */
static char *try_swapped(const char *word, const char *at)
{
	return try_name(word, (size_t)(at - word), (char[3]){ at[1], at[0] }, at + 2);
}

/* The word with a name in small letters, when it has others. */
static char *try_small(const char *word)
{
	char *text = copy(word), *found;

	for (char *c = text; *c && *c != '='; c++)
		*c = (char)tolower((unsigned char)*c);
	found = str_same(text, word) ? NULL : try_name(text, strlen(text), "", "");
	free(text);
	return found;
}

char *line_meant(const char *word)
{
	const char *name_end = str_find(word, '=');
	char *found = try_small(word);

	for (const char *at = word; !found && at <= name_end; at++) {
		size_t length = (size_t)(at - word);

		if (at + 1 < name_end)
			found = try_swapped(word, at);
		if (!found && at < name_end)
			found = try_name(word, length, "", at + 1);
		for (char letter = 'a'; !found && letter <= 'z'; letter++) {
			found = try_name(word, length, (char[2]){ letter }, at);
			if (!found && at < name_end)
				found = try_name(word, length, (char[2]){ letter }, at + 1);
		}
	}
	return found;
}

/* Prints a piece of a text. Returns how many columns it takes. */
static int print_piece(const char *text, size_t length)
{
	char *piece = copyf("%.*s", (int)length, text), *shown;
	int columns = 0;

	shown = safe(piece);
	for (const char *c = shown; *c; c++)
		columns += ((unsigned char)*c & 0xc0) != 0x80;
	fputs(shown, stdout);
	free(shown);
	free(piece);
	return columns;
}

static void print_times(char c, int times)
{
	while (times-- > 0)
		putchar(c);
}

void line_place(const struct line_word *word)
{
	report_string("word", line_text(word));
	report_string("in", word->source->where);
	report_number("at", word->start);
}

static void print_point(const struct line_word *word)
{
	const char *text = word->source->text;
	size_t end = word->start + word->length;
	int before, columns;

	fputs("    ", stdout);
	before = print_piece(text, word->start);
	columns = print_piece(text + word->start, word->length);
	print_piece(text + end, strlen(text + end));
	fputs("\n    ", stdout);
	print_times(' ', before);
	putchar('^');
	print_times('~', columns - 1);
	putchar('\n');
}

void line_point(const struct line_word *word)
{
	if (report_is_json())
		line_place(word);
	else
		print_point(word);
}
