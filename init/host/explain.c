/*
 * kindling explain: what /init does with a command line, step by step, and
 * which words it leaves to others.
 */
#include "choice.h"
#include "config.h"
#include "formats.h"
#include "host.h"
#include "line.h"
#include "print.h"
#include "../lib/str.h"
#include "../plan/mountopts.h"
#include "../plan/rootspec.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

/* One line: of which step, unless that is still the one before, and what happens there. */
__attribute__((format(printf, 2, 3))) static void step(const char *name, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = copyf_list(format, args);
	va_end(args);
	printf("%-9s", name);
	print_safe(stdout, text);
	putchar('\n');
	free(text);
}

/* The words that forbid modules; the last of the kernel's own and all of modprobe's count. */
#define MODULE_BLACKLIST "module_blacklist"
#define MODPROBE_BLACKLIST "modprobe.blacklist"

/* ---- what is read ---- */

static void explain_image(const char *file)
{
	step("image", "%s", file ? file : "the options that Kconfig gives by default");
	if (*CONFIG_CMDLINE)
		step("", "reads first, so that the command line wins: %s", CONFIG_CMDLINE);
	if (CONFIG_CMDLINE_OVERRIDE)
		step("", "does not read the command line (CONFIG_CMDLINE_OVERRIDE)");
	if (*CONFIG_CMDLINE_APPEND)
		step("", "reads last, so that it wins: %s", CONFIG_CMDLINE_APPEND);
}

/* ---- modules ---- */

static void explain_modules(const struct params *params)
{
	const char *never = NULL;

	if (!CONFIG_MODULES)
		return;
	if (params->modules)
		step("modules", "first, where the image has them: %s", params->modules);
	step(params->modules ? "" : "modules", "those in the image for devices and root's file system, "
	     "if root is not there without");
	for (unsigned i = 0; i < params->module_word_count; i++) {
		const struct word *word = &params->module_words[i];

		if (word->value && cmdline_same_name(word->name, MODULE_BLACKLIST))
			never = word->value;
		if (word->value && cmdline_same_name(word->name, MODPROBE_BLACKLIST))
			step("", "not for a device or a file system: %s", word->value);
	}
	if (never)
		step("", "never: %s", never);
}

/* ---- find ---- */

static void explain_tag(const struct rootspec *root)
{
	const char *of = root->tag <= TAG_LABEL ? "file system" : "partition";
	bool is_id = root->tag == TAG_UUID || root->tag == TAG_PARTUUID;

	if (root->offset)
		step("find", "the partition whose number is %u %s than that of the one whose "
		     "PARTUUID is %.*s", (unsigned)abs(root->offset),
		     root->offset < 0 ? "lower" : "higher", (int)root->length, root->value);
	else
		step("find", "the %s whose %s is %.*s%s, %s", of, rootspec_tags[root->tag],
		     (int)root->length, root->value, root->escaped ? " (\\xNN: a byte)" : "",
		     is_id ? "in upper or lower case" : "byte for byte");
	step("", CONFIG_DUPLICATE_FIRST ? "of several the first by name" :
	     CONFIG_DUPLICATE_PREFER ? "of several the one on %s, if it is the only one there" :
	     "several: refused", CONFIG_PREFER_BUS);
}

static void explain_spec(const struct rootspec *root, const char *types)
{
	switch (root->kind) {
	case ROOT_NAME:
		step("find", "the device /dev/%s", root->value);
		break;
	case ROOT_NUMBER:
		step("find", "the device with the number %u:%u", root->major, root->minor);
		break;
	case ROOT_TAG:
		explain_tag(root);
		break;
	case ROOT_FLASH:
		step("find", "the MTD device or UBI volume %s", root->value);
		break;
	case ROOT_SHARE:
		step("find", "the directory that the host shares by %s under the tag %s", types,
		     root->value);
		break;
	}
	if (*CONFIG_ROOT_BUSES && root->kind != ROOT_FLASH && root->kind != ROOT_SHARE)
		step("", "only on: %s", CONFIG_ROOT_BUSES);
}

static void explain_wait(const struct params *params)
{
	unsigned limit = params_wait(params);
	bool is_default = params->rootwait == NOT_GIVEN && params->rootdelay == NOT_GIVEN;

	if (!CONFIG_WAIT || !limit)
		step("", "it must be there at once: this does not wait");
	else if (limit == WAIT_FOREVER)
		step("", "waits for it without end, woken by the kernel's device events");
	else
		step("", "waits for it at most %u s%s, woken by the kernel's device events",
		     limit / 1000, is_default ? " (the image's default)" : "");
}

/* ---- mount ---- */

