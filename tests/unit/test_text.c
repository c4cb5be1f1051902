/* UUIDs, UTF-16 and hex digits as text: plan/text.c. */
#include "unit.h"
#include "plan/text.h"

static void uuids(void **state)
{
	static const unsigned char bytes[16] = {
		0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10,
	};
	char *out = malloc(TEXT_UUID);

	(void)state;
	text_uuid(out, bytes, false);
	assert_string_equal(out, "01234567-89ab-cdef-fedc-ba9876543210");
	text_uuid(out, bytes, true);
	assert_string_equal(out, "67452301-ab89-efcd-fedc-ba9876543210");
	free(out);
}

static void hex_digits(void **state)
{
	char out[17] = "................";

	(void)state;
	assert_ptr_equal(text_hex(out, 0xabcdef, 4, false), out + 4);
	assert_string_equal(out, "cdef............");
	assert_ptr_equal(text_hex(out, 0x123456789abcdefULL, 16, true), out + 16);
	assert_string_equal(out, "0123456789ABCDEF");
	assert_ptr_equal(text_hex(out, 1, 0, true), out);
}

static void utf16(void **state)
{
	static const struct { unsigned short units[4]; const char *text; } rows[] = {
		{ { 'a', 'b', 'c', 'd' }, "abcd" },
		{ { 'a', 0, 'c', 'd' }, "a" },
		{ { 0 }, "" },
		{ { 0x7f, 0x80, 0x7ff, 0x800 }, "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80" },
		{ { 0xffff, 0xe9, 0x65e5 }, "\xef\xbf\xbf\xc3\xa9\xe6\x97\xa5" },
		{ { 0xd83d, 0xde00, 'x' }, "\xf0\x9f\x98\x80x" },
		{ { 0xdbff, 0xdfff }, "\xf4\x8f\xbf\xbf" },
		/* halves of a pair, as libblkid has them */
		{ { 0xde00, 0xd83d, 'x' }, "\xed\xb8\x80\xed\xa0\xbdx" },
		{ { 'a', 'b', 'c', 0xd83d }, "abc\xed\xa0\xbd" },
	};
	/* as long as the header says: the sanitizer sees the rest */
	char *out = malloc(4 * 3 + 1);
	unsigned char *in = malloc(8);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu\n", i);
		for (int n = 0; n < 4; n++) {
			in[2 * n] = (unsigned char)rows[i].units[n];
			in[2 * n + 1] = (unsigned char)(rows[i].units[n] >> 8);
		}
		text_utf8(out, in, 4);
		assert_string_equal(out, rows[i].text);
	}
	text_utf8(out, in, 0);
	assert_string_equal(out, "");
	free(in);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uuids),
		cmocka_unit_test(hex_digits),
		cmocka_unit_test(utf16),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
