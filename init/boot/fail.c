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
	return CONFIG_SHELL && !b->departed && (CONFIG_SHELL_ON_FAILURE || b->params.shell);
}

static const char *what_now(const struct boot *b)
{
	static char text[32];
	int seconds = panic_seconds(b);

	if (opens_shell(b))
		return "; opening a shell";
	if (seconds == 0)
		return "; halting";
	if (seconds < 0)
		return "; rebooting now";
	str_print(text, sizeof(text), "; rebooting in %u s", (unsigned)seconds);
	return text;
}

int refuse(const struct boot *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_list(LOG_ERR, format, args, what_now(b));
	va_end(args);
	return -1;
}

void fail(struct boot *b)
{
	int seconds = panic_seconds(b);

	if (CONFIG_REPORT && !b->departed)
		report_devices();
	if (opens_shell(b))
		shell(b);
	if (seconds > 0)
		sys_sleep((unsigned)seconds * 1000);
	/* We wrote nothing; at the prompt someone may have. On a dead disk this never returns. */
	if (opens_shell(b))
		sys_sync();
	sys_reboot(seconds ? RB_AUTOBOOT : RB_HALT_SYSTEM);
	/* A machine that can do neither: PID 1 must not return. */
	for (;;)
		sys_poll(NULL, 0, -1);
}
