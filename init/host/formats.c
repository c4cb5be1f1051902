#include "formats.h"
#include "config.h"
#include "memory.h"
#include "../lib/str.h"

#include <ctype.h>
#include <stdlib.h>

#define PREFIX "FS_"

/* The files of what is no file system. */
#define MEMBERS "members"
#define VOLUMES "volumes"

/* FS_NAME is the file name.c in plan/super, and for these that is not the type's name. */
static const char *file_of(const char *type)
{
	static const char *const rows[][2] = {
		{ "ext2", "ext" }, { "ext3", "ext" }, { "ext4", "ext" }, { "jbd", "ext" },
		{ "vfat", "fat" }, { "squashfs3", "squashfs" },
		{ "linux_raid_member", MEMBERS }, { "LVM2_member", MEMBERS },
		{ "crypto_LUKS", MEMBERS }, { "swap", MEMBERS }, { "swsuspend", MEMBERS }, { "bcachefs", MEMBERS },
		{ "bcache", VOLUMES }, { "drbd", VOLUMES }, { "zfs_member", VOLUMES },
		{ "BitLocker", VOLUMES }, { "DM_verity_hash", VOLUMES }, { "DM_integrity", VOLUMES },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (str_same(rows[i][0], type))
			return rows[i][1];
	return type;
}

/* The option of a file in plan/super, or NULL. */
static const int *option_of(const char *file)
{
	char *option = copyf(PREFIX "%s", file);
	const int *value;

	for (char *c = option; *c; c++)
		*c = (char)toupper((unsigned char)*c);
	value = config_bool(option);
	free(option);
	return value;
}

bool format_exists(const char *type)
{
	return option_of(file_of(type));
}

static bool is_known(const char *type)
{
	const int *value = option_of(file_of(type));

	return CONFIG_PROBE && value && *value;
}

static void forget(const char **type)
{
	if (*type && !is_known(*type))
		*type = NULL;
}

const char *formats_other(const struct contents *c)
{
	return c->second && !is_known(c->fs) && is_known(c->second) ? c->second : NULL;
}

const char *formats_forget(struct super *super)
{
	struct contents *c = &super->contents;
	const char *type = c->fs;

	forget(&c->member);
	forget(&c->damaged);
	forget(&c->second);
	forget(&c->fs);
	if (c->fs)
		return NULL;
	super->fs = (struct identity){ .uuid = "" };
	return type;
}

char *formats_known(void)
{
	const int *members = option_of(MEMBERS), *volumes = option_of(VOLUMES);
	char *text = copy("");

	for (unsigned i = 0; config_name(i); i++) {
		const char *name = str_after(config_name(i), PREFIX);
		const int *value = config_bool(config_name(i));
		char *longer;

		if (!name || !*value || value == members || value == volumes)
			continue;
		longer = copyf("%s%s%s", text, *text ? ", " : "", name);
		free(text);
		text = longer;
	}
	for (char *c = text; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return text;
}
