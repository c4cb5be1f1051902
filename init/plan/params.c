#include "params.h"
#include "../lib/str.h"

#include <errno.h>
#include <stddef.h>

/* What a word does. */
enum kind {
	/* without a value */
	CLEAR, SET, /* the member becomes 0 or 1 */
	/* with or without one */
	WAIT,      /* SECONDS, without a value for ever */
	BREAK,     /* keeps which stage */
	ABSENT,    /* not in this image: said */
	/* with one */
	TEXT,      /* keeps the value */
	UNLESS_NO, /* the same, or nothing where that says no */
	LIST,      /* one more of those that are kept */
	EMERGENCY, /* keeps which of its words */
	SECONDS,   /* keeps the number of seconds */
	SIGNED,    /* the same; all numbers below 0 mean -1 */
};

struct row {
	unsigned char kind, member;
};

/* R(name, kind, member) */
#define ROWS(R) \
	R("root", TEXT, root) \
	R("rootfstype", TEXT, rootfstype) \
	R("rootflags", CONFIG_ROOTFLAGS ? TEXT : ABSENT, rootflags) \
	R("init", TEXT, init) \
	R("ro", CLEAR, rw) \
	R("rw", SET, rw) \
	R("rootwait", CONFIG_WAIT ? WAIT : ABSENT, rootwait) \
	R("rootdelay", CONFIG_WAIT ? SECONDS : ABSENT, rootdelay) \
	R("panic", SIGNED, panic) \
	R("rootfallback", CONFIG_ROOTFALLBACK ? LIST : ABSENT, fallback) \
	R("rd.emergency", CONFIG_EMERGENCY_WORD ? EMERGENCY : ABSENT, emergency) \
	R("devtmpfs.mount", TEXT, devtmpfs) \
	R("rd.break", CONFIG_SHELL ? BREAK : ABSENT, stage) \
	R("rd.shell", CONFIG_SHELL ? SET : ABSENT, shell) \
	R("modules", CONFIG_MODULES ? TEXT : ABSENT, modules) \
	R("resume", CONFIG_FOREIGN_WORDS ? UNLESS_NO : TEXT, resume) \
	R("noresume", SET, noresume)

/* Their names, each behind a space. */
static const char names[] =
#define NAME(name, ...) " " name
	ROWS(NAME)
;

/* Those that would start another root, so too. */
static const char foreign[] =
#define LAYER(name, ...) " " name
#define REFUSE(name, ...) " " name
#define NOTE(...)
#include "foreign.def"
;

/* Of these those that count without CONFIG_FOREIGN_WORDS. */
static const char layers[] =
#define LAYER(name, ...) " " name
#define REFUSE(...)
#define NOTE(...)
#include "foreign.def"
;

const char params_unknown[] = "not understood; ignored";

/* Room for what is said of a value. */
#define SAID_MAX sizeof("not a number of seconds; using 4294967295")

/* Does it say no, in the words of systemd, overlayroot, initramfs-tools or the kernel? */
static bool is_no(const struct word *word)
{
	const char *value = word->value;

	if (!value)
		return false;
	/* dracut's boot= is where /boot is */
	if (cmdline_same_name(word->name, "boot") && (*str_find(value, '/') || *str_find(value, '=')))
		return true;
	return str_listed("0 n no off f false none local disabled noautodetect", ' ', value);
}

/* These do what a row says, and return what is to be said of the word, or NULL. */

static const char *seconds(int *number, const char *value, bool is_signed, char *said)
{
	bool negative = is_signed && *value == '-';
	unsigned n = 0;
	int err = str_uint(value + negative, SECONDS_MAX, &n);

	*number = negative && n ? -1 : (int)n;
	if (err != -EINVAL)
		return err ? "more than a day; using one day" : NULL;
	*number = NOT_GIVEN;
	str_print(said, SAID_MAX, "not a number of seconds; using %u",
		  !CONFIG_WAIT || is_signed ? CONFIG_PANIC_SECONDS : CONFIG_ROOTWAIT_SECONDS);
	return said;
}

static const char *emergency(int *number, const char *value)
{
	/* as enum emergency has them */
	unsigned place = str_listed(CONFIG_SHELL ? "reboot poweroff halt panic shell" : "reboot poweroff halt panic",
				    ' ', value);

	*number = place ? (int)place - 1 : NOT_GIVEN;
	return place ? NULL : "not reboot, poweroff, halt, panic or shell; ignored";
}

static const char *stage(int *number, const char *value)
{
	/* as enum stage has them */
	unsigned place = value ? str_listed("find mount check switch", ' ', value) : STAGE_SWITCH;

	*number = place ? (int)place : STAGE_SWITCH;
	return place ? NULL : "none of find, mount, check, switch; using switch";
}

static const char *keep(char **list, char *value)
{
	if (list[FALLBACKS_MAX - 1])
		return "too many; ignored";
	while (*list)
		list++;
	*list = value;
	return NULL;
}

