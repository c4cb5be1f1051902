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
static void stop_at(const struct boot *b, const char *stage)
{
	if (CONFIG_SHELL && b->params.stage && str_same(b->params.stage, stage))
		shell(b);
}

void try_root(struct boot *b)
{
	choose_root(b);
	stop_at(b, FIND);
	find(b);
	stop_at(b, MOUNT);
	attach(b);
	stop_at(b, CHECK);
	check(b);
	stop_at(b, SWITCH);
	depart(b);
	handoff(b);
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
	early(b);
	decide(b);
	load_modules(b);
	try_root(b);
}
