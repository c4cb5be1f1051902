/*
 * The step that cannot be taken back: root becomes "/", and what was the
 * initramfs becomes free memory.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mount.h>

/* Directories deeper than this keep what they hold; no sane image has them. */
#define DEPTH_MAX 16

static bool stays(const struct sys_entry *e)
{
	/* Our fds 0 to 2, and then init's, are open on it. */
	if (e->type == DT_CHR && str_same(e->name, "console"))
		return true;
	return str_same(e->name, ".") || str_same(e->name, "..");
}

static bool same_device(const struct statx *a, const struct statx *b)
{
	return a->stx_dev_major == b->stx_dev_major && a->stx_dev_minor == b->stx_dev_minor;
}

static void empty(int dir, const struct statx *image, unsigned depth);

/* Deletes one entry, best effort; what is in a directory only on the image's own file system. */
static void delete(int dir, const struct sys_entry *e, const struct statx *image, unsigned depth)
{
	int flags = e->type == DT_DIR ? AT_REMOVEDIR : 0, fd;
	struct statx st;

	if (stays(e) || !sys_unlink_at(dir, e->name, flags) || !flags || depth > DEPTH_MAX)
		return;
	fd = sys_open_at(dir, e->name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	if (fd < 0)
		return;
	if (!sys_stat_fd(fd, &st) && same_device(&st, image))
		empty(fd, image, depth + 1);
	sys_close(fd);
	sys_unlink_at(dir, e->name, flags);
}

static void empty(int dir, const struct statx *image, unsigned depth)
{
	_Alignas(struct sys_entry) char buf[1024];
	int n;

	while ((n = sys_list(dir, buf, sizeof(buf))) > 0)
		for (int at = 0; at < n; at += ((struct sys_entry *)(buf + at))->length)
			delete(dir, (struct sys_entry *)(buf + at), image, depth);
	if (n < 0)
		say(LOG_ERR, "read the initramfs: %d", n);
}

/* Root may be hostile: a link would lead the mount elsewhere. */
static void mount_on_directory(const char *type, const char *target)
{
	struct statx st;

	if (!sys_stat(target, AT_SYMLINK_NOFOLLOW, &st) && S_ISDIR(st.stx_mode))
		sys_mount_pseudo(type, target);
}

/*
 * What init finds mounted. devtmpfs is mounted anew, as the kernel does it,
 * not moved: the order of mounts is something that init sees too.
 */
static void mount_for_init(const struct boot *b)
{
	if (b->has_devtmpfs)
		sys_mount_pseudo("devtmpfs", NEW_ROOT "/dev"); /* check() has seen that it is a directory */
	if (CONFIG_KEEP_PROC_SYS) {
		mount_on_directory("proc", NEW_ROOT "/proc");
		mount_on_directory("sysfs", NEW_ROOT "/sys");
	}
}

/*
 * Linux 7.0 and later have an empty root below the initramfs, so it can be
 * swapped like any other. Before, the kernel refuses that with EINVAL, and the
 * new root is moved over the old one, as the kernel itself does
 * (init/do_mounts.c, prepare_namespace()).
 */
static int become_root(void)
{
	int err = sys_chdir(NEW_ROOT);

	if (err)
		return err;
	if (!sys_pivot_root(".", "."))
		return sys_unmount(".");
	err = sys_mount(".", "/", NULL, MS_MOVE, NULL);
	return err ? err : sys_chroot(".");
}

int depart(struct boot *b)
{
	struct statx image;
	int err;

	mount_for_init(b);
	err = become_root();
	if (err)
		return refuse(b, "move root to /: %d", err);
	b->departed = true;
	if (!sys_chdir_fd(b->image) && !sys_stat_fd(b->image, &image)) {
		sys_unmount("dev");
		sys_unmount("proc");
		sys_unmount("sys");
		empty(b->image, &image, 0);
	}
	err = sys_chdir("/");
	return err ? refuse(b, "enter /: %d", err) : 0;
}
