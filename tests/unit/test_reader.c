/* Reads that are whole or refused, inside of the medium and bounded: plan/reader.c. */
#include "unit.h"
#include "plan/reader.h"

#include <errno.h>

static int result;
static unsigned calls;

static int record(struct reader *r, void *buf, size_t size, unsigned long long offset)
{
	(void)r;
	(void)size;
	(void)offset;
	calls++;
	*(char *)buf = 'x';
	return result;
}

static struct reader reader;

static int setup(void **state)
{
	(void)state;
	result = 0;
	calls = 0;
	reader = (struct reader){ .read = record, .size = 1000, .reads = 3, .bytes = 1500 };
	return 0;
}

static void inside_of_the_medium(void **state)
{
	static const struct { size_t size; unsigned long long offset; bool ok; } rows[] = {
		{ 1000, 0, true }, { 1001, 0, false }, { 1, 999, true }, { 1, 1000, false }, { 2, 999, false },
		{ 1, ~0ULL, false }, { 2, ~0ULL, false }, { 1000, ~0ULL - 500, false }, { (size_t)-1, 2, false },
	};
	char buf[1];

	for (size_t i = 0; i < COUNT(rows); i++) {
		print_message("    row %zu\n", i);
		setup(state);
		assert_int_equal(reader_get(&reader, buf, rows[i].size, rows[i].offset), rows[i].ok);
		assert_int_equal(calls, rows[i].ok);
		assert_int_equal(reader.reads, rows[i].ok ? 2 : 3);
		assert_int_equal(reader.bytes, rows[i].ok ? 1500 - rows[i].size : 1500);
	}
}

static void bounded(void **state)
{
	char buf[1];

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(reader_get(&reader, buf, 500, 0));
	assert_int_equal(reader.bytes, 0);
	assert_false(reader_get(&reader, buf, 0, 0)); /* no read is left */
	setup(state);
	assert_true(reader_get(&reader, buf, 1000, 0));
	assert_false(reader_get(&reader, buf, 501, 0));
	assert_true(reader_get(&reader, buf, 500, 0));
	assert_int_equal(reader.error, 0);
}

static void first_error_stays(void **state)
{
	char buf[1];

	(void)state;
	result = -EIO;
	assert_false(reader_get(&reader, buf, 1, 0));
	assert_int_equal(reader.error, -EIO);
	result = -ENXIO;
	assert_false(reader_get(&reader, buf, 1, 0));
	result = 0;
	assert_true(reader_get(&reader, buf, 1, 0));
	assert_int_equal(reader.error, -EIO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(inside_of_the_medium, setup),
		cmocka_unit_test_setup(bounded, setup),
		cmocka_unit_test_setup(first_error_stays, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
