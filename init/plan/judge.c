#include "judge.h"
#include "../lib/str.h"

static const char *of_identity(enum tag tag, const struct identity *id)
{
	return tag == TAG_UUID ? id->uuid : id->label;
}

const char *judge_value(enum tag tag, const struct super *super, const struct parttable_id *part)
{
	if (tag == TAG_PARTUUID || tag == TAG_PARTLABEL)
		return !part ? "" : tag == TAG_PARTUUID ? part->uuid : part->label;
	return !super ? "" : of_identity(tag, super->contents.member ? &super->member : &super->fs);
}

bool judge_is_meant(const struct rootspec *spec, const struct super *super)
{
	return rootspec_is(spec, spec->tag, judge_value(spec->tag, super, NULL)) ||
	       rootspec_is(spec, spec->tag, of_identity(spec->tag, &super->fs));
}

const char *judge_bar(char *text, const struct contents *c)
{
	if (c->member && c->fs)
		str_print(text, JUDGE_BAR_MAX, "holds %s but is %s: not mounted", c->fs, c->member);
	else if (c->member)
		str_print(text, JUDGE_BAR_MAX, "is %s: this image cannot open it", c->member);
	else if (c->second)
		str_print(text, JUDGE_BAR_MAX, "looks like both %s and %s: name one with rootfstype=, or clear one with wipefs",
			  c->fs, c->second);
	else if (c->is_held)
		str_print(text, JUDGE_BAR_MAX, "is a part of another device: not mounted");
	else if (c->uncertain)
		str_print(text, JUDGE_BAR_MAX, "has read errors where it could say that it is a member of an array: not mounted");
	else
		return NULL;
	return text;
}

static bool is_barred(const struct answer *a)
{
	char text[JUDGE_BAR_MAX];

	return judge_bar(text, &a->contents);
}

bool judge_counts(const struct answer *answers, unsigned count, const struct answer *a)
{
	for (const struct answer *other = answers; other < answers + count; other++)
		/* a disk and a partition of it with one file system (isohybrid) are one answer: the disk */
		if (other != a && (str_same(a->d.disk, other->d.name) || (a->begins && !other->begins)))
			return false;
	return true;
}

/* The first of two names: mmcblk0 before mmcblk1. */
static bool before(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a < *b;
}

static bool is_preferred(const struct answer *a)
{
	return CONFIG_DUPLICATE_PREFER && a->d.bus && str_same(a->d.bus, CONFIG_PREFER_BUS);
}

enum reason judge(const struct answer *answers, unsigned count, bool unasked, const struct answer **judged)
{
	const struct answer *best = NULL;
	unsigned found = 0, preferred = 0;
	bool are_members = true;

	*judged = NULL;
	for (const struct answer *a = answers; a < answers + count; a++) {
		if (!judge_counts(answers, count, a))
			continue;
		if (is_barred(a)) {
			if (!*judged)
				*judged = a;
			continue;
		}
		preferred += is_preferred(a);
		/* copies of one part of a btrfs have its number */
		if (best)
			are_members &= a->contents.number != best->contents.number;
		if (!found++ || (preferred ? is_preferred(a) : CONFIG_DUPLICATE_FIRST && before(a->d.name, best->d.name)))
			best = a;
	}
	if (!best)
		return *judged ? BARRED : NONE;
	*judged = best;
	if (unasked)
		return UNASKED;
	if (found == 1)
		return best->begins ? BEGINS : ONLY;
	if (are_members && found <= best->contents.devices)
		return MEMBERS;
	return !best->begins && (CONFIG_DUPLICATE_FIRST || preferred == 1) ? RULE : SEVERAL;
}
