#include "needs.h"
#include "complain.h"
#include "config.h"
#include "memory.h"
#include "../lib/str.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char common[] =
#include "symbols.h"
	;

/* ---- rows ---- */

static void add(struct needs *needs, struct need need)
{
	needs->all = checked(realloc(needs->all, (needs->count + 1) * sizeof(*needs->all)));
	needs->all[needs->count++] = need;
}

/* Takes a word off *line, NUL behind it. */
static char *word(char **line)
{
	char *at = *line + strspn(*line, " \t");

	*line = at + strcspn(at, " \t");
	if (**line)
		*(*line)++ = '\0';
	return at;
}

/* The rows of a text; `when` stands for their first column where they have none. */
static void parse(struct needs *needs, char *text, const char *when)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		struct need need = { .when = when };
		char *symbols, *end;

		if (!*line || *line == '#')
			continue;
		if (!when)
			need.when = word(&line);
		need.symbols = symbols = word(&line);
		end = symbols + strlen(symbols);
		while (end > symbols && (end[-1] == '?' || end[-1] == '!')) {
			need.kind = *--end;
			*end = '\0';
		}
		need.why = line + strspn(line, " \t");
		add(needs, need);
	}
}

/* All of a file of the board's folder; "" when there is none, NULL after a complaint. */
static char *board_file(const char *folder, const char *name)
{
	char *path = folder ? copyf("%s/%s", folder, name) : NULL, *text = NULL;
	FILE *file = path ? fopen(path, "r") : NULL;
	size_t size = 0;

	if (!file)
		return copy("");
	/* to its end: there is no NUL in it */
	if (getdelim(&text, &size, '\0', file) < 0) {
		if (ferror(file)) {
			complain("read %s: %s", path, strerror(errno));
			return NULL;
		}
		text = copy("");
	}
	fclose(file);
	return text;
}

bool needs_symbol(const char **symbols, char **name, char **modules)
{
	char *one, *colon;
	size_t length = strcspn(*symbols, "|");

	if (!**symbols)
		return false;
	one = copyf("%.*s", (int)length, *symbols);
	*symbols += length + ((*symbols)[length] == '|');
	colon = str_find(one, ':');
	*modules = *colon ? colon + 1 : colon;
	*colon = '\0';
	*name = one;
	return true;
}

/* ---- the image ---- */

const char *needs_modules(const char *folder)
{
	char *text = board_file(folder, "modules"), *line, *names = copy(""), *from = copy(CONFIG_MODULES_LIST), *name;

	while (text && (line = strsep(&text, "\n"))) {
		*str_find(line, '#') = '\0';
		from = copyf("%s %s", from, line);
	}
	while ((name = strsep(&from, " \t")))
		if (*name) {
			*str_find(name, '?') = '\0';
			names = copyf("%s%s%s", names, *names ? " " : "", name);
		}
	return names;
}

/* Which of these modules, "a,b", is in the image? Or NULL. */
static const char *brings(const struct built *image, const char *modules)
{
	char name[64];

	while (str_item(&modules, ',', name, sizeof(name)))
		if (*name && (str_listed(image->modules, ' ', name) ||
			      str_listed(image->modules, ' ', copyf("fs_%s", name))))
			return copy(name);
	return NULL;
}

static bool root_is(const char *root, const char *pattern)
{
	return root && !fnmatch(pattern, root, 0);
}

/* root=, or one of rootfallback= */
static bool any_root(const struct params *params, const char *pattern)
{
	if (root_is(params->root, pattern))
		return true;
	for (int i = 0; CONFIG_ROOTFALLBACK && i < FALLBACKS_MAX; i++)
		if (root_is(params->fallback[i], pattern))
			return true;
	return false;
}

/* Are these options, "A,!B", as they are to be? */
static bool are_set(const char *options)
{
	char name[64];

	while (str_item(&options, ',', name, sizeof(name))) {
		bool is_off = *name == '!';
		const int *value = config_bool(name + is_off);

		if (!value || !*value != is_off)
			return false;
	}
	return true;
}

