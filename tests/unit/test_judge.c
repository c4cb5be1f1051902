/* plan/judge: what of a device answers root=, what must not be mounted, and which of those that answer is root. */
#include "plan/judge.h"
#include "unit.h"

#include <stdio.h>

static const struct layer_words no_words;

/* ---- one device ------------------------------------------------------------------------------- */

static struct super super;
static struct parttable_id part = { .uuid = "a1d0c3e5-02", .label = "system" };

static void identify(struct identity *id, const char **at, const char *type, const char *uuid, const char *label)
{
	*at = type;
	*id = (struct identity){ .uuid = "" };
	strcpy(id->uuid, uuid);
	strcpy(id->label, label);
}

static int setup(void **state)
{
	(void)state;
	memset(&super, 0, sizeof(super));
	identify(&super.fs, &super.contents.fs, "ext4", "1111", "root");
	return 0;
}

static bool is_meant(const char *root)
{
	struct rootspec spec;

	row_is(0, root);
	assert_int_equal(rootspec_parse(&spec, own(root), NULL, NULL, &no_words), 0);
	return judge_is_meant(&spec, &super);
}

static void values(void **state)
{
	(void)state;
	assert_string_equal(judge_value(TAG_UUID, &super, &part), "1111");
	assert_string_equal(judge_value(TAG_LABEL, &super, &part), "root");
	assert_string_equal(judge_value(TAG_PARTUUID, &super, &part), "a1d0c3e5-02");
	assert_string_equal(judge_value(TAG_PARTLABEL, &super, &part), "system");
	for (enum tag tag = 0; tag < TAGS; tag++)
		assert_string_equal(judge_value(tag, NULL, NULL), "");
	identify(&super.fs, &super.contents.fs, NULL, "", "");
	assert_string_equal(judge_value(TAG_UUID, &super, &part), "");
	assert_string_equal(judge_value(TAG_LABEL, &super, &part), "");
}

static void by_each_tag(void **state)
{
	(void)state;
	if (!CONFIG_ROOT_TAG)
		return;
	assert_true(is_meant("UUID=1111"));
	assert_true(is_meant("LABEL=root"));
	assert_false(is_meant("UUID=1112"));
	assert_false(is_meant("UUID=111"));
	assert_false(is_meant("LABEL=Root"));
	identify(&super.fs, &super.contents.fs, NULL, "", "");
	assert_false(is_meant("UUID=1111"));
	/* two that fit: it is found by the first, and barred */
	setup(NULL);
	super.contents.second = "xfs";
	assert_true(is_meant("UUID=1111"));
}

/* Half of a RAID1 is found by its own tags and by those that show through; both ways it is barred. */
static void member(void **state)
{
	(void)state;
	identify(&super.member, &super.contents.member, "linux_raid_member", "2222", "host:0");
	assert_string_equal(judge_value(TAG_UUID, &super, NULL), "2222");
	assert_string_equal(judge_value(TAG_LABEL, &super, NULL), "host:0");
	if (!CONFIG_ROOT_TAG)
		return;
	assert_true(is_meant("UUID=2222"));
	assert_true(is_meant("UUID=1111"));
	assert_true(is_meant("LABEL=root"));
	assert_false(is_meant("UUID=3333"));
	identify(&super.fs, &super.contents.fs, NULL, "", "");
	assert_false(is_meant("UUID=1111"));
	assert_true(is_meant("UUID=2222"));
}

