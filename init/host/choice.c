#include "choice.h"
#include "foreign.h"
#include "formats.h"
#include "memory.h"
#include "print.h"
#include "../lib/str.h"
#include "../plan/judge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *choice_where(char *text, const struct params *params, const char *value)
{
	/* plan/ has it writable, and leaves it */
	return CONFIG_LAYERS ? layers_root(text, (char *)value, &params->words) : value;
}

char *choice_root(struct rootspec *root, const struct params *params, const char *value)
{
	char reason[ROOTSPEC_REASON_MAX], where[LAYER_ROOT_MAX];
	int err;

	value = choice_where(where, params, value);
	if (!value || !*value)
		return copy("no root= on the command line");
	*root = (struct rootspec){ .text = value };
	err = rootspec_parse(root, copy(value), params->rootfstype, params->rootflags, &params->words);
	return err ? copyf("root=%s: %s", value, rootspec_reason(reason, err)) : NULL;
}

char *choice_refusal(const struct params *params)
{
	const char *value = params->refused_value;
	const struct foreign *word = foreign_find(params->refused);

	return copyf("%s%s%s: not in this image, and without it root would be another (%s: %s)", params->refused,
		     value ? "=" : "", value ? value : "", word->owner, word->text);
}

char *candidate_text(const struct candidate *c)
{
	if (!c->entry)
		return copyf("%s (%s)", c->image->path, c->name);
	return copyf("%s partition %u (%s)", c->image->path, c->entry->number, c->name);
}

/* Makes *text longer, by what is printed. */
__attribute__((format(printf, 2, 3))) static void append(char **text, const char *format, ...)
{
	char *more, *longer;
	va_list args;

	va_start(args, format);
	more = copyf_list(format, args);
	va_end(args);
	longer = copyf("%s%s", *text, more);
	free(*text);
	free(more);
	*text = longer;
}

/* One more line for choice->notes; what the values hold cannot end it. */
__attribute__((format(printf, 2, 3))) static void note(struct choice *choice, const char *format,
						       ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = copyf_list(format, args);
	va_end(args);
	append(&choice->notes, "%s\n", safe(text));
	free(text);
}

static bool is_allowed(struct choice *choice, const struct candidate *c)
{
	if (!*CONFIG_ROOT_BUSES)
		return true;
	if (!c->bus) {
		note(choice, "root may only be on: %s; NAME=IMAGE, as in mmcblk0=x.img, tells "
		     "where %s is", CONFIG_ROOT_BUSES, c->image->path);
		return true;
	}
	if (params_listed(CONFIG_ROOT_BUSES, c->bus))
		return true;
	note(choice, "%s matches but %s is not allowed for root: ignored", candidate_text(c),
	     c->bus);
	return false;
}

/* Must it not be mounted? Then says why. */
static bool is_barred(struct choice *choice, const struct candidate *c)
{
	char text[JUDGE_BAR_MAX];

	if (!judge_bar(text, &c->super.contents))
		return false;
	note(choice, "%s %s", candidate_text(c), text);
	choice->unclear |= c->super.contents.second && !c->super.contents.member;
	return true;
}

/* ---- UUID= and the like ---- */

/* What the table says of the partition that PARTNROFF= counts from. */
static const struct parttable_id *table_id(const struct candidate *c, int offset)
{
	const struct image *image = c->image;

	for (unsigned i = 0; c->entry && i < image->count; i++)
		if (image->entries[i].number == c->entry->number - (unsigned)offset)
			return &image->entries[i].id;
	return NULL;
}

/* Does it answer? *begins: only with its PARTUUID's beginning. */
static bool answers(const struct rootspec *root, const struct candidate *c, bool *begins)
{
	const struct parttable_id *id = table_id(c, root->offset);

	*begins = false;
	if (root->tag <= TAG_LABEL)
		return judge_is_meant(root, &c->super);
	if (!id)
		return false;
	*begins = root->tag == TAG_PARTUUID && !rootspec_is(root, TAG_PARTUUID, id->uuid);
	return *begins ? rootspec_begins(root, id->uuid) : rootspec_is(root, root->tag, judge_value(root->tag, NULL, id));
}

