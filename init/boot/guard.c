#include "guard.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/judge.h"

#define SAY_EVERY 30 /* seconds, where there is no limit */

static struct boot *boot;
static char asked[DEVICE_NAME_MAX];
/* Odd while a call is under way; each system call is a barrier for the compiler. */
static unsigned turn;

static void watch(void)
{
	unsigned stuck = 0;

	for (;; stuck++) {
		unsigned before = turn;

		sys_sleep(1000);
		if (turn != before || !(before & 1))
			stuck = 0;
		if (stuck >= GUARD_SECONDS && sys_now() - boot->since >= boot->limit) {
			boot->stuck = true;
			refuse(boot, "%s=%s: %s does not answer", WANTED(boot), asked);
		}
		if (boot->limit == WAIT_FOREVER && stuck % SAY_EVERY == GUARD_SECONDS)
			say(LOG_ERR, "waiting for %s=%s: %s does not answer; no limit", WANTED(boot), asked);
	}
}

void guard(struct boot *b)
{
	if (!boot)
		sys_thread(watch);
	boot = b;
}

void guard_enter(const char *name)
{
	if (name)
		str_copy(asked, sizeof(asked), name);
	turn++;
}

void guard_leave(void)
{
	turn++;
}
