/*
 * The one place where a boot that failed ends, in the way and in the time that
 * panic= and the image allow.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"

#include <sys/reboot.h>

/* panic=N as the kernel means it: reboot after N s, 0 never, below 0 at once. */
static int panic_seconds(const struct boot *b)
{
	return b->params.panic == NOT_GIVEN ? CONFIG_PANIC_SECONDS : b->params.panic;
}

static bool opens_shell(const struct boot *b)
{
	return CONFIG_SHELL && !b->departed && (CONFIG_SHELL_ON_FAILURE || b->params.shell ||
						b->params.emergency == EMERGENCY_SHELL);
}

/* An enum emergency, but a shell: that is opened before. */
static int end(const struct boot *b)
{
	bool is_given = b->params.emergency != NOT_GIVEN && b->params.emergency != EMERGENCY_SHELL;

	return is_given ? b->params.emergency : CONFIG_EMERGENCY;
}

static const char *what_now(const struct boot *b)
{
	static const char ends[][13] = { "rebooting", "powering off", "halting", "panicking" };
	static char text[64];
	const char *action = ends[end(b)];
	int seconds = panic_seconds(b);
	const char *next = root_after(b);

	if (next && !b->departed)
		return "; trying rootfallback";
	if (opens_shell(b))
		return "; opening a shell";
	if (seconds == 0)
		return "; halting";
	if (seconds < 0)
		str_print(text, sizeof(text), "; %s now", action);
	else
		str_print(text, sizeof(text), "; %s in %u s", action, (unsigned)seconds);
	return text;
}

void refuse_(const struct boot *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_list(LOG_ERR, format, args, what_now(b));
	va_end(args);
}

void fail(struct boot *b)
{
	static const unsigned commands[] = { RB_AUTOBOOT, RB_POWER_OFF, RB_HALT_SYSTEM, RB_AUTOBOOT };
	int seconds = panic_seconds(b);

	if (CONFIG_REPORT && !b->departed)
		report_devices(b, true);
	if (opens_shell(b)) {
		shell(b);
		/* We wrote nothing, but someone may have. On a dead disk this never returns. */
		sys_sync();
	}
	if (seconds > 0)
		sys_sleep((unsigned)seconds * 1000);
	/* The one way to a kernel panic that needs no other option of the kernel. */
	if (seconds && end(b) == EMERGENCY_PANIC)
		sys_exit(1);
	sys_reboot(seconds ? commands[end(b)] : RB_HALT_SYSTEM);
	/* A machine that can do neither: PID 1 must not return. */
	for (;;)
		sys_poll(NULL, 0, -1);
}