static char *flags_text(unsigned long flags)
{
	static const struct {
		unsigned long flag;
		const char *word;
	} words[] = {
		{ MS_SYNCHRONOUS, "sync" }, { MS_DIRSYNC, "dirsync" }, { MS_SILENT, "silent" },
		{ MS_NOSUID, "nosuid" }, { MS_NODEV, "nodev" }, { MS_NOEXEC, "noexec" },
		{ MS_NOATIME, "noatime" }, { MS_NODIRATIME, "nodiratime" },
		{ 256, "nosymfollow" }, { MS_RELATIME, "relatime" },
		{ MS_STRICTATIME, "strictatime" }, { MS_LAZYTIME, "lazytime" },
		{ MS_I_VERSION, "iversion" }, { MS_MANDLOCK, "mand" },
	};
	char *text = copy(flags & MS_RDONLY ? "read-only" : "read-write");

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (flags & words[i].flag)
			text = copyf("%s, %s", text, words[i].word);
	return text;
}

static void explain_types(const struct params *params, const struct rootspec *root)
{
	char *formats = formats_known();

	if (root->kind == ROOT_SHARE || params->rootfstype)
		step("mount", "as %s%s", params->rootfstype, strchr(params->rootfstype, ',')
		     ? ": the next one when the kernel refuses one" : "");
	else if (*formats)
		step("mount", "as what its superblock says: %s; else each file system of the "
		     "kernel in turn", formats);
	else
		step("mount", "as each file system of the kernel in turn");
	free(formats);
}

static void explain_mount(const struct params *params, const struct rootspec *root)
{
	char *data = copy(CONFIG_ROOTFLAGS && params->rootflags ? params->rootflags : "");
	unsigned long flags = mountopts_split(data, params->rw ? 0 : MS_RDONLY);

	explain_types(params, root);
	step("", "%s%s", flags_text(flags),
	     flags & MS_RDONLY ? "" : "; if the kernel refuses, read-only");
	if (flags & MS_NOEXEC)
		step("", "refused then: with noexec no init can run");
	if (*data)
		step("", "the file system gets: %s", data);
	free(data);
}

/* ---- the rest of the boot ---- */

static void explain_init(const struct params *params)
{
	const char *how = CONFIG_INIT_CHECK
		? "be a program for this CPU, or a script, with its interpreters"
		: "be a file that is executable";

	if (params->init)
		step("check", "%s must %s", params->init, how);
	else
		step("check", "the first of /sbin/init, /etc/init, /bin/init%s must %s",
		     CONFIG_INIT_SH ? ", /bin/sh" : "", how);
	step("switch", "root becomes /, and nothing of the initramfs is left%s",
	     CONFIG_KEEP_PROC_SYS ? " but /proc and /sys" : "");
}

static void explain_break(const struct params *params)
{
	if (CONFIG_SHELL && params->stage)
		step("shell", "rd.break: a prompt on the console before `%s`",
		     choice_stage(params->stage));
}

static char *emergency_text(const struct params *params)
{
	static const char *const ends[] = { "reboots", "powers off", "halts", "panics" };
	int seconds = params->panic == NOT_GIVEN ? CONFIG_PANIC_SECONDS : params->panic;
	bool is_given = params->emergency != NOT_GIVEN && params->emergency != EMERGENCY_SHELL;
	const char *end = ends[is_given ? params->emergency : CONFIG_EMERGENCY];

	if (seconds <= 0)
		return seconds ? copyf("%s at once", end) : copy("halts");
	return copyf("%s after %u s", end, (unsigned)seconds);
}

static bool opens_shell(const struct params *params)
{
	return CONFIG_SHELL && (CONFIG_SHELL_ON_FAILURE || params->shell ||
				params->emergency == EMERGENCY_SHELL);
}

static void explain_failure(const struct params *params)
{
	step("failure", "says why%s",
	     CONFIG_REPORT ? ", and names each device and what is on it" : "");
	if (opens_shell(params))
		step("", "opens a prompt on the console");
	step("", "%s", emergency_text(params));
}

/* ---- words ---- */

static void note(const struct line_word *word, const char *text)
{
	putchar('\n');
	step("note", "%s: %s", line_text(word), text);
	line_point(word);
}

static void explain_doubt(const struct line *line, char *value)
{
	struct rootspec root;

	if (!choice_root(&root, &line->params, value) && !rootspec_is_whole(&root))
		note(line_word_of(line, value),
		     copyf("not a whole %s; /init waits for it all the same", rootspec_tags[root.tag]));
}

