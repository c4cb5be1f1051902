/* plan/layer and plan/layer/: which layers root gets, what their words mean, and a verity superblock's bounds. */
#include "plan/layer/loop.h"
#include "plan/layer/overlay.h"
#include "plan/layer/verity.h"
#include "plan/params.h"
#include "unit.h"

#include <string.h>

#define HASH "0123456789abcdef0123456789abcdef" "fedcba9876543210fedcba9876543210"

static struct params params;

static const struct layer_words *given(const char *line)
{
	row_is(0, line);
	memset(&params, 0, sizeof(params));
	params_clear(&params);
	params_parse(&params, own(line), NULL, NULL);
	return &params.words;
}

extern const struct layer_word __start_layer_words[], __stop_layer_words[];

/* What keeps the values has room for all words. */
static void words(void **state)
{
	(void)state;
	assert_in_range(__stop_layer_words - __start_layer_words, 1, LAYER_WORDS_MAX);
}

static const char *plan(const char *line, enum made have)
{
	static char text[200];
	const struct layer *list[LAYERS_MAX + 1], *misfit = layers_plan(list, given(line), have);

	*text = '\0';
	if (misfit)
		return misfit->word;
	for (const struct layer **l = list; *l; l++)
		strcat(strcat(text, *text ? " " : ""), (*l)->word);
	return text;
}

static void plans(void **state)
{
	const char *verity = CONFIG_VERITY_ONLY ? "roothash" : "";

	(void)state;
	assert_string_equal(plan("roothash=ab", MADE_DEVICE), "roothash");
	assert_string_equal(plan("overlayroot=tmpfs roothash=ab loop=/a", MADE_DEVICE), "loop roothash overlayroot");
	/* on flash stands an image file, but no device */
	assert_string_equal(plan("loop=/a roothash=ab", MADE_SOURCE), "loop roothash");
	assert_string_equal(plan("roothash=ab", MADE_SOURCE), "roothash");
	assert_string_equal(plan("", MADE_DEVICE), verity);
	assert_string_equal(plan("roothash= loop= overlayroot=disabled rd.overlay=0", MADE_DEVICE), verity);
	assert_string_equal(plan("overlayroot=", MADE_DEVICE), verity);
}

static void places(void **state)
{
	char text[LAYER_ROOT_MAX], given_root[] = "/dev/sda2", mapper[] = "/dev/mapper/root";

	(void)state;
	assert_string_equal(layers_root(text, NULL, given("roothash=" HASH)),
			    "PARTUUID=01234567-89ab-cdef-0123-456789abcdef");
	assert_ptr_equal(layers_root(text, given_root, given("roothash=" HASH)), given_root);
	assert_ptr_equal(layers_root(text, mapper, given("roothash=" HASH)), text);
	assert_string_equal(layers_root(text, mapper, given("roothash=" HASH " systemd.verity_root_data=LABEL=x")), "LABEL=x");
	assert_string_equal(layers_root(text, NULL, given("roothash=ab")), "PARTUUID=00000000-0000-0000-0000-000000000000");
	verity_partition(text, HASH, true);
	assert_string_equal(text, "PARTUUID=fedcba98-7654-3210-fedc-ba9876543210");
	if (!CONFIG_VERITY_ONLY)
		assert_null(layers_root(text, NULL, given("overlayroot=tmpfs")));
}

