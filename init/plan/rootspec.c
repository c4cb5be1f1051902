#include "rootspec.h"
#include "../lib/str.h"

#include <errno.h>

/* The kernel's dev_t: 12 bits of major and 20 of minor (linux/kdev_t.h). */
#define MAJOR_MAX 0xfff
#define MINOR_MAX 0xfffff

/* From a letter to its lower case. */
#define LOWER 0x20

const char rootspec_tags[TAGS][10] = { "UUID", "LABEL", "PARTUUID", "PARTLABEL" };

static bool is_id(enum tag tag)
{
	return tag == TAG_UUID || tag == TAG_PARTUUID;
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? c | LOWER : c;
}

/* 0 to 15, or -1. */
static int hex_digit(char c)
{
	unsigned digit = (unsigned)c - '0', letter = ((unsigned)c | LOWER) - 'a';

	return digit <= 9 ? (int)digit : letter <= 5 ? (int)letter + 10 : -1;
}

/* Does some component of the path stand empty, or for this or the upper directory? */
static bool leaves_directory(const char *path)
{
	for (;;) {
		const char *end = str_find(path, '/');

		if (end == path || (path[0] == '.' && (end == path + 1 ||
						       (path[1] == '.' && end == path + 2))))
			return true;
		if (!*end)
			return false;
		path = end + 1;
	}
}

static int parse_name(struct rootspec *spec, const char *name)
{
	if (str_same(name, "nfs"))
		return -EOPNOTSUPP;
	if (str_find(name, '\0') - name > ROOTSPEC_NAME_MAX || leaves_directory(name))
		return -EINVAL;
	spec->kind = ROOT_NAME;
	spec->value = name;
	return 0;
}

static int parse_pair(struct rootspec *spec, char *major, char *colon)
{
	int err;

	*colon = '\0';
	err = str_uint(major, MAJOR_MAX, &spec->major) | str_uint(colon + 1, MINOR_MAX, &spec->minor);
	*colon = ':';
	return err ? -EINVAL : 0;
}

/* The layout of linux/kdev_t.h, new_decode_dev(). */
static int parse_hex(struct rootspec *spec, const char *text)
{
	unsigned code = 0, length = 0;

	for (; text[length]; length++) {
		int digit = hex_digit(text[length]);

		if (digit < 0)
			return -EINVAL;
		code = code << 4 | (unsigned)digit;
	}
	if (!length || length > 8)
		return -EINVAL;
	spec->major = (code & 0xfff00) >> 8;
	spec->minor = (code & 0xff) | ((code >> 12) & 0xfff00);
	return 0;
}

static int parse_number(struct rootspec *spec, char *text)
{
	char *colon = str_find(text, ':');

	spec->kind = ROOT_NUMBER;
	return *colon ? parse_pair(spec, text, colon) : parse_hex(spec, text);
}

/* The value behind `separator`, when text starts with a tag; `lower` is LOWER for tags in lower case. */
static const char *after_tag(struct rootspec *spec, const char *text, char separator, int lower)
{
	for (unsigned tag = 0; tag < TAGS; tag++) {
		unsigned i = 0;

		while (rootspec_tags[tag][i] && text[i] == (rootspec_tags[tag][i] | lower))
			i++;
		if (!rootspec_tags[tag][i] && text[i] == separator) {
			spec->tag = tag;
			return text + i + 1;
		}
	}
	return NULL;
}

/* PARTNROFF=N, from behind the slash. */
static int parse_offset(struct rootspec *spec, const char *text)
{
	bool negative;
	unsigned offset;

	text = str_after(text, "PARTNROFF=");
	if (!text)
		return -EINVAL;
	negative = *text == '-';
	if (str_uint(text + negative, ROOTSPEC_OFFSET_MAX, &offset))
		return -EINVAL;
	spec->offset = negative ? -(int)offset : (int)offset;
	return 0;
}

static int parse_tag(struct rootspec *spec, const char *value)
{
	const char *end = str_find(value, '\0');

	spec->kind = ROOT_TAG;
	if (spec->tag == TAG_PARTUUID && !spec->escaped && *str_find(value, '/')) {
		end = str_find(value, '/');
		if (parse_offset(spec, end + 1))
			return -EINVAL;
	}
	if (*value == '"' && end > value + 1 && end[-1] == '"') {
		value++;
		end--;
	}
	spec->value = value;
	spec->length = (unsigned)(end - value);
	return spec->length ? 0 : -EINVAL;
}

