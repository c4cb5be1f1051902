/*
 * The parameters that /init obeys, and what it says of the others. The words
 * are the kernel's (Documentation/admin-guide/kernel-parameters.rst) and, for
 * rd., dracut's.
 */
#ifndef PLAN_PARAMS_H
#define PLAN_PARAMS_H

#include "cmdline.h"
#include "layer.h"

/* The most that is taken: a day. */
#define SECONDS_MAX 86400
/* Milliseconds to wait, for a rootwait without a value. */
#define WAIT_FOREVER (-1U)
/* The stages that rd.break= may name, before each of which a shell opens; without a value the last one: root is
 * mounted, and nothing is gone yet. Before the first the command line is not known yet. */
enum stage { STAGE_NONE, STAGE_FIND, STAGE_MOUNT, STAGE_CHECK, STAGE_SWITCH };

/* How many rootfallback= are kept. */
#define FALLBACKS_MAX 4

/* How many words are kept for modules. */
#define MODULE_WORDS_MAX 64

/* How a boot that failed ends: rd.emergency=. */
enum emergency { EMERGENCY_REBOOT, EMERGENCY_POWEROFF, EMERGENCY_HALT, EMERGENCY_PANIC, EMERGENCY_SHELL };

/* Strings point into the parsed text, or are NULL when not given. */
struct params {
	char *root, *rootfstype, *rootflags, *init;
	char *resume;      /* where the kernel may have hibernated: nothing of ours, only said */
	char *modules;     /* names, separated by commas: load these first */
	char *devtmpfs;    /* devtmpfs.mount= */
	int rootwait;      /* seconds, -1 for ever, or NOT_GIVEN */
	int rootdelay;     /* seconds or NOT_GIVEN: a bound, never a sleep */
	int panic;         /* seconds; 0 halts, -1 reboots at once; NOT_GIVEN */
	int rw;            /* of ro and rw the last one; read-only is the default */
	int stage;         /* rd.break=: an enum stage */
	int emergency;     /* an enum emergency, or NOT_GIVEN */
	int shell;         /* rd.shell: a shell on failure */
	int noresume;      /* resume= does not count */
	/* What asks for another root than this image can give (foreign.def), and its value or NULL. A later
	 * word that says no does not take it back: nobody is to get the bare root by an oversight. */
	const char *refused, *refused_value;
	struct layer_words words;
	unsigned module_word_count;
	char *fallback[FALLBACKS_MAX + 1]; /* further roots, in order; NULL behind the last */
	struct word module_words[MODULE_WORDS_MAX]; /* MODULE.PARAM=VALUE and module_blacklist= */
};

/*
 * What whoever writes the text may not set, as names with spaces between; "" for none. A name in
 * `locked` locks those too that would do the same by another way: `root` locks rootfstype,
 * rootflags, rootfallback and the words of foreign.def; rd.break, rd.shell and rd.emergency lock
 * each other, as rootwait and rootdelay do; panic locks rd.emergency; `modules` locks
 * module_blacklist, modprobe.blacklist and all of MODULE.PARAM, each of which can be named alone too.
 * Where `allowed` is not "", all else is locked; `root` there allows the words of foreign.def, `modules`
 * those that it locks.
 */
struct params_lock {
	const char *allowed, *locked;
};

/* What is said of a word that begins as ours do, or with no letter of ASCII, and is none of them. */
extern const char params_unknown[];

/* What the user should hear of NAME=value (value may be NULL); boot goes on. */
typedef void params_note(const char *name, const char *value, const char *text);

/* Nothing given. */
#define PARAMS_NONE \
	{ .rootwait = NOT_GIVEN, .rootdelay = NOT_GIVEN, .panic = NOT_GIVEN, \
	  .emergency = NOT_GIVEN }

/* The same, of what is all 0. */
static inline void params_clear(struct params *params)
{
	params->rootwait = params->rootdelay = params->panic = params->emergency = NOT_GIVEN;
}

/*
 * Reads one text, in place, on top of what is already there: the last word
 * wins, over several texts too. Stops at "--". What `lock` locks (NULL:
 * nothing) is only noted, and refuses no boot. (Of what is for modules nothing is said: the kernel
 * obeys it where they are built in, and what looks so may be for a program.)
 */
void params_parse(struct params *params, char *text, const struct params_lock *lock, params_note *note);

/* Does the list, of words separated by spaces, have this word? '-' and '_' are the same. */
bool params_listed(const char *list, const char *word);

/* The name of parameter number `index` of /init, REFUSE words of foreign.def behind them; NULL at the end. */
const char *params_name(unsigned index);

/* How long to wait for root: milliseconds or WAIT_FOREVER. */
unsigned params_wait(const struct params *params);

/*
 * Shall devtmpfs be mounted on root's /dev? As the kernel reads devtmpfs.mount= (drivers/base/devtmpfs.c):
 * not when that is 0, or no number at all. A number begins with one of 1 to 9 here.
 */
bool params_mount_devtmpfs(const struct params *params);

#endif
