#include "text.h"
#include "bytes.h"

char *text_hex(char *out, unsigned long long number, int digits, bool upper)
{
	while (digits--) {
		unsigned digit = (unsigned)(number >> digits * 4) & 15;

		*out++ = (char)(digit < 10 ? '0' + digit : (upper ? 'A' : 'a') + digit - 10);
	}
	return out;
}

void text_uuid(char *out, const unsigned char *bytes, bool mixed)
{
	for (unsigned i = 0; i < 16; i++) {
		/* in a GPT a number of four bytes and two of two stand the other way round */
		unsigned at = mixed && i < 8 ? i ^ (i < 4 ? 3 : 1) : i;

		if (i == 4 || i == 6 || i == 8 || i == 10)
			*out++ = '-';
		out = text_hex(out, bytes[at], 2, false);
	}
	*out = '\0';
}

/* One character, at most U+10FFFF; returns its end. */
static char *put(char *out, unsigned c)
{
	int more = c < 0x80 ? 0 : c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;

	*out++ = (char)(more ? (0xff80U >> more & 0xff) | c >> 6 * more : c);
	while (more--)
		*out++ = (char)(0x80 | (c >> 6 * more & 0x3f));
	return out;
}

void text_utf8(char *out, const unsigned char *utf16, unsigned units)
{
	for (const unsigned char *end = utf16 + 2 * units; utf16 < end && le16(utf16); utf16 += 2) {
		unsigned c = le16(utf16);

		if (c >> 10 == 0xd800 >> 10 && utf16 + 2 < end && le16(utf16 + 2) >> 10 == 0xdc00 >> 10) {
			utf16 += 2;
			c = 0x10000 + ((c & 0x3ff) << 10 | (le16(utf16) & 0x3ff));
		}
		out = put(out, c);
	}
	*out = '\0';
}
