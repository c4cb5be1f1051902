/*
 * kindling fits: which image or partition a command line would take as root
 * among these disks, or why none.
 */
#include "block.h"
#include "choice.h"
#include "complain.h"
#include "config.h"
#include "formats.h"
#include "host.h"
#include "line.h"
#include "memory.h"
#include "print.h"
#include "../lib/str.h"
#include "../plan/cmdline.h"
#include "../plan/judge.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The exit status. */
enum status { FOUND = 0, FAILED = 1, NOTHING = 2, UNCLEAR = 3 };

struct disks {
	struct candidate *all;
	size_t count;
};

/* ---- names of disks ---- */

/* How the kernel names disks and partitions, by driver, and the bus that this tells. */
static const struct scheme {
	const char *prefix, *suffix, *bus;
	bool letters;
} schemes[] = {
	{ "vd", "", "virtio", true },
	{ "mmcblk", "", "mmc", false },
	{ "nvme", "n1", "nvme", false },
	{ "loop", "", "virtual", false },
	{ "xvd", "", NULL, true },
	/* usb, ata or scsi */
	{ "sd", "", NULL, true },
	{ "hd", "", NULL, true },
};

/* That of a device's name, or the first one. */
static const struct scheme *scheme_of(const char *name)
{
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (str_after(name, schemes[i].prefix))
			return &schemes[i];
	return schemes;
}

/* The name of disk number `index`: vda ... vdz, vdaa; mmcblk0 ... */
static char *disk_name(const struct scheme *scheme, unsigned index)
{
	char first[2] = { index >= 26 ? (char)('a' + index / 26 % 26 - 1) : '\0' };

	if (scheme->letters)
		return copyf("%s%s%c", scheme->prefix, first, 'a' + index % 26);
	return copyf("%s%u%s", scheme->prefix, index, scheme->suffix);
}

static char *partition_name(const char *disk, unsigned number)
{
	char last = disk[strlen(disk) - 1];

	return copyf("%s%s%u", disk, last >= '0' && last <= '9' ? "p" : "", number);
}

/* The name in an operand NAME=IMAGE, behind which *path then is; NULL when it is only an image. */
static char *given_name(char **path)
{
	char *equals = strchr(*path, '=');

	if (!equals || equals == *path || memchr(*path, '/', (size_t)(equals - *path)) ||
	    !access(*path, F_OK))
		return NULL;
	equals = copyf("%.*s", (int)(equals - *path), *path);
	*path += strlen(equals) + 1;
	return equals;
}

/* ---- what there is ---- */

/* What it holds, for a root with that rootfstype=. */
static int identify(struct candidate *c, const char *types)
{
	const char *other;

	if (image_identify(c->image, c->entry, types))
		return -1;
	other = formats_other(&c->image->super.contents);
	if (other && image_identify(c->image, c->entry, other))
		return -1;
	c->super = c->image->super;
	c->unknown = formats_forget(&c->super);
	return 0;
}

static int add(struct disks *disks, struct image *image, const struct parttable_entry *entry,
	       const char *disk, const char *bus)
{
	struct candidate *c = &disks->all[disks->count++];

	c->image = image;
	c->entry = entry;
	c->name = entry ? partition_name(disk, entry->number) : copy(disk);
	c->disk = entry ? disk : "";
	c->bus = bus;
	return identify(c, NULL);
}

/* The image, as the disk of that name, and its partitions. */
static int add_image(struct disks *disks, struct image *image, const char *name, const char *bus)
{
	size_t count = disks->count + 1 + image->count;

	disks->all = checked(realloc(disks->all, count * sizeof(*disks->all)));
	if (add(disks, image, NULL, name, bus))
		return -1;
	for (unsigned i = 0; i < image->count; i++)
		if (add(disks, image, &image->entries[i], name, bus))
			return -1;
	return 0;
}

/* Has the kernel's own parameter been given, which lets it use a backup GPT? */
static bool is_gpt_forced(const char *cmdline)
{
	char *rest = copy(cmdline);
	struct word word;

	while (cmdline_next(&rest, &word))
		if (cmdline_same_name(word.name, "gpt"))
			return true;
	return false;
}

/* ---- what is said ---- */

static void say(const char *text)
{
	print_safe(stdout, text);
	putchar('\n');
}

