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
#include "layers.h"
#include "line.h"
#include "memory.h"
#include "report.h"
#include "verity.h"
#include "../lib/str.h"
#include "../plan/cmdline.h"
#include "../plan/judge.h"

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

/* One device as JSON, in the stream that report_value() or report_element() gave; why: it may be meant. */
static void put_candidate(FILE *out, const struct candidate *c, const char *meant)
{
	struct output o = { .out = out, .json = true };

	fputc('{', out);
	block_members(&o, c->image, c->entry, &c->super, true);
	block_field(&o, "NAME", c->name);
	block_field(&o, "UNKNOWN", c->unknown);
	block_field(&o, "MEANT", meant);
	fputc('}', out);
}

static void print_candidate(const struct candidate *c, const char *meant)
{
	const struct parttable_id *id = c->entry ? &c->entry->id : NULL;
	const struct contents *contents = &c->super.contents;
	const char *type = contents->member ? contents->member : contents->fs;
	char *text = copyf("    %s: %s%s", candidate_text(c), contents->damaged ? "damaged " : "",
			   contents->damaged ? contents->damaged : type ? type :
			   !c->entry && c->image->table ? c->image->table : "nothing known");

	if (contents->second)
		text = copyf("%s or %s", text, contents->second);
	if (c->unknown)
		text = copyf("%s (%s, which this image does not know)", text, c->unknown);
	for (unsigned tag = 0; tag < TAGS; tag++) {
		const char *value = judge_value(tag, &c->super, id);

		if (*value)
			text = copyf("%s %s=%s", text, rootspec_tags[tag], value);
	}
	report(NULL, "%s%s%s%s", text, meant ? "; did you mean this " : "", meant ? meant : "", meant ? "?" : "");
}

/* One device, what is on it, and whether that is what was meant. */
static void show_candidate(const struct candidate *c, const struct rootspec *root)
{
	const struct parttable_id *id = c->entry ? &c->entry->id : NULL;
	const char *meant = NULL;
	bool is_it = false;

	for (unsigned tag = 0; tag < TAGS; tag++) {
		const char *value = judge_value(tag, &c->super, id);

		if (!meant && rootspec_near(root, tag, value))
			meant = rootspec_tags[tag];
		is_it |= root->kind == ROOT_TAG && rootspec_is(root, tag, value);
	}
	/* no near miss: why it is not root has been said */
	if (is_it)
		meant = NULL;
	if (report_is_json())
		put_candidate(report_element("seen"), c, meant);
	else
		print_candidate(c, meant);
}

static void show_root(const struct candidate *c)
{
	struct output o = { .out = stdout, .terminal = isatty(STDOUT_FILENO) };

	if (report_is_json())
		put_candidate(report_value("found"), c, NULL);
	else
		block_print(&o, c->image, c->entry, &c->super, true);
}

/* One line of text each, after an empty one when a block stands before. */
static void show_notes(const char *notes, bool separate)
{
	char *rest = copy(notes), *line;

	while ((line = strsep(&rest, "\n")))
		if (*line) {
			if (separate)
				report_heading("");
			separate = false;
			report(NULL, "%s", line);
		}
}

/* ---- the answer ---- */

static enum status refuse(const struct line *line, const char *value, const char *why)
{
	const struct line_word *word = value ? line_word_of(line, value) : NULL;

	report("why", "%s", why);
	if (word)
		line_point(word);
	return NOTHING;
}

/* ---- layers ---- */

/* The device that another word than root= names, and may mount; NULL after it was said why none, with *status. */
static const struct candidate *find_other(const struct rootspec *spec, const char *word, bool mounts,
					  struct disks *disks, enum status *status)
{
	struct choice choice;

