/*
 * The one place where a root that failed ends: the next one is tried, or the boot ends in the way and in the time
 * that panic= and the image allow.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/layer/verity.h"
#include "layers.h"

#include <sys/reboot.h>

/* Why the boot fails, also from check's child; empty when it would fill the screen. */
static char reason[1024];

/* The next of rootfallback= that has not been root= yet; NULL when there is none, or root is "/" by now. */
static char *root_after(const struct boot *b)
{
	return CONFIG_ROOTFALLBACK && !b->departed && !b->stuck ? b->params.fallback[b->tried] : NULL;
}

/* panic=N as the kernel means it: reboot after N s, 0 never, below 0 at once. */
static int panic_seconds(const struct boot *b)
{
	return b->params.panic == NOT_GIVEN ? CONFIG_PANIC_SECONDS : b->params.panic;
}

/* Root can do without what failed. */
static bool goes_on(const struct boot *b)
{
	return CONFIG_LAYER_OVERLAY && !CONFIG_OVERLAY_FAIL && !b->stuck && b->instead;
}

bool may_open_shell(const struct boot *b)
{
	/* where the line is not wholly read yet, what it says for all roots */
	return !CONFIG_LAYER_VERITY || CONFIG_VERITY_SHELL ||
	       !(CONFIG_VERITY_ONLY || *verity_root_hash(&b->root.words) || *verity_root_hash(&b->params.words));
}

static bool opens_shell(const struct boot *b)
{
	return CONFIG_SHELL && !b->departed && may_open_shell(b) &&
	       (CONFIG_SHELL_ON_FAILURE || b->params.shell || b->params.emergency == EMERGENCY_SHELL);
}

/* An enum emergency, but a shell: that is opened before. */
static int end(const struct boot *b)
{
	bool is_given = CONFIG_EMERGENCY_WORD && b->params.emergency != NOT_GIVEN && b->params.emergency != EMERGENCY_SHELL;

	return is_given ? b->params.emergency : CONFIG_EMERGENCY;
}

static const char *what_now(const struct boot *b)
{
	static const char ends[][13] = { "rebooting", "powering off", "halting", "panicking" };
	static char text[sizeof("; powering off in 86400 s")];
	int seconds = panic_seconds(b);

	if (goes_on(b))
		return CONFIG_OVERLAY_VOLATILE ? "; going on in memory" : "; going on read-only";
	if (root_after(b))
		return "; trying rootfallback";
	if (opens_shell(b))
		return "; opening a shell";
	str_print(text, sizeof(text), seconds > 0 ? "; %s in %u s" : seconds ? "; %s now" : "; %s",
		  ends[seconds ? end(b) : EMERGENCY_HALT], (unsigned)seconds);
	return text;
}

/* Reports what was there, then reboots, halts or opens a shell as asked. */
static _Noreturn void fail(struct boot *b)
{
	static const unsigned commands[] = { RB_AUTOBOOT, RB_POWER_OFF, RB_HALT_SYSTEM, 0 };
	int seconds = panic_seconds(b);

	if (CONFIG_REPORT && !b->departed && !b->stuck) {
		/* of a root that is there no driver is missing */
		report_devices(b, b->device < 0);
		/* of a long report only the end is on the screen */
		if (*reason)
			say(LOG_ERR, "%s%s", reason, what_now(b));
	}
	if (opens_shell(b)) {
		shell(b);
		sync_disks();
	}
	power(seconds ? commands[end(b)] : RB_HALT_SYSTEM, seconds > 0 ? (unsigned)seconds * 1000 : 0);
}

void give_up(struct boot *b)
{
	__attribute__((noreturn)) void (*instead)(struct boot *b) = b->instead;
	char *next = root_after(b);

	if (sys_pid() != 1)
		sys_exit(1);
	if (goes_on(b)) {
		b->instead = NULL;
		instead(b);
	}
	if (!next)
		fail(b);
	sys_close(b->device);
	if (CONFIG_LAYERS && b->whole) {
		b = b->whole;
		sys_close(b->device);
	}
	sys_unmount(NEW_ROOT);
	if (CONFIG_LAYERS)
		undo_layers(b);
	b->tried++;
	b->params.root = next;
	b->since = sys_now();
	say(LOG_ERR, "rootfallback=%s: trying it", next);
	b->type = b->init = NULL;
	b->try_root(b);
}

void refuse(struct boot *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_list(LOG_ERR, format, args, what_now(b));
	va_end(args);
	if (CONFIG_REPORT) {
		va_start(args, format);
		if (!str_vprint(reason, sizeof(reason), format, args))
			*reason = '\0';
		va_end(args);
	}
	give_up(b);
}
