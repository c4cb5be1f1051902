/* plan/modules: what a pattern matches, what a line of the index says, which options a module
 * gets, and which modules are forbidden. */
#include "plan/modules.h"
#include "unit.h"

static void patterns(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} rows[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "", false },
		{ "abc", "abc", true },
		{ "abc", "ab", false },
		{ "ab", "abc", false },
		{ "abc", "abC", false },
		/* where a pattern ends */
		{ "abc def", "abc", true },
		{ "abc\ndef", "abc", true },
		{ "abc def", "abc def", false },
		{ " abc", "", true },
		{ "a* b", "axx", true },
		{ "a?\n", "ax", true },
		{ "a\tb", "a", true },
		/* - and _ */
		{ "a-b_c", "a_b-c", true },
		{ "a-b_c", "a-b_c", true },
		{ "a-b", "a.b", false },
		{ "a.b", "a-b", false },
		/* ? is one of any, also of those that are more in a pattern */
		{ "a?c", "abc", true },
		{ "a?c", "a*c", true },
		{ "a?c", "a c", true },
		{ "a?c", "ac", false },
		{ "?", "", false },
		{ "??", "a", false },
		{ "??", "ab", true },
		/* * is any number of them */
		{ "*", "", true },
		{ "*", "abc", true },
		{ "a*", "a", true },
		{ "*a", "a", true },
		{ "*a", "ba", true },
		{ "*a", "ab", false },
		{ "a*c", "ac", true },
		{ "a*c", "abbbc", true },
		{ "a*c", "abcb", false },
		{ "a*c*e", "abcde", true },
		{ "a*c*e", "ace", true },
		{ "a*c*e", "acd", false },
		{ "**", "", true },
		{ "a**b", "ab", true },
		{ "*ab", "aab", true },
		{ "*aab", "aaab", true },
		{ "*?", "", false },
		{ "*?", "a", true },
		{ "?*", "a", true },
		{ "a*b?d", "abxbcd", true },
		{ "pci:v00008086d*sv*sd*bc01sc06i*", "pci:v00008086d00002922sv00001AF4sd00001100bc01sc06i01",
		  true },
		{ "pci:v00008086d*sv*sd*bc01sc06i*", "pci:v00008086d00002922sv00001AF4sd00001100bc02sc06i01",
		  false },
		{ "of:N*T*Cvirtio,mmioC*", "of:Nvirtio_mmioT(null)Cvirtio,mmio", false },
		{ "of:N*T*Cvirtio,mmio", "of:Nvirtio_mmioT(null)Cvirtio,mmio", true },
		/* lists and ranges */
		{ "a[bc]d", "abd", true },
		{ "a[bc]d", "acd", true },
		{ "a[bc]d", "aad", false },
		{ "a[bc]d", "ad", false },
		{ "a[bc]", "a", false },
		{ "d[0-9]*", "d0", true },
		{ "d[0-9]*", "d9x", true },
		{ "d[0-9]*", "d5", true },
		{ "d[0-9]", "d/", false },
		{ "d[0-9]", "d:", false },
		{ "[0-9a-f]", "9", true },
		{ "[0-9a-f]", "a", true },
		{ "[0-9a-f]", "f", true },
		{ "[0-9a-f]", "g", false },
		{ "[0-9a-f]", "`", false },
		{ "[0-9a-f]", "-", false },
		{ "[0-35]", "3", true },
		{ "[0-35]", "4", false },
		{ "[0-35]", "5", true },
		{ "[9-0]", "5", false },
		{ "*[0-9]", "a1", true },
		{ "*[0-9]", "1a", false },
		{ "*[0-9]x", "1a2x", true },
		{ "[0-9][0-9]", "42", true },
		{ "[0-9][0-9]", "4", false },
		/* inside of them all are plain, - at the end too; - and _ are two */
		{ "[*?]", "*", true },
		{ "[*?]", "a", false },
		{ "[a-]", "-", true },
		{ "[a-]", "_", false },
		{ "[_]", "_", true },
		{ "[_]", "-", false },
		{ "[-a]", "-", true },
		/* nothing is one of none */
		{ "[]", "a", false },
		{ "a[]b", "ab", false },
		/* one that is not closed ends with the pattern, and so does the text */
		{ "[0-9", "5", true },
		{ "[0-9", "5x", false },
		{ "[0-9", "x", false },
		{ "[0-9 ]", "5", true },
		{ "[0-9 ]", " ", false },
		{ "[0-", "-", true },
		{ "[0- 9]", "5", false },
		{ "[0\n-9]", "0", true },
		{ "[", "[", false },
		{ "[", "", false },
		{ "*[", "[", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].pattern);
		assert_int_equal(modules_match(own(rows[i].pattern), own(rows[i].text)), rows[i].matches);
	}
}

