/* lib/compiler: under names of its own, for this program has the real ones. */
#include "unit.h"

#define memcpy our_memcpy
#define memset our_memset
void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memset(void *to, int byte, size_t size);
#include "lib/compiler.c"

static void copy(void **state)
{
	char text[] = "........";

	(void)state;
	assert_ptr_equal(memcpy(text + 1, "abc", 3), text + 1);
	assert_string_equal(text, ".abc....");
	memcpy(text, "x", 0);
	assert_string_equal(text, ".abc....");
}

static void set(void **state)
{
	char text[] = "........";

	(void)state;
	assert_ptr_equal(memset(text + 1, 0x100 + 'a', 3), text + 1);
	assert_string_equal(text, ".aaa....");
	memset(text, 'x', 0);
	assert_string_equal(text, ".aaa....");
}

static void count(void **state)
{
	(void)state;
	for (int i = 0; i < 64; i++) {
		assert_int_equal(__ctzdi2(1ULL << i), i);
		assert_int_equal(__ctzdi2(~0ULL << i), i);
		if (i < 32)
			assert_int_equal(__ctzsi2(~0U << i), i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copy),
		cmocka_unit_test(set),
		cmocka_unit_test(count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
