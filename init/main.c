/*
 * kindling: PID 1 of an initramfs. The whole boot, in order.
 */
#include "init.h"
#include "lib/log.h"
#include "lib/str.h"
#include "lib/sys.h"

static const struct {
	char name[8];
	int (*run)(struct boot *b);
} stages[] = {
	{ "early", early },
	{ "decide", decide },
	{ "find", find },
	{ "mount", attach },
	{ "check", check },
	{ "switch", depart },
	{ "handoff", handoff },
};

#define STAGES (sizeof(stages) / sizeof(*stages))

/* Before the third stage nobody knows of rd.break; before the last, toybox is gone. */
bool is_break(const char *name)
{
	for (size_t i = 2; i < STAGES - 1; i++)
		if (str_same(stages[i].name, name))
			return true;
	return false;
}

int main(int argc, char **argv, char **envp)
{
	static struct boot b = { .params = PARAMS_NONE };

	(void)argc;
	b.argv = argv;
	b.envp = envp;
	b.start = sys_now();
	if (sys_pid() != 1) {
		say(LOG_ERR, "not started as PID 1: only the kernel starts /init; nothing done");
		return 1;
	}
	for (size_t i = 0; i < STAGES; i++) {
		if (CONFIG_SHELL && b.params.stage && str_same(b.params.stage, stages[i].name))
			shell(&b);
		if (stages[i].run(&b))
			break;
	}
	fail(&b);
}