/* mtdN, mtd:NAME, ubiN_M, ubiN:VOLUME, ubi:VOLUME. */
static bool is_flash(const char *text)
{
	const char *ubi = str_after(text, "ubi"), *rest = ubi ? ubi : str_after(text, "mtd");
	bool number = false;

	if (!rest)
		return false;
	for (; (unsigned)(*rest - '0') <= 9; rest++)
		number = true;
	if (!*rest)
		return !ubi && number;
	if (ubi && number && *rest == '_')
		return (unsigned)(rest[1] - '0') <= 9;
	return *rest == ':' && rest[1] && (ubi || !number);
}

/* Of the file systems that are no devices, those whose root= is a tag. */
static bool is_share(const char *types)
{
	return types && (str_same(types, "9p") || str_same(types, "virtiofs"));
}

static int parse_whole(struct rootspec *spec, enum rootspec_kind kind, bool built_in)
{
	spec->kind = kind;
	return built_in ? 0 : -EOPNOTSUPP;
}

int rootspec_parse(struct rootspec *spec, char *text, const char *types)
{
	const char *value, *disk = str_after(text, "/dev/disk/by-");

	spec->value = text;
	spec->escaped = disk;
	spec->offset = 0;
	if (is_share(types))
		return parse_whole(spec, ROOT_SHARE, CONFIG_ROOT_SHARE);
	value = disk ? after_tag(spec, disk, '/', LOWER) : after_tag(spec, text, '=', 0);
	if (value && CONFIG_ROOT_TAG)
		return parse_tag(spec, value);
	if (value)
		return -EOPNOTSUPP;
	value = str_after(text, "/dev/");
	if (value)
		return disk ? -EINVAL : parse_name(spec, value);
	if (is_flash(text))
		return parse_whole(spec, ROOT_FLASH, CONFIG_ROOT_FLASH);
	return CONFIG_ROOT_DEVNUM ? parse_number(spec, text) : -EINVAL;
}

/* The next byte of a value with udev's escapes (udev's by-* names, \xNN); *at moves behind it. */
static char unescaped(const char **at, const char *end)
{
	const char *c = (*at)++;

	if (*c != '\\' || end - c < 4 || c[1] != 'x' || hex_digit(c[2]) < 0 || hex_digit(c[3]) < 0)
		return *c;
	*at += 3;
	return (char)(hex_digit(c[2]) << 4 | hex_digit(c[3]));
}

/* Is the value that one, or with `prefix` its start? */
static bool same_value(const struct rootspec *spec, bool blind, bool prefix, const char *value)
{
	const char *at = spec->value, *end = at + spec->length;

	while (at < end) {
		char c = spec->escaped ? unescaped(&at, end) : *at++;

		if (!*value || (blind ? fold(c) != fold(*value) : c != *value))
			return false;
		value++;
	}
	return prefix || !*value;
}

bool rootspec_is(const struct rootspec *spec, enum tag tag, const char *value)
{
	return spec->tag == tag && same_value(spec, is_id(tag), false, value);
}

bool rootspec_is_whole(const struct rootspec *spec)
{
	/* A bit for each length: GPT and others 36; MBR 11; FAT 9, NTFS 16, ISO 9660 22. */
	static const unsigned long long uuids = 1ULL << 36 | 1 << 9 | 1 << 16 | 1 << 22,
					partuuids = 1ULL << 36 | 1 << 11;
	bool whole = spec->length < 64 &&
		     ((spec->tag == TAG_UUID ? uuids : partuuids) >> spec->length & 1);

	if (spec->kind != ROOT_TAG || !is_id(spec->tag))
		return true;
	for (unsigned i = 0; i < spec->length; i++)
		whole &= spec->value[i] == '-' || hex_digit(spec->value[i]) >= 0;
	return whole;
}

/* Can a of `length` bytes become b by so many changes of one byte? */
static bool nearly(const char *a, unsigned length, const char *b, int changes)
{
	while (length && *b && fold(*a) == fold(*b))
		a++, b++, length--;
	if (!length && !*b)
		return true;
	if (!changes--)
		return false;
	return (length && nearly(a + 1, length - 1, b, changes)) ||
	       (*b && nearly(a, length, b + 1, changes)) ||
	       (length && *b && nearly(a + 1, length - 1, b + 1, changes));
}

bool rootspec_near(const struct rootspec *spec, enum tag tag, const char *value)
{
	if (spec->kind != ROOT_TAG || !*value)
		return false;
	if (rootspec_is(spec, tag, value))
		return false;
	if (same_value(spec, true, is_id(tag) && spec->length > 3, value))
		return true;
	return spec->tag == tag && nearly(spec->value, spec->length, value,
					  spec->length > 5 ? 2 : spec->length > 2);
}
