#include "match.h"
#include "../lib/str.h"

static const char *of_identity(enum tag tag, const struct identity *id)
{
	return !id->type ? "" : tag == TAG_UUID ? id->uuid : id->label;
}

const char *match_value(enum tag tag, const struct super *super, const struct parttable_id *part)
{
	if (tag == TAG_PARTUUID || tag == TAG_PARTLABEL)
		return !part ? "" : tag == TAG_PARTUUID ? part->uuid : part->label;
	return !super ? "" : of_identity(tag, super->member.type ? &super->member : &super->fs);
}

bool match(const struct rootspec *spec, const struct super *super, const struct parttable_id *part)
{
	return rootspec_is(spec, spec->tag, match_value(spec->tag, super, part)) ||
	       (super && spec->tag <= TAG_LABEL &&
		rootspec_is(spec, spec->tag, of_identity(spec->tag, &super->fs)));
}

const char *match_bar(char *text, const struct super *super)
{
	const char *fs = super->fs.type, *member = super->member.type;

	if (member && fs)
		str_print(text, MATCH_BAR_MAX, "holds %s but is %s: not mounted", fs, member);
	else if (member)
		str_print(text, MATCH_BAR_MAX, "is %s: this image cannot open it", member);
	else if (super->second.type)
		str_print(text, MATCH_BAR_MAX, "looks like both %s and %s: clear one with wipefs", fs,
			  super->second.type);
	else
		return NULL;
	return text;
}
