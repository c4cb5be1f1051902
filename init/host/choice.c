#include "choice.h"
#include "foreign.h"
#include "formats.h"
#include "host.h"
#include "print.h"
#include "../lib/str.h"
#include "../plan/match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

char *choice_root(struct rootspec *root, const struct params *params, char *value)
{
	int err;

	if (!value || !*value)
		return copy("no root= on the command line");
	err = rootspec_parse(root, value, params->rootfstype);
	if (err == -EOPNOTSUPP)
		return copyf("root=%s: not in this image", value);
	if (err)
		return copyf("root=%s: not one of " ROOTSPEC_FORMS, value, ROOTSPEC_FORMS_OF);
	return NULL;
}

char *choice_refusal(const struct params *params)
{
	const char *value = params->refused_value;
	const struct foreign *word = foreign_find(params->refused);

	return copyf("%s%s%s: not in this image, and without it root would be another (%s: %s)", params->refused,
		     value ? "=" : "", value ? value : "", word->owner, word->text);
}

const char *choice_stage(const char *stage)
{
	static const char *const stages[] = { "find", "mount", "check", "switch" };

	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++)
		if (str_same(stages[i], stage))
			return stage;
	return DEFAULT_BREAK;
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
	char text[MATCH_BAR_MAX];

	if (!match_bar(text, &c->super))
		return false;
	note(choice, "%s %s", candidate_text(c), text);
	choice->unclear |= c->super.second.type && !c->super.member.type;
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

static bool answers(const struct rootspec *root, const struct candidate *c)
{
	const struct parttable_id *id = table_id(c, root->offset);

	if (root->tag == TAG_PARTUUID || root->tag == TAG_PARTLABEL)
		return id && match(root, NULL, id);
	/* A partition from sector 0 on is its disk once more (isohybrid). */
	return (!c->entry || c->entry->start) && match(root, &c->super, NULL);
}

static bool is_preferred(const struct candidate *c)
{
	return CONFIG_DUPLICATE_PREFER && c->bus && str_same(c->bus, CONFIG_PREFER_BUS);
}

/* Of two that answer, as the image is configured. */
static bool is_better(const struct candidate *c, const struct candidate *other)
{
	return CONFIG_DUPLICATE_FIRST ? strcmp(c->name, other->name) < 0
				      : is_preferred(c) && !is_preferred(other);
}

static void choose_by_tag(struct choice *choice, const struct rootspec *root, const char *value,
			  const struct candidate *all, size_t count)
{
	unsigned found = 0, preferred = 0;
	char *names = copy("");

	for (const struct candidate *c = all; c < all + count; c++) {
		if (!answers(root, c) || !is_allowed(choice, c) || is_barred(choice, c))
			continue;
		if (!found++ || is_better(c, choice->root))
			choice->root = c;
		preferred += is_preferred(c);
		append(&names, "%s%s", *names ? " and " : "", candidate_text(c));
	}
	if (found)
		choice->unclear = false;
	if (found < 2)
		return;
	if (CONFIG_DUPLICATE_FIRST || preferred == 1) {
		note(choice, "root=%s is on %s: taking %s", value, names,
		     candidate_text(choice->root));
		return;
	}
	choice->root = NULL;
	choice->unclear = true;
	append(&choice->why, "more than one: %s; remove one, or use /dev/NAME", names);
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

/* Can the driver of that type mount it? ext4's mounts ext2 and ext3. */
static bool mounts(const char *driver, const char *type)
{
	const char *ext = str_after(type, "ext"), *driver_ext = str_after(driver, "ext");

	return str_same(driver, type) || (ext && driver_ext && *driver_ext > *ext) ||
	       (str_same(type, "vfat") && str_same(driver, "msdos")) ||
	       (str_same(type, "ntfs") && str_after(driver, "ntfs")) || !format_exists(driver);
}

static bool is_wanted(const char *types, const char *type)
{
	char *list = copy(types), *rest = list, *driver;

	while ((driver = strsep(&rest, ",")))
		if (*driver && mounts(driver, type))
			return true;
	return false;
}

static void check_mount(struct choice *choice, const struct params *params)
{
	const struct candidate *c = choice->root;
	const struct identity *fs = &c->super.fs;
	unsigned long long size = c->entry ? c->entry->size * 512 : c->image->size;

	if (c->super.damaged) {
		append(&choice->why, "%s: %s superblock checksum is wrong", candidate_text(c),
		       c->super.damaged);
		choice->root = NULL;
	} else if (fs->type && params->rootfstype && !is_wanted(params->rootfstype, fs->type)) {
		append(&choice->why, "%s is %s but rootfstype=%s", candidate_text(c), fs->type,
		       params->rootfstype);
		choice->root = NULL;
	} else if (!fs->type && CONFIG_PROBE && !params->rootfstype) {
		note(choice, "it holds nothing that is known; each file system of the kernel is "
		     "tried in turn");
	} else if (fs->type && fs->size > size) {
		note(choice, "it is cut short: %s claims %llu KiB, the device has %llu", fs->type,
		     fs->size >> 10, size >> 10);
	}
}

void choose(struct choice *choice, const struct rootspec *root, const char *value,
	    const struct params *params, const struct candidate *all, size_t count)
{
	*choice = (struct choice){ .why = copy(""), .notes = copy("") };
	if (root->kind == ROOT_TAG)
		choose_by_tag(choice, root, value, all, count);
	else
		choose_by_name(choice, root, all, count);
	if (choice->root)
		check_mount(choice, params);
	else if (!*choice->why)
		append(&choice->why, *choice->notes ? "what answers must not be root" : "not found");
}
