/*
 * emit INDEX [CMDLINE]: what /init does with each line of stdin, a module's name or an alias.
 *
 * With a command line: each module that it loads, in this order, and its options, a line each, an
 * empty line behind them. Without: the modules that are meant, on one line.
 */
#include "plan/modules.h"
#include "plan/params.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct params params = PARAMS_NONE;

static char *file_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = NULL;
	size_t size = 0;

	if (!file || getdelim(&text, &size, '\0', file) < 0)
		exit(2);
	fclose(file);
	return text;
}

static void no_note(const char *name, const char *value, const char *text)
{
	(void)name, (void)value, (void)text;
}

static void print_loads(const char *line)
{
	char name[MODULE_NAME_MAX], options[4096];

	while (modules_load(&line, name)) {
		if (!modules_options(options, sizeof(options), name, params.module_words,
				     params.module_word_count))
			exit(3);
		printf("%s %s\n", name, options);
	}
}

int main(int argc, char **argv)
{
	static struct modules_line lines[1 << 14];
	unsigned count = modules_read(strchr(file_text(argv[1]), '\n') + 1, lines, 1 << 14);
	char *wanted = NULL;
	size_t size = 0;

	if (argc > 2)
		params_parse(&params, file_text(argv[2]), NULL, no_note);
	for (bool is_alias; getline(&wanted, &size, stdin) > 0;) {
		wanted[strcspn(wanted, "\n")] = '\0';
		is_alias = true;
		for (unsigned i = 0; is_alias && i < count; i++) {
			if (!modules_is_meant(&lines[i], wanted, &is_alias))
				continue;
			if (argc > 2)
				print_loads(lines[i].loads);
			else
				printf("%.*s ", (int)strcspn(lines[i].name, " \n"), lines[i].name);
		}
		putchar('\n');
	}
	return 0;
}
