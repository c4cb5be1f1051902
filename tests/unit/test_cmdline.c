/* plan/cmdline: the kernel's rules, one row for each. The differential test has the rest. */
#include "plan/cmdline.h"
#include "unit.h"

/* The words of a text as [name] and [name=value], and behind "|" what is left after a "--". */
static const char *shown(const char *text)
{
	static char out[512];
	char *rest = own(text), *p = out;
	struct word word;

	*p = '\0';
	while (cmdline_next(&rest, &word))
		p += sprintf(p, word.value ? "[%s=%s]" : "[%s]", word.name, word.value);
	rest += strspn(rest, " ");
	if (*rest)
		sprintf(p, "|%s", rest);
	return out;
}

static void splits(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "   ", "" },
		{ "ro", "[ro]" },
		{ " a  b\tc\n", "[a][b][c]" },
		{ "a\v\fb\rc", "[a][b][c]" },
		/* 0xa0 is a space in the kernel's Latin-1, other high bytes are not. */
		{ "a\xa0" "b\xa1" "c\x85", "[a][b\xa1" "c\x85]" },
		{ "root=/dev/vda rw", "[root=/dev/vda][rw]" },
		{ "a= b", "[a=][b]" },
		{ "a=b=c", "[a=b=c]" },
		/* A '=' in first place belongs to the name. */
		{ "=a", "[=a]" },
		{ "=a=b", "[=a=b]" },
		{ "==", "[==]" }, /* named "=" */
		{ "=", "[=]" },
		/* Quotes */
		{ "a=\"b c\" d", "[a=b c][d]" },
		{ "\"a=b c\" d", "[a=b c][d]" },
		{ "\"a b\"", "[a b]" },
		{ "a=b\"c d\"e f", "[a=b\"c d\"e][f]" },
		{ "a=\"b\"c", "[a=b\"c]" },
		{ "a=\"b c\"d\"", "[a=b c\"d]" },
		{ "a\" \"b=c", "[a\" \"b=c]" },
		{ "a=\"\" b", "[a=][b]" },
		{ "\"\" b", "[][b]" },
		{ "a=\"b\"\"", "[a=b\"]" },
		/* Both quoted: only one quote is taken from the end. */
		{ "\"a=\"b\"\" c", "[a=b\"][c]" },
		/* Never closed: the rest is swallowed. */
		{ "a=\"b c d", "[a=b c d]" },
		{ "\"a b c", "[a b c]" },
		{ "a=\"", "[a=]" },
		{ "\"", "[]" },
		{ "a b\"c d=e f", "[a][b\"c d=e f]" },
		/* "--" alone ends; with a value or more letters it does not. */
		{ "a -- b c", "[a]|b c" },
		{ "-- b", "|b" },
		{ "\"--\" b", "|b" },
		{ "--=x --a -- ", "[--=x][--a]" },
		{ "a --", "[a]" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i][0]);
		assert_string_equal(shown(rows[i][0]), rows[i][1]);
	}
}

static void same_names(void **state)
{
	(void)state;
	assert_true(cmdline_same_name("a-b_c", "a_b-c"));
	assert_true(cmdline_same_name("", ""));
	assert_true(cmdline_same_name("rd.break", "rd.break"));
	assert_false(cmdline_same_name("a", "b"));
	assert_false(cmdline_same_name("a", ""));
	assert_false(cmdline_same_name("", "a"));
	assert_false(cmdline_same_name("root", "roots"));
	assert_false(cmdline_same_name("roots", "root"));
	assert_false(cmdline_same_name("Root", "root"));
	/* a family */
	assert_true(cmdline_same_name("rd.overlay", "rd.overlay*"));
	assert_true(cmdline_same_name("rd.overlay.reset", "rd.overlay*"));
	assert_false(cmdline_same_name("rd.overla", "rd.overlay*"));
	assert_false(cmdline_same_name("rd.overlay*", "rd.overlay"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits),
		cmocka_unit_test(same_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
