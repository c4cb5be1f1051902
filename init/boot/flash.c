/*
 * Root on raw flash: the kernel mounts MTD devices and UBI volumes by these
 * names (drivers/mtd/mtdsuper.c, fs/ubifs/super.c, open_ubi()), without a block
 * device. sysfs tells when one is there.
 */
#include "../lib/str.h"
#include "../lib/sys.h"
#include "find.h"
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
static int look_up(const char *root, char *path, size_t size)
{
	const char *class = root[0] == 'm' ? "mtd" : "ubi", *colon = str_find(root, ':');
	bool has_number = root[3] != ':';

	if (!*colon)
		return str_print(path, size, "/sys/class/%s/%s", class, root) ? sys_access(path) : -ENOENT;
	for (unsigned i = 0; i < NUMBERS_MAX; i++) {
		char *end;

		/* mtd:NAME is one of mtdI, ubiN:VOLUME one of ubiN_I, and N is 0 when it is not said */
		if (!str_print(path, size, "/sys/class/%s/%s", class, root))
			return -ENOENT;
		end = str_find(path, ':');
		if (!str_print(end, size - (size_t)(end - path), "%s%u",
			       class[0] == 'm' ? "" : has_number ? "_" : "0_", i))
			return -ENOENT;
		if (has_name(path, colon + 1))
			return 0;
	}
	return -ENOENT;
}

int find_flash(struct boot *b)
{
	char path[128];
	int err = sys_mount_pseudo("sysfs", "/sys"), fd;

	/* no device asks for it; it attaches, by its own parameter, what there is of flash when it is loaded */
	if (CONFIG_MODULES && b->root.value[0] == 'u' && !sys_access("/sys/class/mtd/mtd0"))
		modules_ask(b, "ubi");
	if (!err)
		err = look_up(b->root.value, path, sizeof(path));
	if (err || !str_print(b->node, sizeof(b->node), "/dev%s", path + sizeof("/sys/class/mtd") - 1))
		return err ? err : -ENAMETOOLONG;
	b->type = b->root.value[0] == 'm' ? "jffs2,romfs,cramfs" : "ubifs";
	fd = sys_open(b->node, O_RDONLY);
	if (fd >= 0) {
		if (CONFIG_PROBE && !device_super(b, fd) && b->super.fs.type)
			b->type = b->super.fs.type;
		sys_close(fd);
	}
	return str_copy(b->node, sizeof(b->node), b->root.value) ? 0 : -ENAMETOOLONG;
}
