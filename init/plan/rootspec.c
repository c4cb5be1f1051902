#include "rootspec.h"
#include "../lib/str.h"

#include <errno.h>

/* The kernel's dev_t: 12 bits of major and 20 of minor (linux/kdev_t.h). */
#define MAJOR_MAX 0xfff
#define MINOR_MAX 0xfffff

/* An image that knows names alone says of all else that it is none. */
#define ONLY_NAMES (!CONFIG_ROOT_DEVNUM && !CONFIG_ROOT_TAG && !CONFIG_ROOT_FLASH && !CONFIG_ROOT_SHARE)

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

/* Takes digits of that base off *text: is there a number, and is it `max` at most? */
static bool take_number(const char **text, unsigned base, unsigned max, unsigned *out)
{
	const char *from = *text;
	unsigned long long n = str_number(text, base);

	*out = (unsigned)n;
	return *text > from && n <= max;
}

/*
 * The kernel makes nodes in directories of /dev only for a few drivers, whose names have a '!' in sysfs; all
 * others are links of udev, or names of LVM, dm and md, which nobody makes here. An image that does not wait
 * finds that out as soon.
 */
static int parse_name(struct rootspec *spec, const char *name)
{
	static const char directories[] = "cciss,etherd,rd";
	const char *rest = str_find(name, '/'), *list = directories;
	char directory[8];

	/* network roots of the kernel's own (init/do_mounts.c) */
	if (CONFIG_WAIT && (str_same(name, "nfs") || str_same(name, "cifs")))
		return -EOPNOTSUPP;
	/* a comma is in no device's name: a word behind it wants a space */
	if (!*name || str_after(name, "../") || (*rest && !rest[1]) || str_find(rest, '\0') - name > ROOTSPEC_NAME_MAX || *str_find(name, ','))
		return -EINVAL;
	spec->kind = ROOT_NAME;
	spec->value = str_same(name, "ram") ? "ram0" : name;
	if (!CONFIG_WAIT)
		return 0;
	if (!*rest)
		return str_same(name, "root") ? -ENOENT : 0;
	while (str_item(&list, ',', directory, sizeof(directory)))
		if (str_after(name, directory) == rest && rest[1] && !*str_find(rest + 1, '/'))
			return 0;
	return -ENOENT;
}

/* devt_from_devnum(): MAJ:MIN, and a third number that is read over. */
static int parse_pair(struct rootspec *spec, const char *text)
{
	unsigned numbers[3], count = 0;

	while (count < 3 && take_number(&text, 10, MINOR_MAX, &numbers[count])) {
		count++;
		text += *text == ':';
	}
	spec->major = numbers[0];
	spec->minor = numbers[1];
	/* behind the second a colon must lead to a third */
	return count < 2 || *text || (count == 2 && text[-1] == ':') || spec->major > MAJOR_MAX ? -EINVAL : 0;
}

/* The layout of linux/kdev_t.h, new_decode_dev(). */
static int parse_hex(struct rootspec *spec, const char *text)
{
	unsigned code;

	if (text[0] == '0' && (text[1] | LOWER) == 'x')
		text += 2;
	if (!take_number(&text, 16, ~0U, &code) || *text)
		return -EINVAL;
	spec->major = (code & 0xfff00) >> 8;
	spec->minor = (code & 0xff) | ((code >> 12) & 0xfff00);
	return 0;
}