static const char *apply(struct params *params, const struct row *row, struct word *word, char *said)
{
	char *value = word->value;
	void *member = (char *)params + row->member;
	char **text = member;
	int *number = member;

	switch (row->kind) {
	case CLEAR:
	case SET:
		*number = row->kind;
		return NULL;
	case ABSENT:
		return "not in this image; ignored";
	case UNLESS_NO:
		*text = CONFIG_FOREIGN_WORDS && is_no(word) ? NULL : value;
		return NULL;
	case BREAK:
		return CONFIG_SHELL ? stage(number, value) : NULL;
	case TEXT:
		word->value = *text;
		*text = value;
		return word->value ? "given again; using the last one" : NULL;
	case LIST:
		return CONFIG_ROOTFALLBACK ? keep(text, value) : NULL;
	case EMERGENCY:
		return CONFIG_EMERGENCY_WORD ? emergency(number, value) : NULL;
	case WAIT:
		*number = -1;
		if (!CONFIG_WAIT || !value)
			return NULL;
		/* fall through */
	default:
		return seconds(number, value, row->kind == SIGNED, said);
	}
}

/* `head` is a word that stands for more like this one, or the name again. */
static bool is_locked(const struct params_lock *lock, const char *name, const char *head)
{
	static const struct {
		const char *locks, *too;
	} families[] = {
		{ "root", "rootfstype rootflags rootfallback" },
		{ "rootwait", "rootdelay" },
		{ "rootdelay", "rootwait" },
		{ "panic", "rd.emergency" },
		{ "rd.break", "rd.shell rd.emergency" },
		{ "rd.shell", "rd.break rd.emergency" },
		{ "rd.emergency", "rd.break rd.shell" },
	};

	if (!lock)
		return false;
	if (*lock->allowed && !params_listed(lock->allowed, name) && !params_listed(lock->allowed, head))
		return true;
	for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++)
		if (params_listed(lock->locked, families[i].locks) && params_listed(families[i].too, name))
			return true;
	return params_listed(lock->locked, name) || params_listed(lock->locked, head);
}

static const char *keep_for_modules(struct params *params, const struct word *word)
{
	if (!*str_find(word->name, '.') && !cmdline_same_name(word->name, "module_blacklist"))
		return NULL;
	if (params->module_word_count == MODULE_WORDS_MAX)
		return "too many; ignored";
	params->module_words[params->module_word_count++] = *word;
	return NULL;
}

/* Obeys the word. Returns what is to be said of it, or NULL; its value may then be an earlier one. */
static const char *one_word(struct params *params, struct word *word, const struct params_lock *lock, char *said)
{
	static const char locked[] = "not allowed by this image; ignored";
	TABLE struct row rows[] = {
#define ROW(name, kind, member) { kind, offsetof(struct params, member) },
		ROWS(ROW)
	};
	static char empty[1];
	const struct layer_word *layer;
	const char *name = word->name;
	unsigned place = str_listed(names + 1, ' ', name);

	if (place) {
		const struct row *row = &rows[place - 1];

		if (word->value ? row->kind > SET : row->kind < TEXT)
			return is_locked(lock, name, name) ? locked : apply(params, row, word, said);
	}
	if (CONFIG_LAYERS && (layer = layer_word(name))) {
		if (is_locked(lock, name, "root"))
			return locked;
		params->words.value[layer_index(layer)] = word->value ? word->value : empty;
		return NULL;
	}
	if (str_listed((CONFIG_FOREIGN_WORDS ? foreign : layers) + 1, ' ', name)) {
		if (is_locked(lock, name, "root"))
			return locked;
		if (!CONFIG_FOREIGN_WORDS || !is_no(word)) {
			params->refused = name;
			params->refused_value = word->value;
		}
		return NULL;
	}
	place = str_listed("rd.* root*", ' ', name);
	if (place == 1)
		return "not in this image; ignored";
	/* a slip in one of ours, or what an editor puts before the first letter: a byte order mark, a quote */
	if (CONFIG_FOREIGN_WORDS && (place || (signed char)*name < 0))
		return params_unknown;
	return CONFIG_MODULES && !is_locked(lock, name, "modules") ? keep_for_modules(params, word) : NULL;
}

void params_parse(struct params *params, char *text, const struct params_lock *lock, params_note *note)
{
	struct word word;
	char said[SAID_MAX];

	while (cmdline_next(&text, &word)) {
		const char *heard = one_word(params, &word, lock, said);

		if (heard)
			note(word.name, word.value, heard);
	}
}

bool params_listed(const char *list, const char *word)
{
	return str_listed(list, ' ', word);
}

const char *params_name(unsigned index)
{
	static const char *const all[] = {
#define WORD(name, ...) name,
		ROWS(WORD)
#define LAYER(name, ...) name,
#define REFUSE(name, ...) name,
#define NOTE(...)
#include "foreign.def"
		NULL,
	};

	return all[index];
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
