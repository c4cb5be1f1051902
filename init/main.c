/*
 * kindling: PID 1 of an initramfs. The whole boot, in order.
 */
#include "init.h"
#include "lib/log.h"
#include "lib/str.h"
#include "lib/sys.h"

/* The stages that rd.break= may name: before the first the command line is not known yet. */
#define FIND "find"
#define MOUNT "mount"
#define CHECK "check"
#define SWITCH DEFAULT_BREAK

bool is_break(const char *stage)
{
	return str_same(stage, FIND) || str_same(stage, MOUNT) || str_same(stage, CHECK) ||
	       str_same(stage, SWITCH);
}

/* The rescue prompt, if it was asked for before this stage; then the boot goes on. */
static bool stops(const struct boot *b, const char *stage)
{
	if (CONFIG_SHELL && b->params.stage && str_same(b->params.stage, stage))
		shell(b);
	return false;
}

int main(int argc, char **argv, char **envp)
{
	static struct boot boot;
	struct boot *b = &boot;

	/* Where it is, the compiler need not know: through a register the code is a twentieth smaller. */
	__asm__("" : "+r"(b));
	(void)argc;
	params_clear(&b->params);
	b->argv = argv;
	b->envp = envp;
	b->start = b->since = sys_now();
	if (sys_pid() != 1) {
		say(LOG_ERR, "not PID 1; nothing done");
		return 1;
	}
	if (!early(b) && !decide(b) && !load_modules(b))
		do
			if (!choose_root(b) &&
			    !stops(b, FIND) && !find(b) &&
			    !stops(b, MOUNT) && !attach(b) &&
			    !stops(b, CHECK) && !check(b) &&
			    !stops(b, SWITCH) && !depart(b))
				handoff(b);
		while (next_root(b));
	fail(b);
}