static void hashes(void **state)
{
	static const struct {
		const char *line, *why;
	} rows[] = {
		{ "roothash=" HASH, NULL },
		{ "roothash=" HASH HASH, NULL },
		{ "roothash=" HASH " systemd.verity_root_options=", NULL },
		{ "roothash=" HASH " systemd.verity_root_options=restart-on-corruption,ignore-zero-blocks", NULL },
		{ "roothash=", "not 64 or 128 hex digits" },
		{ "roothash=" HASH "0", "not 64 or 128 hex digits" },
		{ "roothash=" HASH "x", "not 64 or 128 hex digits" },
		{ "roothash=g" HASH, "not 64 or 128 hex digits" },
		/* it would read what does not match */
		{ "roothash=" HASH " systemd.verity_root_options=ignore-corruption", "an option that is not in this image" },
		{ "roothash=" HASH " systemd.verity_root_options=fec-device=/dev/vdb,fec-roots=24,fec-offset=4096",
		  CONFIG_VERITY_FEC ? NULL : "an option that is not in this image" },
		{ "roothash=" HASH " systemd.verity_root_options=fec-roots=25", "an option that is not in this image" },
		{ "roothash=" HASH " systemd.verity_root_options=fec-offset=", "an option that is not in this image" },
		{ "roothash=" HASH " systemd.verity_root_options=fec-offset=4k", "an option that is not in this image" },
		{ "roothash=" HASH " systemd.verity_root_options=check-at-most-once,,panic-on-error", "an option that is not in this image" },
	};
	struct verity v;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *why = verity_wanted(&v, given(rows[i].line));

		assert_int_equal(!why, !rows[i].why);
		if (why)
			assert_string_equal(why, rows[i].why);
	}
}

/* Version 1 of 100 blocks, 4096 and 1024 bytes large, with 3 bytes of salt. */
static const unsigned char superblock[VERITY_SUPERBLOCK] = {
	[0] = 'v', 'e', 'r', 'i', 't', 'y', [8] = 1, [12] = 1, [16] = 0xab, [31] = 0xcd, [32] = 's', 'h', 'a', '2', '5', '6',
	[65] = 0x10, [69] = 4, [72] = 100, [80] = 3, [88] = 1, 0xff, 0x20,
};

static const char *read_changed(struct verity *v, unsigned char *block, unsigned at, unsigned char value)
{
	memcpy(block, superblock, sizeof(superblock));
	block[at] = value;
	verity_wanted(v, given("roothash=" HASH));
	return verity_superblock(v, block, 1 << 20, 2 << 20);
}

static void superblocks(void **state)
{
	static const char damaged[] = "its verity superblock is damaged",
		more[] = "its verity superblock tells of more than there is";
	static const struct {
		unsigned at, value;
		const char *why;
	} rows[] = {
		{ 0, 'V', "no verity superblock" },
		{ 7, 1, "no verity superblock" },
		{ 8, 2, "its verity superblock is of another version" },
		{ 8, 0, "its verity superblock is of another version" },
		{ 12, 0, "its verity superblock is of another version" },
		{ 32, 'S', "its verity tree is of another hash" },
		{ 38, 'x', "its verity tree is of another hash" },
		{ 64, 1, damaged },  /* of no power of two */
		{ 65, 0, damaged },
		{ 65, 1, damaged },  /* 256 */
		{ 66, 2, damaged },  /* 131072 and 4096 */
		{ 69, 0, damaged },
		{ 81, 1, damaged },  /* a salt of 259 bytes */
		{ 72, 0, more },
		{ 77, 1, more },     /* more blocks than 32 bits count */
	};
	unsigned char block[VERITY_SUPERBLOCK];
	char table[VERITY_TABLE_MAX], uuid[VERITY_UUID_MAX];
	struct verity v;

	(void)state;
	assert_null(read_changed(&v, block, 0, 'v'));
	assert_null(verity_table(table, &v, "8:1", "8:2", NULL));
	/* the tree begins a block of its own behind the superblock */
	assert_string_equal(table, "1 8:1 8:2 4096 1024 100 1025 sha256 " HASH " 01ff20 0");
	verity_uuid(uuid, &v);
	assert_string_equal(uuid, "CRYPT-VERITY-ab0000000000000000000000000000cd-root");
	if (CONFIG_VERITY_FEC) {
		/* its blocks are not as large as the data's */
		assert_string_equal(verity_table(table, &v, "8:1", "8:2", "8:3"), "fec-offset= or its blocks are not those of the tree");
	}
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *why = read_changed(&v, block, rows[i].at, (unsigned char)rows[i].value);

		assert_non_null(why);
		assert_string_equal(why, rows[i].why);
	}
	/* the device ends before the tree begins */
	memcpy(block, superblock, sizeof(superblock));
	assert_string_equal(verity_superblock(&v, block, 1 << 20, (1 << 20) + 1024), more);
	/* without salt, and at the other end of all bounds */
	assert_null(read_changed(&v, block, 80, 0));
	assert_null(verity_table(table, &v, "8:1", "8:2", NULL));
	assert_string_equal(table, "1 8:1 8:2 4096 1024 100 1025 sha256 " HASH " - 0");
	memset(block + 88, 0xff, 256);
	block[80] = 0, block[81] = 1;
	memset(block + 72, 0xff, 4);
	verity_wanted(&v, given("roothash=" HASH HASH
				" systemd.verity_root_options=restart-on-corruption,restart-on-error,ignore-zero-blocks,check-at-most-once"));
	strcpy((char *)block + 32, "sha512");
	assert_null(verity_superblock(&v, block, 1 << 20, 2 << 20));
	assert_null(verity_table(table, &v, "4095:1048575", "4095:1048575", NULL));
	assert_non_null(strstr(table, " 4 restart_on_corruption restart_on_error ignore_zero_blocks check_at_most_once"));
}

