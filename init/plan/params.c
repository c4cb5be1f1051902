#include "params.h"
#include "cmdline.h"
#include "../lib/str.h"

#include <errno.h>
#include <stddef.h>

enum kind {
	TEXT,     /* =VALUE, kept */
	SECONDS,  /* =N, 0 or more */
	SIGNED,   /* =N, where all below 0 means the same */
	FOREVER,  /* without a value: wait for ever */
	BREAK,    /* with or without a value */
	CLEAR,    /* without a value */
	SET,      /* without a value */
	ABSENT,   /* not in this image: said once */
	REFUSED,  /* not in this image, and it would change what root is */
};

static const struct row {
	char name[13];
	unsigned char kind, member;
} rows[] = {
#define MEMBER(name) offsetof(struct params, name)
	{ "root", TEXT, MEMBER(root) },
	{ "rootfstype", TEXT, MEMBER(rootfstype) },
	{ "rootflags", CONFIG_ROOTFLAGS ? TEXT : ABSENT, MEMBER(rootflags) },
	{ "init", TEXT, MEMBER(init) },
	{ "ro", CLEAR, MEMBER(rw) },
	{ "rw", SET, MEMBER(rw) },
	{ "rootwait", FOREVER, MEMBER(rootwait) },
	{ "rootwait", SECONDS, MEMBER(rootwait) },
	{ "rootdelay", SECONDS, MEMBER(rootdelay) },
	{ "panic", SIGNED, MEMBER(panic) },
	{ "rd.break", CONFIG_SHELL ? BREAK : ABSENT, MEMBER(stage) },
	{ "rd.shell", CONFIG_SHELL ? SET : ABSENT, MEMBER(shell) },
	{ "rootfallback", ABSENT, 0 },
	{ "modules", ABSENT, 0 },
	{ "overlayroot", REFUSED, 0 },
	{ "loop", REFUSED, 0 },
	{ "loopfstype", REFUSED, 0 },
	{ "roothash", REFUSED, 0 },
	{ "verityhash", REFUSED, 0 },
};

#define AS_TEXT(number) #number
#define BAD_NUMBER(instead) "not a number of seconds; using " AS_TEXT(instead)

static void set_seconds(int *member, const struct row *row, const char *value, params_note *note)
{
	bool negative = row->kind == SIGNED && *value == '-';
	unsigned n;
	int err = str_uint(value + negative, SECONDS_MAX, &n);

	if (err == -EINVAL) {
		*member = NOT_GIVEN;
		note(row->name, value, row->kind == SIGNED ? BAD_NUMBER(CONFIG_PANIC_SECONDS)
							    : BAD_NUMBER(CONFIG_ROOTWAIT_SECONDS));
		return;
	}
	if (err)
		note(row->name, value, "more than a day; using one day");
	*member = negative && n ? -1 : (int)n;
}

static void apply(struct params *params, const struct row *row, char *value, params_note *note)
{
	void *member = (char *)params + row->member;

	switch (row->kind) {
	case TEXT:
		if (*(char **)member)
			note(row->name, *(char **)member, "given again; using the last one");
		*(char **)member = value;
		break;
	case BREAK:
		*(const char **)member = value ? value : DEFAULT_BREAK;
		break;
	case SECONDS:
	case SIGNED:
		set_seconds(member, row, value, note);
		break;
	case FOREVER:
		*(int *)member = -1;
		break;
	case SET:
	case CLEAR:
		*(bool *)member = row->kind == SET;
		break;
	case REFUSED:
		params->refused = row->name;
		params->refused_value = value;
		break;
	default:
		note(row->name, value, "not in this image; ignored");
	}
}

/* A row fits a word with a value, one without, or both. */
static bool fits(const struct row *row, const struct word *word)
{
	switch (row->kind) {
	case FOREVER:
	case SET:
	case CLEAR:
		return !word->value;
	case BREAK:
	case ABSENT:
		return true;
	default:
		return word->value;
	}
}

static void one_word(struct params *params, const struct word *word, params_note *note)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (cmdline_same_name(rows[i].name, word->name) && fits(&rows[i], word)) {
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
