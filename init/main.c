/*
 * kindling: PID 1 of an initramfs. The whole boot, in order.
 */
#include "init.h"
#include "boot/layers.h"
#include "lib/log.h"
#include "lib/sys.h"

/* The rescue prompt, if it was asked for before this stage; then the boot goes on. */
static void stop_at(const struct boot *b, enum stage stage)
{
	if (CONFIG_SHELL && b->params.stage == (int)stage && may_open_shell(b))
		shell(b);
}

_Noreturn void start_init(struct boot *b)
{
	if (CONFIG_LAYERS)
		finish_layers(b);
	if (CONFIG_INFO)
		say(LOG_INFO, "root %s (%s) after %u ms", b->node, b->type, sys_now() - b->start);
	stop_at(b, STAGE_CHECK);
	check(b);
	stop_at(b, STAGE_SWITCH);
	depart(b);
	handoff(b);
}

static __attribute__((noreturn)) void try_root(struct boot *b)
{
	choose_root(b);
	do {
		stop_at(b, STAGE_FIND);
		find(b);
		lay(b, MADE_DEVICE);
		stop_at(b, STAGE_MOUNT);
	} while (!attach(b));
	lay(b, MADE_ROOT);
	start_init(b);
}

int main(int argc, char **argv, char **envp)
{
	static struct boot boot;
	struct boot *b = &boot;

	/* Where it is, the compiler need not know: through a register the code is a twentieth smaller. */
	__asm__("" : "+r"(b));
	(void)argc;
	params_clear(&b->params);
	b->try_root = try_root;
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