	*status = NOTHING;
	if (spec->kind != ROOT_NAME && spec->kind != ROOT_TAG) {
		complain("%s=%s: not to be told from images; the running kernel knows it", word, spec->text);
		*status = FAILED;
		return NULL;
	}
	for (size_t i = 0; i < disks->count; i++)
		if (identify(&disks->all[i], spec->types)) {
			*status = FAILED;
			return NULL;
		}
	choose(&choice, spec, word, spec->text, disks->all, disks->count);
	if (choice.root && mounts)
		choice_mount(&choice, spec);
	show_notes(choice.notes, false);
	if (choice.root)
		return choice.root;
	report("- - why", "%s=%s: %s", word, spec->text, choice.why);
	if (choice.unclear)
		*status = UNCLEAR;
	return NULL;
}

/* Blocks that no kernel takes on this disk, or not every one. */
static bool are_blocks_good(const struct candidate *c, const char *root_hash, unsigned shift)
{
	if (1U << shift < c->image->sector) {
		report("roothash",
		       "roothash=%s: blocks of %u bytes: smaller than a sector of %s", root_hash, 1U << shift,
		       candidate_text(c));
		return false;
	}
	if (shift > 12)
		report(NULL, "blocks of %u bytes: a kernel with smaller pages refuses them", 1U << shift);
	return true;
}

/* size: of the file system that the tree stands behind, unless it has a device of its own. *ends: as in try_root() */
static enum status verify(const struct layers *l, const struct candidate *data, const struct candidate *tree,
			  unsigned long long size, bool *ends)
{
	struct medium on = image_medium(data->image, data->entry), tree_on = image_medium(tree->image, tree->entry);
	unsigned char superblock[VERITY_SUPERBLOCK];
	struct verity v = l->verity;
	const char *why = l->has_tree ? verity_read(&v, &tree_on.reader, superblock, 0)
				      : verity_search(&v, &on.reader, superblock, size);
	enum verity_found found;
	unsigned blocks = 0;

	if (why) {
		report("roothash tree why", "roothash=%s: %s: %s", v.root_hash, candidate_text(tree), why);
		return NOTHING;
	}
	if (!are_blocks_good(data, v.root_hash, v.data_shift) || !are_blocks_good(tree, v.root_hash, v.hash_shift))
		return NOTHING;
	fflush(stdout);
	found = verity_check(&v, &on, &tree_on, &blocks);
	if (found == VERITY_GOOD)
		report("roothash blocks block_size tree is_verified",
		       "roothash=%s: verified, all %u blocks of %u bytes; the tree is on %s", v.root_hash, blocks,
		       1U << v.data_shift, candidate_text(tree));
	*ends = found == VERITY_BAD &&
		(verity_has(&v, "restart-on-corruption") || verity_has(&v, "panic-on-corruption"));
	if (found == VERITY_BAD)
		report("roothash - does_not_match", "roothash=%s: %s does not match it", v.root_hash,
		       candidate_text(data));
	return found == VERITY_GOOD ? FOUND : found == VERITY_BAD ? NOTHING : FAILED;
}

static enum status try_verity(const struct layers *l, const struct candidate *data, struct disks *disks, bool *ends)
{
	unsigned long long size = data->super.contents.size;
	const struct candidate *tree = data;
	enum status status;

	if (l->has_tree) {
		tree = find_other(&l->tree, "verityhash", false, disks, &status);
		if (!tree)
			return status;
	}
	return verify(l, data, tree, size, ends);
}

static enum status try_upper(const struct layers *l, struct disks *disks)
{
	const char *word = l->overlay.word, *instead = CONFIG_OVERLAY_VOLATILE ? "what is written goes to memory"
									      : "root has no writable layer";
	const struct candidate *upper = NULL;
	enum status status = NOTHING;

