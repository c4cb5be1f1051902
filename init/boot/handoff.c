/*
 * The end: the real init, with the very arguments and environment that the
 * kernel gave to us.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/sys.h"

void handoff(struct boot *b)
{
	/* what no look at files can tell: a security module, the limits of this kernel */
	const char *checked = CONFIG_INIT_CHECK ? ", though it passed the check" : "";

	for (;;) {
		const char *init = b->init;
		int err;

		b->argv[0] = (char *)init;
		err = sys_exec(init, b->argv, b->envp);
		b->init = init_after(b, init);
		if (!b->init) {
			refuse_(b, "run init %s: %d%s", init, err, checked);
			return;
		}
		say(LOG_ERR, "run init %s: %d%s; trying %s", init, err, checked, b->init);
		checked = "";
	}
}
