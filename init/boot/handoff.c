/*
 * The end: the real init, with the very arguments and environment that the
 * kernel gave to us.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/sys.h"

int handoff(struct boot *b)
{
	for (;;) {
		const char *init = b->init, *why;

		b->argv[0] = (char *)init;
		why = log_error(sys_exec(init, b->argv, b->envp));
		b->init = init_after(b, init);
		if (!b->init)
			return refuse(b, "run init %s: %s", init, why);
		say(LOG_ERR, "run init %s: %s; trying %s", init, why, b->init);
	}
}