static const char *root_pattern(const struct need *need)
{
	return str_after(need->when, "root=");
}

/* The types of a row of a file system; NULL: it is none. */
static const char *types_of(const struct need *need)
{
	const char *equals = str_find(need->when, '=');

	return *equals && !root_pattern(need) ? equals + 1 : NULL;
}

/* Is the row's first column true? Not for file systems. */
static bool holds(const struct need *need, const struct built *image)
{
	const char *pattern = root_pattern(need);

	if (pattern)
		return any_root(&image->line.params, pattern);
	if (str_same(need->when, "modules"))
		return *image->modules;
	return str_same(need->when, "always") || are_set(need->when);
}

const char *needs_types(const struct built *image)
{
	const char *given = image->line.params.rootfstype;

	return image->type ? image->type : given && *given ? given : CONFIG_CARD_FS;
}

/* Will root be of this row's file system? */
static bool will_be(const struct need *need, const struct built *image)
{
	const char *types = types_of(need);
	char type[16];

	while (str_item(&types, ',', type, sizeof(type)))
		if (*type && str_listed(needs_types(image), ',', type))
			return true;
	return false;
}

/* May it be, as another one that the image knows? Where types were given only these may. */
static bool may_be(const struct need *need, const struct built *image)
{
	const char *given = image->line.params.rootfstype;
	char *option = copyf("%.*s", (int)strcspn(need->when, "="), need->when);

	return will_be(need, image) ||
	       (!image->type && !(given && *given) && (!CONFIG_PROBE || are_set(option)));
}

/* ---- what is needed ---- */

const char *needs_met(const struct need *need, const struct built *image, const struct kernel_config *kernel)
{
	const char *symbols = need->symbols, *found = NULL;
	char *name, *modules;

	while (needs_symbol(&symbols, &name, &modules)) {
		char value = kernel_config_value(kernel, name);

		if (value == 'y' || (value == 'm' && need->kind == '?' && !types_of(need)))
			return "y";
		if (value && !found)
			found = brings(image, modules);
	}
	return found;
}

/* Has the kernel all of one file system that root may have? */
static bool has_one(const struct needs *rows, const struct built *image, const struct kernel_config *kernel)
{
	for (size_t i = 0; i < rows->count; i++) {
		const char *when = rows->all[i].when;
		bool all = types_of(&rows->all[i]) && may_be(&rows->all[i], image);

		for (size_t j = 0; all && j < rows->count; j++)
			all = !str_same(rows->all[j].when, when) || needs_met(&rows->all[j], image, kernel);
		if (all)
			return true;
	}
	return false;
}

/* Each once; who asks for more counts. */
static void ask(struct needs *needs, struct need need)
{
	for (size_t i = 0; i < needs->count; i++)
		if (str_same(needs->all[i].symbols, need.symbols)) {
			if (need.kind != '?' && needs->all[i].kind == '?')
				needs->all[i] = need;
			return;
		}
	add(needs, need);
}

int needs_of(struct needs *needs, const struct built *image, const struct kernel_config *kernel)
{
	struct needs rows = { 0 }, own = { 0 };
	char *text = board_file(image->folder, "symbols");
	bool has;

	if (!text)
		return -1;
	parse(&rows, copy(common), NULL);
	parse(&own, text, "board");
	for (size_t i = 0; i < rows.count; i++)
		if (!strchr(rows.all[i].when, '=') && holds(&rows.all[i], image))
			ask(needs, rows.all[i]);
	for (size_t i = 0; i < own.count; i++)
		ask(needs, own.all[i]);
	for (size_t i = 0; i < rows.count; i++)
		if (root_pattern(&rows.all[i]) && holds(&rows.all[i], image))
			ask(needs, rows.all[i]);
	/* another file system will do, for another root */
	has = kernel && has_one(&rows, image, kernel);
	for (size_t i = 0; i < rows.count; i++)
		if (types_of(&rows.all[i]) && will_be(&rows.all[i], image)) {
			rows.all[i].kind = has ? '?' : '\0';
			ask(needs, rows.all[i]);
		}
	return 0;
}
