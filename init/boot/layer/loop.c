/*
 * An image file: the file system that holds it is mounted, and the file becomes a loop device, or an erofs
 * is mounted from it.
 */
#include "../../lib/log.h"
#include "../../lib/str.h"
#include "../../lib/sys.h"
#include "../../plan/layer/loop.h"
#include "../coldplug.h"
#include "../layers.h"
#include "../modules.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/magic.h>
#include <sys/mount.h>

extern const struct layer loop_layer;

/* Where what holds it is mounted until root is whole. */
#define HOLDER "/holder"

/* Others may take the free one that we were told of. */
#define TRIES 16

/* A regular file of the holder. The fd, or -errno. */
static int open_file(const char *path)
{
	int at = open_inside(HOLDER, path, false), err;
	char self[sizeof("/proc/self/fd/4294967295")];
	struct statx st;

	if (at < 0)
		return at;
	err = sys_stat_fd(at, &st);
	if (!err && !S_ISREG(st.stx_mode))
		err = -EISDIR;
	str_print(self, sizeof(self), "/proc/self/fd/%u", (unsigned)at);
	if (!err)
		err = sys_open(self, O_RDONLY);
	sys_close(at);
	return err;
}

/* The file behind this loop device, until nobody has it open; read-only, because both were opened so. */
static int configure(int fd, int file)
{
	static struct loop_config config = { .info.lo_flags = LO_FLAGS_READ_ONLY | LO_FLAGS_AUTOCLEAR };
	int err;

	config.fd = (unsigned)file;
	if (!sys_control(fd, LOOP_CONFIGURE, &config))
		return 0;
	/* below Linux 5.8; the second of these waits for the device to be idle, with several processors some 10 ms */
	err = sys_control(fd, LOOP_SET_FD, (void *)(long)file);
	if (err)
		return err;
	err = sys_control(fd, LOOP_SET_STATUS64, &config.info);
	/* it would keep the file, and what holds that, for ever */
	if (err)
		sys_control(fd, LOOP_CLR_FD, NULL);
	return err;
}

/* A free one takes it: its fd, with its name at name; or -errno. */
static int attach_file(struct boot *b, int file, char *name)
{
	char path[sizeof(b->node)];
	int control = open_control(b, "/dev/loop-control", "loop", 237), err = control;

	for (int i = 0; i < TRIES && control >= 0; i++) {
		int number = sys_control(control, LOOP_CTL_GET_FREE, NULL), fd;

		if (number < 0) {
			err = number;
			break;
		}
		str_print(name, ROOTSPEC_NAME_MAX + 1, "loop%u", (unsigned)number);
		str_print(path, sizeof(path), "/dev/%s", name);
		if (makes_nodes(b))
			coldplug_block(b, name);
		fd = sys_open(path, O_RDONLY);
		err = fd < 0 ? fd : configure(fd, file);
		if (!err) {
			sys_close(control);
			return fd;
		}
		sys_close(fd);
		if (err != -EBUSY)
			break;
	}
	sys_close(control);
	return err;
}

/* Root's and its tree's loop device, open: so long they stay. */
static int devices[2] = { -1, -1 };

/* A file of the holder becomes a loop device, whose name below /dev it gets. */
static void make_device(struct boot *b, bool tree, const char *path, char *name)
{
	int file = open_file(path), fd = file < 0 ? file : attach_file(b, file, name);

	sys_close(file);
	if (fd < 0)
		refuse(b, "%s=%s: %d", tree ? "verityhash" : "loop", path, fd);
	devices[tree] = fd;
}

static void close_devices(void)
{
	for (int i = 0; i < 2; i++) {
		sys_close(devices[i]);
		devices[i] = -1;
	}
}

/* The kernel can mount an erofs from the file itself (CONFIG_EROFS_FS_BACKED_BY_FILE, Linux 6.12). */
static bool mount_file(struct boot *b, const char *path)
{
	unsigned magic = 0;
	int file = open_file(path);

	sys_read_at(file, &magic, sizeof(magic), 1024);
	sys_close(file);
	if (magic != EROFS_SUPER_MAGIC_V1 || !str_print(b->node, sizeof(b->node), HOLDER "/%s", path))
		return false;
	if (CONFIG_MODULES)
		modules_ask(b, "fs-erofs");
	return !sys_mount(b->node, NEW_ROOT, "erofs", MS_RDONLY, NULL);
}

static void make(struct boot *b)
{
	static char file[ROOTSPEC_NAME_MAX + 1], tree[sizeof("/dev/") + ROOTSPEC_NAME_MAX] = "/dev/";
	const char *path = loop_file(&b->root.words);
	char **tree_file = loop_tree_file(&b->root.words);
	int err = CONFIG_LOOP_HOLDER_RW ? sys_mount(NULL, NEW_ROOT, NULL, MS_REMOUNT, NULL) : 0;

	if (err)
		say(LOG_ERR, "mount %s (%s) rw: %d; it stays read-only", b->node, b->type, err);
	err = move_root(HOLDER);
	if (err)
		refuse(b, "loop=%s: move %s: %d", path, b->node, err);
	/* with verity it must be a device */
	if (!(b->layers[1] && b->layers[1]->gives == MADE_DEVICE) && mount_file(b, path)) {
		b->root.kind = ROOT_SHARE;
		b->device = -1;
		b->type = b->contents.fs = "erofs";
		return;
	}
	if (tree_file) {
		make_device(b, true, *tree_file, tree + sizeof("/dev/") - 1);
		*tree_file = tree;
	}
	make_device(b, false, path, file);
	b->root.types = loop_types(&b->root.words);
	b->root.flags = NULL;
	find_made(b, file, "loop", path);
}

/* What holds it goes to the place that root has for it, or out of sight: it stays for as long as the file is open. */
static void finish(struct boot *b)
{
	int err = *CONFIG_LOOP_HOLDER ? mount_inside(CONFIG_LOOP_HOLDER, HOLDER, NULL, MS_MOVE, NULL) : 0;

	if (err)
		say(LOG_ERR, "%s: %d; what holds %s is not there", CONFIG_LOOP_HOLDER, err, loop_file(&b->root.words));
	sys_unmount(HOLDER);
	close_devices();
}

static void undo(void)
{
	close_devices();
	sys_unmount(HOLDER);
}

STEP(loop, make, undo, finish);
