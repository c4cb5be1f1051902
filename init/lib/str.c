#include "str.h"

#include <errno.h>

char *str_find(const char *s, char c)
{
	while (*s && *s != c)
		s++;
	return (char *)s;
}

char *str_comma(const char *s)
{
	for (bool in_quote = false; *s && (in_quote || *s != ','); s++)
		in_quote ^= *s == '"';
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

unsigned str_listed(const char *list, char separator, const char *word)
{
	char dash = separator == ' ' ? '_' : '-';

	for (unsigned place = 1;; place++) {
		const char *at = word;

		while (*at && *list != separator && *list != '*' &&
		       (*list == '-' ? dash : *list) == (*at == '-' ? dash : *at))
			at++, list++;
		if (*list == '*' || (!*at && (!*list || *list == separator)))
			return place;
		list = str_find(list, separator);
		if (!*list++)
			return 0;
	}
}

bool str_item(const char **list, char separator, char *item, size_t size)
{
	const char *at = *list;
	size_t n = 0;

	if (!*at)
		return false;
	for (; *at && *at != separator; at++)
		if (n < size)
			item[n++] = *at;
	item[n < size ? n : 0] = '\0';
	*list = at + !!*at;
	return true;
}

unsigned str_digit(char c)
{
	unsigned digit = (unsigned)c - '0', letter = ((unsigned)c | 0x20) - 'a';

	return digit <= 9 ? digit : letter <= 5 ? letter + 10 : 16;
}

unsigned long long str_number(const char **text, unsigned base)
{
	unsigned long long n = 0;
	unsigned digit;

	for (; (digit = str_digit(**text)) < base; ++*text)
		n = n >> 60 ? ~0ULL : n * base + digit;
	return n;
}

int str_take(const char **text, unsigned base, unsigned max, unsigned *out)
{
	const char *from = *text;
	unsigned long long n = str_number(text, base);

	if (*text == from)
		return -EINVAL;
	*out = n > max ? max : (unsigned)n;
	return n > max ? -ERANGE : 0;
}

int str_uint(const char *s, unsigned max, unsigned *out)
{
	int err = str_take(&s, 10, max, out);

	return *s ? -EINVAL : err;
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
#define ERRORS(row) \
	row(ENOENT, "not found") \
	row(EINTR, "interrupted") \
	row(EIO, "read error") \
	row(ENXIO, "nothing behind the node") \
	row(ENOEXEC, "no program for this CPU") \
	row(EAGAIN, "try again") \
	row(ENOMEM, "no memory") \
	row(EACCES, "permission denied") \
	row(ENOTBLK, "not a block device") \
	row(EBUSY, "in use") \
	row(ENODEV, "unknown to this kernel") \
	row(ENOTDIR, "not a directory") \
	row(EISDIR, "not a regular file") \
	row(EINVAL, "invalid") \
	row(ENOSPC, "no space") \
	row(EROFS, "read-only") \
	row(ENAMETOOLONG, "name too long") \
	row(ELOOP, "too many links") \
	row(EBADMSG, "checksum is wrong") \
	row(EUCLEAN, "damaged") \
	row(ENOMEDIUM, "no medium")

STR_ROWS(errors, ERRORS);

const char *str_row(const char *rows, int number)
{
	for (; *rows; rows = str_find(rows, '\0') + 1)
		if ((unsigned char)*rows++ == number)
			return rows;
	return NULL;
}

const char *str_error(int err)
{
	static char other[17];
	const char *words = STR_ROW(errors, -err);

	if (words)
		return words;
	str_print(other, sizeof(other), "error %u", (unsigned)-err);
	return other;
}

char *str_vprint(char *buf, size_t size, const char *format, va_list args)
{
	const char *last = buf + size - 1;
	char text[11];

	for (; *format; format++) {
		const char *s = text;

		if (*format != '%') {
			text[0] = *format;
			text[1] = '\0';
		} else if (*++format == 's') {
			s = va_arg(args, const char *);
		} else {
			int number = va_arg(args, int);

			s = *format == 'u' ? decimal(text, (unsigned)number) : str_error(number);
		}
		for (; *s; *buf++ = *s++)
			if (buf >= last)
				return NULL;
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