static int parse_number(struct rootspec *spec, const char *text)
{
	spec->kind = ROOT_NUMBER;
	return *str_find(text, ':') ? parse_pair(spec, text) : parse_hex(spec, text);
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

static bool is_flash(struct rootspec *spec, const char *text)
{
	const char *ubi = str_after(text, "ubi"), *rest = ubi ? ubi : str_after(text, "mtd");
	bool has_number;

	if (!rest)
		return false;
	spec->class = ubi ? "ubi" : "mtd";
	spec->name = NULL;
	has_number = take_number(&rest, 10, MINOR_MAX, &spec->major);
	if (has_number && !*rest && ubi) {
		spec->minor = spec->major;
		spec->major = 0;
	}
	if (!*rest)
		return has_number;
	if (ubi && has_number && *rest == '_')
		return rest++, take_number(&rest, 10, MINOR_MAX, &spec->minor) && !*rest;
	spec->name = rest + 1;
	return (*rest == ':' || (ubi && *rest == '!')) && rest[1] && (ubi || !has_number);
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

/* Cuts off what stands behind commas for this root alone. */
static int cut_keys(struct rootspec *spec, char *text)
{
	/* those of layers that no image has come last */
	static const char keys[][12] = { "rootfstype=", "rootflags=", "roothash=", "verityhash=", "loop=",
					 "loopfstype=" };
	char **const members[] = { &spec->types, &spec->flags };
	bool is_quoted = false;

	for (char *c = text; *c; c++) {
		is_quoted ^= *c == '"';
		if (*c != ',' || is_quoted)
			continue;
		for (unsigned i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
			const char *value = str_after(c + 1, keys[i]);

			if (!value)
				continue;
			if (i > (CONFIG_ROOTFLAGS ? 1 : 0))
				return -EOPNOTSUPP;
			*c = '\0';
			*members[i] = (char *)value;
		}
	}
	return 0;
}

int rootspec_parse(struct rootspec *spec, char *text, char *types, char *flags)
{
	const char *value, *name = str_after(text, "/dev/"), *disk = str_after(text, "/dev/disk/by-");

	spec->value = text;
	spec->escaped = disk;
	spec->offset = 0;
	spec->types = types;
	spec->flags = flags;
	if (ONLY_NAMES)
		return name ? parse_name(spec, name) : -EINVAL;
	if ((CONFIG_ROOTFALLBACK && cut_keys(spec, text)) || str_same(text, "gpt-auto"))
		return -EOPNOTSUPP;
	/* its own, and empty: what it holds, whatever the command line says for others */
	if (spec->types != types && !*spec->types)
		spec->types = NULL;
	if (is_share(spec->types))
		return parse_whole(spec, ROOT_SHARE, CONFIG_ROOT_SHARE);
	value = disk ? after_tag(spec, disk, '/', LOWER) : after_tag(spec, text, '=', 0);
	if (value && CONFIG_ROOT_TAG)
		return parse_tag(spec, value);
	if (value)
		return -EOPNOTSUPP;
	if (name)
		return parse_name(spec, name);
	if (!CONFIG_ROOT_FLASH && (str_after(text, "mtd") || str_after(text, "ubi")))
		return -EOPNOTSUPP;
	if (CONFIG_ROOT_FLASH && is_flash(spec, text))
		return parse_whole(spec, ROOT_FLASH, true);
	return CONFIG_ROOT_DEVNUM ? parse_number(spec, text) : -EINVAL;
}

const char *rootspec_reason(char *text, int err)
{
	if (err == -EOPNOTSUPP)
		return "not in this image";
	if (CONFIG_WAIT && err == -ENOENT)
		return "no kernel makes this node, and nobody else here; use UUID=, LABEL= or the kernel's own name";
	if (ONLY_NAMES)
		return "not /dev/NAME";
	return str_print(text, ROOTSPEC_REASON_MAX, "not one of /dev/NAME%s%s%s%s",
			 CONFIG_ROOT_DEVNUM ? ", MAJ:MIN, hex like b302" : "",
			 CONFIG_ROOT_TAG ? ", UUID=, LABEL=, PARTUUID=, PARTLABEL=" : "",
			 CONFIG_ROOT_FLASH ? ", mtdN, mtd:NAME, ubiN_M, ubiN:VOLUME" : "",
			 CONFIG_ROOT_SHARE ? ", a tag with rootfstype=9p or virtiofs" : ""), text;
}

/* The next byte of a value with udev's escapes (udev's by-* names, \xNN); *at moves behind it. */
static char unescaped(const char **at, const char *end)
{
	const char *c = (*at)++;

	if (*c != '\\' || end - c < 4 || c[1] != 'x' || str_digit(c[2]) > 15 || str_digit(c[3]) > 15)
		return *c;
	*at += 3;
	return (char)(str_digit(c[2]) << 4 | str_digit(c[3]));
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

bool rootspec_begins(const struct rootspec *spec, const char *value)
{
	return spec->tag == TAG_PARTUUID && same_value(spec, true, true, value);
}

bool rootspec_is_whole(const struct rootspec *spec)
{
	/* A bit for each length: GPT and others 36; FAT 9, NTFS 16, ISO 9660 22. */
	static const unsigned long long uuids = 1ULL << 36 | 1 << 9 | 1 << 16 | 1 << 22;
	bool whole = spec->length <= 36 && (spec->tag == TAG_PARTUUID || uuids >> spec->length & 1);

	if (spec->kind != ROOT_TAG || !is_id(spec->tag))
		return true;
	for (unsigned i = 0; i < spec->length; i++)
		whole &= spec->value[i] == '-' || str_digit(spec->value[i]) < 16;
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
