#include "complain.h"
#include "config.h"
#include "host.h"
#include "../init.h"
#include "../lib/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"usage: kindling COMMAND ...\n"
	"\n"
	"  explain CMDLINE               what /init does with this command line\n"
	"  fits CMDLINE IMAGE...         which image or partition it takes as root, or why none;\n"
	"                                roothash= is held against all of it\n"
	"  probe [--json] IMAGE...       what each image, and each of its partitions, holds\n"
	"\n"
	"  --board B, --config FILE      which image it is: its options\n"
	"  --sector-size N               of the disks: 512, 1024, 2048 or 4096\n"
	"\n"
	"More in kindling(1).\n";

/* Output that did not reach its reader is no answer. */
static int finish(int status)
{
	if (!fflush(stdout) && !ferror(stdout))
		return status;
	complain("write: %s", strerror(errno));
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(int argc, char **argv);
	} commands[] = {
		{ "explain", explain },
		{ "fits", fits },
		{ "probe", probe },
	};
	static char name[] = "kindling";

	config_defaults();
	if (argc < 2)
		return usage("which command?");
	if (str_same(argv[1], "--help") || str_same(argv[1], "help")) {
		fputs(help, stdout);
		return finish(EXIT_SUCCESS);
	}
	if (str_same(argv[1], "--version")) {
		puts("kindling " VERSION);
		return finish(EXIT_SUCCESS);
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (str_same(argv[1], commands[i].name)) {
			/* for getopt()'s complaints */
			argv[1] = name;
			return finish(commands[i].run(argc - 1, argv + 1));
		}
	return usage("%s: no such command", argv[1]);
}
