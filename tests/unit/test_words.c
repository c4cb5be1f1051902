/* plan/words: a line typed at the rescue prompt. */
#include "plan/words.h"
#include "unit.h"

#include <errno.h>

static void splits(void **state)
{
	static const struct {
		const char *line, *words; /* each with a '|' behind it */
	} rows[] = {
		{ "", "" },
		{ " \t\n", "" },
		{ "ls\n", "ls|" },
		{ "  ls\t-l   /root \n", "ls|-l|/root|" },
		{ "echo 'a b' \"c  d\"", "echo|a b|c  d|" },
		{ "a'b c'd\"e f\"g", "ab cde fg|" },
		{ "'it is \"so\"' \"it's\"", "it is \"so\"|it's|" },
		{ "'' \"\" x", "||x|" },
		{ "''", "|" },
		{ "a\\b $c *", "a\\b|$c|*|" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *words[16], out[64], *p = out;
		int n = words_split(own(rows[i].line), words, COUNT(words));

		row_is(i, rows[i].line);
		assert_true(n >= 0);
		*p = '\0';
		for (int w = 0; w < n; w++)
			p += sprintf(p, "%s|", words[w]);
		assert_string_equal(out, rows[i].words);
		assert_null(words[n]);
	}
}

static void refuses(void **state)
{
	char *words[4];

	(void)state;
	assert_int_equal(words_split(own("echo 'a"), words, COUNT(words)), -EINVAL);
	assert_int_equal(words_split(own("\""), words, COUNT(words)), -EINVAL);
	assert_int_equal(words_split(own("a \"b'c"), words, COUNT(words)), -EINVAL);
	assert_int_equal(words_split(own("a b c"), words, COUNT(words)), 3);
	assert_int_equal(words_split(own("a b c "), words, COUNT(words)), 3);
	assert_int_equal(words_split(own("a b c d"), words, COUNT(words)), -E2BIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
