/* plan/rootspec: the forms of root=, their bounds, the kernel's layouts of a number, and what answers. */
#include "plan/rootspec.h"
#include "unit.h"

#include <errno.h>

static struct rootspec spec;

static int parse_typed(const char *text, const char *types)
{
	char *copy = own(text);
	int err = rootspec_parse(&spec, copy, types);

	row_is(0, text);
	assert_string_equal(copy, text);
	return err;
}

static int parse(const char *text)
{
	return parse_typed(text, NULL);
}

#define X16 "0123456789abcdef"

static void names(void **state)
{
	static const char *const good[] = {
		"vda", "mmcblk0p2", "mapper/root", "cciss/c0d0p1", "a/b/c", "..a", "a..", ".a", "...",
		"disk/..a/b", "nfs2", "nf", "a b", "b302:5",
		"disk/by", "disk/by_uuid/x", X16 X16 X16 "0123456789abcde", /* 63 bytes */
	};
	static const char *const bad[] = {
		"", "/", "/vda", "vda/", "a//b", ".", "..", "../x", "./x", "a/../b", "a/.", "a/..",
		"../../etc/passwd", "disk/by-id/x", "disk/by-", "disk/by-uuid", X16 X16 X16 X16, "disk/" X16 X16 X16 X16,
	};
	char text[128];

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++) {
		sprintf(text, "/dev/%s", good[i]);
		assert_int_equal(parse(text), 0);
		assert_int_equal(spec.kind, ROOT_NAME);
		assert_string_equal(spec.value, good[i]);
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
		assert_int_equal(spec.kind, ROOT_NUMBER);
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
		"/dev", "dev/vda", "vda", "/sbin/init", "/DEV/vda", "//dev/vda", "uuid=1234", "Label=a",
		"LABEL", "LABELS=a", "UUI=1", "mtd", "ubi", "mtd:", "ubi:", "ubi0:", "ubi0_", "ubi_1",
		"mtd0_1", "mtd0:x", "mtd1x", "ubi0", "ubix", "mmtd0",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(parse(rows[i]), -EINVAL);
}

