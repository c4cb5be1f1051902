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

/*
 * The kernel makes nodes in directories of /dev only for a few drivers, whose names have a '!' in sysfs; all
 * others are links of udev, or names of LVM, dm and md, which nobody makes here. An image that does not wait
 * finds that out as soon.
 */
static int parse_name(struct rootspec *spec, const char *name)
{
	const char *rest = str_find(name, '/'), *end = str_find(rest, '\0');

	/* a comma is in no device's name: a word behind it wants a space */
	if (rest + 1 == end || end == name || end - name > ROOTSPEC_NAME_MAX || *str_find(name, ',') ||
	    str_after(name, "../"))
		return -EINVAL;
	spec->kind = ROOT_NAME;
	spec->value = str_same(name, "ram") ? "ram0" : name;
	if (!CONFIG_WAIT)
		return 0;
	if (!*rest)
		return str_same(name, "root") ? -ENOENT : 0;
	return *str_find(rest + 1, '/') || !str_listed("cciss/*,etherd/*,rd/*", ',', name) ? -ENOENT : 0;
}

/* devt_from_devnum(): MAJ:MIN, and a third number that is read over, as is a colon behind that. */
static bool parse_pair(struct rootspec *spec, const char *text)
{
	unsigned third;

	if (str_take(&text, 10, MAJOR_MAX, &spec->major) || *text != ':')
		return false;
	text++;
	if (str_take(&text, 10, MINOR_MAX, &spec->minor))
		return false;
	if (*text == ':') {
		text++;
		if (str_take(&text, 10, MINOR_MAX, &third))
			return false;
		text += *text == ':';
	}
	return !*text;
}

/* The layout of linux/kdev_t.h, new_decode_dev(). */
static bool parse_hex(struct rootspec *spec, const char *text)
{
	unsigned code;

	if (text[0] == '0' && (text[1] | LOWER) == 'x')
		text += 2;
	if (str_take(&text, 16, ~0U, &code))
		return false;
	spec->major = (code & 0xfff00) >> 8;
	spec->minor = (code & 0xff) | ((code >> 12) & 0xfff00);
	return !*text;
}

static int parse_number(struct rootspec *spec, const char *text)
{
	spec->kind = ROOT_NUMBER;
	return (*str_find(text, ':') ? parse_pair(spec, text) : parse_hex(spec, text)) ? 0 : -EINVAL;
}

/* PARTNROFF=N, from behind the slash. */
static bool parse_offset(struct rootspec *spec, const char *text)
{
	bool negative;
	unsigned offset;

	text = str_after(text, "PARTNROFF=");
	if (!text)
		return false;
	negative = *text == '-';
	if (str_uint(text + negative, ROOTSPEC_OFFSET_MAX, &offset))
		return false;
	spec->offset = negative ? -(int)offset : (int)offset;
	return true;
}

static int parse_tag(struct rootspec *spec, const char *value)
{
	const char *end = str_find(value, spec->tag == TAG_PARTUUID && !spec->escaped ? '/' : '\0');

	spec->kind = ROOT_TAG;
	if (*end && !parse_offset(spec, end + 1))
		return -EINVAL;
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
	spec->major = 0;
	spec->name = NULL;
	has_number = !str_take(&rest, 10, MINOR_MAX, &spec->major);
	if (has_number && !*rest && ubi) {
		spec->minor = spec->major;
		spec->major = 0;
	}
	if (!*rest)
		return has_number;
	if (ubi && has_number && *rest == '_')
		return !str_uint(rest + 1, MINOR_MAX, &spec->minor);
	spec->name = rest + 1;
	return (*rest == ':' || (ubi && *rest == '!')) && rest[1] && (ubi || !has_number);
}

/* Of the file systems that are no devices, those whose root= is a tag. */
static bool is_share(const char *types)
{
	return types && str_listed("9p,virtiofs", ',', types);
}

static int parse_whole(struct rootspec *spec, enum rootspec_kind kind, bool built_in)
{
	spec->kind = kind;
	return built_in ? 0 : -EOPNOTSUPP;
}

/* Cuts off what stands behind commas for this root alone. */
static int cut_keys(struct rootspec *spec, char *text)
{
	for (char *c = str_comma(text); *c; c = str_comma(c + 1)) {
		const struct layer_word *word = CONFIG_LAYERS ? layer_key(c + 1) : NULL;
		/* those of layers that no image has come last */
		unsigned key = str_listed("rootfstype=*,rootflags=*,roothash=*,verityhash=*,loop=*,loopfstype=*", ',', c + 1);

		if (word) {
			*c = '\0';
			c = str_find(c + 1, '=');
			spec->words.value[layer_index(word)] = c + 1;
			continue;
		}
		if (!key)
			continue;
		if (key > (CONFIG_ROOTFLAGS ? 2 : 1))
			return -EOPNOTSUPP;
		*c = '\0';
		c = str_find(c + 1, '=');
		if (key == 1)
			spec->types = c + 1;
		else
			spec->flags = c + 1;
	}
	return 0;
}

/* How a text begins, by what it is then: a tag, one with escapes, a root of others, a node, flash. */
static const char forms[] =
	"UUID=*,LABEL=*,PARTUUID=*,PARTLABEL=*,"
	"/dev/disk/by-uuid/*,/dev/disk/by-label/*,/dev/disk/by-partuuid/*,/dev/disk/by-partlabel/*,"
	/* the kernel's own on a network (init/do_mounts.c), and systemd's */
	"/dev/nfs,/dev/cifs,gpt-auto,"
	"/dev/*,mtd*,ubi*";
