/* The check values of the CRC catalogues: plan/crc.c. */
#include "unit.h"
#include "plan/crc.h"

static void check_values(void **state)
{
	(void)state;
	assert_int_equal(~crc(CRC32, ~0U, "123456789", 9), 0xcbf43926);
	assert_int_equal(~crc(CRC32C, ~0U, "123456789", 9), 0xe3069283);
	assert_int_equal(crc(CRC32, 0x12345678, "", 0), 0x12345678);
	assert_int_equal(crc(CRC32, 0, "\0\0\0\0", 4), 0);
	/* RFC 3720, appendix B.4: 32 bytes of ones */
	unsigned char ones[32];

	memset(ones, 0xff, sizeof(ones));
	assert_int_equal(~crc(CRC32C, ~0U, ones, sizeof(ones)), 0x62a8ab43);
}

static void in_parts(void **state)
{
	(void)state;
	for (size_t i = 0; i <= 9; i++)
		assert_int_equal(~crc(CRC32, crc(CRC32, ~0U, "123456789", i), &"123456789"[i], 9 - i), 0xcbf43926);
}

static void holes(void **state)
{
	static const char *const data[] = { "XXXX345678", "12XXXX5678", "123456XXXX" };
	static const char *const zeroed[] = { "\0\0\0\0" "345678", "12\0\0\0\0" "5678", "123456\0\0\0\0" };
	static const size_t at[] = { 0, 2, 6 };

	(void)state;
	for (size_t i = 0; i < COUNT(data); i++)
		assert_int_equal(crc_hole(CRC32C, 5, data[i], 10, at[i]), crc(CRC32C, 5, zeroed[i], 10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(check_values),
		cmocka_unit_test(in_parts),
		cmocka_unit_test(holes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