/* Stars that could each be anywhere: without the bound this takes years. */
static void stars_cost_their_product(void **state)
{
	char pattern[200], text[10001];

	(void)state;
	for (size_t i = 0; i + 2 < sizeof(pattern); i += 2)
		memcpy(pattern + i, "*a", 2);
	strcpy(pattern + sizeof(pattern) - 2, "b");
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_false(modules_match(pattern, text));
}

/* ---- the index ---- */

/* All lines for a name or an alias, each "LOAD LOAD=NAME" and a + when an alias led to it. */
static const char *asked(const char *index, const char *wanted)
{
	static char all[512];
	struct modules_line lines[8];
	unsigned count = modules_read(own(index), lines, COUNT(lines));
	char load[MODULE_NAME_MAX];
	bool is_alias;

	all[0] = '\0';
	for (unsigned i = 0; i < count; i++) {
		if (!modules_is_meant(&lines[i], own(wanted), &is_alias))
			continue;
		for (bool first = true; modules_load(&lines[i].loads, load); first = false)
			sprintf(all + strlen(all), "%s%s", first ? "" : " ", load);
		sprintf(all + strlen(all), "=%.*s%s;", (int)strcspn(lines[i].name, " \n"), lines[i].name,
			is_alias ? "+" : "");
	}
	return all;
}

static const char index_text[] =
	"virtio_ring virtio virtio_blk = virtio_blk virtio:d00000002v*\n"
	"= ext4 fs-ext4 fs-ext2\n"
	"nls_cp437 = nls_cp437 fs-vfat nls-cp437\n"
	"fat vfat = vfat fs-vfat\n"
	"lone = lone\n"
	"a b-c = of:N*T*Cx=y of:N*T*Cx=y\n"
	"last = last la[rs]t";

static void lines(void **state)
{
	static const struct {
		const char *wanted, *found;
	} rows[] = {
		{ "virtio_blk", "virtio_ring virtio virtio_blk=virtio_blk;" },
		{ "virtio-blk", "virtio_ring virtio virtio_blk=virtio_blk;" },
		{ "virtio:d00000002v00001AF4", "virtio_ring virtio virtio_blk=virtio_blk+;" },
		{ "virtio:d00000003v00001AF4", "" },
		/* what a line loads is not asked for */
		{ "virtio_ring", "" },
		{ "fat", "" },
		{ "", "" },
		{ "=", "" },
		{ "ext4", "=ext4;" },
		{ "fs-ext2", "=ext4+;" },
		{ "fs-vfat", "nls_cp437=nls_cp437+;fat vfat=vfat+;" },
		{ "nls_cp437", "nls_cp437=nls_cp437;" },
		{ "lone", "lone=lone;" },
		{ "last", "last=last;" },
		{ "lart", "last=last+;" },
		/* the first = of a line parts it */
		{ "of:NaTbCx=y", "a b-c=of:N*T*Cx=y;" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].wanted);
		assert_string_equal(asked(index_text, rows[i].wanted), rows[i].found);
	}
}