static void choose_by_tag(struct choice *choice, const struct rootspec *root, const char *word,
			  const char *value, const struct candidate *all, size_t count)
{
	struct answer *answer = allocate((count + 1) * sizeof(*answer));
	const struct candidate **who = allocate((count + 1) * sizeof(*who));
	struct verdict v;
	unsigned found = 0;
	enum reason reason;
	char *names = copy("");
	bool begins;

	for (const struct candidate *c = all; c < all + count; c++) {
		if (!answers(root, c, &begins) || !is_allowed(choice, c))
			continue;
		answer[found] = (struct answer){ .contents = c->super.contents, .begins = begins, .d.bus = c->bus };
		str_copy(answer[found].d.name, DEVICE_NAME_MAX, c->name);
		str_copy(answer[found].d.disk, DEVICE_NAME_MAX, c->disk);
		who[found++] = c;
	}
	reason = judge(answer, answer + found, &v);
	for (unsigned i = 0; i < found; i++)
		if (judge_counts(answer, answer + found, &answer[i]) && !is_barred(choice, who[i]))
			append(&names, "%s%s", *names ? " and " : "", candidate_text(who[i]));
	if (reason <= RULE) {
		choice->root = who[v.root - answer];
		choice->unclear = false;
	}
	if (reason == RULE)
		note(choice, "%s=%s is on %s: taking %s", word, value, names, candidate_text(choice->root));
	if (reason == BEGINS)
		note(choice, "%s=%s begins the PARTUUID of %s: taking %s", word, value, names,
		     candidate_text(choice->root));
	if (reason == MEMBERS)
		note(choice, "%s=%s is on %s, of %u devices", word, value, names, v.root->contents.devices);
	if (reason == SEVERAL) {
		choice->unclear = true;
		append(&choice->why, "more than one: %s; remove one, or use /dev/NAME", names);
	}
}

/* ---- /dev/NAME ---- */

static void choose_by_name(struct choice *choice, const struct rootspec *root,
			   const struct candidate *all, size_t count)
{
	char *names = copy("");

	for (const struct candidate *c = all; c < all + count; c++) {
		append(&names, "%s%s", *names ? ", " : "", c->name);
		if (str_same(c->name, root->value)) {
			if (is_allowed(choice, c) && !is_barred(choice, c))
				choice->root = c;
			return;
		}
	}
	append(&choice->why, "not found; there are %s", names);
}

/* ---- can it be mounted? ---- */

/* Can the driver of that type mount it? ext4's mounts ext2 and ext3. Those that no image knows may. */
static bool mounts(const char *driver, const char *type)
{
	const char *ext = str_after(type, "ext"), *driver_ext = str_after(driver, "ext");

	return str_same(driver, type) || (ext && driver_ext && *driver_ext > *ext) ||
	       (str_same(type, "vfat") && str_same(driver, "msdos")) ||
	       (str_same(type, "ntfs") && str_after(driver, "ntfs")) || !format_exists(driver);
}

static bool is_wanted(const char *types, const char *type)
{
	char driver[16];

	while (str_item(&types, ',', driver, sizeof(driver)))
		if (*driver && mounts(driver, type))
			return true;
	return false;
}

void choice_mount(struct choice *choice, const struct rootspec *root)
{
	const struct candidate *c = choice->root;
	const struct contents *is = &c->super.contents;
	unsigned long long size = c->entry ? c->entry->size * 512 : c->image->size;

	if (is->damaged) {
		append(&choice->why, "%s: %s superblock checksum is wrong", candidate_text(c),
		       is->damaged);
		choice->root = NULL;
	} else if (is->fs && root->types && !is_wanted(root->types, is->fs)) {
		append(&choice->why, "%s is %s but rootfstype=%s", candidate_text(c), is->fs,
		       root->types);
		choice->root = NULL;
	} else if (!is->fs && CONFIG_PROBE && !root->types) {
		note(choice, "it holds nothing that is known; each file system of the kernel is "
		     "tried in turn");
	} else if (is->fs && is->size > size) {
		note(choice, "it is cut short: %s claims %llu KiB, the device has %llu", is->fs,
		     is->size >> 10, size >> 10);
	}
}

void choose(struct choice *choice, const struct rootspec *root, const char *word, const char *value,
	    const struct candidate *all, size_t count)
{
	*choice = (struct choice){ .why = copy(""), .notes = copy("") };
	if (root->kind == ROOT_TAG)
		choose_by_tag(choice, root, word, value, all, count);
	else
		choose_by_name(choice, root, all, count);
	if (!choice->root && !*choice->why)
		append(&choice->why, *choice->notes ? "what answers must not be root" : "not found");
}
