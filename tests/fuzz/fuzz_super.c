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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct super super;
	struct medium medium;
	bool partitioned = size % 2;

	/* The result may not depend on what an earlier medium has left. */
	memset(&super, 0xa5, sizeof(super) - sizeof(super.head));
	medium_open(&medium, data, size);
	super_identify(&super, &medium.reader, partitioned);
	medium_check(&medium);
	check(&super.fs);
	check(&super.member);
	check(&super.second);
	assert(!super.fs.type || AMONG(super.fs.type, types));
	assert(!super.second.type || (super.fs.type && AMONG(super.second.type, types)));
	assert(!super.member.type || AMONG(super.member.type, members));
	assert(!super.damaged || AMONG(super.damaged, types) || AMONG(super.damaged, members));
	return 0;
}
