/*
 * An index and a command line: the input is what is asked for, the command line, and the index, each
 * behind a newline. What is asked for is the module's name there too.
 */
#include "fuzz.h"
#include "plan/modules.h"

#define WORDS_MAX 64
#define LINES_MAX 64

/* All lines that it means, as /init goes through them. */
static void find_all(const char *index, const char *wanted)
{
	const char *end = index + strlen(index);
	struct modules_line lines[LINES_MAX];
	unsigned count = modules_read(index, lines, LINES_MAX);
	char load[MODULE_NAME_MAX];
	bool is_alias;

	for (unsigned i = 0; i < count; i++) {
		const char *loads = lines[i].loads;
		size_t letters = 0;

		assert(loads >= index && lines[i].name > loads && lines[i].name <= end);
		while (modules_load(&loads, load)) {
			assert(!strpbrk(load, " \n\t="));
			letters += strlen(load);
		}
		assert(loads <= end && letters <= (size_t)(loads - lines[i].loads));
		if (!modules_is_meant(&lines[i], wanted, &is_alias))
			continue;
		assert(is_alias || modules_match(lines[i].name, wanted));
		/* what is taken back is gone */
		lines[i].beginnings = 0;
		assert(modules_is_meant(&lines[i], wanted, &is_alias) == !is_alias);
	}
}

/* Can the kernel be told this at all? Not with a quote in it, and no name with a space. */
static bool is_plain(const struct word *word, const char *parameter)
{
	return *parameter && *parameter != '=' && strcmp(parameter, "--") &&
	       !strpbrk(parameter, "\" \t\n\v\f\r\xa0") && !(word->value && strchr(word->value, '"'));
}

/* The parameter in a word of this module, else NULL. */
static const char *parameter_of(const char *module, const char *name)
{
	size_t length = strlen(module);

	if (length >= MODULE_NAME_MAX)
		return NULL;
	for (size_t n = 0; n < length; n++)
		if (name[n] != module[n] && !(name[n] && strchr("-_", name[n]) && strchr("-_", module[n])))
			return NULL;
	/* a name ends at its first dot, and no module has one in its own */
	return name[length] == '.' && !memchr(name, '.', length) ? name + length + 1 : NULL;
}

/* Options, read by the kernel's rules, are the words' parameters. */
static void options(const char *module, const struct word *words, unsigned count, size_t size)
{
	char *text = malloc(size), *at = text;
	bool fits = modules_options(text, size, module, words, count), plain = *module && !strpbrk(module, ".* ");
	struct word found;

	assert(strlen(text) < size);
	for (unsigned i = 0; i < count && plain; i++) {
		const char *parameter = parameter_of(module, words[i].name);

		if (!parameter)
			continue;
		plain = is_plain(&words[i], parameter);
		if (plain && cmdline_next(&at, &found)) {
			assert(!strcmp(found.name, parameter) && !found.value == !words[i].value);
			assert(!found.value || !strcmp(found.value, words[i].value));
		} else if (plain) {
			/* one that did not fit is not there, nor are those behind it */
			assert(!fits);
			plain = false;
		}
	}
	assert(!plain || (fits && !cmdline_next(&at, &found) && !*at));
	free(text);
}

/* The next line, without its end, as a text of its own. */
static char *line_of(const uint8_t **data, size_t *size)
{
	const uint8_t *end = memchr(*data, '\n', *size);
	size_t length = end ? (size_t)(end - *data) : *size;
	char *line = text_of(*data, length);

	*data += length + !!end;
	*size -= length + !!end;
	return line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *wanted = line_of(&data, &size), *cmdline = line_of(&data, &size), *at = cmdline;
	char *index = text_of(data, size);
	struct word words[WORDS_MAX];
	unsigned count = 0;

	find_all(index, wanted);
	while (count < WORDS_MAX && cmdline_next(&at, &words[count]))
		count++;
	options(wanted, words, count, 4096);
	options(wanted, words, count, 1 + size % 64);
	if (modules_forbidden(wanted, false, words, count))
		assert(modules_forbidden(wanted, true, words, count));
	free(index);
	free(cmdline);
	free(wanted);
	return 0;
}
