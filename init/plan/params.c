#include "params.h"
#include "cmdline.h"
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
	REFUSED,  /* not in this image, and it would change what root is */
	ABSENT,   /* not in this image: said; with or without a value */
};

static const struct row {
	char name[13];
	unsigned char kind, member;
	signed char constant;
} rows[] = {
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
#if CONFIG_SHELL
	{ "rd.break", BREAK, MEMBER(stage), 0 },
	{ "rd.break", TEXT, MEMBER(stage), 0 },
	{ "rd.shell", STORE, MEMBER(shell), 1 },
#endif
	{ "rootfallback", ABSENT, 0, 0 },
	{ "modules", ABSENT, 0, 0 },
	{ "overlayroot", REFUSED, 0, 0 },
	{ "loop", REFUSED, 0, 0 },
	{ "loopfstype", REFUSED, 0, 0 },
	{ "roothash", REFUSED, 0, 0 },
	{ "verityhash", REFUSED, 0, 0 },
};

#define AS_TEXT(number) #number
#define BAD_NUMBER(instead) "not a number of seconds; using " AS_TEXT(instead)

static int seconds(const struct row *row, const char *value, params_note *note)
{
	bool negative = row->kind == SIGNED && *value == '-';
	unsigned n;
	int err = str_uint(value + negative, SECONDS_MAX, &n);

	if (err == -EINVAL) {
		note(row->name, value, row->kind == SIGNED ? BAD_NUMBER(CONFIG_PANIC_SECONDS)
							   : BAD_NUMBER(CONFIG_ROOTWAIT_SECONDS));
		return NOT_GIVEN;
	}
	if (err)
		note(row->name, value, "more than a day; using one day");
	return negative && n ? -1 : (int)n;
}

static void apply(struct params *params, const struct row *row, char *value, params_note *note)
{
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
		params->refused = row->name;
		params->refused_value = value;
		break;
	case ABSENT:
		note(row->name, value, "not in this image; ignored");
		break;
	default:
		*number = seconds(row, value, note);
	}
}

static void one_word(struct params *params, const struct word *word, params_note *note)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (cmdline_same_name(rows[i].name, word->name) &&
		    (rows[i].kind == ABSENT || !word->value == (rows[i].kind <= BREAK))) {
			apply(params, &rows[i], word->value, note);
			return;
		}
	if (str_after(word->name, "rd."))
		note(word->name, word->value, "not in this image; ignored");
}

void params_parse(struct params *params, char *text, params_note *note)
{
	struct word word;

	while (cmdline_next(&text, &word))
		one_word(params, &word, note);
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
