/*
 * root=, and whether a device answers it. The input is three texts, each ended by a newline:
 * rootfstype=, root= and what is written on the device.
 */
#include "fuzz.h"
#include "plan/judge.h"

#include <errno.h>
#include <strings.h>

static const struct layer_words no_words;

/* The next of the texts, to be freed. */
static char *next(const uint8_t **data, size_t *size)
{
	const uint8_t *end = memchr(*data, '\n', *size);
	size_t length = end ? (size_t)(end - *data) : *size;
	char *text = text_of(*data, length);

	length += end != NULL;
	*data += length;
	*size -= length;
	return text;
}

static bool is_within(const char *value, const char *text, size_t length)
{
	return value >= text && value <= text + length;
}

/* text as it was parsed; length: of what was there before its keys were cut off. */
static void check(const struct rootspec *spec, const char *text, size_t length)
{
	size_t form = strlen(text);

	assert(!spec->types || *spec->types);
	switch (spec->kind) {
	case ROOT_NAME:
		assert(is_within(spec->value, text + 5, form - 5) || !strcmp(spec->value, "ram0"));
		assert(*spec->value && strlen(spec->value) <= ROOTSPEC_NAME_MAX && !strchr(spec->value, ','));
		break;
	case ROOT_NUMBER:
		assert(spec->major < 1 << 12 && spec->minor < 1 << 20);
		break;
	case ROOT_TAG:
		assert(spec->tag < TAGS && spec->length);
		assert(spec->value > text && spec->value + spec->length <= text + form);
		assert(abs(spec->offset) <= ROOTSPEC_OFFSET_MAX);
		break;
	case ROOT_FLASH:
		assert(spec->value == text && (!strcmp(spec->class, "mtd") || !strcmp(spec->class, "ubi")));
		assert(!spec->name || (*spec->name && is_within(spec->name, text, form)));
		assert(spec->name || (spec->major < 1 << 20 && (spec->class[0] == 'm' || spec->minor < 1 << 20)));
		break;
	default:
		assert(spec->value == text);
	}
	assert(form <= length);
}

/* The device has it in every place. */
static void ask(const struct rootspec *spec, const char *value)
{
	static struct super super;
	static struct parttable_id part;
	struct contents contents;
	char bar[JUDGE_BAR_MAX];
	bool is_id = spec->tag == TAG_UUID || spec->tag == TAG_PARTUUID, is_whole, begins;

	super.contents.fs = "ext4";
	super.contents.member = strchr(value, 'M') ? "linux_raid_member" : NULL;
	super.contents.second = strchr(value, 'S') ? "xfs" : NULL;
	strncpy(super.fs.uuid, value, sizeof(super.fs.uuid) - 1);
	strncpy(super.fs.label, value, sizeof(super.fs.label) - 1);
	super.member = super.contents.member ? super.fs : (struct identity){ .uuid = "" };
	strncpy(part.uuid, value, sizeof(part.uuid) - 1);
	strncpy(part.label, value, sizeof(part.label) - 1);

	contents = (struct contents){
		.fs = super.contents.fs, .member = super.contents.member, .second = super.contents.second,
	};
	assert(!judge_bar(bar, &contents) == (!contents.member && !contents.second));
	rootspec_is_whole(spec);
	for (unsigned tag = 0; tag < TAGS; tag++) {
		assert(!*judge_value(tag, NULL, NULL));
		rootspec_near(spec, tag, judge_value(tag, &super, &part));
	}
	if (spec->kind != ROOT_TAG)
		return;
	value = judge_value(spec->tag, &super, &part);
	is_whole = rootspec_is(spec, spec->tag, value);
	begins = rootspec_begins(spec, value);
	assert(!rootspec_is(spec, spec->tag, "") && !rootspec_begins(spec, ""));
	assert(!is_whole || spec->tag != TAG_PARTUUID || begins);
	assert(spec->tag > TAG_LABEL || judge_is_meant(spec, &super) == is_whole);
	if (spec->escaped || spec->offset)
		return;
	/* By another way: the whole value or its beginning, in the bounds of a tag. */
	assert(is_whole == (strlen(value) == spec->length &&
			    !(is_id ? strncasecmp : strncmp)(value, spec->value, spec->length)));
	assert(begins == (spec->tag == TAG_PARTUUID && strlen(value) >= spec->length &&
			  !strncasecmp(value, spec->value, spec->length)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *types = next(&data, &size), *text = next(&data, &size), *same = strdup(text);
	char *value = next(&data, &size), flags[] = "noatime", reason[ROOTSPEC_REASON_MAX];
	size_t length = strlen(text);
	struct rootspec spec;
	int err = rootspec_parse(&spec, text, *types ? types : NULL, flags, &no_words);

	assert(err == 0 || err == -EINVAL || err == -EOPNOTSUPP || err == -ENOENT);
	assert(!err || strlen(rootspec_reason(reason, err)) > 10);
	/* keys are cut off at their commas; nothing else is changed */
	for (size_t i = 0; i < length; i++)
		assert(text[i] == same[i] || (!text[i] && same[i] == ','));
	if (!err) {
		assert(!spec.types || spec.types == types || is_within(spec.types, text + strlen(text), length - strlen(text)));
		assert(spec.flags == flags || is_within(spec.flags, text + strlen(text), length - strlen(text)));
		check(&spec, text, length);
		ask(&spec, value);
	}
	free(types);
	free(text);
	free(same);
	free(value);
	return 0;
}