/* Not from image/modules: nothing is read behind them, and a search ends. */
static void lines_that_are_none(void **state)
{
	static const char *const texts[] = {
		"", "\n", "\n\n", "a", "a\n", "a b c\n", "=", "= ", "=\n", "= \n", "a =", "a = ", "a =\n",
		"a=b", "a=b\n", " = ", "  =  \n", "==", "= = =", "a = b ", "\n\n= b",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		row_is(i, texts[i]);
		assert_string_equal(asked(texts[i], "nothing"), "");
	}
	/* what it finds in a line that has a fault is the fault's; the next one is whole again */
	assert_string_equal(asked("a b c\nd = d\ne = e\n", "e"), "e=e;");
}

/* As /init takes an alias back: the name still means the line. */
static void without_beginnings_no_pattern_counts(void **state)
{
	struct modules_line line;
	bool is_alias;

	(void)state;
	assert_int_equal(modules_read(own("a = a x-y*"), &line, 1), 1);
	assert_true(modules_is_meant(&line, "x_yz", &is_alias));
	line.beginnings = 0;
	assert_false(modules_is_meant(&line, "x_yz", &is_alias));
	assert_true(modules_is_meant(&line, "a", &is_alias));
	assert_false(is_alias);
}

static void no_more_lines_than_there_is_room_for(void **state)
{
	struct modules_line *lines = malloc(2 * sizeof(*lines));

	(void)state;
	assert_int_equal(modules_read(own("a = a\nb = b\nc = c\n"), lines, 2), 2);
	assert_string_equal(lines[1].name, "b\nc = c\n");
	assert_int_equal(modules_read(own("a = a\nb = b\nc = c\n"), lines, 0), 0);
}

/* A name that no kernel could have is cut, not written behind its end. */
static void a_long_name(void **state)
{
	char line[200] = "", *buf = malloc(MODULE_NAME_MAX);
	const char *at = line;

	(void)state;
	memset(line, 'a', 100);
	strcat(line, " b = c");
	assert_true(modules_load(&at, buf));
	assert_int_equal(strlen(buf), MODULE_NAME_MAX - 1);
	assert_true(modules_load(&at, buf));
	assert_int_equal(strlen(buf), 100 - (MODULE_NAME_MAX - 1));
	assert_true(modules_load(&at, buf));
	assert_string_equal(buf, "b");
	assert_false(modules_load(&at, buf));
	assert_false(modules_load(&at, buf));
}

/* ---- words of the command line ---- */

static struct word words[16];

static unsigned words_of(const char *cmdline)
{
	char *text = own(cmdline);
	unsigned count = 0;

	while (cmdline_next(&text, &words[count]))
		assert_in_range(++count, 0, COUNT(words) - 1);
	return count;
}

static void options(void **state)
{
	static const struct {
		const char *cmdline, *name, *options;
	} rows[] = {
		{ "", "mod", "" },
		{ "quiet root=/dev/vda", "mod", "" },
		{ "mod.a=1", "mod", "a=\"1\"" },
		{ "mod.a", "mod", "a" },
		{ "mod.a=", "mod", "a=\"\"" },
		{ "mod.a=1 quiet mod.b=2 mod.a=3", "mod", "a=\"1\" b=\"2\" a=\"3\"" },
		{ "mod.a=1,2,3", "mod", "a=\"1,2,3\"" },
		{ "mod.a=b=c", "mod", "a=\"b=c\"" },
		{ "mod.a=b.c", "mod", "a=\"b.c\"" },
		{ "mod.a.b=1", "mod", "a.b=\"1\"" },
		{ "mod.a=\"1 2\"", "mod", "a=\"1 2\"" },
		{ "mod.a=\"1\t2\"", "mod", "a=\"1\t2\"" },
		{ "\"mod.a=1 2\" mod.b", "mod", "a=\"1 2\" b" },
		{ "mod.a=\"1\"", "mod", "a=\"1\"" },
		/* quotes of its own */
		{ "mod.a=x\"1 2\"y", "mod", "a=x\"1 2\"y" },
		/* another module's */
		{ "mod.a=1", "mo", "" },
		{ "mod.a=1", "modu", "" },
		{ "mod.a=1", "a", "" },
		{ "mod=1 mod", "mod", "" },
		{ ".a=1", "mod", "" },
		{ ".a=1", "", "a=\"1\"" },
		{ "x=mod.a", "mod", "" },
		/* - and _ in the module's name; a parameter's the kernel compares */
		{ "my-mod.a-b=1", "my_mod", "a-b=\"1\"" },
		{ "my_mod.a=1", "my-mod", "a=\"1\"" },
	};
	char *buf = malloc(64);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].cmdline);
		assert_true(modules_options(buf, 64, own(rows[i].name), words, words_of(rows[i].cmdline)));
		assert_string_equal(buf, rows[i].options);
	}
}

