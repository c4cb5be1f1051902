/* plan/rootspec: the forms of root=, their bounds, and the kernel's layouts of a number. */
#include "plan/rootspec.h"
#include "unit.h"

#include <errno.h>

static struct rootspec spec;

static int parse(const char *text)
{
	char *copy = own(text);
	int err = rootspec_parse(&spec, copy);

	row_is(0, text);
	assert_string_equal(copy, text);
	return err;
}

#define X16 "0123456789abcdef"

static void names(void **state)
{
	static const char *const good[] = {
		"vda", "mmcblk0p2", "mapper/root", "cciss/c0d0p1", "a/b/c", "..a", "a..", ".a", "...",
		"disk/..a/b", "nfs2", "nf", "a b", "b302:5",
		X16 X16 X16 "0123456789abcde", /* 63 bytes */
	};
	static const char *const bad[] = {
		"", "/", "/vda", "vda/", "a//b", ".", "..", "../x", "./x", "a/../b", "a/.", "a/..",
		"../../etc/passwd", X16 X16 X16 X16, "disk/" X16 X16 X16 X16,
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		sprintf(text, "/dev/%s", good[i]);
		assert_int_equal(parse(text), 0);
		assert_string_equal(spec.name, good[i]);
	}
	for (size_t i = 0; i < COUNT(bad); i++) {
		sprintf(text, "/dev/%s", bad[i]);
		assert_int_equal(parse(text), -EINVAL);
	}
	assert_int_equal(parse("/dev/nfs"), -EOPNOTSUPP);
}

/* A text that names the device by its number, or is refused. */
struct number {
	const char *text;
	int err;
	unsigned major, minor;
};

static void check_numbers(const struct number *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(parse(rows[i].text), CONFIG_ROOT_DEVNUM ? rows[i].err : -EINVAL);
		if (!CONFIG_ROOT_DEVNUM || rows[i].err)
			continue;
		assert_null(spec.name);
		assert_int_equal(spec.major, rows[i].major);
		assert_int_equal(spec.minor, rows[i].minor);
	}
}

static void pairs(void **state)
{
	static const struct number rows[] = {
		{ "8:1", 0, 8, 1 },
		{ "179:2", 0, 179, 2 },
		{ "0:0", 0, 0, 0 },
		{ "08:01", 0, 8, 1 },
		{ "4095:1048575", 0, 4095, 1048575 },
		{ "4096:0", -EINVAL, 0, 0 },
		{ "0:1048576", -EINVAL, 0, 0 },
		{ "4294967304:1", -EINVAL, 0, 0 }, /* 2^32 + 8 */
		{ "8:4294967297", -EINVAL, 0, 0 },
		{ ":", -EINVAL, 0, 0 },
		{ "8:", -EINVAL, 0, 0 },
		{ ":1", -EINVAL, 0, 0 },
		{ "8:1:2", -EINVAL, 0, 0 },
		{ "8:1 ", -EINVAL, 0, 0 },
		{ "8:-1", -EINVAL, 0, 0 },
		{ "b:1", -EINVAL, 0, 0 },
		{ "8:a", -EINVAL, 0, 0 },
		{ "0x8:1", -EINVAL, 0, 0 },
	};

	(void)state;
	check_numbers(rows, COUNT(rows));
}

static void hex(void **state)
{
	/* MKDEV() by hand: minor's low byte, 12 bits of major, the rest of minor. */
	static const struct number rows[] = {
		{ "0", 0, 0, 0 },
		{ "801", 0, 8, 1 },
		{ "0801", 0, 8, 1 },
		{ "00000801", 0, 8, 1 },
		{ "b302", 0, 179, 2 },
		{ "B302", 0, 179, 2 },
		{ "fE01", 0, 254, 1 },
		{ "fe0f", 0, 254, 15 },
		{ "ff", 0, 0, 255 },
		{ "100", 0, 1, 0 },
		{ "10300", 0, 259, 0 },
		{ "fff00", 0, 4095, 0 },
		{ "100801", 0, 8, 257 },
		{ "fff00000", 0, 0, 0xfff00 },
		{ "ffffffff", 0, 4095, 1048575 },
		{ "12345678", 0, 0x456, 0x12378 },
		{ "100000000", -EINVAL, 0, 0 }, /* 33 bits */
		{ "", -EINVAL, 0, 0 },
		{ "0x801", -EINVAL, 0, 0 },
		{ "80g", -EINVAL, 0, 0 },
		{ "80G", -EINVAL, 0, 0 },
		{ "80`", -EINVAL, 0, 0 },
		{ "80@", -EINVAL, 0, 0 },
		{ "80\x01", -EINVAL, 0, 0 },
		{ "8 1", -EINVAL, 0, 0 },
		{ "-1", -EINVAL, 0, 0 },
		{ "\xe2\x88\x9e", -EINVAL, 0, 0 },
	};

	(void)state;
	check_numbers(rows, COUNT(rows));
}

static void other_forms(void **state)
{
	static const char *const rows[] = {
		"UUID=1234", "LABEL=root", "PARTUUID=a1d0-01", "/dev", "dev/vda", "vda", "/sbin/init",
		"/DEV/vda", "//dev/vda", "PARTLABEL=a:b",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(parse(rows[i]), -EINVAL);
}

/* The message to who wrote another form names those of this image, and no other. */
static void forms(void **state)
{
	(void)state;
	assert_non_null(strstr(ROOTSPEC_FORMS, "/dev/NAME"));
	assert_int_equal(!!strstr(ROOTSPEC_FORMS, "MAJ:MIN"), CONFIG_ROOT_DEVNUM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(pairs),
		cmocka_unit_test(hex),
		cmocka_unit_test(other_forms),
		cmocka_unit_test(forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
