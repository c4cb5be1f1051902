/*
 * kindling explain: what /init does with a command line, step by step, and
 * which words it leaves to others.
 */
#include "choice.h"
#include "complain.h"
#include "config.h"
#include "explain.h"
#include "foreign.h"
#include "formats.h"
#include "hints.h"
#include "host.h"
#include "kernel.h"
#include "layers.h"
#include "line.h"
#include "memory.h"
#include "../lib/str.h"
#include "../plan/mountopts.h"
#include "../plan/rootspec.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

void step(const char *name, const char *keys, const char *format, ...)
{
	char *margin = copyf("%-9s", name);
	va_list args;

	if (*name)
		report_step(name);
	va_start(args, format);
	report_list(margin, NULL, keys, format, args);
	va_end(args);
	free(margin);
}

/* One of several lines of a kind, with that margin. */
__attribute__((format(printf, 4, 5))) static void one(const char *margin, const char *list, const char *keys,
						      const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_list(margin, list, keys, format, args);
	va_end(args);
}

/* The words that forbid modules; the last of the kernel's own and all of modprobe's count. */
#define MODULE_BLACKLIST "module_blacklist"
#define MODPROBE_BLACKLIST "modprobe.blacklist"

/* ---- what is read ---- */

static void explain_image(const char *file)
{
	if (file)
		step("image", "config", "%s", file);
	else
		step("image", "- default", "%s", "the options that Kconfig gives by default");
	if (*CONFIG_CMDLINE)
		step("", "cmdline", "reads first, so that the command line wins: %s", CONFIG_CMDLINE);
	if (CONFIG_CMDLINE_OVERRIDE)
		step("", "cmdline_override", "does not read the command line (CONFIG_CMDLINE_OVERRIDE)");
	if (*CONFIG_CMDLINE_ALLOW)
		step("", "cmdline_allow", "obeys of it no other words than: %s", CONFIG_CMDLINE_ALLOW);
	if (*CONFIG_CMDLINE_LOCK)
		step("", "cmdline_lock",
		     "obeys of it no such words, nor what would do the same: %s", CONFIG_CMDLINE_LOCK);
	if (*CONFIG_CMDLINE_APPEND)
		step("", "cmdline_append", "reads last, so that it wins: %s", CONFIG_CMDLINE_APPEND);
}

/* ---- modules ---- */

static void explain_modules(const struct params *params)
{
	const char *never = NULL;

	if (!CONFIG_MODULES)
		return;
	if (params->modules)
		step("modules", "first", "first, where the image has them: %s", params->modules);
	step(params->modules ? "" : "modules", "for_devices", "those in the image for devices and root's file system, "
	     "if root is not there without");
	for (unsigned i = 0; i < params->module_word_count; i++) {
		const struct word *word = &params->module_words[i];

		if (word->value && cmdline_same_name(word->name, MODULE_BLACKLIST))
			never = word->value;
		if (word->value && cmdline_same_name(word->name, MODPROBE_BLACKLIST))
			one("         ", "not_for_devices", "modules",
			    "not for a device or a file system: %s", word->value);
	}
	if (never)
		step("", "never", "never: %s", never);
}

/* ---- find ---- */

static void explain_tag(const char *name, const char *of, const struct rootspec *root)
{
	const char *what = root->tag <= TAG_LABEL ? "file system" : "partition";
	bool is_id = root->tag == TAG_UUID || root->tag == TAG_PARTUUID;

	if (root->offset)
		step(name, copyf("%sdistance %sdirection %stag %svalue", of, of, of, of), "the partition whose number "
		     "is %u %s than that of the one whose %s is %.*s", (unsigned)abs(root->offset),
		     root->offset < 0 ? "lower" : "higher", rootspec_tags[root->tag], (int)root->length, root->value);
	else
		step(name, copyf("- %stag %svalue", of, of), "the %s whose %s is %.*s%s, %s", what,
		     rootspec_tags[root->tag], (int)root->length, root->value, root->escaped ? " (\\xNN: a byte)" : "",
		     is_id ? "in upper or lower case" : "byte for byte");
	if (CONFIG_DUPLICATE_FIRST)
		step("", NULL, "of several the first by name");
	else if (CONFIG_DUPLICATE_PREFER)
		step("", copyf("%sprefer", of),
		     "of several the one on %s, if it is the only one there", CONFIG_PREFER_BUS);
	else
		step("", NULL, "several: refused");
}

