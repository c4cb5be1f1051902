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
	UNLESS_NO, /* keeps the value, or nothing where that says no */
	/* with or without a value */
	REFUSED,  /* would make another root than this image can give */
	ABSENT,   /* not in this image: said */
};

struct row {
	char name[15];
	unsigned char kind, member;
	signed char constant;
};

/* R(name, kind, member, constant) */
#define ROWS(R) \
	R("root", TEXT, root, 0) \
	R("rootfstype", TEXT, rootfstype, 0) \
	R("rootflags", CONFIG_ROOTFLAGS ? TEXT : ABSENT, rootflags, 0) \
	R("init", TEXT, init, 0) \
	R("ro", STORE, rw, 0) \
	R("rw", STORE, rw, 1) \
	R("rootwait", CONFIG_WAIT ? STORE : ABSENT, rootwait, -1) \
	R("rootwait", SECONDS, rootwait, 0) \
	R("rootdelay", CONFIG_WAIT ? SECONDS : ABSENT, rootdelay, 0) \
	R("panic", SIGNED, panic, 0) \
	R("rootfallback", CONFIG_ROOTFALLBACK ? LIST : ABSENT, fallback, 0) \
	R("rd.emergency", CONFIG_EMERGENCY_WORD ? EMERGENCY : ABSENT, emergency, 0) \
	R("devtmpfs.mount", TEXT, devtmpfs, 0) \
	R("rd.break", CONFIG_SHELL ? BREAK : ABSENT, stage, 0) \
	R("rd.break", TEXT, stage, 0) \
	R("rd.shell", CONFIG_SHELL ? STORE : ABSENT, shell, 1) \
	R("modules", CONFIG_MODULES ? TEXT : ABSENT, modules, 0) \
	R("resume", CONFIG_FOREIGN_WORDS ? UNLESS_NO : TEXT, resume, 0) \
	R("noresume", STORE, noresume, 1)

/* The words that would start another root and are no row, one string each. */
static const char foreign[] =
#define LAYER(...)
#define REFUSE(name, ...) name "\0"
#define NOTE(...)
#include "foreign.def"
;

const char params_unknown[] = "not understood; ignored";

/* Does it say no, in the words of systemd, overlayroot, initramfs-tools or the kernel? */
static bool is_no(const struct word *word)
{
	const char *value = word->value;

	if (!value)
		return false;
	/* dracut's boot= is where /boot is */
	if (cmdline_same_name(word->name, "boot") && (*str_find(value, '/') || *str_find(value, '=')))
		return true;
	return params_listed("0 n no off f false none local disabled noautodetect", value);
}

static int seconds(const struct row *row, const char *value, params_note *note)
{
	bool negative = row->kind == SIGNED && *value == '-';
	unsigned n;
	int err = str_uint(value + negative, SECONDS_MAX, &n);

	if (err == -EINVAL) {
		char text[sizeof("not a number of seconds; using 4294967295")];

		str_print(text, sizeof(text), "not a number of seconds; using %u",
			  !CONFIG_WAIT || row->kind == SIGNED ? CONFIG_PANIC_SECONDS : CONFIG_ROOTWAIT_SECONDS);
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

static void refuse(struct params *params, const struct word *word)
{
	if (CONFIG_FOREIGN_WORDS && is_no(word))
		return;
	params->refused = word->name;
	params->refused_value = word->value;
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
		if (CONFIG_SHELL)
			*text = DEFAULT_BREAK;
		break;
	case TEXT:
		if (*text)
			note(row->name, *text, "given again; using the last one");
		*text = value;
		break;
	case UNLESS_NO:
		if (CONFIG_FOREIGN_WORDS)
			*text = is_no(word) ? NULL : value;
		break;
	case REFUSED:
		refuse(params, word);
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

		while (*at && cmdline_same_letter(*list, *at))
			at++, list++;
		if (!*at && (!*list || *list == ' '))
			return true;
		list = str_find(list, ' ');
		list += !!*list;
	}
	return false;
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

static void note_locked(const struct word *word, params_note *note)
{
	note(word->name, word->value, "not allowed by this image; ignored");
}

/* Is it one of the words in `foreign`? */
static bool is_foreign(const char *name)
{
	const char *known = foreign;

	while (*known && !cmdline_same_name(name, known))
		known = str_find(known, '\0') + 1;
	return *known;
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

static void one_word(struct params *params, const struct word *word, const struct params_lock *lock,
		     params_note *note)
{
	TABLE struct row rows[] = {
#define ROW(name, kind, member, constant) { name, kind, offsetof(struct params, member), constant },
		ROWS(ROW)
#define LAYER(name, ...) { name, REFUSED, 0, 0 },
#define REFUSE(...)
#define NOTE(...)
#include "foreign.def"
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (!cmdline_same_name(word->name, rows[i].name) ||
		    (rows[i].kind < REFUSED && !word->value != (rows[i].kind <= BREAK)))
			continue;
		if (is_locked(lock, word->name, rows[i].kind == REFUSED ? "root" : word->name))
			note_locked(word, note);
		else
			apply(params, &rows[i], word, note);
		return;
	}
	if (CONFIG_FOREIGN_WORDS && is_foreign(word->name)) {
		if (is_locked(lock, word->name, "root"))
			note_locked(word, note);
		else
			refuse(params, word);
	} else if (str_after(word->name, "rd."))
		note(word->name, word->value, "not in this image; ignored");
	/* a slip in one of ours, or what an editor puts before the first letter: a byte order mark, a quote */
	else if (CONFIG_FOREIGN_WORDS && (str_after(word->name, "root") || (signed char)*word->name < 0))
		note(word->name, word->value, params_unknown);
	else if (CONFIG_MODULES && !is_locked(lock, word->name, "modules"))
		keep_for_modules(params, word, note);
}

void params_parse(struct params *params, char *text, const struct params_lock *lock, params_note *note)
{
	struct word word;

	while (cmdline_next(&text, &word))
		one_word(params, &word, lock, note);
}

const char *params_name(unsigned index)
{
	static const char *const names[] = {
#define NAME(name, kind, member, constant) name,
		ROWS(NAME)
#define LAYER(name, ...) name,
#define REFUSE(name, ...) name,
#define NOTE(...)
#include "foreign.def"
		NULL,
	};

	return names[index];
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
