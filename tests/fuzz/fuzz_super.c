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
	"BitLocker", "DM_integrity", "DM_verity_hash", "LVM2_member", "bcache", "bcachefs", "crypto_LUKS", "drbd",
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
	assert(is_text(id->uuid, sizeof(id->uuid)) && is_text(id->label, sizeof(id->label)));
}

static bool is_same(const struct identity *a, const struct identity *b)
{
	return !strcmp(a->uuid, b->uuid) && !strcmp(a->label, b->label);
}

/* Into memory that an earlier medium has left full of that byte. */
static void identify(struct super *s, int left, const struct super_wish *wish, const uint8_t *data, size_t size)
{
	struct medium medium;

	memset(s, left, sizeof(*s) - sizeof(s->far));
	medium_open(&medium, data, size);
	super_identify(s, &medium.reader, wish);
	medium_check(&medium);
	assert(!s->contents.is_held);
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
	assert(!super.contents.fs || AMONG(super.contents.fs, types));
	assert(!super.contents.second || (super.contents.fs && AMONG(super.contents.second, types)));
	assert(!super.contents.member || AMONG(super.contents.member, members));
	assert(!super.contents.damaged || AMONG(super.contents.damaged, types) || AMONG(super.contents.damaged, members));
	/* of two that fit neither is named, or both are */
	assert(!super.contents.second || !wish.types ||
	       super_is_named(wish.types, super.contents.fs) == super_is_named(wish.types, super.contents.second));
	/* the result does not depend on what an earlier medium has left */
	identify(&again, 0x5a, &wish, data, size);
	assert(!memcmp(&super.contents, &again.contents, sizeof(again.contents)));
	assert(is_same(&super.fs, &again.fs) && is_same(&super.member, &again.member));
	return 0;
}