/* What cryptsetup gives (lib/verity/verity_fec.c, VERITY_FEC_blocks()). */
static void corrections(void **state)
{
	static const struct {
		const char *options, *hash, *fec, *end;
	} rows[] = {
		/* behind data of 100 blocks on a device of 512 blocks the tree and what else there is */
		{ "fec-device=LABEL=a", "8:1", "8:2", "8 use_fec_from_device 8:2 fec_start 0 fec_blocks 511 fec_roots 2" },
		{ "fec-device=LABEL=a,fec-roots=4,panic-on-error", "8:1", "8:2",
		  "9 panic_on_error use_fec_from_device 8:2 fec_start 0 fec_blocks 511 fec_roots 4" },
		/* on the same device, where it begins the rest ends */
		{ "fec-device=LABEL=a,fec-offset=819200", "8:1", "8:1", "8 use_fec_from_device 8:1 fec_start 200 fec_blocks 199 fec_roots 2" },
		{ "fec-device=LABEL=a,fec-offset=819201", "8:1", "8:1", NULL },
		{ "fec-device=LABEL=a,fec-offset=72057594037927936", "8:1", "8:2", NULL },
	};
	unsigned char block[VERITY_SUPERBLOCK];
	char table[VERITY_TABLE_MAX], line[300];
	struct verity v;

	(void)state;
	for (size_t i = 0; CONFIG_VERITY_FEC && i < sizeof(rows) / sizeof(*rows); i++) {
		const char *why;

		memcpy(block, superblock, sizeof(superblock));
		block[69] = 0x10;
		strcat(strcpy(line, "roothash=" HASH " systemd.verity_root_options="), rows[i].options);
		assert_null(verity_wanted(&v, given(line)));
		assert_null(verity_superblock(&v, block, 100 << 12, 512 << 12));
		why = verity_table(table, &v, "8:1", rows[i].hash, rows[i].fec);
		assert_int_equal(!why, !!rows[i].end);
		if (!why)
			assert_string_equal(strstr(table, " 01ff20 ") + sizeof(" 01ff20"), rows[i].end);
	}
}

static void behind(void **state)
{
	(void)state;
	assert_int_equal(verity_behind(1, 12), 4096);
	assert_int_equal(verity_behind(4096, 12), 4096);
	assert_int_equal(verity_behind(4097, 9), 4608);
	assert_true(verity_behind((1ULL << 40) + 1, 16) == (1ULL << 40) + 65536);
}