/* One device, what is on it, and whether that is what was meant. */
static void show_candidate(const struct candidate *c, const struct rootspec *root)
{
	const struct parttable_id *id = c->entry ? &c->entry->id : NULL;
	const char *meant = NULL;
	bool is_it = false;
	const char *type = c->super.contents.member ? c->super.contents.member : c->super.contents.fs;
	char *text = copyf("    %s: %s%s", candidate_text(c), c->super.contents.damaged ? "damaged " : "",
			   c->super.contents.damaged ? c->super.contents.damaged : type ? type :
			   !c->entry && c->image->table ? c->image->table : "nothing known");

	if (c->super.contents.second)
		text = copyf("%s or %s", text, c->super.contents.second);
	if (c->unknown)
		text = copyf("%s (%s, which this image does not know)", text, c->unknown);
	for (unsigned tag = 0; tag < TAGS; tag++) {
		const char *value = judge_value(tag, &c->super, id);

		if (*value)
			text = copyf("%s %s=%s", text, rootspec_tags[tag], value);
		if (!meant && rootspec_near(root, tag, value))
			meant = rootspec_tags[tag];
		is_it |= root->kind == ROOT_TAG && rootspec_is(root, tag, value);
	}
	/* no near miss: why it is not root has been said */
	if (is_it)
		meant = NULL;
	say(meant ? copyf("%s; did you mean this %s?", text, meant) : text);
}

static void show_root(const struct candidate *c)
{
	struct output o = { .terminal = isatty(STDOUT_FILENO) };

	block_print(&o, c->image, c->entry, &c->super, true);
}

/* One line of text each, after an empty one when a block stands before. */
static void show_notes(const char *notes, bool separate)
{
	char *rest = copy(notes), *line;

	while ((line = strsep(&rest, "\n")))
		if (*line) {
			if (separate)
				putchar('\n');
			separate = false;
			say(line);
		}
}

/* ---- the answer ---- */

static enum status refuse(const struct line *line, const char *value, const char *why)
{
	const struct line_word *word = value ? line_word_of(line, value) : NULL;

	say(why);
	if (word)
		line_point(word);
	return NOTHING;
}

/* One root, of root= or rootfallback=; `before` has what is to be said of those before. */
static enum status try_root(const struct line *line, char *value, struct disks *disks)
{
	struct rootspec root;
	struct choice choice;
	char *error = choice_root(&root, &line->params, value);

	if (error)
		return refuse(line, value, error);
	if (root.kind != ROOT_NAME && root.kind != ROOT_TAG) {
		complain("root=%s: not to be told from images; the running kernel knows it", value);
		return FAILED;
	}
	for (size_t i = 0; i < disks->count; i++)
		if (identify(&disks->all[i], root.types))
			return FAILED;
	choose(&choice, &root, value, disks->all, disks->count);
	if (choice.root) {
		show_root(choice.root);
		show_notes(choice.notes, true);
		return FOUND;
	}
	say(copyf("root=%s: %s", value, choice.why));
	show_notes(choice.notes, false);
	for (size_t i = 0; i < disks->count; i++)
		show_candidate(&disks->all[i], &root);
	return choice.unclear ? UNCLEAR : NOTHING;
}

static enum status try_roots(const struct line *line, struct disks *disks)
{
	const struct params *params = &line->params;
	enum status answer, next;

	if (params->refused)
		return refuse(line, params->refused, choice_refusal(params));
	answer = try_root(line, params->root, disks);
	for (int i = 0; CONFIG_ROOTFALLBACK && i < FALLBACKS_MAX && params->fallback[i] &&
			answer >= NOTHING; i++) {
		say(copyf("then rootfallback=%s:", params->fallback[i]));
		next = try_root(line, params->fallback[i], disks);
		if (next < NOTHING || answer == NOTHING)
			answer = next;
	}
	return answer;
}

/* Opens them all; those without a name of their own are disks of the kind that root= names. */
static int open_images(struct disks *disks, char **paths, const char *cmdline,
		       const struct params *params, unsigned sector)
{
	const char *root = params->root ? str_after(params->root, "/dev/") : NULL;
	bool gpt = is_gpt_forced(cmdline);

	for (unsigned i = 0; paths[i]; i++) {
		struct image *image = allocate(sizeof(*image));
		char *path = paths[i], *name = given_name(&path);
		const char *bus = name ? scheme_of(name)->bus : NULL;

		if (!name)
			name = disk_name(scheme_of(root ? root : ""), i);
		if (image_open(image, path, sector, gpt) || add_image(disks, image, name, bus))
			return -1;
	}
	return 0;
}

int fits(int argc, char **argv)
{
	static const struct option words[] = {
		{ "board", required_argument, NULL, 'b' },
		{ "config", required_argument, NULL, 'c' },
		{ "sector-size", required_argument, NULL, 's' },
		{ 0 },
	};
	struct disks disks = { 0 };
	struct line line;
	unsigned sector = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", words, NULL)) >= 0)
		if (option == 's' ? image_sector(optarg, &sector) : !config_take(option, optarg))
			return FAILED;
	argv += optind;
	if (argc - optind < 2) {
		usage("fits: one command line, in quotes, and the images");
		return FAILED;
	}
	line_read(&line, argv[0]);
	if (open_images(&disks, argv + 1, argv[0], &line.params, sector))
		return FAILED;
	return (int)try_roots(&line, &disks);
}
