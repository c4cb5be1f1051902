#include "config.h"
#include "complain.h"
#include "memory.h"
#include "../lib/str.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct host_options host_options;

enum kind { BOOL, INT, STRING };

static const struct row {
	const char *name;
	enum kind kind;
	int choice; /* of one choice one is on */
	size_t member;
} rows[] = {
#define ROW(name, kind, choice, settable, otherwise) \
	{ #name, kind, choice, offsetof(struct host_options, name) },
	OPTIONS(ROW)
};

#define COUNT (sizeof(rows) / sizeof(*rows))

/* Did the file say something of the option? */
static bool given[COUNT];

/*
 * Gives each option its value by Kconfig's rules: a bool that is hidden by
 * another is off. OPTIONS() has them in the order for that.
 */
static void settle(void)
{
	const bool *is_given = given;

#define SETTLE(name, kind, choice, settable, otherwise) \
	if (!(settable) || !*is_given)                  \
		host_options.name = (otherwise);             \
	is_given++;
	OPTIONS(SETTLE)
}

void config_defaults(void)
{
	memset(given, 0, sizeof(given));
	settle();
}

static int *number(const struct row *row)
{
	return (int *)((char *)&host_options + row->member);
}

const char *config_name(unsigned index)
{
	return index < COUNT ? rows[index].name : NULL;
}

const int *config_bool(const char *name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (rows[i].kind == BOOL && str_same(rows[i].name, name))
			return number(&rows[i]);
	return NULL;
}

/* Takes one option of a choice: the others are then off. */
static void choose(const struct row *chosen)
{
	for (size_t i = 0; i < COUNT; i++)
		if (rows[i].choice == chosen->choice) {
			*number(&rows[i]) = &rows[i] == chosen;
			given[i] = true;
		}
}

static int set_bool(const struct row *row, const char *value)
{
	if (!str_same(value, "y") && !str_same(value, "n"))
		return -EINVAL;
	if (!row->choice)
		*number(row) = *value == 'y';
	else if (*value == 'y')
		choose(row);
	return 0;
}

static int set_int(const struct row *row, const char *value)
{
	bool negative = *value == '-';
	unsigned n;
	int err = str_uint(value + negative, INT_MAX, &n);

	*number(row) = negative ? -(int)n : (int)n;
	return err;
}

/* Takes the quotes off, and the backslashes before a quote and a backslash, in place. */
static int set_string(const struct row *row, char *value)
{
	char *out = value;

	if (*value != '"')
		return -EINVAL;
	for (char *c = value + 1; *c != '"'; c++) {
		if (*c == '\\')
			c++;
		if (!*c)
			return -EINVAL;
		*out++ = *c;
	}
	*out = '\0';
	*(const char **)((char *)&host_options + row->member) = copy(value);
	return 0;
}

static int set(const struct row *row, char *value)
{
	int err = row->kind == BOOL ? set_bool(row, value) :
		  row->kind == INT ? set_int(row, value) : set_string(row, value);

	/* Of a choice only the `y` counts, and choose() has said so. */
	if (!err && !row->choice)
		given[row - rows] = true;
	return err;
}

/* One line of the file, without its end: an assignment, `# CONFIG_X is not set`, or nothing. */
static int take_line(char *line)
{
	static char no[] = "n";
	bool is_unset = str_after(line, "# CONFIG_");
	char *name = line + (is_unset ? 2 : 0), *end = str_find(name, is_unset ? ' ' : '=');
	char *value = is_unset ? no : end + 1;

	if (!str_after(name, "CONFIG_") || (is_unset && !str_same(end, " is not set")))
		return *line && *line != '#' ? -EINVAL : 0;
	if (!*end)
		return -EINVAL;
	*end = '\0';
	for (size_t i = 0; i < COUNT; i++)
		if (str_same(rows[i].name, name + strlen("CONFIG_")))
			return set(&rows[i], value);
	complain("%s: not an option of this kindling; ignored", name);
	return 0;
}

int config_load(const char *path)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size;
	ssize_t n;
	int err = 0;

	config_defaults();
	if (!file) {
		complain("open %s: %s", path, strerror(errno));
		return -1;
	}
	while (!err && (n = getline(&line, &size, file)) > 0) {
		char *parsed;

		if (line[n - 1] == '\n')
			line[n - 1] = '\0';
		parsed = copy(line);
		err = take_line(parsed);
		if (err)
			complain("%s: %s: not a line of a .config", path, line);
		free(parsed);
	}
	if (!err && ferror(file)) {
		complain("read %s: %s", path, strerror(errno));
		err = -1;
	}
	free(line);
	fclose(file);
	settle();
	return err;
}

/* FOLDER/BOARD, or NULL when no board is there. */
static const char *board_in(const char *folder, int length, const char *board)
{
	char *path = copyf("%.*s/%s/defconfig", length, folder, board);

	if (access(path, F_OK))
		return NULL;
	path[strlen(path) - strlen("/defconfig")] = '\0';
	return path;
}

/* Where `make install` put the boards: beside this program's folder. NULL: not known. */
static const char *installed(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *slash;

	for (int i = 0; n > 0 && i < 2; i++) {
		path[n] = '\0';
		slash = strrchr(path, '/');
		n = slash ? slash - path : 0;
	}
	return n > 0 ? copyf("%.*s/share/kindling/boards", (int)n, path) : NULL;
}

/* Of BOARD_PATH, of the tree that we are in, or installed; NULL where there is none. */
static const char *find_folder(const char *board)
{
	const char *own = getenv("BOARD_PATH"), *folder = NULL, *share = installed();

	if (!*board || strchr(board, '/'))
		return NULL;
	while (!folder && own && *own) {
		int length = (int)strcspn(own, ":");

		folder = board_in(own, length, board);
		own += length + (own[length] == ':');
	}
	if (!folder)
		folder = board_in("boards", INT_MAX, board);
	return folder || !share ? folder : board_in(share, INT_MAX, board);
}

const char *config_folder(const char *board)
{
	const char *folder = find_folder(board);

	if (!folder)
		complain("--board %s: no boards/%s here, none in BOARD_PATH, and none installed; kindling's tree is the "
			 "place for it, --config FILE goes anywhere", board, board);
	return folder;
}

/* What the board is configured by, or NULL after a complaint. */
static const char *file_of_board(const char *board)
{
	char *built = copyf("build/%s/.config", board);
	const char *folder;

	if (!strchr(board, '/') && *board && !access(built, F_OK))
		return built;
	folder = config_folder(board);
	return folder ? copyf("%s/defconfig", folder) : NULL;
}

int config_take(const char *board, const char *file, const char **used)
{
	*used = file ? file : board ? file_of_board(board) : NULL;
	if (!*used)
		return board ? -1 : 0;
	return config_load(*used);
}
