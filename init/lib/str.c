#include "str.h"

#include <errno.h>

char *str_find(const char *s, char c)
{
	while (*s && *s != c)
		s++;
	return (char *)s;
}

const char *str_after(const char *s, const char *prefix)
{
	while (*prefix)
		if (*s++ != *prefix++)
			return NULL;
	return s;
}

int str_uint(const char *s, unsigned max, unsigned *out)
{
	unsigned n = 0;
	int err = *s ? 0 : -EINVAL;

	for (; *s; s++) {
		unsigned digit = (unsigned)*s - '0';

		if (digit > 9)
			return -EINVAL;
		if (n > (max - digit) / 10)
			err = -ERANGE;
		n = n * 10 + digit;
	}
	*out = err ? max : n;
	return err;
}

/* n in decimal, at the end of buf, which holds 11 bytes. */
static const char *decimal(char *buf, unsigned n)
{
	char *p = buf + 10;

	*p = '\0';
	do
		*--p = (char)('0' + n % 10);
	while (n /= 10);
	return p;
}

char *str_vprint(char *buf, size_t size, const char *format, va_list args)
{
	char number[11];

	for (; *format; format++) {
		const char *s = format, *end = format + 1;

		if (*format == '%') {
			s = *++format == 's' ? va_arg(args, const char *)
					     : decimal(number, va_arg(args, unsigned));
			end = NULL;
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
