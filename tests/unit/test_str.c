/* lib/str: what fits fits to the last byte, and what does not is refused. */
#include "lib/str.h"
#include "unit.h"

#include <errno.h>
#include <limits.h>

static void find(void **state)
{
	const char *s = "a,b";

	(void)state;
	assert_ptr_equal(str_find(s, ','), s + 1);
	assert_ptr_equal(str_find(s, 'a'), s);
	assert_ptr_equal(str_find(s, 'x'), s + 3);
	assert_ptr_equal(str_find(s, '\0'), s + 3);
	assert_ptr_equal(str_find(s + 3, 'a'), s + 3);
}

static void after(void **state)
{
	(void)state;
	assert_string_equal(str_after("/dev/vda", "/dev/"), "vda");
	assert_string_equal(str_after("/dev/", "/dev/"), "");
	assert_string_equal(str_after("a", ""), "a");
	assert_null(str_after("/dev", "/dev/"));
	assert_null(str_after("", "/"));
	assert_null(str_after("x/dev/", "/dev/"));
}

static void numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned max;
		int err;
		unsigned n;
	} rows[] = {
		{ "0", 9, 0, 0 },
		{ "9", 9, 0, 9 },
		{ "007", 9, 0, 7 },
		{ "10", 9, -ERANGE, 9 },
		{ "86400", 86400, 0, 86400 },
		{ "86401", 86400, -ERANGE, 86400 },
		{ "4294967295", UINT_MAX, 0, UINT_MAX },
		{ "4294967296", UINT_MAX, -ERANGE, UINT_MAX },
		{ "4294967296", 4294967294, -ERANGE, 4294967294 },
		{ "42949672960", UINT_MAX, -ERANGE, UINT_MAX },
		/* Numbers that come out small when they wrap around 2^32 and 2^64 */
		{ "4294967297", 9, -ERANGE, 9 },
		{ "18446744073709551617", 9, -ERANGE, 9 },
		{ "99999999999999999999999999", 86400, -ERANGE, 86400 },
		{ "10000000000000000000000000", 86400, -ERANGE, 86400 },
		{ "00000000000000000000000000001", 9, 0, 1 },
		{ "", 9, -EINVAL, 0 },
		{ "-1", 9, -EINVAL, 0 },
		{ "+1", 9, -EINVAL, 0 },
		{ " 1", 9, -EINVAL, 0 },
		{ "1 ", 9, -EINVAL, 0 },
		{ "1x", 9, -EINVAL, 0 },
		{ "0x1", 9, -EINVAL, 0 },
		{ "1/", 9, -EINVAL, 0 },
		{ "1:", 9, -EINVAL, 0 },
		{ "99999999999x", 9, -EINVAL, 0 },
		{ "\xb2", 9, -EINVAL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned n = 0;

		row_is(i, rows[i].text);
		assert_int_equal(str_uint(rows[i].text, rows[i].max, &n), rows[i].err);
		if (rows[i].err != -EINVAL)
			assert_int_equal(n, rows[i].n);
	}
	/* Every bound of one and two digits against every number up to 200. */
	for (unsigned max = 9; max < 100; max++)
		for (unsigned i = 0; i < 200; i++) {
			char text[8];
			unsigned n = 0;

			sprintf(text, "%u", i);
			assert_int_equal(str_uint(text, max, &n), i <= max ? 0 : -ERANGE);
			assert_int_equal(n, i <= max ? i : max);
		}
}

static void digits(void **state)
{
	static const char all[] = "0123456789abcdef", *const capitals = "0123456789ABCDEF";

	(void)state;
	for (unsigned i = 0; i < 16; i++) {
		assert_int_equal(str_digit(all[i]), i);
		assert_int_equal(str_digit(capitals[i]), i);
	}
	for (int c = -128; c < 128; c++)
		if (!c || !(strchr(all, c) || strchr(capitals, c)))
			assert_true(str_digit((char)c) >= 16);
}