static void bars(void **state)
{
	static const struct {
		struct contents contents;
		const char *text;
	} rows[] = {
		{ { .fs = "ext4" }, NULL },
		{ { .fs = NULL }, NULL },
		/* for the kernel to judge, by its name */
		{ { .damaged = "ext4" }, NULL },
		{ { .fs = "btrfs", .devices = 3, .number = 2 }, NULL },
		{ { .fs = "ext4", .member = "linux_raid_member" }, "holds ext4 but is linux_raid_member: not mounted" },
		{ { .member = "crypto_LUKS" }, "is crypto_LUKS: this image cannot open it" },
		{ { .fs = "ext4", .second = "xfs" },
		  "looks like both ext4 and xfs: name one with rootfstype=, or clear one with wipefs" },
		{ { .fs = "ext4", .is_held = true }, "is a part of another device: not mounted" },
		{ { .is_held = true }, "is a part of another device: not mounted" },
		/* the surest reason is the one that is said */
		{ { .fs = "ext4", .member = "swap", .second = "xfs", .is_held = true },
		  "holds ext4 but is swap: not mounted" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char text[JUDGE_BAR_MAX];
		const char *bar = judge_bar(text, &rows[i].contents);

		row_is(i, rows[i].text ? rows[i].text : "none");
		assert_int_equal(!bar, !rows[i].text);
		if (bar)
			assert_string_equal(bar, rows[i].text);
	}
	/* the longest that there are fit */
	for (unsigned i = 0; i < 2; i++) {
		struct contents c = { .fs = "squashfs3", .member = i ? "linux_raid_member" : NULL, .second = "squashfs3" };
		char text[JUDGE_BAR_MAX];

		memset(text, 0, sizeof(text));
		assert_true(strlen(judge_bar(text, &c)) > 20);
	}
}

/* ---- all of them ------------------------------------------------------------------------------- */

static struct answer answers[8];
static unsigned count;

static struct answer *add(const char *disk, const char *name)
{
	struct answer *a = &answers[count++];

	assert_true(count <= COUNT(answers));
	*a = (struct answer){ .contents = { .fs = "ext4", .devices = 1 }, .d = { .bus = "ata" } };
	strcpy(a->d.disk, disk);
	strcpy(a->d.name, name);
	return a;
}

static struct answer *bar(struct answer *a)
{
	a->contents.member = "linux_raid_member";
	return a;
}

static int none(void **state)
{
	(void)state;
	memset(answers, 0x5a, sizeof(answers));
	count = 0;
	return 0;
}

/* The judgement, by the judged one's name: "" for none. */
static void judged(enum reason reason, const char *name)
{
	struct verdict v;

	memset(&v, 0x5a, sizeof(v));
	assert_int_equal(judge(answers, answers + count, &v), reason);
	assert_string_equal(v.root ? v.root->d.name : "", name);
}

static void nobody(void **state)
{
	(void)state;
	judged(NONE, "");
}

static void one(void **state)
{
	(void)state;
	add("block", "sda");
	judged(ONLY, "sda");
}

/* A look-alike that must not be mounted is no verdict about root, and none is said while another may be it. */
static void barred(void **state)
{
	(void)state;
	bar(add("block", "sda"));
	judged(BARRED, "sda");
	bar(add("block", "sdb"));
	judged(BARRED, "sda");
	/* it does not stand in the way of the real one, before or behind it */
	add("block", "sdc");
	judged(ONLY, "sdc");
	none(state);
	add("block", "sda");
	bar(add("block", "sdb"));
	judged(ONLY, "sda");
}

static void clones(void **state)
{
	(void)state;
	add("sdb", "sdb1");
	add("sda", "sda1");
	judged(CONFIG_DUPLICATE_FIRST ? RULE : SEVERAL, CONFIG_DUPLICATE_FIRST ? "sda1" : "sdb1");
	/* one that is barred is none of several */
	bar(&answers[1]);
	judged(ONLY, "sdb1");
}

static void first_by_name(void **state)
{
	(void)state;
	if (!CONFIG_DUPLICATE_FIRST)
		return;
	add("mmcblk1", "mmcblk1p2");
	add("sda", "sda2");
	add("mmcblk0", "mmcblk0p2");
	add("mmcblk0", "mmcblk0p20");
	judged(RULE, "mmcblk0p2");
}

static void by_bus(void **state)
{
	(void)state;
	if (!CONFIG_DUPLICATE_PREFER)
		return;
	add("sda", "sda1");
	add("mmcblk0", "mmcblk0p1")->d.bus = CONFIG_PREFER_BUS;
	add("sdb", "sdb1");
	judged(RULE, "mmcblk0p1");
	/* where it does not decide */
	add("mmcblk1", "mmcblk1p1")->d.bus = CONFIG_PREFER_BUS;
	judged(SEVERAL, "mmcblk1p1");
	/* one that is barred is none there */
	bar(&answers[3]);
	judged(RULE, "mmcblk0p1");
	answers[1].d.bus = NULL;
	judged(SEVERAL, "sda1");
}

/* An isohybrid stick: the disk and its first partition begin with the same bytes. */
static void a_disk_and_its_partition(void **state)
{
	(void)state;
	add("block", "sda");
	add("sda", "sda1");
	judged(ONLY, "sda");
	assert_true(judge_counts(answers, answers + count, &answers[0]));
	assert_false(judge_counts(answers, answers + count, &answers[1]));
	/* whichever comes first; but not of another disk */
	strcpy(answers[0].d.disk, "sda");
	strcpy(answers[0].d.name, "sda1");
	strcpy(answers[1].d.disk, "block");
	strcpy(answers[1].d.name, "sda");
	judged(ONLY, "sda");
	strcpy(answers[1].d.name, "sdaa");
	assert_true(judge_counts(answers, answers + count, &answers[0]));
	/* what bars the disk bars the partition */
	strcpy(answers[1].d.name, "sda");
	bar(&answers[1]);
	judged(BARRED, "sda");
}

/* PARTUUID= by its beginning: a whole match first, else the only one. */
static void beginnings(void **state)
{
	(void)state;
	add("sda", "sda1")->begins = true;
	judged(BEGINS, "sda1");
	/* several are never told apart, by no rule */
	add("sdb", "sdb1")->begins = true;
	answers[0].d.bus = CONFIG_DUPLICATE_PREFER ? CONFIG_PREFER_BUS : "mmc";
	judged(SEVERAL, "sda1");
	add("sdc", "sdc1");
	judged(ONLY, "sdc1");
	assert_false(judge_counts(answers, answers + count, &answers[0]));
	assert_false(judge_counts(answers, answers + count, &answers[1]));
	assert_true(judge_counts(answers, answers + count, &answers[2]));
	/* a whole match that must not be mounted is meant all the same */
	bar(&answers[2]);
	judged(BARRED, "sdc1");
}

/* Of a file system on several devices each has its UUID. */
static void members_of_one(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct answer *a = add("block", (const char *[]){ "sda", "sdb", "sdc" }[i]);

		a->contents = (struct contents){ .fs = "btrfs", .devices = 3, .number = i + 1 };
		judged(i ? MEMBERS : ONLY, "sda");
	}
	/* copies of one have its number, too: then they are clones */
	answers[2].contents.number = 1;
	judged(CONFIG_DUPLICATE_FIRST ? RULE : SEVERAL, "sda");
	answers[2].contents.number = 3;
	/* more than there are: a part of another array with the same UUID is among them */
	for (unsigned i = 0; i < 3; i++)
		answers[i].contents.devices = 2;
	judged(CONFIG_DUPLICATE_FIRST ? RULE : SEVERAL, "sda");
	/* two file systems of one device each are no members of one, whatever number a format left */
	none(state);
	add("block", "sda")->contents.number = 1;
	add("block", "sdb")->contents.number = 2;
	judged(CONFIG_DUPLICATE_FIRST ? RULE : SEVERAL, "sda");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(values, setup),
		cmocka_unit_test_setup(by_each_tag, setup),
		cmocka_unit_test_setup(member, setup),
		cmocka_unit_test_setup(bars, setup),
		cmocka_unit_test_setup(nobody, none),
		cmocka_unit_test_setup(one, none),
		cmocka_unit_test_setup(barred, none),
		cmocka_unit_test_setup(clones, none),
		cmocka_unit_test_setup(first_by_name, none),
		cmocka_unit_test_setup(by_bus, none),
		cmocka_unit_test_setup(a_disk_and_its_partition, none),
		cmocka_unit_test_setup(beginnings, none),
		cmocka_unit_test_setup(members_of_one, none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
