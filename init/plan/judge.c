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

static bool is_barred(const struct contents *c)
{
	return c->member || c->second || c->is_held;
}

const char *judge_bar(char *text, const struct contents *c)
{
	const char *format = "is a part of another device: not mounted";

	if (!is_barred(c))
		return NULL;
	if (c->member)
		format = c->fs ? "holds %s but is %s: not mounted" : "is %s%s: this image cannot open it";
	else if (c->second)
		format = "looks like both %s and %s: name one with rootfstype=, or clear one with wipefs";
	str_print(text, JUDGE_BAR_MAX, format, c->fs ? c->fs : "", c->member ? c->member : c->second);
	return text;
}

bool judge_counts(const struct answer *answers, const struct answer *end, const struct answer *a)
{
	for (const struct answer *other = answers; other < end; other++)
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

enum reason judge(const struct answer *answers, const struct answer *end, struct verdict *v)
{
	const struct answer *best = NULL, *barred = NULL;
	char *names = v->names, *names_end = names + sizeof(v->names);
	unsigned preferred = 0;
	bool are_members = true;

	v->found = 0;
	*names = '\0';
	for (const struct answer *a = answers; a < end; a++) {
		if (!judge_counts(answers, end, a))
			continue;
		if (is_barred(&a->contents)) {
			if (!barred)
				barred = a;
			continue;
		}
		if (names)
			names = str_print(names, (size_t)(names_end - names), "%s%s", best ? " and " : "", a->d.name);
		preferred += is_preferred(a);
		/* copies of one part of a btrfs have its number */
		if (best)
			are_members &= a->contents.number != best->contents.number;
		if (!v->found++ || (preferred ? is_preferred(a) : CONFIG_DUPLICATE_FIRST && before(a->d.name, best->d.name)))
			best = a;
	}
	v->root = best ? best : barred;
	if (!best)
		return barred ? BARRED : NONE;
	if (v->found == 1)
		return best->begins ? BEGINS : ONLY;
	if (are_members && v->found <= best->contents.devices)
		return MEMBERS;
	return !best->begins && (CONFIG_DUPLICATE_FIRST || preferred == 1) ? RULE : SEVERAL;
}