enum { OF_TAG = 1, OF_ESCAPED = OF_TAG + TAGS, OF_OTHERS = OF_ESCAPED + TAGS, OF_GPT_AUTO = OF_OTHERS + 2, OF_NODE, OF_FLASH };

int rootspec_parse(struct rootspec *spec, char *text, char *types, char *flags, const struct layer_words *words)
{
	const char *name = str_after(text, "/dev/");
	unsigned form;

	spec->value = text;
	spec->offset = 0;
	spec->types = types;
	spec->flags = flags;
	if (CONFIG_LAYERS) {
		spec->word = "root";
		spec->text = text;
		spec->is_made = spec->is_tree = false;
		spec->wait = NOT_GIVEN;
		spec->words = *words;
	}
	if (ONLY_NAMES)
		return name ? parse_name(spec, name) : -EINVAL;
	if (CONFIG_ROOTFALLBACK && cut_keys(spec, text))
		return -EOPNOTSUPP;
	/* its own, and empty: what it holds, whatever the command line says for others */
	if (spec->types != types && !*spec->types)
		spec->types = NULL;
	if (is_share(spec->types))
		return parse_whole(spec, ROOT_SHARE, CONFIG_ROOT_SHARE);
	form = str_listed(forms, ',', text);
	if (!form)
		return CONFIG_ROOT_DEVNUM ? parse_number(spec, text) : -EINVAL;
	if (form == OF_NODE)
		return parse_name(spec, name);
	if (CONFIG_ROOT_FLASH && form >= OF_FLASH)
		return is_flash(spec, text) ? parse_whole(spec, ROOT_FLASH, true) : -EINVAL;
	if (CONFIG_ROOT_GPT_AUTO && form == OF_GPT_AUTO) {
		spec->kind = ROOT_TAG;
		spec->tag = TAG_TYPE;
		spec->escaped = false;
		spec->value = CONFIG_ROOT_TYPE;
		spec->length = 36;
		return 0;
	}
	if (!CONFIG_ROOT_TAG || form >= OF_OTHERS)
		return -EOPNOTSUPP;
	spec->escaped = form >= OF_ESCAPED;
	spec->tag = (form - OF_TAG) % TAGS;
	return parse_tag(spec, 1 + (spec->escaped ? str_find(text + sizeof("/dev/disk/by"), '/')
						  : str_find(text, '=')));
}

const char *rootspec_reason(char *text, int err)
{
	if (err == -EOPNOTSUPP)
		return "not in this image";
	if (CONFIG_WAIT && err == -ENOENT)
		return "no kernel makes this node; use UUID=, LABEL= or the kernel's name";
	if (ONLY_NAMES)
		return "not /dev/NAME";
	return str_print(text, ROOTSPEC_REASON_MAX, "not one of /dev/NAME%s%s%s%s",
			 CONFIG_ROOT_DEVNUM ? ", MAJ:MIN, hex like b302" : "",
			 CONFIG_ROOT_TAG ? ", UUID=, LABEL=, PARTUUID=, PARTLABEL=" : "",
			 CONFIG_ROOT_FLASH ? ", mtdN, mtd:NAME, ubiN_M, ubiN:VOLUME" : "",
			 CONFIG_ROOT_SHARE ? ", a tag with rootfstype=9p or virtiofs" : ""), text;
}

/* The next byte of a value with udev's escapes (udev's by-* names, \xNN); *at moves behind it. */
static char unescaped(const char **at)
{
	const char *c = (*at)++;

	if (c[0] != '\\' || c[1] != 'x' || str_digit(c[2]) > 15 || str_digit(c[3]) > 15)
		return *c;
	*at += 3;
	return (char)(str_digit(c[2]) << 4 | str_digit(c[3]));
}

/* Is the value that one, or with `prefix` its start? */
static bool same_value(const struct rootspec *spec, bool blind, bool prefix, const char *value)
{
	const char *at = spec->value, *end = at + spec->length;

	for (; at < end; value++) {
		char c = spec->escaped ? unescaped(&at) : *at++;

		if (!*value || (c != *value && !(blind && fold(c) == fold(*value))))
			return false;
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
	/* GPT and others 36; FAT 9, NTFS 16, ISO 9660 22 */
	static const char lengths[] = { 36, 9, 16, 22, 0 };
	const char *at = spec->value, *end = at + spec->length;

	if (spec->kind != ROOT_TAG || !is_id(spec->tag))
		return true;
	if (spec->length > 36 || (spec->tag == TAG_UUID && !*str_find(lengths, (char)spec->length)))
		return false;
	while (at < end && (*at == '-' || str_digit(*at) < 16))
		at++;
	return at == end;
}

/* Can what stands from a to end become b by so many changes of one byte? */
static bool nearly(const char *a, const char *end, const char *b, int changes)
{
	while (a < end && fold(*a) == fold(*b))
		a++, b++;
	if (a == end && !*b)
		return true;
	if (!changes--)
		return false;
	if (*b && nearly(a, end, b + 1, changes))
		return true;
	return a < end && (nearly(a + 1, end, b, changes) || (*b && nearly(a + 1, end, b + 1, changes)));
}

bool rootspec_near(const struct rootspec *spec, enum tag tag, const char *value)
{
	if (spec->kind != ROOT_TAG || !*value)
		return false;
	if (rootspec_is(spec, tag, value))
		return false;
	if (same_value(spec, true, is_id(tag) && spec->length > 3, value))
		return true;
	return spec->tag == tag && nearly(spec->value, spec->value + spec->length, value,
					  (spec->length > 2) + (spec->length > 5));
}
