/* plan/match: what of a device answers root=, and what must not be mounted. */
#include "plan/match.h"
#include "unit.h"

#include <stdio.h>

static struct super super;
static struct parttable_id part = { .uuid = "a1d0c3e5-02", .label = "system" };

static void identify(struct identity *id, const char *type, const char *uuid, const char *label)
{
	*id = (struct identity){ .type = type };
	strcpy(id->uuid, uuid);
	strcpy(id->label, label);
}

static int setup(void **state)
{
	(void)state;
	memset(&super, 0, sizeof(super));
	identify(&super.fs, "ext4", "1111", "root");
	return 0;
}

static bool answers(const char *root, const struct super *s, const struct parttable_id *p)
{
	struct rootspec spec;

	row_is(0, root);
	assert_int_equal(rootspec_parse(&spec, own(root), NULL), 0);
	return match(&spec, s, p);
}

static void values(void **state)
{
	(void)state;
	assert_string_equal(match_value(TAG_UUID, &super, &part), "1111");
	assert_string_equal(match_value(TAG_LABEL, &super, &part), "root");
	assert_string_equal(match_value(TAG_PARTUUID, &super, &part), "a1d0c3e5-02");
	assert_string_equal(match_value(TAG_PARTLABEL, &super, &part), "system");
	for (enum tag tag = 0; tag < TAGS; tag++)
		assert_string_equal(match_value(tag, NULL, NULL), "");
	/* what an earlier device has left counts for nothing */
	super.fs.type = NULL;
	assert_string_equal(match_value(TAG_UUID, &super, &part), "");
	assert_string_equal(match_value(TAG_LABEL, &super, &part), "");
}

static void by_each_tag(void **state)
{
	(void)state;
	if (!CONFIG_ROOT_TAG)
		return;
	assert_true(answers("UUID=1111", &super, &part));
	assert_true(answers("LABEL=root", &super, NULL));
	assert_true(answers("PARTUUID=A1D0C3E5-02", NULL, &part));
	assert_true(answers("PARTLABEL=system", &super, &part));
	assert_false(answers("UUID=1112", &super, &part));
	assert_false(answers("LABEL=system", &super, &part));
	assert_false(answers("PARTLABEL=root", &super, &part));
	assert_false(answers("UUID=1111", NULL, &part));
	assert_false(answers("PARTUUID=a1d0c3e5-02", &super, NULL));
}

/* Half of a RAID1 is found by its own tags and by those that show through; both ways it is barred. */
static void member(void **state)
{
	(void)state;
	identify(&super.member, "linux_raid_member", "2222", "host:0");
	assert_string_equal(match_value(TAG_UUID, &super, NULL), "2222");
	assert_string_equal(match_value(TAG_LABEL, &super, NULL), "host:0");
	if (!CONFIG_ROOT_TAG)
		return;
	assert_true(answers("UUID=2222", &super, NULL));
	assert_true(answers("UUID=1111", &super, NULL));
	assert_true(answers("LABEL=root", &super, NULL));
	assert_false(answers("UUID=3333", &super, NULL));
	super.fs.type = NULL;
	assert_false(answers("UUID=1111", &super, NULL));
	assert_false(answers("PARTUUID=2222", &super, NULL));
}

static void bars(void **state)
{
	char text[MATCH_BAR_MAX];

	(void)state;
	assert_null(match_bar(text, &super));
	super.second.type = "xfs";
	assert_string_equal(match_bar(text, &super), "looks like both ext4 and xfs: clear one with wipefs");
	super.member.type = "linux_raid_member";
	assert_string_equal(match_bar(text, &super), "holds ext4 but is linux_raid_member: not mounted");
	super.fs.type = super.second.type = NULL;
	assert_string_equal(match_bar(text, &super),
			    "is linux_raid_member: this image cannot open it");
	super.member.type = NULL;
	assert_null(match_bar(text, &super));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(values, setup),
		cmocka_unit_test_setup(by_each_tag, setup),
		cmocka_unit_test_setup(member, setup),
		cmocka_unit_test_setup(bars, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
