/* plan/rootspec: the forms of root=, their bounds, the kernel's layouts of a number, and what answers. */
#include "plan/rootspec.h"
#include "unit.h"

#include <errno.h>

static const struct layer_words no_words;

static struct rootspec spec;

static char common_flags[] = "noatime";

static int parse_typed(const char *text, const char *types)
{
	char *copy = own(text);
	int err = rootspec_parse(&spec, copy, types ? own(types) : NULL, common_flags, &no_words);

	row_is(0, text);
	assert_string_equal(copy, text);
	if (!err) {
		assert_string_equal(spec.types ? spec.types : "", types ? types : "");
		assert_ptr_equal(spec.flags, common_flags);
	}
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
		"vda", "mmcblk0p2", "nfs2", "nf", "cifs0", "a b", "b302:5", "..a", "a..", "root1", "dm-0", "md127",
		"cciss/c0d0p1", "rd/c0d0", "etherd/e1.1p2", "cciss/" X16 X16 X16 "012345678", /* 63 bytes */
		X16 X16 X16 "0123456789abcde",
	};
	static const struct {
		const char *name;
		int err;
	} bad[] = {
		{ "", -EINVAL },
		{ X16 X16 X16 X16, -EINVAL },
		{ "mapper/" X16 X16 X16 X16, -EINVAL },
		/* a word behind a comma that is none of a root's own */
		{ "vda,rootwait", -EINVAL },
		{ "vda,", -EINVAL },
		{ "cciss/c0d0,ro", -EINVAL },
		/* done by the kernel alone, for network roots */
		{ "nfs", -EOPNOTSUPP },
		{ "cifs", -EOPNOTSUPP },
		/* made by udev, LVM, dm and md: nobody makes these here */
		{ "root", -ENOENT },
		{ "mapper/root", -ENOENT },
		{ "vg/root", -ENOENT },
		{ "md/0", -ENOENT },
		{ "disk/by-id/x", -ENOENT },
		{ "disk/by-path/x", -ENOENT },
		{ "disk/by-", -ENOENT },
		{ "disk/by-uuid", -ENOENT },
		{ "disk/by_uuid/x", -ENOENT },
		{ "block/8:1", -ENOENT },
		{ "cciss", 0 },
		{ "cciss/", -EINVAL },
		{ "cciss/a/b", -ENOENT },
		{ "ccis/c0d0", -ENOENT },
		{ "ccissx/c0d0", -ENOENT },
		{ "r/c0d0", -ENOENT },
		{ "/", -EINVAL },
		{ "/vda", -ENOENT },
		{ "vda/", -EINVAL },
		{ "a//b", -ENOENT },
		{ "../x", -EINVAL },
		{ "rd/../x", -ENOENT },
		{ "../../etc/passwd", -EINVAL },
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
		sprintf(text, "/dev/%s", bad[i].name);
		assert_int_equal(parse(text), bad[i].err);
	}
	/* the kernel's other name of its first RAM disk */
	assert_int_equal(parse("/dev/ram"), 0);
	assert_string_equal(spec.value, "ram0");
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
		/* a third number does not count, nor a colon behind it */
		{ "8:1:0", 0, 8, 1 },
		{ "254:0:3:", 0, 254, 0 },
		{ "8:1:", -EINVAL, 0, 0 },
		{ "8:1::", -EINVAL, 0, 0 },
		{ "8:1:2::", -EINVAL, 0, 0 },
		{ "8:1:2:3", -EINVAL, 0, 0 },
		{ "8:1:a", -EINVAL, 0, 0 },
		{ "8:1:2 ", -EINVAL, 0, 0 },
		{ "8::1", -EINVAL, 0, 0 },
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
		{ "0x801", 0, 8, 1 },
		{ "0xb302", 0, 179, 2 },
		{ "0XFE00", 0, 254, 0 },
		{ "0x", -EINVAL, 0, 0 },
		{ "0x0x1", -EINVAL, 0, 0 },
		{ "x801", -EINVAL, 0, 0 },
		{ "1x801", -EINVAL, 0, 0 },
		{ "0x100000000", -EINVAL, 0, 0 },
		{ "10000000000000000", -EINVAL, 0, 0 }, /* 65 bits */
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
		"mtd0_1", "mtd0:x", "mtd1x", "ubix", "mmtd0", "mtd!x", "mtd0!x", "mtd/x", "ubi!", "ubi0!",
		"ubi0_1x", "ubi0_x", "ubi0.1", "ubi1048576", "mtd1048576", "ubi0_1048576",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		/* an image without flash does not look closer */
		bool is_flash = !strncmp(rows[i], "mtd", 3) || !strncmp(rows[i], "ubi", 3);

		assert_int_equal(parse(rows[i]), is_flash && !CONFIG_ROOT_FLASH ? -EOPNOTSUPP : -EINVAL);
	}
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
		{ "/dev/disk/by-UUID/x", -ENOENT, 0, NULL, false, 0 },
		{ "/dev/disk/by-uuid", -ENOENT, 0, NULL, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int err = parse(rows[i].text);

		if (!CONFIG_ROOT_TAG) {
			assert_int_equal(err, rows[i].err == -ENOENT ? -ENOENT : -EOPNOTSUPP);
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

/* The partition of root's type: nothing else of a device answers to it, nor that type to anything else. */
static void gpt_auto(void **state)
{
	static const char *const bad[] = { "gpt-aut", "gpt-auto1", "gpt-auto/PARTNROFF=1", "gpt-auto,", "GPT-AUTO", "gpt_auto" };
	char other[] = CONFIG_ROOT_TYPE;

	(void)state;
	assert_int_equal(parse("gpt-auto"), CONFIG_ROOT_GPT_AUTO ? 0 : -EOPNOTSUPP);
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_int_equal(parse(bad[i]), -EINVAL);
	if (!CONFIG_ROOT_GPT_AUTO)
		return;
	assert_int_equal(parse("gpt-auto"), 0);
	assert_int_equal(spec.kind, ROOT_TAG);
	assert_int_equal(spec.tag, TAG_TYPE);
	assert_int_equal(spec.offset, 0);
	assert_string_equal(spec.value, CONFIG_ROOT_TYPE);
	assert_true(rootspec_is(&spec, TAG_TYPE, CONFIG_ROOT_TYPE));
	/* of one that is not to be taken */
	assert_false(rootspec_is(&spec, TAG_TYPE, ""));
	other[35] = other[35] == '0' ? '1' : '0';
	assert_false(rootspec_is(&spec, TAG_TYPE, other));
	for (unsigned tag = 0; tag < TAGS; tag++)
		assert_false(rootspec_is(&spec, tag, CONFIG_ROOT_TYPE));
	assert_false(rootspec_begins(&spec, CONFIG_ROOT_TYPE));
	/* with keys of its own, and types */
	assert_int_equal(parse_typed("gpt-auto", "ext4"), 0);
	/* another form has no such tag */
	if (!parse("PARTUUID=" CONFIG_ROOT_TYPE))
		assert_false(rootspec_is(&spec, TAG_TYPE, CONFIG_ROOT_TYPE));
}

static void flash(void **state)
{
	static const struct {
		const char *text, *class, *name;
		unsigned major, minor;
	} rows[] = {
		{ "mtd0", "mtd", NULL, 0, 0 },
		{ "mtd12", "mtd", NULL, 12, 0 },
		{ "mtd:rootfs", "mtd", "rootfs", 0, 0 },
		{ "mtd:a:b!c,d", "mtd", "a:b!c,d", 0, 0 },
		{ "ubi0_1", "ubi", NULL, 0, 1 },
		{ "ubi10_12", "ubi", NULL, 10, 12 },
		{ "ubi0:rootfs", "ubi", "rootfs", 0, 0 },
		{ "ubi12:r", "ubi", "r", 12, 0 },
		/* ubifs' own: '!' for ':', and device 0 when none is said */
		{ "ubi:rootfs", "ubi", "rootfs", 0, 0 },
		{ "ubi!rootfs", "ubi", "rootfs", 0, 0 },
		{ "ubi3!rootfs", "ubi", "rootfs", 3, 0 },
		{ "ubi3", "ubi", NULL, 0, 3 },
		{ "ubi0", "ubi", NULL, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(rows[i].text), CONFIG_ROOT_FLASH ? 0 : -EOPNOTSUPP);
		if (!CONFIG_ROOT_FLASH)
			continue;
		assert_int_equal(spec.kind, ROOT_FLASH);
		assert_string_equal(spec.value, rows[i].text);
		assert_string_equal(spec.class, rows[i].class);
		assert_string_equal(spec.name ? spec.name : "", rows[i].name ? rows[i].name : "");
		assert_int_equal(!spec.name, !rows[i].name);
		if (!spec.name || spec.class[0] == 'u')
			assert_int_equal(spec.major, rows[i].major);
		if (!spec.name && spec.class[0] == 'u')
			assert_int_equal(spec.minor, rows[i].minor);
	}
}

static void shares(void **state)
{
	(void)state;
	assert_int_equal(parse_typed("/dev/root", "9p"), CONFIG_ROOT_SHARE ? 0 : -EOPNOTSUPP);
	assert_int_equal(spec.kind, ROOT_SHARE);
	assert_string_equal(spec.value, "/dev/root");
	assert_int_equal(parse_typed("myfs", "virtiofs"), CONFIG_ROOT_SHARE ? 0 : -EOPNOTSUPP);
	assert_int_equal(spec.kind, ROOT_SHARE);
	assert_int_equal(parse_typed("/dev/vda", "9p,ext4"), 0);
	assert_int_equal(spec.kind, ROOT_NAME);
	/* a share by its own key, beside another root's type; and a device beside shares */
	row_is(0, "myfs,rootfstype=9p");
	assert_int_equal(rootspec_parse(&spec, own("myfs,rootfstype=9p"), own("ext4"), NULL, &no_words),
			 CONFIG_ROOT_SHARE ? 0 : -EOPNOTSUPP);
	assert_int_equal(spec.kind, ROOT_SHARE);
	assert_string_equal(spec.value, "myfs");
	assert_int_equal(rootspec_parse(&spec, own("/dev/vda,rootfstype=ext4"), own("9p"), NULL, &no_words), 0);
	assert_int_equal(spec.kind, ROOT_NAME);
}

/* What counts for this root alone, behind commas. */
static void keys(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *value, *types, *flags; /* the command line's own are "ext4" and "noatime" */
	} rows[] = {
		{ "LABEL=a", 0, "a", "ext4", "noatime" },
		{ "LABEL=a,rootfstype=xfs", 0, "a", "xfs", "noatime" },
		{ "LABEL=a,rootflags=ro,b=c", 0, "a", "ext4", "ro,b=c" },
		{ "LABEL=a,rootfstype=xfs,erofs,rootflags=x,y", 0, "a", "xfs,erofs", "x,y" },
		{ "LABEL=a,rootflags=x,y,rootfstype=xfs,erofs", 0, "a", "xfs,erofs", "x,y" },
		/* the last one wins, as on the command line */
		{ "LABEL=a,rootflags=x,rootflags=y", 0, "a", "ext4", "y" },
		/* no type is any type, and not those of the command line; no flag none */
		{ "LABEL=a,rootfstype=", 0, "a", NULL, "noatime" },
		{ "LABEL=a,rootflags=", 0, "a", "ext4", "" },
		/* any other comma is the value's */
		{ "LABEL=a,b", 0, "a,b", "ext4", "noatime" },
		{ "LABEL=,", 0, ",", "ext4", "noatime" },
		{ "LABEL=a,rootflags", 0, "a,rootflags", "ext4", "noatime" },
		{ "LABEL=a,Rootflags=x", 0, "a,Rootflags=x", "ext4", "noatime" },
		{ "LABEL=a,b,rootflags=x", 0, "a,b", "ext4", "x" },
		{ "LABEL=arootflags=x", 0, "arootflags=x", "ext4", "noatime" },
		{ "LABEL=\"a,rootflags=b\"", 0, "a,rootflags=b", "ext4", "noatime" },
		{ "LABEL=\"a,rootflags=b\",rootflags=c", 0, "a,rootflags=b", "ext4", "c" },
		{ "LABEL=a,rootflags=context=\"s0,rootfstype=c2\",x", 0, "a", "ext4", "context=\"s0,rootfstype=c2\",x" },
		{ "PARTUUID=a1-02/PARTNROFF=2,rootflags=x", 0, "a1-02", "ext4", "x" },
		{ "LABEL=,rootflags=x", -EINVAL, NULL, NULL, NULL },
		/* of layers that no image has: another root than that would be mounted */
		{ "LABEL=a,roothash=ab", -EOPNOTSUPP, NULL, NULL, NULL },
		{ "LABEL=a,verityhash=ab", -EOPNOTSUPP, NULL, NULL, NULL },
		{ "LABEL=a,loop=x.img", -EOPNOTSUPP, NULL, NULL, NULL },
		{ "LABEL=a,rootflags=x,loop=x.img", -EOPNOTSUPP, NULL, NULL, NULL },
		{ "LABEL=a,loopfstype=erofs", -EOPNOTSUPP, NULL, NULL, NULL },
		{ "LABEL=a,loops=x", 0, "a,loops=x", "ext4", "noatime" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool is_refused = !CONFIG_ROOTFLAGS && strstr(rows[i].text, ",rootflags=") &&
				  (!rows[i].value || !strstr(rows[i].value, "rootflags=") || strstr(rows[i].text, "=c"));
		int err = rootspec_parse(&spec, own(rows[i].text), own("ext4"), own("noatime"), &no_words);

		row_is(i, rows[i].text);
		if (is_refused || (!CONFIG_ROOT_TAG && rows[i].err != -EOPNOTSUPP)) {
			assert_int_equal(err, -EOPNOTSUPP);
			continue;
		}
		assert_int_equal(err, rows[i].err);
		if (err)
			continue;
		assert_int_equal(spec.length, strlen(rows[i].value));
		assert_memory_equal(spec.value, rows[i].value, spec.length);
		assert_int_equal(!spec.types, !rows[i].types);
		assert_string_equal(spec.types ? spec.types : "", rows[i].types ? rows[i].types : "");
		assert_string_equal(spec.flags, rows[i].flags);
	}
	/* behind each form */
	assert_int_equal(rootspec_parse(&spec, own("/dev/vda,rootfstype=xfs"), NULL, NULL, &no_words), 0);
	assert_string_equal(spec.value, "vda");
	assert_string_equal(spec.types, "xfs");
	assert_null(spec.flags);
	if (CONFIG_ROOT_DEVNUM) {
		assert_int_equal(rootspec_parse(&spec, own("b302,rootfstype=xfs"), NULL, NULL, &no_words), 0);
		assert_int_equal(spec.minor, 2);
		assert_int_equal(rootspec_parse(&spec, own("8:1,rootfstype=xfs"), NULL, NULL, &no_words), 0);
		assert_int_equal(spec.minor, 1);
		assert_string_equal(spec.types, "xfs");
	}
	if (CONFIG_ROOT_FLASH) {
		assert_int_equal(rootspec_parse(&spec, own("ubi0:a,b,rootfstype=ubifs"), NULL, NULL, &no_words), 0);
		assert_string_equal(spec.name, "a,b");
		assert_string_equal(spec.value, "ubi0:a,b");
		assert_string_equal(spec.types, "ubifs");
	}
	/* an empty rootfstype= of its own is none, that of the command line names no type */
	assert_int_equal(rootspec_parse(&spec, own("/dev/vda,rootfstype="), own("xfs"), NULL, &no_words), 0);
	assert_null(spec.types);
	assert_int_equal(rootspec_parse(&spec, own("/dev/vda"), own(""), NULL, &no_words), 0);
	assert_string_equal(spec.types, "");
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

/* early-lookup.c compares as many bytes of a PARTUUID as root= has. */
static void beginnings(void **state)
{
	static const struct {
		const char *text, *value;
		bool begins;
	} rows[] = {
		{ "PARTUUID=614e0000-0000", "614e0000-0000-4b53-8000-1d28000054a9", true },
		{ "PARTUUID=614E", "614e0000-0000-4b53-8000-1d28000054a9", true },
		{ "PARTUUID=a1d0c3e5", "a1d0c3e5-02", true },
		{ "PARTUUID=a1d0c3e5-02", "a1d0c3e5-02", true },
		{ "PARTUUID=a1d0c3e5-021", "a1d0c3e5-02", false },
		{ "PARTUUID=1d0c3e5", "a1d0c3e5-02", false },
		{ "PARTUUID=a1d0c3e5", "", false },
		{ "/dev/disk/by-partuuid/614e0000", "614e0000-0000-4b53-8000-1d28000054a9", true },
		/* no other tag is known by its beginning */
		{ "UUID=614e0000", "614e0000-0000-4b53-8000-1d28000054a9", false },
		{ "LABEL=ro", "root", false },
		{ "PARTLABEL=ro", "root", false },
	};

	(void)state;
	if (!CONFIG_ROOT_TAG)
		return;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(parse(rows[i].text), 0);
		assert_int_equal(rootspec_begins(&spec, rows[i].value), rows[i].begins);
		assert_int_equal(rootspec_is(&spec, spec.tag, rows[i].value), strlen(rows[i].value) == spec.length);
	}
}

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
		{ "PARTUUID=a1d0", true }, { "PARTUUID=1234-ABCD", true }, { "PARTUUID=a1d0c3e5-2", true },
		{ "PARTUUID=" GPT_ID "0", false }, { "PARTUUID=a1d0c3e5-0g", false }, { "PARTUUID=a1d0c3e5_02", false },
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
static void reasons(void **state)
{
	char text[ROOTSPEC_REASON_MAX];
	const char *reason;

	(void)state;
	reason = rootspec_reason(text, -EINVAL);
	assert_true(strlen(reason) < sizeof(text));
	assert_ptr_equal(strstr(reason, "not one of /dev/NAME"), reason);
	assert_int_equal(!!strstr(reason, "MAJ:MIN"), CONFIG_ROOT_DEVNUM);
	assert_int_equal(!!strstr(reason, "PARTUUID="), CONFIG_ROOT_TAG);
	assert_int_equal(!!strstr(reason, "mtdN"), CONFIG_ROOT_FLASH);
	assert_int_equal(!!strstr(reason, "virtiofs"), CONFIG_ROOT_SHARE);
	assert_string_equal(rootspec_reason(text, -EOPNOTSUPP), "not in this image");
	reason = rootspec_reason(text, -ENOENT);
	assert_non_null(strstr(reason, "no kernel makes this node"));
	assert_non_null(strstr(reason, "UUID="));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(pairs),
		cmocka_unit_test(hex),
		cmocka_unit_test(other_forms),
		cmocka_unit_test(tags),
		cmocka_unit_test(gpt_auto),
		cmocka_unit_test(flash),
		cmocka_unit_test(shares),
		cmocka_unit_test(keys),
		cmocka_unit_test(answers),
		cmocka_unit_test(beginnings),
		cmocka_unit_test(whole_ids),
		cmocka_unit_test(near_misses),
		cmocka_unit_test(reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