/* The first that do not fit end it: no part of one is passed on. */
static void options_that_do_not_fit(void **state)
{
	static const char text[] = "mod.a=1 mod.b=\"2 3\"";

	(void)state;
	for (size_t size = 1; size <= sizeof("a=\"1\" b=\"2 3\""); size++) {
		char *buf = malloc(size);
		bool fits = size == sizeof("a=\"1\" b=\"2 3\"");

		assert_int_equal(modules_options(buf, size, "mod", words, words_of(text)), fits);
		assert_string_equal(buf, fits ? "a=\"1\" b=\"2 3\"" : size < sizeof("a=\"1\"") ? "" : "a=\"1\"");
		free(buf);
	}
}

static void forbidden(void **state)
{
	static const struct {
		const char *cmdline, *name;
		bool always, by_alias;
	} rows[] = {
		{ "", "mod", false, false },
		{ "module_blacklist=mod", "mod", true, true },
		{ "module-blacklist=mod", "mod", true, true },
		{ "module_blacklist=a,mod,b", "mod", true, true },
		{ "module_blacklist=a,b,mod", "mod", true, true },
		{ "module_blacklist=*", "mod", false, false },
		{ "module_blacklist=my-mod", "my_mod", true, true },
		{ "module_blacklist=mod", "mo", false, false },
		{ "module_blacklist=mo", "mod", false, false },
		{ "module_blacklist=amod,moda,,", "mod", false, false },
		{ "module_blacklist=", "mod", false, false },
		{ "module_blacklist", "mod", false, false },
		{ "module_blacklists=mod", "mod", false, false },
		/* the kernel has one such text, the last */
		{ "module_blacklist=mod module_blacklist=b", "mod", false, false },
		{ "module_blacklist=b module_blacklist=mod", "mod", true, true },
		{ "module_blacklist=mod module_blacklist", "mod", true, true },
		/* modprobe has a list, for aliases only */
		{ "modprobe.blacklist=mod", "mod", false, true },
		{ "modprobe.blacklist=a,mod", "mod", false, true },
		{ "modprobe.blacklist=mod modprobe.blacklist=b", "mod", false, true },
		{ "modprobe.blacklist=b modprobe.blacklist=mod", "mod", false, true },
		{ "modprobe.blacklist=b", "mod", false, false },
		{ "modprobe.blacklist", "mod", false, false },
		{ "modprobe.blacklist=mod module_blacklist=b", "mod", false, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		unsigned count = words_of(rows[i].cmdline);

		row_is(i, rows[i].cmdline);
		assert_int_equal(modules_forbidden(own(rows[i].name), false, words, count), rows[i].always);
		assert_int_equal(modules_forbidden(own(rows[i].name), true, words, count), rows[i].by_alias);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patterns),
		cmocka_unit_test(stars_cost_their_product),
		cmocka_unit_test(lines),
		cmocka_unit_test(lines_that_are_none),
		cmocka_unit_test(without_beginnings_no_pattern_counts),
		cmocka_unit_test(no_more_lines_than_there_is_room_for),
		cmocka_unit_test(a_long_name),
		cmocka_unit_test(options),
		cmocka_unit_test(options_that_do_not_fit),
		cmocka_unit_test(forbidden),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
