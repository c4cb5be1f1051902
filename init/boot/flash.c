/*
 * Root on raw flash: the kernel mounts MTD devices and UBI volumes by these
 * names (drivers/mtd/mtdsuper.c, fs/ubifs/super.c, open_ubi()), without a block
 * device. sysfs tells when one is there.
 */
#include "../lib/str.h"
#include "../lib/sys.h"
#include "look.h"
#include "modules.h"

#include <errno.h>
#include <fcntl.h>

/* As many are looked at for a name: the volumes of a UBI device (drivers/mtd/ubi/ubi-media.h). */
#define NUMBERS_MAX 128

/* Is this device's name that one? path is its directory in sysfs. */
static bool has_name(const char *path, const char *name)
{
	char file[64], text[130];
	int n = -1;

	if (str_print(file, sizeof(file), "%s/name", path))
		n = sys_read_file(file, text, sizeof(text));
	if (n > 0)
		*str_find(text, '\n') = '\0';
	return n > 0 && str_same(text, name);
}

/* Its directory in sysfs, into path; -ENOENT when it is not there. */
static int look_up(const struct rootspec *root, char *path, size_t size)
{
	bool is_mtd = root->class[0] == 'm';

	for (unsigned i = 0; i < NUMBERS_MAX; i++) {
		/* the name is one of mtdI or of ubiN_I */
		unsigned number = root->name ? i : is_mtd ? root->major : root->minor;

		if (is_mtd)
			str_print(path, size, "/sys/class/mtd/mtd%u", number);
		else
			str_print(path, size, "/sys/class/ubi/ubi%u_%u", root->major, number);
		if (!root->name)
			return sys_access(path);
		if (has_name(path, root->name))
			return 0;
	}
	return -ENOENT;
}

int look_flash(struct boot *b)
{
	char path[64];
	int err = sys_mount_pseudo("sysfs", "/sys"), fd;
	bool is_mtd = b->root.class[0] == 'm';

	/* no device asks for it; it attaches, by its own parameter, what there is of flash when it is loaded */
	if (CONFIG_MODULES && !is_mtd && !sys_access("/sys/class/mtd/mtd0"))
		modules_ask(b, "ubi");
	if (!err)
		err = look_up(&b->root, path, sizeof(path));
	if (err)
		return err;
	str_print(b->node, sizeof(b->node), "/dev%s", path + sizeof("/sys/class/mtd") - 1);
	b->contents.fs = is_mtd ? "jffs2,romfs,cramfs" : "ubifs";
	fd = sys_open(b->node, O_RDONLY);
	if (fd >= 0) {
		if (CONFIG_PROBE && !device_super(b, fd, true) && b->super.contents.fs)
			b->contents = b->super.contents;
		sys_close(fd);
	}
	return str_copy(b->node, sizeof(b->node), b->root.value) ? 0 : -ENAMETOOLONG;
}