static void numbers_in_a_text(void **state)
{
	static const struct {
		const char *text;
		unsigned base;
		unsigned long long n;
		unsigned taken;
	} rows[] = {
		{ "0", 10, 0, 1 },
		{ "12:34", 10, 12, 2 },
		{ "", 10, 0, 0 },
		{ ":1", 10, 0, 0 },
		{ " 1", 10, 0, 0 },
		{ "-1", 10, 0, 0 },
		{ "1a", 10, 1, 1 },
		{ "1a", 11, 21, 2 },
		{ "79", 8, 7, 1 },
		{ "0102", 2, 2, 3 },
		{ "fFg", 16, 255, 2 },
		{ "0x10", 16, 0, 1 },
		{ "18446744073709551615", 10, ~0ULL, 20 },
		{ "1152921504606846975", 10, (1ULL << 60) - 1, 19 },
		{ "11529215046068469759", 10, 11529215046068469759ULL, 20 },
		/* too large, however they wrap around; all their digits are taken */
		{ "18446744073709551617", 10, ~0ULL, 20 },
		{ "99999999999999999999999999/", 10, ~0ULL, 26 },
		{ "10000000000000000", 16, ~0ULL, 17 },
		{ "fffffffffffffff", 16, ~0ULL >> 4, 15 },
		{ "100000000000000000000000000000000", 16, ~0ULL, 33 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *at = rows[i].text;

		row_is(i, rows[i].text);
		assert_true(str_number(&at, rows[i].base) == rows[i].n);
		assert_int_equal(at - rows[i].text, rows[i].taken);
	}
}

/* The items of a list, each in brackets. */
static const char *items(const char *list, char separator, size_t size)
{
	static char out[128];
	char *item = malloc(size);

	*out = '\0';
	while (str_item(&list, separator, item, size)) {
		assert_true(strlen(item) < size);
		sprintf(out + strlen(out), "[%s]", item);
	}
	assert_string_equal(list, "");
	free(item);
	return out;
}

static void lists(void **state)
{
	(void)state;
	assert_string_equal(items("", ',', 8), "");
	assert_string_equal(items("a", ',', 8), "[a]");
	assert_string_equal(items("a,bc,d", ',', 8), "[a][bc][d]");
	assert_string_equal(items("a b,c d", ' ', 8), "[a][b,c][d]");
	/* what is empty is an item, but behind the last separator */
	assert_string_equal(items(",a,,b,", ',', 8), "[][a][][b]");
	/* what does not fit comes as nothing, never as its beginning */
	assert_string_equal(items("1234567,12345678,9", ',', 8), "[1234567][][9]");
	assert_string_equal(items("a,b", ',', 1), "[][]");
}

static void changes(void **state)
{
	char text[] = "a/b//", small[4];

	(void)state;
	str_change(text, '/', '!');
	assert_string_equal(text, "a!b!!");
	assert_true(str_copy(small, sizeof(small), "abc"));
	assert_string_equal(small, "abc");
	assert_false(str_copy(small, sizeof(small), "abcd"));
	assert_true(str_copy(small, 1, ""));
	assert_false(str_copy(small, 0, ""));
}

static void same(void **state)
{
	(void)state;
	assert_true(str_same("", ""));
	assert_true(str_same("rd.break", "rd.break"));
	assert_false(str_same("a", ""));
	assert_false(str_same("", "a"));
	assert_false(str_same("root", "roots"));
	assert_false(str_same("roots", "root"));
}

/* Prints into memory of exactly that size. NULL when refused. */
__attribute__((format(printf, 2, 3))) static char *printed(size_t size, const char *format, ...)
{
	char *buf = malloc(size ? size : 1), *end;
	va_list args;

	va_start(args, format);
	end = str_vprint(buf, size, format, args);
	va_end(args);
	if (!end)
		return NULL;
	assert_ptr_equal(end, buf + strlen(buf));
	return buf;
}

static void print(void **state)
{
	(void)state;
	assert_string_equal(printed(1, "%s", ""), "");
	assert_string_equal(printed(6, "a%sb%u", "x", 12), "axb12");
	assert_string_equal(printed(12, "%u,%u", 0U, 12345678U), "0,12345678");
	assert_string_equal(printed(11, "%u", UINT_MAX), "4294967295");
	assert_string_equal(printed(99, "%s%s%s", "a", "", "b"), "ab");
	/* A value is never a format. */
	assert_string_equal(printed(99, "%s", "%s%u%n"), "%s%u%n");
}

static void print_bounds(void **state)
{
	(void)state;
	/* Room for exactly the text and its NUL, and one byte less: literals, strings, numbers. */
	assert_string_equal(printed(4, "abc"), "abc");
	assert_null(printed(3, "abc"));
	assert_string_equal(printed(4, "%s", "abc"), "abc");
	assert_null(printed(3, "%s", "abc"));
	assert_string_equal(printed(4, "%u", 123U), "123");
	assert_null(printed(3, "%u", 123U));
	assert_string_equal(printed(5, "%sbc%u", "a", 1U), "abc1");
	assert_null(printed(4, "%sbc%u", "a", 1U));
	assert_null(printed(1, "%u", 0U));
	assert_null(printed(1, "a"));
}

static void print_returns_the_end(void **state)
{
	char buf[8];

	(void)state;
	assert_ptr_equal(str_print(buf, sizeof(buf), "%s", "ab"), buf + 2);
	assert_ptr_equal(str_print(buf + 2, sizeof(buf) - 2, "%u", 7U), buf + 3);
	assert_string_equal(buf, "ab7");
}

static void print_errors(void **state)
{
	static const int met[] = { EINTR, EIO, EAGAIN, ENOMEM, EACCES, EBUSY, ENODEV, ENOTDIR,
				   ENOSPC, EROFS, ENAMETOOLONG, ELOOP, EBADMSG, EUCLEAN };

	(void)state;
	assert_string_equal(printed(99, "%d!", -ENOENT), "not found!");
	assert_string_equal(printed(99, "%d", -ENOEXEC), "no program for this CPU");
	assert_string_equal(printed(99, "%d", -ENODEV), "unknown to this kernel");
	assert_string_equal(printed(99, "%d", -EINVAL), "invalid");
	assert_string_equal(printed(9, "%d", -EDOM), "error 33");
	assert_null(printed(8, "%d", -EDOM));
	for (int err = 1; err < 4096; err++)
		assert_in_range(strlen(printed(99, "%d", -err)), 4, 40);
	/* what a boot meets has words */
	for (size_t i = 0; i < COUNT(met); i++) {
		row_is(i, printed(99, "%d", -met[i]));
		assert_int_not_equal(strncmp(printed(99, "%d", -met[i]), "error", 5), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(find),
		cmocka_unit_test(after),
		cmocka_unit_test(same),
		cmocka_unit_test(numbers),
		cmocka_unit_test(digits),
		cmocka_unit_test(numbers_in_a_text),
		cmocka_unit_test(lists),
		cmocka_unit_test(changes),
		cmocka_unit_test(print),
		cmocka_unit_test(print_bounds),
		cmocka_unit_test(print_errors),
		cmocka_unit_test(print_returns_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
