#include "str.h"

#include <errno.h>

char *str_find(const char *s, char c)
{
	while (*s && *s != c)
		s++;
	return (char *)s;
}

void str_change(char *s, char from, char to)
{
	for (; *s; s++)
		if (*s == from)
			*s = to;
}

bool str_copy(char *buf, size_t size, const char *s)
{
	while (size-- && (*buf++ = *s++))
		;
	return size + 1;
}

const char *str_after(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return NULL;
	return s;
}

bool str_same(const char *a, const char *b)
{
	const char *rest = str_after(a, b);

	return rest && !*rest;
}

int str_uint(const char *s, unsigned max, unsigned *out)
{
	unsigned long long next;
	unsigned n = 0;
	int err = *s ? 0 : -EINVAL;

	for (; *s; s++) {
		unsigned digit = (unsigned)*s - '0';

		if (digit > 9)
			return -EINVAL;
		next = n * 10ULL + digit;
		if (next > max)
			err = -ERANGE;
		n = (unsigned)next;
	}
	*out = err ? max : n;
	return err;
}

/* n in decimal, at the end of buf, which holds 11 bytes. */
static const char *decimal(char *buf, unsigned n)
{
	char *p = buf + 10;

	*p = '\0';
	do {
		/* n / 10: not every ARMv7 can divide, and the routine for it has 600 bytes. */
		unsigned tenth = (unsigned)(n * 0xcccccccdULL >> 35);

		*--p = (char)('0' + n - tenth * 10);
		n = tenth;
	} while (n);
	return p;
}

/* The errors that a boot really meets; the others as "error N". */
static const char *error_words(char *buf, int err)
{
	static const struct {
		unsigned char err;
		char text[27];
	} words[] = {
		{ ENOENT, "not found" },
		{ EIO, "read error" },
		{ ENXIO, "nothing behind the node" },
		{ ENOEXEC, "no program for this CPU" },
		{ EACCES, "permission denied" },
		{ ENODEV, "unknown to this kernel" },
		{ ENOTDIR, "not a directory" },
		{ EISDIR, "not a regular file" },
		{ ENOTBLK, "not a block device" },
		{ EINVAL, "invalid" },
		{ ENOMEDIUM, "no medium" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].err == -err)
			return words[i].text;
	str_print(buf, 17, "error %u", (unsigned)-err);
	return buf;
}

char *str_vprint(char *buf, size_t size, const char *format, va_list args)
{
	char number[17];

	for (; *format; format++) {
		const char *s = format, *end = format + 1;

		if (*format == '%') {
			end = NULL;
			if (*++format == 's')
				s = va_arg(args, const char *);
			else if (*format == 'u')
				s = decimal(number, va_arg(args, unsigned));
			else
				s = error_words(number, va_arg(args, int));
		}
		for (; s != end && (end || *s); s++, size--) {
			if (size < 2)
				return NULL;
			*buf++ = *s;
		}
	}
	*buf = '\0';
	return buf;
}

char *str_print(char *buf, size_t size, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf = str_vprint(buf, size, format, args);
	va_end(args);
	return buf;
}