static void explain_stage(const struct line *line)
{
	const char *stage = line->params.stage;
	const struct line_word *word = stage ? line_word_of(line, stage) : NULL;

	/* the default comes from no word */
	if (word && choice_stage(stage) != stage)
		note(word, "none of find, mount, check, switch; using " DEFAULT_BREAK);
}

static void explain_notes(const struct line *line)
{
	const struct params *params = &line->params;

	for (size_t i = 0; i < line->count; i++)
		if (line->words[i].note)
			note(&line->words[i], line->words[i].note);
	explain_stage(line);
	explain_doubt(line, params->root);
	for (int i = 0; CONFIG_ROOTFALLBACK && i < FALLBACKS_MAX && params->fallback[i]; i++)
		explain_doubt(line, params->fallback[i]);
}

/* How long is the name of the module that the text gives a parameter to? 0: to none. */
static size_t module_length(const char *text)
{
	size_t length = strcspn(text, ".=");
	char *name = copyf("%.*s", (int)strcspn(text, "="), text);
	bool is_own = str_after(text, "rd.") || cmdline_same_name(name, MODPROBE_BLACKLIST);

	free(name);
	return text[length] == '.' && !is_own ? length : 0;
}

/* Whose word is it, if not /init's? */
static char *owner(const struct line_word *word)
{
	char *text = line_text(word), *meant = line_meant(text), *name = text + (*text == '"');
	size_t module = module_length(name);
	bool passes_on = CONFIG_MODULES && !params_listed(word->source->locked, "modules");

	if (word->for_init)
		return copy("behind --: init's arguments");
	if (module)
		return copyf("the module %.*s's, if there is one%s; programs may read it in "
			     "/proc/cmdline", (int)module, name, passes_on ? ", also when /init loads it" : "");
	if (meant)
		return copyf("nothing that /init knows; did you mean %s?", meant);
	return copyf("the kernel's; if the kernel does not know it, init gets it %s",
		     strchr(text + !!*text, '=') ? "in its environment" : "as an argument");
}

static void explain_others(const struct line *line)
{
	bool any = false;

	for (size_t i = 0; i < line->count; i++) {
		const struct line_word *word = &line->words[i];

		if (word->note || (word->obeyed && !module_length(line_text(word))))
			continue;
		if (!any)
			puts("\nnot for /init:");
		any = true;
		fputs("    ", stdout);
		print_safe(stdout, line_text(word));
		printf(": %s\n", safe(owner(word)));
	}
}

/* ---- all of it ---- */

/* What is wrong, and where. */
static void explain_error(const struct line *line, const char *value, const char *text)
{
	const struct line_word *word = value ? line_word_of(line, value) : NULL;

	putchar('\n');
	step("error", "%s", text);
	if (word)
		line_point(word);
}

/* One root, of root= or rootfallback=. False when it is refused. */
static bool explain_root(const struct line *line, char *value)
{
	struct rootspec root;
	char *error = choice_root(&root, &line->params, value);

	if (error) {
		explain_error(line, value, error);
		return false;
	}
	explain_spec(&root, line->params.rootfstype);
	explain_wait(&line->params);
	explain_mount(&line->params, &root);
	return true;
}

/* Are all roots refused, and so the boot? */
static bool explain_roots(const struct line *line)
{
	const struct params *params = &line->params;
	bool any = explain_root(line, params->root);

	for (int i = 0; CONFIG_ROOTFALLBACK && i < FALLBACKS_MAX && params->fallback[i]; i++) {
		step("else", "rootfallback=%s", params->fallback[i]);
		any |= explain_root(line, params->fallback[i]);
	}
	return !any;
}

static int explain_line(struct line *line)
{
	const struct params *params = &line->params;
	bool refused = params->refused;

	if (refused) {
		explain_error(line, params->refused,
			      copyf("%s=%s: not in this image, and without it root would be "
				    "another", params->refused, params->refused_value));
	} else {
		explain_modules(params);
		refused = explain_roots(line);
	}
	if (!refused) {
		explain_init(params);
		explain_break(params);
	}
	explain_failure(params);
	explain_notes(line);
	explain_others(line);
	return refused;
}

int explain(int argc, char **argv)
{
	static const struct option words[] = {
		{ "board", required_argument, NULL, 'b' },
		{ "config", required_argument, NULL, 'c' },
		{ 0 },
	};
	const char *file = NULL;
	struct line line;
	int option;

	while ((option = getopt_long(argc, argv, "", words, NULL)) >= 0) {
		file = config_take(option, optarg);
		if (!file)
			return EXIT_USAGE;
	}
	if (optind + 1 != argc)
		return usage("explain: one command line, in quotes");
	line_read(&line, argv[optind]);
	explain_image(file);
	return explain_line(&line);
}
