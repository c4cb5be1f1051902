/*
 * root=, and whether a device answers it. The input is three texts, each ended by a newline:
 * rootfstype=, root= and what is written on the device.
 */
#include "fuzz.h"
#include "plan/match.h"

#include <errno.h>
#include <strings.h>

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

static void check(const struct rootspec *spec, const char *text)
{
	size_t length = strlen(text);

	switch (spec->kind) {
	case ROOT_NAME:
		assert(spec->value > text && spec->value < text + length);
		assert(strlen(spec->value) <= ROOTSPEC_NAME_MAX);
		break;
	case ROOT_NUMBER:
		assert(spec->major < 1 << 12 && spec->minor < 1 << 20);
		break;
	case ROOT_TAG:
		assert(spec->tag < TAGS && spec->length);
		assert(spec->value > text && spec->value + spec->length <= text + length);
		assert(abs(spec->offset) <= ROOTSPEC_OFFSET_MAX);
		break;
	default:
		assert(spec->value == text);
	}
}

/* The device has it in every place. */
static void ask(const struct rootspec *spec, const char *value)
{
	static struct super super;
	static struct parttable_id part;
	char bar[MATCH_BAR_MAX];
	bool found;

	super.fs.type = "ext4";
	super.member.type = strchr(value, 'M') ? "linux_raid_member" : NULL;
	super.second.type = strchr(value, 'S') ? "xfs" : NULL;
	strncpy(super.fs.uuid, value, sizeof(super.fs.uuid) - 1);
	strncpy(super.fs.label, value, sizeof(super.fs.label) - 1);
	super.member = super.member.type ? super.fs : (struct identity){ .type = NULL };
	strncpy(part.uuid, value, sizeof(part.uuid) - 1);
	strncpy(part.label, value, sizeof(part.label) - 1);

	assert(!match_bar(bar, &super) == (!super.member.type && !super.second.type));
	rootspec_is_whole(spec);
	for (unsigned tag = 0; tag < TAGS; tag++) {
		assert(!*match_value(tag, NULL, NULL));
		rootspec_near(spec, tag, match_value(tag, &super, &part));
	}
	if (spec->kind != ROOT_TAG)
		return;
	found = match(spec, &super, &part);
	assert(!match(spec, NULL, NULL));
	if (spec->escaped || spec->offset)
		return;
	/* By another way: the whole value, in the bounds of a tag. */
	value = match_value(spec->tag, &super, &part);
	assert(found == (strlen(value) == spec->length &&
			 !(spec->tag == TAG_UUID || spec->tag == TAG_PARTUUID ? strncasecmp : strncmp)
			 (value, spec->value, spec->length)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *types = next(&data, &size), *text = next(&data, &size), *same = strdup(text);
	char *value = next(&data, &size);
	struct rootspec spec;
	int err = rootspec_parse(&spec, text, *types ? types : NULL);

	assert(err == 0 || err == -EINVAL || err == -EOPNOTSUPP);
	assert(!strcmp(text, same));
	if (!err) {
		check(&spec, text);
		ask(&spec, value);
	}
	free(types);
	free(text);
	free(same);
	free(value);
	return 0;
}