void explain_device(const char *name, const char *of, const struct rootspec *root)
{
	switch (root->kind) {
	case ROOT_NAME:
		step(name, copyf("%sname", of), "the device /dev/%s", root->value);
		break;
	case ROOT_NUMBER:
		step(name, copyf("%smajor %sminor", of, of),
		     "the device with the number %u:%u", root->major, root->minor);
		break;
	case ROOT_TAG:
		explain_tag(name, of, root);
		break;
	case ROOT_FLASH:
		step(name, copyf("%sflash", of), "the MTD device or UBI volume %s", root->value);
		break;
	case ROOT_SHARE:
		step(name, copyf("%sshare %svalue", of, of),
		     "the directory that the host shares by %s under the tag %s",
		     root->types, root->value);
		break;
	}
	if (*CONFIG_ROOT_BUSES && root->kind != ROOT_FLASH && root->kind != ROOT_SHARE)
		step("", copyf("%sbuses", of), "only on: %s", CONFIG_ROOT_BUSES);
}

void explain_wait(const char *of, const struct params *params, int seconds)
{
	bool is_own = seconds != NOT_GIVEN;
	unsigned limit = is_own ? (unsigned)seconds * 1000 : params_wait(params);
	bool is_default = !is_own && params->rootwait == NOT_GIVEN && params->rootdelay == NOT_GIVEN;

	if (!CONFIG_WAIT || !limit)
		step("", copyf("%swaits_not", of), "it must be there at once: this does not wait");
	else if (limit == WAIT_FOREVER)
		step("", copyf("%swaits_forever", of), "waits for it without end, woken by the kernel's device events");
	else
		step("", copyf("%swaits", of), "waits for it at most %u s%s, woken by the kernel's device events",
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

void explain_types(const char *name, const char *of, const char *types)
{
	char *formats = formats_known();

	if (types)
		step(name, copyf("%stypes", of), "as %s%s", types,
		     strchr(types, ',') ? ": the next one when the kernel refuses one" : "");
	else if (*formats)
		step(name, copyf("%sknown", of), "as what its superblock says: %s; else each file system of the "
		     "kernel in turn", formats);
	else
		step(name, NULL, "as each file system of the kernel in turn");
	free(formats);
}

/* Of what root= finds, or of the image file in it. */
static void explain_mount(const struct params *params, const struct rootspec *root, const struct layers *layers,
			  bool is_file)
{
	char *data = copy(CONFIG_ROOTFLAGS && root->flags ? root->flags : "");
	bool is_under = layers_any(layers);
	unsigned long flags = mountopts_split(data, params->rw && !is_under ? 0 : MS_RDONLY);

	if (is_under)
		flags |= MS_RDONLY;
	explain_types("mount", "", is_file ? layers->file_types : root->types);
	step("", "flags", "%s%s", flags_text(flags),
	     !(flags & MS_RDONLY) ? "; if the kernel refuses, read-only" :
	     is_under && params->rw ? "; rw does not count" : "");
	if (flags & MS_NOEXEC && !layers->is_written)
		step("", "refused", "refused then: with noexec no init can run");
	/* those of the holder are not the image file's */
	if (*data && !is_file)
		step("", "data", "the file system gets: %s", data);
	if (layers->is_verified && (is_file || !layers->file))
		step("", "noload", "an ext3 or ext4 gets noload, too: no journal is replayed");
	free(data);
}

/* ---- the rest of the boot ---- */

static void explain_init(const struct params *params)
{
	const char *how = CONFIG_INIT_CHECK
		? "be a program for this CPU, or a script, with its interpreters"
		: "be a file that is executable";

	if (params->init)
		step("check", "init", "%s must %s", params->init, how);
	else
		step("check", "first_of", "the first of %s must %s",
		     CONFIG_INIT_SH ? "/sbin/init, /etc/init, /bin/init, /bin/sh" : "/sbin/init, /etc/init, /bin/init",
		     how);
	step("switch", NULL, "root becomes /, and nothing of the initramfs is left%s",
	     CONFIG_KEEP_PROC_SYS ? " but /proc and /sys" : "");
}

static void explain_break(const struct params *params)
{
	static const char *const stages[] = { NULL, "find", "mount", "check", "switch" };

	if (CONFIG_SHELL && params->stage)
		step("shell", "before", "rd.break: a prompt on the console before `%s`", stages[params->stage]);
}

static void explain_emergency(const struct params *params)
{
	static const char *const ends[] = { "reboots", "powers off", "halts", "panics" };
	int seconds = params->panic == NOT_GIVEN ? CONFIG_PANIC_SECONDS : params->panic;
	bool is_given = params->emergency != NOT_GIVEN && params->emergency != EMERGENCY_SHELL;
	const char *end = ends[is_given ? params->emergency : CONFIG_EMERGENCY];

	if (seconds > 0)
		step("", "end seconds", "%s after %u s", end, (unsigned)seconds);
	else if (seconds)
		step("", "end", "%s at once", end);
	else
		step("", "end", "%s", "halts");
}

static bool opens_shell(const struct params *params)
{
	return CONFIG_SHELL && (CONFIG_SHELL_ON_FAILURE || params->shell ||
				params->emergency == EMERGENCY_SHELL);
}

/* is_verified: one of the roots is. */
static void explain_failure(const struct params *params, bool is_verified)
{
	step("failure", NULL, "says why%s",
	     CONFIG_REPORT ? ", and names each device and what is on it" : "");
	if (opens_shell(params))
		step("", "- prompt", "opens a prompt on the console%s", is_verified && !CONFIG_VERITY_SHELL
		     ? ", but not where the device of a root with a root hash was found" : "");
	explain_emergency(params);
}

/* ---- words ---- */

static void note(const struct line_word *word, const char *text)
{
	report_heading("");
	step("note", "- says", "%s: %s", line_text(word), text);
	line_point(word);
}

static void explain_doubt(const struct line *line, char *value)
{
	char where[LAYER_ROOT_MAX];
	struct rootspec root;

	/* what a layer says is no word's */
	if (!value || choice_where(where, &line->params, value) != value || choice_root(&root, &line->params, value))
		return;
	if (root.kind == ROOT_TAG && root.tag == TAG_PARTUUID && root.length != 36 && root.length != 11)
		note(line_word_of(line, value), "not a whole PARTUUID; where none is equal, the one partition "
		     "whose PARTUUID begins so is taken");
	if (!rootspec_is_whole(&root))
		note(line_word_of(line, value),
		     copyf("not a whole %s; /init waits for it all the same", rootspec_tags[root.tag]));
}

/* The name of a word, without quotes and value. */
static char *name_of(const struct line_word *word)
{
	char *text = line_text(word);
	struct word parsed = { .name = text };

	cmdline_next(&text, &parsed);
	return parsed.name;
}

/* What /init says of the word, and what another system would make of it. */
static void explain_note(const struct line_word *word)
{
	const struct foreign *foreign = foreign_find(name_of(word));

	note(word, foreign ? copyf("%s (%s: %s)", word->note, foreign->owner, foreign->text) : word->note);
}

static void explain_resume(const struct line *line)
{
	const struct params *params = &line->params;

	if (params->resume && *params->resume && !params->noresume)
		note(line_word_of(line, params->resume),
		     "not in this image: the kernel looks there for what was hibernated, before /init starts, if it "
		     "has that driver built in and a name that it knows (no UUID=, no LABEL=). Else this boots anew, "
		     "and what was hibernated is lost; noresume says that it is meant");
}

/* Is it only for the modules that /init loads, and locked? */
static bool is_locked_for_modules(const struct line_word *word)
{
	return CONFIG_MODULES && word->obeyed && !word->for_modules && !word->note &&
	       (cmdline_same_name(name_of(word), MODULE_BLACKLIST) ||
		cmdline_same_name(name_of(word), MODPROBE_BLACKLIST));
}

static void explain_notes(const struct line *line)
{
	const struct params *params = &line->params;

	for (size_t i = 0; i < line->count; i++) {
		const struct line_word *word = &line->words[i];
		char *hint = hint_for(line, word), *layer = layers_note(line, word);

		if (word->note)
			explain_note(word);
		if (layer)
			note(word, layer);
		if (is_locked_for_modules(word))
			note(word, "not allowed by this image; ignored for its modules");
		if (hint)
			note(word, hint);
	}
	explain_resume(line);
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

/* Init's arguments; is one of them there that /init would obey? */
static char *owner_behind(const struct line_word *word)
{
	char *rest = line_text(word);
	struct word parsed;

	while (cmdline_next(&rest, &parsed)) {
		char *text = parsed.value ? copyf("%s=%s", parsed.name, parsed.value) : copy(parsed.name);

		if (line_is_obeyed(text))
			return copyf("behind --: init's arguments; /init does not read %s there", text);
	}
	return copy("behind --: init's arguments");
}

static char *owner_elsewhere(const struct foreign *foreign)
{
	return copyf(!foreign->refused ? "%s: %s" : CONFIG_FOREIGN_WORDS
		     ? "%s, but its value asks for nothing; another one: %s"
		     : "%s: %s; this image passes it over (CONFIG_FOREIGN_WORDS)", foreign->owner, foreign->text);
}

/* Whose word is it, if not /init's? */
static char *owner(const struct line_word *word)
{
	char *text = line_text(word), *name = text + (*text == '"');
	const struct foreign *foreign = foreign_find(name_of(word));
	size_t module = module_length(name);
	char *meant;

	if (word->for_init)
		return owner_behind(word);
	if (foreign)
		return owner_elsewhere(foreign);
	if (module)
		return copyf("the module %.*s's, if there is one%s; programs may read it in /proc/cmdline%s",
			     (int)module, name, word->for_modules ? ", also when /init loads it" : "",
			     CONFIG_MODULES && !word->for_modules ? "; this image does not allow it for its own" : "");
	meant = kernel_knows(name_of(word)) ? NULL : line_meant(name);
	if (meant)
		return copyf("nothing that /init knows; did you mean %s?", meant);
	return copyf("the kernel's; if the kernel does not know it, init gets it %s",
		     strchr(text + !!*text, '=') ? "in its environment" : "as an argument");
}

/* May somebody else obey it, too? */
static bool is_others(const struct line_word *word)
{
	const struct foreign *foreign = foreign_find(name_of(word));

	return !word->obeyed || (module_length(line_text(word)) && !(foreign && foreign->refused));
}

static void explain_others(const struct line *line)
{
	bool any = false;

	for (size_t i = 0; i < line->count; i++) {
		const struct line_word *word = &line->words[i];

		if (word->note || !is_others(word))
			continue;
		if (!any)
			report_heading("\nnot for /init:");
		any = true;
		report_step("other");
		one("    ", NULL, "- says", "%s: %s", line_text(word), owner(word));
		line_place(word);
	}
}

/* ---- all of it ---- */

/* What is wrong, and where. */
static void explain_error(const struct line *line, const char *value, const char *text)
{
	const struct line_word *word = value ? line_word_of(line, value) : NULL;

	report_heading("");
	step("error", "says", "%s", text);
	if (word)
		line_point(word);
}

/* The kernel's ram disks were the medium of an old initrd; an initramfs fills none. */
static bool is_ram_disk(const struct rootspec *root)
{
	const char *number = root->kind == ROOT_NAME ? str_after(root->value, "ram") : NULL;

	return (number && !number[strspn(number, "0123456789")]) ||
	       (root->kind == ROOT_NUMBER && root->major == 1);
}

/* Where root is, if not where root= says. */
static void explain_where(const struct params *params, const char *value)
{
	char where[LAYER_ROOT_MAX];
	const char *meant = choice_where(where, params, value);

	if (meant == where)
		step("", "by_roothash", "by the first 128 bits of the root hash, as root= does not say it");
	else if (meant != value)
		step("", "by_systemd_verity_root_data", "by systemd.verity_root_data=, whatever root= says");
}

/* One root, of root= or rootfallback=. False when it is refused, or can never be. */
static bool explain_root(const struct line *line, char *value, bool *is_verified)
{
	static struct layers layers;
	struct rootspec root;
	char *error = choice_root(&root, &line->params, value), *wrong = value;

	if (!error && is_ram_disk(&root))
		error = copyf("root=%s: the kernel unpacks this image into its rootfs, and fills no ram disk; name the "
			      "device that holds root", value);
	if (!error) {
		error = layers_read(&layers, &root);
		/* keys of one root are in its word */
		if (error && layers.wrong && line_word_of(line, layers.wrong))
			wrong = (char *)layers.wrong;
	}
	if (error) {
		explain_error(line, wrong, error);
		return false;
	}
	explain_device("find", "", &root);
	explain_where(&line->params, value);
	explain_wait("", &line->params, NOT_GIVEN);
	if (layers.file) {
		explain_mount(&line->params, &root, &layers, false);
		explain_loop(&layers);
	}
	if (layers.is_verified)
		explain_verity(&line->params, &layers);
	explain_mount(&line->params, &root, &layers, layers.file);
	if (layers.is_written)
		explain_overlay(&line->params, &layers);
	*is_verified |= layers.is_verified;
	return true;
}

/* Are all roots refused, and so the boot? */
static bool explain_roots(const struct line *line, bool *is_verified)
{
	const struct params *params = &line->params;
	bool any = explain_root(line, params->root, is_verified);

	for (int i = 0; CONFIG_ROOTFALLBACK && i < FALLBACKS_MAX && params->fallback[i]; i++) {
		step("else", "rootfallback", "rootfallback=%s", params->fallback[i]);
		any |= explain_root(line, params->fallback[i], is_verified);
	}
	return !any;
}

static int explain_line(struct line *line)
{
	const struct params *params = &line->params;
	bool refused = params->refused, is_verified = false;

	if (refused) {
		explain_error(line, params->refused, choice_refusal(params));
	} else {
		explain_modules(params);
		refused = explain_roots(line, &is_verified);
	}
	if (!refused) {
		explain_init(params);
		explain_break(params);
	}
	explain_failure(params, is_verified);
	explain_notes(line);
	explain_others(line);
	return refused;
}

/* Does the kernel start /init at all? True when it does not, or not always; nothing more is to be said if so. */
static bool explain_kernel(const char *cmdline, bool *certain)
{
	struct kernel_skip skip;
	struct line line;

	line_split(&line, cmdline);
	skip = kernel_skips(&line);
	*certain = skip.certain;
	if (!skip.text)
		return false;
	report_heading("");
	step("error", "says", "%s", skip.text);
	line_point(skip.word);
	return true;
}

int explain(const struct options *o, char **words)
{
	bool skipped, certain;
	const char *file;
	struct line line;

	if (config_take(o->board, o->config, &file))
		return EXIT_USAGE;
	report_begin(o->json);
	explain_image(file);
	skipped = explain_kernel(words[0], &certain);
	if (skipped && certain)
		return report_end(EXIT_FAILURE);
	line_read(&line, words[0]);
	return report_end(explain_line(&line) || skipped);
}