static void tags(void **state)
{
	static const struct {
		const char *text;
		int err;
		enum tag tag;
		const char *value;
		bool escaped;
		int offset;
	} rows[] = {
		{ "UUID=1234-ABCD", 0, TAG_UUID, "1234-ABCD", false, 0 },
		{ "LABEL=root", 0, TAG_LABEL, "root", false, 0 },
		{ "LABEL= a=b/c ", 0, TAG_LABEL, " a=b/c ", false, 0 },
		{ "LABEL=\"my root\"", 0, TAG_LABEL, "my root", false, 0 },
		{ "LABEL=\"", 0, TAG_LABEL, "\"", false, 0 },
		{ "LABEL=\"a", 0, TAG_LABEL, "\"a", false, 0 },
		{ "LABEL=\"\"", -EINVAL, 0, NULL, false, 0 },
		{ "LABEL=", -EINVAL, 0, NULL, false, 0 },
		{ "PARTLABEL=a:b", 0, TAG_PARTLABEL, "a:b", false, 0 },
		{ "PARTUUID=a1d0c3e5-02", 0, TAG_PARTUUID, "a1d0c3e5-02", false, 0 },
		{ "PARTUUID=a1d0c3e5-02/PARTNROFF=1", 0, TAG_PARTUUID, "a1d0c3e5-02", false, 1 },
		{ "PARTUUID=a1d0c3e5-02/PARTNROFF=-3", 0, TAG_PARTUUID, "a1d0c3e5-02", false, -3 },
		{ "PARTUUID=a1d0c3e5-02/PARTNROFF=255", 0, TAG_PARTUUID, "a1d0c3e5-02", false, 255 },
		{ "PARTUUID=\"a1\"/PARTNROFF=0", 0, TAG_PARTUUID, "a1", false, 0 },
		{ "PARTUUID=a1d0c3e5-02/PARTNROFF=256", -EINVAL, 0, NULL, false, 0 },
		{ "PARTUUID=a1d0c3e5-02/PARTNROFF=", -EINVAL, 0, NULL, false, 0 },
		{ "PARTUUID=a1d0c3e5-02/PARTNROFF=--1", -EINVAL, 0, NULL, false, 0 },
		{ "PARTUUID=a1d0c3e5-02/", -EINVAL, 0, NULL, false, 0 },
		{ "PARTUUID=/PARTNROFF=1", -EINVAL, 0, NULL, false, 0 },
		{ "UUID=1/PARTNROFF=1", 0, TAG_UUID, "1/PARTNROFF=1", false, 0 },
		{ "/dev/disk/by-uuid/1234-ABCD", 0, TAG_UUID, "1234-ABCD", true, 0 },
		{ "/dev/disk/by-label/my\\x20root", 0, TAG_LABEL, "my\\x20root", true, 0 },
		{ "/dev/disk/by-partuuid/a1d0c3e5-02", 0, TAG_PARTUUID, "a1d0c3e5-02", true, 0 },
		{ "/dev/disk/by-partuuid/a/PARTNROFF=1", 0, TAG_PARTUUID, "a/PARTNROFF=1", true, 0 },
		{ "/dev/disk/by-partlabel/x", 0, TAG_PARTLABEL, "x", true, 0 },
		{ "/dev/disk/by-label/", -EINVAL, 0, NULL, false, 0 },
		{ "/dev/disk/by-UUID/x", -EINVAL, 0, NULL, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int err = parse(rows[i].text);

		if (!CONFIG_ROOT_TAG) {
			assert_int_equal(err, rows[i].value || strstr(rows[i].text, "UUID=") ||
					 strstr(rows[i].text, "LABEL=") || strstr(rows[i].text, "label/")
					 ? -EOPNOTSUPP : -EINVAL);
			continue;
		}
		assert_int_equal(err, rows[i].err);
		if (err)
			continue;
		assert_int_equal(spec.kind, ROOT_TAG);
		assert_int_equal(spec.tag, rows[i].tag);
		assert_int_equal(spec.length, strlen(rows[i].value));
		assert_memory_equal(spec.value, rows[i].value, spec.length);
		assert_int_equal(spec.escaped, rows[i].escaped);
		assert_int_equal(spec.offset, rows[i].offset);
	}
}

static void flash_and_shares(void **state)
{
	static const char *const flash[] = {
		"mtd0", "mtd12", "mtd:rootfs", "ubi0:rootfs", "ubi12:r", "ubi:rootfs", "ubi0_1", "ubi10_12",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(flash); i++) {
		assert_int_equal(parse(flash[i]), CONFIG_ROOT_FLASH ? 0 : -EOPNOTSUPP);
		assert_int_equal(spec.kind, ROOT_FLASH);
		assert_string_equal(spec.value, flash[i]);
	}
	assert_int_equal(parse_typed("/dev/root", "9p"), CONFIG_ROOT_SHARE ? 0 : -EOPNOTSUPP);
	assert_int_equal(spec.kind, ROOT_SHARE);
	assert_string_equal(spec.value, "/dev/root");
	assert_int_equal(parse_typed("myfs", "virtiofs"), CONFIG_ROOT_SHARE ? 0 : -EOPNOTSUPP);
	assert_int_equal(spec.kind, ROOT_SHARE);
	assert_int_equal(parse_typed("/dev/root", "9p,ext4"), 0);
	assert_int_equal(spec.kind, ROOT_NAME);
}

static void answers(void **state)
{
	static const struct {
		const char *text, *value;
		bool is;
	} rows[] = {
		{ "UUID=1234-abcd", "1234-ABCD", true },
		{ "UUID=1234-ABCD", "1234-abcd", true },
		{ "UUID=1234-abc", "1234-abcd", false },
		{ "UUID=1234-abcd", "1234-abc", false },
		{ "UUID=1234-abcd", "", false },
		{ "UUID=1234@abcd", "1234`abcd", false },
		{ "PARTUUID=A1D0c3e5-02", "a1d0c3e5-02", true },
		{ "LABEL=Root", "root", false },
		{ "LABEL=Root", "Root", true },
		{ "LABEL=\xc3\xa9", "\xc3\x89", false },
		{ "PARTLABEL=a", "a ", false },
		{ "LABEL=a\\x20b", "a\\x20b", true },
		{ "/dev/disk/by-label/a\\x20b", "a b", true },
		{ "/dev/disk/by-label/a\\X20b", "a\\X20b", true },
		{ "/dev/disk/by-label/\\x2", "\\x2", true },
		{ "/dev/disk/by-label/\\x2g", "\\x2g", true },
		{ "/dev/disk/by-label/\\xg0", "\\xg0", true },
		{ "/dev/disk/by-label/\\xE9\\xaf", "\xe9\xaf", true },
		{ "/dev/disk/by-label/\\x20", " ", true },
		{ "/dev/disk/by-label/\\\\x20", "\\ ", true },
	};

	(void)state;
	if (!CONFIG_ROOT_TAG)
		return;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(rows[i].text), 0);
		assert_int_equal(rootspec_is(&spec, spec.tag, rows[i].value), rows[i].is);
		assert_false(rootspec_is(&spec, (spec.tag + 1) % TAGS, rows[i].value));
	}
}

