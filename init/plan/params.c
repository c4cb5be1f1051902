#include "params.h"
#include "../lib/str.h"

#include <errno.h>
#include <stddef.h>

/* What a word does. The first two take it without a value, the rest with one. */
enum kind {
	STORE,    /* sets the member to a constant */
	BREAK,    /* rd.break alone */
	TEXT,     /* keeps the value */
	SECONDS,  /* keeps the number of seconds */
	SIGNED,   /* the same; all numbers below 0 mean -1 */
	LIST,     /* one more of those that are kept */
	EMERGENCY, /* keeps which of its words */
	REFUSED,  /* not in this image, and it would change what root is */
	ABSENT,   /* not in this image: said; with or without a value */
};

struct row {
	char name[15];
	unsigned char kind, member;
	signed char constant;
};

static int seconds(const struct row *row, const char *value, params_note *note)
{
	bool negative = row->kind == SIGNED && *value == '-';
	unsigned n;
	int err = str_uint(value + negative, SECONDS_MAX, &n);

	if (err == -EINVAL) {
		char text[sizeof("not a number of seconds; using 4294967295")];

		str_print(text, sizeof(text), "not a number of seconds; using %u",
			  row->kind == SIGNED ? CONFIG_PANIC_SECONDS : CONFIG_ROOTWAIT_SECONDS);
		note(row->name, value, text);
		return NOT_GIVEN;
	}
	if (err)
		note(row->name, value, "more than a day; using one day");
	return negative && n ? -1 : (int)n;
}

/* An enum emergency. */
static int emergency(const struct row *row, const char *value, params_note *note)
{
	static const char words[][9] = { "reboot", "poweroff", "halt", "panic", "shell" };

	for (int i = 0; i < (CONFIG_SHELL ? 5 : 4); i++)
		if (str_same(words[i], value))
			return i;
	note(row->name, value, "not reboot, poweroff, halt, panic or shell; ignored");
	return NOT_GIVEN;
}

static void keep(char **list, const struct row *row, char *value, params_note *note)
{
	for (int i = 0; i < FALLBACKS_MAX; i++)
		if (!list[i]) {
			list[i] = value;
			return;
		}
	note(row->name, value, "too many; ignored");
}

static void apply(struct params *params, const struct row *row, const struct word *word,
		  params_note *note)
{
	char *value = word->value;
	void *member = (char *)params + row->member;
	const char **text = member;
	int *number = member;

	switch (row->kind) {
	case STORE:
		*number = row->constant;
		break;
	case BREAK:
		*text = DEFAULT_BREAK;
		break;
	case TEXT:
		if (*text)
			note(row->name, *text, "given again; using the last one");
		*text = value;
		break;
	case REFUSED:
		params->refused = word->name;
		params->refused_value = value;
		break;
	case ABSENT:
		note(row->name, value, "not in this image; ignored");
		break;
	case LIST:
		if (CONFIG_ROOTFALLBACK)
			keep(member, row, value, note);
		break;
	case EMERGENCY:
		if (CONFIG_EMERGENCY_WORD)
			*number = emergency(row, value, note);
		break;
	default:
		*number = seconds(row, value, note);
	}
}

bool params_listed(const char *list, const char *word)
{
	while (*list) {
		const char *at = word;

		while (*at && *list == *at)
			at++, list++;
		if (!*at && (!*list || *list == ' '))
			return true;
		list = str_find(list, ' ');
		list += !!*list;
	}
	return false;
}

static void keep_for_modules(struct params *params, const struct word *word, params_note *note)
{
	if (!*str_find(word->name, '.') && !cmdline_same_name(word->name, "module_blacklist"))
		return;
	if (params->module_word_count == MODULE_WORDS_MAX)
		note(word->name, word->value, "too many; ignored");
	else
		params->module_words[params->module_word_count++] = *word;
}

static void one_word(struct params *params, const struct word *word, const char *locked,
		     params_note *note)
{
	TABLE struct row rows[] = {
#define MEMBER(name) offsetof(struct params, name)
		{ "root", TEXT, MEMBER(root), 0 },
		{ "rootfstype", TEXT, MEMBER(rootfstype), 0 },
		{ "rootflags", CONFIG_ROOTFLAGS ? TEXT : ABSENT, MEMBER(rootflags), 0 },
		{ "init", TEXT, MEMBER(init), 0 },
		{ "ro", STORE, MEMBER(rw), 0 },
		{ "rw", STORE, MEMBER(rw), 1 },
		{ "rootwait", CONFIG_WAIT ? STORE : ABSENT, MEMBER(rootwait), -1 },
		{ "rootwait", SECONDS, MEMBER(rootwait), 0 },
		{ "rootdelay", CONFIG_WAIT ? SECONDS : ABSENT, MEMBER(rootdelay), 0 },
		{ "panic", SIGNED, MEMBER(panic), 0 },
		{ "rootfallback", CONFIG_ROOTFALLBACK ? LIST : ABSENT, MEMBER(fallback), 0 },
		{ "rd.emergency", CONFIG_EMERGENCY_WORD ? EMERGENCY : ABSENT, MEMBER(emergency), 0 },
		{ "devtmpfs.mount", TEXT, MEMBER(devtmpfs), 0 },
		{ "rd.break", CONFIG_SHELL ? BREAK : ABSENT, MEMBER(stage), 0 },
		{ "rd.break", TEXT, MEMBER(stage), 0 },
		{ "rd.shell", CONFIG_SHELL ? STORE : ABSENT, MEMBER(shell), 1 },
		{ "modules", CONFIG_MODULES ? TEXT : ABSENT, MEMBER(modules), 0 },
		{ "overlayroot", REFUSED, 0, 0 },
		{ "loop", REFUSED, 0, 0 },
		{ "loopfstype", REFUSED, 0, 0 },
		{ "roothash", REFUSED, 0, 0 },
		{ "verityhash", REFUSED, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!cmdline_same_name(rows[i].name, word->name) ||
		    (rows[i].kind != ABSENT && !word->value != (rows[i].kind <= BREAK)))
			continue;
		if (locked && params_listed(locked, rows[i].name))
			note(word->name, word->value, "not allowed by this image; ignored");
		else
			apply(params, &rows[i], word, note);
		return;
	}
	if (str_after(word->name, "rd."))
		note(word->name, word->value, "not in this image; ignored");
	else if (CONFIG_MODULES && !(locked && params_listed(locked, "modules")))
		keep_for_modules(params, word, note);
}

void params_parse(struct params *params, char *text, const char *locked, params_note *note)
{
	struct word word;

	while (cmdline_next(&text, &word))
		one_word(params, &word, locked, note);
}

unsigned params_wait(const struct params *params)
{
	int seconds = CONFIG_ROOTWAIT_SECONDS;

	if (params->rootdelay != NOT_GIVEN)
		seconds = params->rootdelay;
	if (params->rootwait != NOT_GIVEN)
		seconds = params->rootwait;
	return seconds < 0 ? WAIT_FOREVER : (unsigned)seconds * 1000;
}

bool params_mount_devtmpfs(const struct params *params)
{
	const char *number = params->devtmpfs;

	return !number || (*number > '0' && *number <= '9');
}
