#include "options.h"
#include "image.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

/* Those of all commands stand last. */
static const struct row {
	char letter;
	const char *name, *value; /* NULL: it has none */
	const char *text;
} rows[] = {
	{ 'b', "board", "B", "the image is that of a board" },
	{ 'c', "config", "FILE", "the image is configured so: a .config or a defconfig" },
	{ 'l', "cmdline", "LINE", "the command line, instead of the board's" },
	{ 'm', "modules", "A,B", "the image's modules, instead of the board's; *: any" },
	{ 't', "type", "T", "root's file system, where it is known" },
	{ 'f', "fragment", NULL, "print it for the kernel's merge_config.sh; without KCONFIG all of it" },
	{ 's', "sector-size", "N", "sectors of the disks: 512, 1024, 2048 or 4096 bytes" },
	{ 'j', "json", NULL, "for programs" },
	{ 'h', "help", NULL, "this text" },
	{ 'v', "version", NULL, "the version" },
};

#define COUNT (sizeof(rows) / sizeof(*rows))
#define EVERYWHERE "hv"

static bool is_taken(const char *takes, char letter)
{
	return !takes || strchr(takes, letter) || strchr(EVERYWHERE, letter);
}

/* 0, or -1 after a complaint. */
static int take(struct options *o, int letter, char *value)
{
	switch (letter) {
	case 'b':
		o->board = value;
		return 0;
	case 'c':
		o->config = value;
		return 0;
	case 'l':
		o->cmdline = value;
		return 0;
	case 'm':
		o->modules = value;
		return 0;
	case 't':
		o->type = value;
		return 0;
	case 'f':
		o->fragment = true;
		return 0;
	case 's':
		return image_sector(value, &o->sector);
	case 'j':
		o->json = true;
		return 0;
	case 'h':
		o->help = true;
		return 0;
	case 'v':
		o->version = true;
		return 0;
	default:
		return -1;
	}
}

int options_read(struct options *o, const struct command *command, int argc, char **argv)
{
	struct option words[COUNT + 1] = { 0 };
	size_t count = 0;
	int letter;

	for (const struct row *row = rows; row < rows + COUNT; row++)
		if (is_taken(command->takes, row->letter))
			words[count++] = (struct option){
				row->name, row->value ? required_argument : no_argument, NULL, row->letter };
	while (!o->help && !o->version && (letter = getopt_long(argc, argv, "", words, NULL)) >= 0)
		if (take(o, letter, optarg))
			return -1;
	return optind;
}

void options_usage(const struct command *command)
{
	printf("usage: kindling %s", command->name);
	for (const struct row *row = rows; row < rows + COUNT; row++)
		if (strchr(command->takes, row->letter))
			printf(" [--%s%s%s]", row->name, row->value ? " " : "", row->value ? row->value : "");
	printf(" %s\n", command->words);
}

void options_help(const char *takes)
{
	for (const struct row *row = rows; row < rows + COUNT; row++)
		if (is_taken(takes, row->letter))
			printf("  --%s %-*s %s\n", row->name, 16 - (int)strlen(row->name),
			       row->value ? row->value : "", row->text);
}
