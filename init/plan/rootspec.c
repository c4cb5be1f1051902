#include "rootspec.h"
#include "../lib/str.h"

#include <errno.h>
#include <stdbool.h>

/* The kernel's dev_t: 12 bits of major and 20 of minor (linux/kdev_t.h). */
#define MAJOR_MAX 0xfff
#define MINOR_MAX 0xfffff

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
	spec->name = name;
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
		unsigned digit = (unsigned)text[length] - '0';

		if (digit > 9) {
			digit = ((unsigned)text[length] | 0x20) - 'a' + 10;
			if (digit < 10 || digit > 15)
				return -EINVAL;
		}
		code = code << 4 | digit;
	}
	if (!length || length > 8)
		return -EINVAL;
	spec->major = (code & 0xfff00) >> 8;
	spec->minor = (code & 0xff) | ((code >> 12) & 0xfff00);
	return 0;
}

int rootspec_parse(struct rootspec *spec, char *text)
{
	const char *name = str_after(text, "/dev/");
	char *colon = str_find(text, ':');

	spec->name = NULL;
	if (name)
		return parse_name(spec, name);
	if (!CONFIG_ROOT_DEVNUM)
		return -EINVAL;
	return *colon ? parse_pair(spec, text, colon) : parse_hex(spec, text);
}