/* What there is to find the number in: lines of Linux 7.3, and what does not describe a keyring as the kernel does. */
static void keyrings(void **state)
{
	static const struct {
		const char *keys;
		int number;
	} rows[] = {
		{ "03dd51ba I------     1 perm 082f0000     0     0 keyring   .dm-verity: empty\n", 0x3dd51ba },
		{ "0a1cc4a5 I--Q---     6 perm 1f3f0000     0 65534 keyring   _uid.0: empty\n"
		  "2f0d8c11 I------     2   3d 082f0000     0     0 keyring   .dm-verity: 12\n"
		  "3f0d8c12 I------     1 perm 1f030000     0     0 asymmetri a b: .dm-verity: X509.rsa 0cab []\n", 0x2f0d8c11 },
		/* a name with spaces, one that ends its line, a line that is cut short */
		{ "00000005 I------     1 perm 1f030000     0     0 asymmetri a keyring .dm-verity: X509\n"
		  "b\n 7\n\n7fffffff I------     1 perm 082f0000     0     0 keyring   .dm-verity: empty", 0x7fffffff },
		{ "00000005 I------     1 perm 082f0000     0     0 keyring   .dm-verity2: empty\n", 0 },
		{ "00000005 I------     1 perm 082f0000     0     0 keyring   .fs-verity: empty\n", 0 },
		{ "00000005 I------     1 perm 082f0000     0     0 user      .dm-verity: 1\n", 0 },
		{ "00000005 I------     1 perm 082f0000     0     0 keyring   .dm-verity", 0 },
		{ "\n\n", 0 },
		{ "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *rest;
		char *keys = own(rows[i].keys);

		row_is((unsigned)i, rows[i].keys);
		assert_int_equal(verity_keyring(keys, &rest), rows[i].number);
		/* what ends in the middle of a line goes on there */
		for (size_t cut = strlen(keys); cut-- && rows[i].number;) {
			strcpy(keys, rows[i].keys);
			keys[cut] = '\0';
			if (!verity_keyring(keys, &rest))
				assert_int_equal(verity_keyring(own(rows[i].keys) + (rest - keys), &rest), rows[i].number);
		}
	}
}

static void files(void **state)
{
	struct layer_words words;

	(void)state;
	words = *given("loop=/a loopfstype=ext4 verityhash=/b");
	assert_string_equal(loop_file(&words), "/a");
	assert_string_equal(loop_types(&words), "ext4");
	assert_string_equal(*loop_tree_file(&words), "/b");
	words = *given("loop=/a loopfstype= verityhash=/dev/vdb");
	assert_null(loop_types(&words));
	assert_null(loop_tree_file(&words));
	words = *given("loop=/a");
	assert_null(loop_tree_file(&words));
}

static void overlays(void **state)
{
	static const struct {
		const char *line, *why, *device, *dir, *options;
		int timeout;
	} rows[] = {
		{ "overlayroot=tmpfs", NULL, NULL, "overlay", NULL, NOT_GIVEN },
		{ "overlayroot=tmpfs:swap=1,recurse=0", NULL, NULL, "overlay", "", NOT_GIVEN },
		{ "overlayroot=tmpfs:recurse=0,size=1M,swap=1,nr_inodes=9", NULL, NULL, "overlay", "size=1M,nr_inodes=9", NOT_GIVEN },
		{ "overlayroot=tmpfs:", NULL, NULL, "overlay", "", NOT_GIVEN },
		/* the tmpfs does not know it */
		{ "overlayroot=tmpfs:dev=8:1,size=1M", NULL, NULL, "overlay", "dev=8:1,size=1M", NOT_GIVEN },
		{ "overlayroot= rd.overlay=8:1", NULL, "8:1", "overlay", NULL, NOT_GIVEN },
		{ "overlayroot=/dev/vdb", NULL, "/dev/vdb", "overlay", NULL, NOT_GIVEN },
		{ "overlayroot=device:dev=LABEL=a", NULL, "LABEL=a", "overlay", "", NOT_GIVEN },
		{ "overlayroot=device:timeout=5,dir=/x/y,recurse=0,dev=8:1", NULL, "8:1", "/x/y", "", 5 },
		{ "overlayroot=device:dir=/x", .why = "without dev=" },
		{ "overlayroot=device:", .why = "without dev=" },
		{ "overlayroot=device:dev=8:1,mkfs=1", .why = "not dev=, dir=, timeout=" },
		{ "overlayroot=device:dev=8:1,timeout=x", .why = "its timeout is no number of seconds" },
		{ "overlayroot=crypt:dev=/dev/vdb", .why = "encrypted: not in this image" },
		{ "rd.overlay", NULL, NULL, "overlay", NULL, NOT_GIVEN },
		{ "rd.overlay=1", NULL, NULL, "overlay", NULL, NOT_GIVEN },
		{ "rd.overlay=tmpfs:size=25%,nr_inodes=0", NULL, NULL, "overlay", "size=25%,nr_inodes=0", NOT_GIVEN },
		{ "rd.overlay=UUID=ab:/p/q", NULL, "UUID=ab", "p/q", NULL, NOT_GIVEN },
		{ "rd.overlay=8:1", NULL, "8:1", "overlay", NULL, NOT_GIVEN },
		{ "rd.overlay=8:1:/p", NULL, "8:1", "p", NULL, NOT_GIVEN },
		{ "rd.overlay overlayroot=/dev/vdb", NULL, "/dev/vdb", "overlay", NULL, NOT_GIVEN },
	};
	struct overlay o;
	char line[300];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *why = overlay_wanted(&o, given(rows[i].line));

		assert_int_equal(!why, !rows[i].why);
		if (why) {
			assert_string_equal(why, rows[i].why);
			continue;
		}
		assert_string_equal(o.device ? o.device : "none", rows[i].device ? rows[i].device : "none");
		assert_string_equal(o.dir, rows[i].dir);
		assert_string_equal(o.options ? o.options : "none", rows[i].options ? rows[i].options : "none");
		assert_int_equal(o.timeout, rows[i].timeout);
		assert_false(o.reset || o.readonly);
	}
	assert_null(overlay_wanted(&o, given("rd.overlay rd.overlay.reset rd.overlay.readonly=1")));
	assert_true(o.reset && o.readonly);
	assert_null(overlay_wanted(&o, given("rd.overlay rd.overlay.reset=0 rd.overlay.readonly=no")));
	assert_false(o.reset || o.readonly);
	strcat(memset(memset(line, 0, sizeof(line)), 'x', OVERLAY_TEXT_MAX), "");
	memcpy(line, "overlayroot=", 12);
	assert_null(overlay_wanted(&o, given(line)));
	strcat(line, "123456789012");
	assert_string_equal(overlay_wanted(&o, given(line)), "too long");
}