	if (l->without_upper)
		report(NULL, "%s", l->without_upper);
	else
		upper = find_other(&l->upper, word, true, disks, &status);
	if (upper && upper->super.contents.fs && !l->overlay.readonly &&
	    str_listed("squashfs erofs cramfs romfs iso9660", ' ', upper->super.contents.fs)) {
		report(NULL, "%s=%s: %s is %s, which nobody can write to", word, l->upper.text, candidate_text(upper),
		       upper->super.contents.fs);
		upper = NULL;
	}
	if (upper)
		report("- - layer", "%s=%s: the layer is on %s (%s)", word, l->upper.text, candidate_text(upper),
		       upper->super.contents.fs ? upper->super.contents.fs : "nothing known");
	else if (!CONFIG_OVERLAY_FAIL && status != FAILED)
		report("instead", "then %s", instead);
	return upper || (!CONFIG_OVERLAY_FAIL && status != FAILED) ? FOUND : status;
}

/* What lies over root, which was found. */
static enum status try_layers(const struct layers *l, const struct candidate *root, struct disks *disks, bool *ends)
{
	enum status status = FOUND;

	if (layers_any(l))
		report_heading("");
	if (l->file)
		report("file",
		       "loop=%s: root is in this file there; what is in a file system is not looked at%s", l->file,
		       l->is_verified ? ", so roothash= is not tried" : "");
	else if (l->is_verified)
		status = try_verity(l, root, disks, ends);
	if (status == FOUND && l->is_written && l->overlay.device)
		status = try_upper(l, disks);
	return status;
}

/* One root, of root= or rootfallback=. *ends: the boot ends with it, whatever comes behind. */
static enum status try_root(const struct line *line, char *value, struct disks *disks, bool *ends)
{
	static struct layers layers;
	struct rootspec root;
	struct choice choice;
	char *error = choice_root(&root, &line->params, value);

	if (error)
		return refuse(line, value, error);
	error = layers_read(&layers, &root);
	if (error)
		return refuse(line, layers.wrong && line_word_of(line, layers.wrong) ? layers.wrong : value, error);
	if (root.kind != ROOT_NAME && root.kind != ROOT_TAG) {
		complain("root=%s: not to be told from images; the running kernel knows it", root.text);
		return FAILED;
	}
	for (size_t i = 0; i < disks->count; i++)
		if (identify(&disks->all[i], root.types))
			return FAILED;
	choose(&choice, &root, "root", root.text, disks->all, disks->count);
	if (choice.root)
		choice_mount(&choice, &root);
	if (choice.root) {
		show_root(choice.root);
		show_notes(choice.notes, true);
		return try_layers(&layers, choice.root, disks, ends);
	}
	report("- why", "root=%s: %s", root.text, choice.why);
	show_notes(choice.notes, false);
	for (size_t i = 0; i < disks->count; i++)
		show_candidate(&disks->all[i], &root);
	return choice.unclear ? UNCLEAR : NOTHING;
}

static enum status try_roots(const struct line *line, struct disks *disks)
{
	const struct params *params = &line->params;
	enum status answer, next;
	bool ends = false;

	report_step("root");
	if (params->refused)
		return refuse(line, params->refused, choice_refusal(params));
	if (params->root)
		report_string("value", params->root);
	answer = try_root(line, params->root, disks, &ends);
	for (int i = 0; CONFIG_ROOTFALLBACK && i < FALLBACKS_MAX && params->fallback[i] &&
			answer >= NOTHING; i++) {
		if (ends) {
			report("ends", "the kernel restarts or panics at such a block: no rootfallback= is tried");
			break;
		}
		report_step("rootfallback");
		report("value", "then rootfallback=%s:", params->fallback[i]);
		next = try_root(line, params->fallback[i], disks, &ends);
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

int fits(const struct options *o, char **words)
{
	struct disks disks = { 0 };
	struct line line;
	const char *file;

	if (config_take(o->board, o->config, &file))
		return FAILED;
	report_begin(o->json);
	line_read(&line, words[0]);
	if (open_images(&disks, words + 1, words[0], &line.params, o->sector))
		return report_end(FAILED);
	return report_end((int)try_roots(&line, &disks));
}
