#include "host.h"
#include "config.h"
#include "print.h"
#include "../init.h"
#include "../lib/str.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
	"usage: kindling COMMAND ...\n"
	"\n"
	"  explain CMDLINE               what /init does with this command line\n"
	"  fits CMDLINE IMAGE...         which image or partition it takes as root, or why none\n"
	"  probe [--json] IMAGE...       what each image, and each of its partitions, holds\n"
	"\n"
	"  --board B, --config FILE      which image it is: its options\n"
	"  --sector-size N               of the disks: 512, 1024, 2048 or 4096\n"
	"\n"
	"More in kindling(1).\n";

void *checked(void *memory)
{
	if (memory)
		return memory;
	fputs("kindling: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

void *allocate(size_t size)
{
	return checked(calloc(1, size));
}

char *copy(const char *s)
{
	return checked(strdup(s));
}

char *copyf_list(const char *format, va_list args)
{
	char *text;

	return checked(vasprintf(&text, format, args) < 0 ? NULL : text);
}

char *copyf(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = copyf_list(format, args);
	va_end(args);
	return text;
}

static void complain_list(const char *format, va_list args)
{
	char *text = copyf_list(format, args);

	fflush(stdout);
	fputs("kindling: ", stderr);
	print_safe(stderr, text);
	fputc('\n', stderr);
	free(text);
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_list(format, args);
	va_end(args);
}

int usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_list(format, args);
	va_end(args);
	fputs("`kindling --help` shows what can be said\n", stderr);
	return EXIT_USAGE;
}

int sector_size(const char *text, unsigned *sector)
{
	if (!str_uint(text, 4096, sector) && *sector >= 512 && !(*sector & (*sector - 1)))
		return 0;
	usage("--sector-size %s: not one of 512, 1024, 2048, 4096", text);
	return -1;
}

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