static void names(void **state)
{
	static struct super super;
	char name[OVERLAY_NAME_MAX], other[OVERLAY_NAME_MAX];

	(void)state;
	overlay_name(name, given("roothash=" HASH), NULL);
	assert_string_equal(name, CONFIG_OVERLAY_KEEP ? "root" : "0123456789abcdef0123456789abcdef");
	overlay_name(name, given("rd.overlay"), NULL);
	assert_string_equal(name, "root");
	strcpy(super.fs.uuid, "6b696e64-6c69-4e67-8000-000000000001");
	overlay_name(name, given("rd.overlay"), &super);
	assert_string_equal(name, super.fs.uuid);
	*super.fs.uuid = '\0';
	overlay_name(name, given("rd.overlay"), &super);
	assert_int_equal(strlen(name), 16);
	/* behind a sector of zeros too */
	super.head[sizeof(super.head) - 1] = 1;
	overlay_name(other, given("rd.overlay"), &super);
	assert_string_not_equal(name, other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words), cmocka_unit_test(plans), cmocka_unit_test(places), cmocka_unit_test(hashes),
		cmocka_unit_test(superblocks), cmocka_unit_test(corrections), cmocka_unit_test(behind), cmocka_unit_test(keyrings),
		cmocka_unit_test(files), cmocka_unit_test(overlays), cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
