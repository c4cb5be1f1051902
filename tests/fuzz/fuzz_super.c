/*
 * What a medium of any size and content is taken for: the input is one of medium.h.
 */
#include "fuzz.h"
#include "medium.h"
#include "plan/super.h"

static const char *const types[] = {
	"btrfs", "cramfs", "erofs", "exfat", "ext2", "ext3", "ext4", "f2fs", "iso9660", "jffs2",
	"minix", "nilfs2", "ntfs", "romfs", "squashfs", "squashfs3", "ubifs", "vfat", "xfs",
}, *const members[] = {
	"BitLocker", "DM_integrity", "DM_verity_hash", "LVM2_member", "bcache", "crypto_LUKS", "drbd",
	"jbd", "linux_raid_member", "swap", "swsuspend", "zfs_member",
};

static bool among(const char *type, const char *const *list, size_t count)
{
	while (count--)
		if (!strcmp(type, list[count]))
			return true;
	return false;
}
#define AMONG(type, list) among(type, list, sizeof(list) / sizeof(*(list)))

static bool is_text(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

static void check(const struct identity *id)
{
	assert(!id->type || (is_text(id->uuid, sizeof(id->uuid)) && is_text(id->label, sizeof(id->label))));
}

static bool is_same(const struct identity *a, const struct identity *b)
{
	if (!a->type || !b->type)
		return a->type == b->type;
	return a->type == b->type && a->size == b->size && a->devices == b->devices &&
	       (a->devices <= 1 || a->number == b->number) && !strcmp(a->uuid, b->uuid) && !strcmp(a->label, b->label);
}

/* Into memory that an earlier medium has left full of that byte. */
static void identify(struct super *s, int left, const struct super_wish *wish, const uint8_t *data, size_t size)
{
	struct contents contents;
	struct medium medium;

	memset(s, left, sizeof(*s) - sizeof(s->far));
	medium_open(&medium, data, size);
	super_identify(s, &medium.reader, wish);
	medium_check(&medium);
	super_contents(&contents, s, &medium.reader);
	assert(contents.fs == s->fs.type && contents.member == s->member.type && contents.second == s->second.type);
	assert(contents.damaged == s->damaged && contents.uncertain == !!medium.reader.error && !contents.is_held);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct super super, again;
	/* of the seeds, whose sizes are multiples of 8, nothing is wished */
	const struct super_wish wish = {
		.partitioned = size & 1, .by_name = size & 2, .types = size & 4 ? "xfs,ext4,minix" : NULL,
	};

	identify(&super, 0xa5, &wish, data, size);
	check(&super.fs);
	check(&super.member);
	check(&super.second);
	assert(!super.fs.type || AMONG(super.fs.type, types));
	assert(!super.second.type || (super.fs.type && AMONG(super.second.type, types)));
	assert(!super.member.type || AMONG(super.member.type, members));
	assert(!super.damaged || AMONG(super.damaged, types) || AMONG(super.damaged, members));
	/* of two that fit neither is named, or both are */
	assert(!super.second.type || !wish.types ||
	       super_is_named(wish.types, super.fs.type) == super_is_named(wish.types, super.second.type));
	/* the result does not depend on what an earlier medium has left */
	identify(&again, 0x5a, &wish, data, size);
	assert(is_same(&super.fs, &again.fs) && is_same(&super.member, &again.member));
	assert(super.second.type == again.second.type && super.damaged == again.damaged);
	return 0;
}
