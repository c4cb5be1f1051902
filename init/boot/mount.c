/*
 * Mounts root as the kernel would (init/do_mounts.c, mount_root_generic()):
 * the next type only on EACCES or EINVAL, then all of them read-only. But the
 * type is known by now, if the device has one that we know.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/mountopts.h"
#include "modules.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

/* So often is root looked for again: some readers tell of another medium each time they are opened. */
#define CHANGES_MAX 3

/* ENODEV, which the kernel cannot meet: a type without a driver. */
static bool try_next(int err)
{
	return err == -EACCES || err == -EINVAL || err == -ENODEV;
}

/* Mounts it; when that fails, again with what the image has for this type and is not loaded yet. */
static int try_type(const struct boot *b, unsigned long flags)
{
	char alias[sizeof("fs-") + sizeof(b->type_text)];

	for (bool asked = !CONFIG_MODULES;; asked = true) {
		int err = sys_mount(b->node, NEW_ROOT, b->type, flags, b->root.flags);

		if (!err || asked)
			return err;
		str_print(alias, sizeof(alias), "fs-%s", b->type);
		if (!modules_ask(b, alias))
			return err;
	}
}

/* Tries the comma-separated types in order, then read-only: 0 with b->type set, else the error that ended it. */
static int try_types(struct boot *b, const char *types, unsigned long flags)
{
	char *type = b->type_text;
	const char *rest = types;
	int err = -EINVAL;

	b->type = type;
	do {
		if (str_item(&rest, ',', type, sizeof(b->type_text))) {
			if (*type)
				err = try_type(b, flags);
		} else if (flags & MS_RDONLY) {
			b->type = types;
			return err;
		} else {
			flags |= MS_RDONLY;
			rest = types;
		}
	} while (try_next(err));
	if (!err && (flags & ~b->flags & MS_RDONLY))
		say(LOG_ERR, "mount %s (%s) rw: refused; root is read-only", b->node, b->type);
	return err;
}

/* The drivers that mount what we found, where its name alone does not do. */
static const char *drivers(const char *type)
{
	return str_same(type, "ext2") ? "ext2,ext4" :
	       str_same(type, "ext3") ? "ext3,ext4" :
	       CONFIG_FS_NTFS && str_same(type, "ntfs") ? "ntfs3,ntfs" : type;
}

int mount_root(struct boot *b)
{
	static char list[4096];
	const struct contents *c = &b->contents;
	/* a damaged one is for the kernel to judge */
	const char *found = !CONFIG_PROBE ? NULL : c->damaged ? c->damaged : c->fs;
	const char *types = b->root.types ? b->root.types : found ? drivers(found) : NULL;
	unsigned long flags = b->flags;

	if (!types) {
		int err = sys_read_file("/proc/filesystems", list, sizeof(list));

		if (err < 0)
			return err;
		mountopts_filesystems(list);
		types = list;
		/* most of these will refuse: the kernel's words about it would mislead */
		flags |= MS_SILENT;
	}
	return try_types(b, types, flags);
}

/* Not refused: of some formats the kernel mounts what is there. */
static void say_if_cut(const struct boot *b)
{
	unsigned long long claims = b->contents.size, size = sys_size(b->device);

	if (size && claims > size)
		say(LOG_ERR, "%s: cut short: the %s takes %u KiB, the device has %u", b->node,
		    b->contents.fs, (unsigned)(claims >> 10), (unsigned)(size >> 10));
}

/*
 * Refuses, with what is known of the reason. The error is the mount's: of the device, which has been
 * found and read, it says nothing. Of flash there is none open.
 */
static _Noreturn void refuse_mount(struct boot *b, int err)
{
	const char *found = CONFIG_PROBE ? b->contents.fs : NULL, *type = b->type;
	const char *words = str_error(err), *why = ": ", *what = "see the kernel's lines above";
	bool is_flash = CONFIG_ROOT_FLASH && b->root.kind == ROOT_FLASH;

	if (!type || !*type)
		type = "no type";
	if ((CONFIG_FS_BTRFS || CONFIG_ROOT_FLASH) && err == -ENOENT) {
		/* squashfs looks for a file of flash's name; btrfs for a subvolume, and for its other devices */
		words = is_flash ? "needs root=/dev/mtdblockN or ubiblockN_M"
				 : "a subvolume or further device is missing";
		why = what = "";
	} else if (CONFIG_ROOTFLAGS && err == -EROFS) {
		what = is_flash ? "boot with ro"
		       : str_after(type, "ext") ? "journal not empty; try rootflags=noload"
						: "journal not empty; try rootflags=norecovery";
	} else if (err == -ENOTDIR) {
		what = NEW_ROOT;
	} else if (CONFIG_PROBE && b->contents.damaged) {
		what = "superblock checksum is wrong";
	} else if (found && !str_same(found, type)) {
		why = ": root is ";
		what = found;
	} else if (CONFIG_MODULES && err == -ENODEV) {
		why = ", and no module of this image gave it";
		what = "";
	} else if (err == -EINVAL) {
		if (CONFIG_ROOTFLAGS && b->root.flags)
			why = ": bad rootflags=, or ";
		if (!found)
			what = "another file system; rootfstype= names it";
	}
	refuse(b, "mount %s (%s): %s%s%s", b->node, type, words, why, what);
}

/*
 * Did another disk or medium take its place between the probe and the mount, or
 * nothing? The probed disk is still open, so no other has its number.
 */
static bool has_changed(const struct boot *b)
{
	int fd = sys_open(b->node, O_RDONLY);
	unsigned was = b->contents.sequence, is = (unsigned)sys_disk_sequence(fd);
	unsigned long long number = sys_number(fd);

	sys_close(fd);
	if (is == was && number == sys_number(b->device))
		return false;
	say(LOG_ERR, "%s changed (diskseq %u -> %u): looking again", b->node, was, is);
	return true;
}

bool attach(struct boot *b)
{
	bool changed;
	int err;

	if (CONFIG_PROBE && b->contents.fs)
		say_if_cut(b);
	/* a share is there when it is mounted: find did it; as a layer did with an image file */
	err = (CONFIG_ROOT_SHARE || CONFIG_LAYER_LOOP) && b->root.kind == ROOT_SHARE ? 0 : mount_root(b);
	/* what a layer has made stays */
	changed = CONFIG_PROBE && !(CONFIG_LAYERS && b->root.is_made) && b->device >= 0 && b->changes < CHANGES_MAX &&
		  has_changed(b);
	sys_close(b->device);
	b->device = CLOSED;
	if (changed) {
		sys_unmount(NEW_ROOT);
		b->changes++;
		return false;
	}
	if (err)
		refuse_mount(b, err);
	return true;
}