#define GPT_ID "0f41ce9b-ff38-4105-b9e8-e94979457d48"

static void whole_ids(void **state)
{
	static const struct {
		const char *text;
		bool whole;
	} rows[] = {
		{ "UUID=" GPT_ID, true }, { "UUID=1234-ABCD", true }, { "UUID=43A0E2F87E44F8FF", true },
		{ "UUID=2026-11-24-18-22-11-00", true }, { "UUID=1234", false }, { "UUID=1234-ABCDE", false },
		{ "UUID=" GPT_ID "0", false }, { "UUID=0f41ce9bxff38", false }, { "UUID=123g-ABCD", false },
		{ "UUID=a1d0c3e5-02", false }, { "PARTUUID=a1d0c3e5-02", true }, { "PARTUUID=" GPT_ID, true },
		{ "PARTUUID=a1d0", false }, { "PARTUUID=1234-ABCD", false }, { "PARTUUID=a1d0c3e5-2", false },
		{ "LABEL=1", true }, { "PARTLABEL=1", true }, { "/dev/vda", true }, { "8:1", true },
	};

	(void)state;
	if (!CONFIG_ROOT_TAG || !CONFIG_ROOT_DEVNUM)
		return;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(rows[i].text), 0);
		assert_int_equal(rootspec_is_whole(&spec), rows[i].whole);
	}
}

static void near_misses(void **state)
{
	static const struct {
		const char *text;
		enum tag tag;
		const char *value;
		bool near;
	} rows[] = {
		{ "LABEL=rotfs", TAG_LABEL, "rootfs", true },       /* one too few */
		{ "LABEL=rootffs", TAG_LABEL, "rootfs", true },     /* one too many */
		{ "LABEL=roitfs", TAG_LABEL, "rootfs", true },      /* another one */
		{ "LABEL=roottfss", TAG_LABEL, "rootfs", true },    /* two */
		{ "LABEL=rotofs", TAG_LABEL, "rootfs", true },      /* two in the other order */
		{ "LABEL=rooooofs", TAG_LABEL, "rootfs", false },
		{ "LABEL=ROOTFS", TAG_LABEL, "rootfs", true },
		{ "LABEL=data", TAG_LABEL, "rootfs", false },
		{ "LABEL=rootfs", TAG_PARTLABEL, "rootfs", true },  /* the other tag */
		{ "LABEL=rotfs", TAG_PARTLABEL, "rootfs", false },
		{ "LABEL=rootfs", TAG_LABEL, "", false },
		{ "LABEL=a", TAG_LABEL, "b", false },
		{ "LABEL=abc", TAG_LABEL, "abd", true },
		{ "LABEL=abc", TAG_LABEL, "ab", true },
		{ "LABEL=abc", TAG_LABEL, "axy", false },
		{ "LABEL=ab", TAG_LABEL, "ac", false },
		{ "UUID=1234-ABCD", TAG_UUID, "1234-ABDD", true },
		{ "PARTUUID=0f41ce9b", TAG_PARTUUID, GPT_ID, true }, /* its start alone */
		{ "PARTUUID=0f4", TAG_PARTUUID, GPT_ID, false },
		{ "UUID=a1d0c3e5-02", TAG_PARTUUID, "a1d0c3e5-02", true },
	};

	(void)state;
	assert_int_equal(parse("/dev/vda"), 0);
	assert_false(rootspec_near(&spec, TAG_LABEL, "vda"));
	if (!CONFIG_ROOT_TAG)
		return;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(rows[i].text), 0);
		assert_int_equal(rootspec_near(&spec, rows[i].tag, rows[i].value), rows[i].near);
	}
}

/* The message to who wrote another form names those of this image, and no other. */
static void forms(void **state)
{
	char text[200];

	(void)state;
	snprintf(text, sizeof(text), ROOTSPEC_FORMS, ROOTSPEC_FORMS_OF);
	assert_non_null(strstr(text, "/dev/NAME"));
	assert_int_equal(!!strstr(text, "MAJ:MIN"), CONFIG_ROOT_DEVNUM);
	assert_int_equal(!!strstr(text, "PARTUUID="), CONFIG_ROOT_TAG);
	assert_int_equal(!!strstr(text, "mtdN"), CONFIG_ROOT_FLASH);
	assert_int_equal(!!strstr(text, "virtiofs"), CONFIG_ROOT_SHARE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(pairs),
		cmocka_unit_test(hex),
		cmocka_unit_test(other_forms),
		cmocka_unit_test(tags),
		cmocka_unit_test(flash_and_shares),
		cmocka_unit_test(answers),
		cmocka_unit_test(whole_ids),
		cmocka_unit_test(near_misses),
		cmocka_unit_test(forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
