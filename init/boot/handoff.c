/*
 * The end: the real init, with the very arguments and environment that the
 * kernel gave to us.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/sys.h"

void handoff(struct boot *b)
{
	for (;;) {
		const char *init = b->init;
		int err;

		b->argv[0] = (char *)init;
		err = sys_exec(init, b->argv, b->envp);
		b->init = init_after(b, init);
		if (!b->init)
			refuse(b, "run init %s: %d", init, err);
		say(LOG_ERR, "run init %s: %d; trying %s", init, err, b->init);
	}
}
