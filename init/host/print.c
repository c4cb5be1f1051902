#include "print.h"
#include "memory.h"

static bool is_control(unsigned char c)
{
	return c < ' ' || c == 0x7f;
}

int utf8_length(const char *s)
{
	const unsigned char *p = (const unsigned char *)s;
	/* By RFC 3629: the least and the most that may follow the first byte. */
	unsigned char low = p[0] == 0xe0 ? 0xa0 : p[0] == 0xf0 ? 0x90 : 0x80;
	unsigned char high = p[0] == 0xed ? 0x9f : p[0] == 0xf4 ? 0x8f : 0xbf;
	int length = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 :
		     p[0] < 0xf5 ? 4 : 0;

	if (!*p)
		return 0;
	for (int i = 1; i < length; i++, low = 0x80, high = 0xbf)
		if (p[i] < low || p[i] > high)
			return 0;
	return length;
}

bool is_utf8(const char *s)
{
	int length;

	while ((length = utf8_length(s)))
		s += length;
	return !*s;
}

void print_raw(FILE *out, const char *s)
{
	for (; *s; s++)
		fprintf(out, is_control((unsigned char)*s) ? "\\x%02x" : "%c", (unsigned char)*s);
}

/* Is it a control character of two bytes, U+0080 to U+009F? Terminals obey U+009B as ESC [. */
static bool is_c1(const char *s)
{
	return (unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0;
}

void print_safe(FILE *out, const char *s)
{
	while (*s) {
		int length = utf8_length(s);

		if (!length || is_c1(s)) {
			fprintf(out, "\\x%02x", (unsigned char)*s++);
			continue;
		}
		if (length == 1)
			print_raw(out, (char[2]){ *s });
		else
			fwrite(s, 1, (size_t)length, out);
		s += length;
	}
}

char *safe(const char *s)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out) {
		print_safe(out, s);
		fclose(out);
	}
	return text ? text : copy("");
}

/* One character of `length` bytes in a string of JSON. */
static void print_json_character(FILE *out, const char *s, int length)
{
	if (is_control((unsigned char)*s))
		fprintf(out, "\\u%04x", (unsigned char)*s);
	else if (is_c1(s))
		fprintf(out, "\\u%04x", (unsigned char)s[1]);
	else
		fprintf(out, "%s%.*s", *s == '"' || *s == '\\' ? "\\" : "", length, s);
}

void print_json(FILE *out, const char *s)
{
	fputc('"', out);
	while (*s) {
		int length = utf8_length(s);

		if (length)
			print_json_character(out, s, length);
		else
			fputs("\\ufffd", out);
		s += length ? length : 1;
	}
	fputc('"', out);
}

void print_json_field(FILE *out, const char *key, const char *value)
{
	fprintf(out, "\"%s\": ", key);
	print_json(out, value);
	if (is_utf8(value))
		return;
	fprintf(out, ", \"%s_HEX\": \"", key);
	for (; *value; value++)
		fprintf(out, "%02x", (unsigned char)*value);
	fputc('"', out);
}
