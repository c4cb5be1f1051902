#include "complain.h"
#include "config.h"
#include "host.h"
#include "../init.h"
#include "../lib/str.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command commands[] = {
	{ "explain", explain, "bcj", "CMDLINE", "one command line, in quotes", 1, 1, EXIT_USAGE,
	  "what /init does with this command line",
	  "0: nothing is wrong; 1: the boot is refused, or not /init's; 2: asked wrongly" },
	{ "fits", fits, "bcsj", "CMDLINE [NAME=]IMAGE...", "one command line, in quotes, and the images", 2, INT_MAX,
	  EXIT_FAILURE,
	  "which image or partition it takes as root, or why none;\n"
	  "                          roothash= is held against all of it",
	  "0: one is root; 2: none; 3: none, since several answer; 1: an error" },
	{ "probe", probe, "sj", "IMAGE...", "which image?", 1, INT_MAX, EXIT_FAILURE,
	  "what each image, and each of its partitions, holds",
	  "0: something is known; 2: nothing; 3: more than one type fits; 1: an error" },
	{ "check-kernel", check_kernel, "bclmtfj", "[KCONFIG]", "one configuration of a kernel", 0, 1, EXIT_USAGE,
	  "what this kernel's configuration lacks of what the image needs",
	  "0: it has all that it must have; 1: it lacks some; 2: an error" },
};

#define COMMANDS_END (commands + sizeof(commands) / sizeof(*commands))

/* Output that did not reach its reader is no answer. */
static int finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	complain("write: %s", strerror(errno));
	return EXIT_FAILURE;
}

static int version(void)
{
	puts("kindling " VERSION);
	return EXIT_SUCCESS;
}

static int help(void)
{
	puts("usage: kindling COMMAND ...\n");
	for (const struct command *c = commands; c < COMMANDS_END; c++)
		printf("  %-23s %s\n", c->name, c->text);
	puts("");
	options_help(NULL);
	puts("\n`kindling COMMAND --help` shows what it takes. More in kindling(1).");
	return EXIT_SUCCESS;
}

static int help_of(const struct command *command)
{
	options_usage(command);
	printf("\n  %-23s %s\n\n", command->name, command->text);
	options_help(command->takes);
	printf("\nExit status: %s. More in kindling(1).\n", command->status);
	return EXIT_SUCCESS;
}

static int run(const struct command *command, int argc, char **argv)
{
	struct options o = { 0 };
	int first;

	config_defaults();
	first = options_read(&o, command, argc, argv);
	if (first < 0)
		return command->wrong;
	if (o.help)
		return help_of(command);
	if (o.version)
		return version();
	if (argc - first < command->least || argc - first > command->most) {
		usage("%s: %s", command->name, command->wanted);
		return command->wrong;
	}
	return command->run(&o, argv + first);
}

int main(int argc, char **argv)
{
	static char name[] = "kindling";

	if (argc < 2)
		return usage("which command?");
	if (str_same(argv[1], "--help") || str_same(argv[1], "help"))
		return finish(help());
	if (str_same(argv[1], "--version"))
		return finish(version());
	for (const struct command *c = commands; c < COMMANDS_END; c++)
		if (str_same(argv[1], c->name)) {
			/* for getopt()'s complaints */
			argv[1] = name;
			return finish(run(c, argc - 1, argv + 1));
		}
	return usage("%s: no such command", argv[1]);
}
