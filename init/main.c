/*
 * kindling: PID 1 of an initramfs. The whole boot, in order.
 */
#include "init.h"
#include "lib/log.h"
#include "lib/sys.h"

#include <string.h>

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

bool is_stage(const char *name)
{
	for (size_t i = 0; i < STAGES; i++)
		if (!strcmp(stages[i].name, name))
			return true;
	return false;
}

int main(int argc, char **argv, char **envp)
{
	struct boot b = {
		.argv = argv,
		.envp = envp,
		.start = sys_now(),
		.params = PARAMS_NONE,
	};

	(void)argc;
	if (sys_pid() != 1) {
		say(LOG_ERR, "not started as PID 1: only the kernel starts /init; nothing done");
		return 1;
	}
	for (size_t i = 0; i < STAGES; i++) {
		if (CONFIG_SHELL && b.params.stage && !strcmp(b.params.stage, stages[i].name))
			shell(&b);
		if (stages[i].run(&b))
			break;
	}
	fail(&b);
}
