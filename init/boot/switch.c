/*
 * The step that cannot be taken back: root becomes "/", and what was the
 * initramfs becomes free memory.
 */
#include "../init.h"
#include "../lib/dir.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

/* Directories deeper than this keep what they hold; no sane image has them. */
#define DEPTH_MAX 16

static int empty(int above, const char *name, unsigned depth);

/*
 * Deletes one entry. What is in a directory only where the kernel says that the directory is not
 * empty: of one that something is mounted on it says that it is in use. So this never leaves the
 * image's own file system.
 */
static int delete(int dir, const struct sys_entry *e, unsigned depth)
{
	int flags = e->type == DT_DIR ? AT_REMOVEDIR : 0, err;

	/* Our fds 0 to 2, and then init's, are open on it. */
	if (e->type == DT_CHR && str_same(e->name, "console"))
		return 0;
	err = sys_unlink_at(dir, e->name, flags);
	if (err != -ENOTEMPTY || depth > DEPTH_MAX)
		return err;
	err = empty(dir, e->name, depth + 1);
	if (!err)
		err = sys_unlink_at(dir, e->name, flags);
	/* the console is in it */
	return err == -ENOTEMPTY ? 0 : err;
}

/* A directory. Goes on after an error; the value is the last one. */
static int empty(int above, const char *name, unsigned depth)
{
	int fd = sys_open_at(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), err = 0;
	const struct sys_entry *e;
	struct dir dir;

	if (fd < 0)
		return fd;
	dir_begin(&dir, fd);
	while ((e = dir_next(&dir))) {
		int failed = delete(fd, e, depth);

		err = failed ? failed : err;
	}
	sys_close(fd);
	return dir.size ? dir.size : err;
}

/* Takes our mounts away, and all that the image holds: 0, or why some of it is still there. */
static int empty_image(int image)
{
	int err = sys_chdir_fd(image);

	if (err)
		return err;
	sys_unmount("dev");
	sys_unmount("proc");
	sys_unmount("sys");
	return empty(image, ".", 0);
}

/* Root may be hostile: a link would lead the mount elsewhere. A root need not have the directory. */
static int mount_on_directory(const char *type, const char *target)
{
	int mode = sys_mode(target, AT_SYMLINK_NOFOLLOW), err;

	if (mode < 0)
		mode = sys_mode(target, AT_SYMLINK_NOFOLLOW);
	err = mode < 0 ? mode : S_ISDIR(mode) ? sys_mount_pseudo(type, target) : 0;
	return err == -ENOENT ? 0 : err;
}

/*
 * What init finds mounted. devtmpfs is mounted anew, as the kernel does it,
 * not moved: the order of mounts is something that init sees too. check() has
 * seen that there it is a directory, or nothing.
 */
static int mount_for_init(const struct boot *b)
{
	int err = 0;

	if (b->has_devtmpfs && params_mount_devtmpfs(&b->params))
		err = sys_mount_pseudo("devtmpfs", NEW_ROOT "/dev");
	/* the kernel alone says it too, at level info; but few programs live without */
	if (err == -ENOENT) {
		say(LOG_ERR, "no /dev in %s; going on without it", b->node);
		err = 0;
	}
	if (CONFIG_KEEP_PROC_SYS && !err)
		err = mount_on_directory("proc", NEW_ROOT "/proc");
	if (CONFIG_KEEP_PROC_SYS && !err)
		err = mount_on_directory("sysfs", NEW_ROOT "/sys");
	return err;
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

void depart(struct boot *b)
{
	int err = mount_for_init(b);

	if (err)
		refuse(b, CONFIG_KEEP_PROC_SYS ? "mount /dev, /proc and /sys for init: %d"
					       : "mount devtmpfs on /dev: %d", err);
	err = become_root();
	if (!err) {
		b->departed = true;
		err = TWICE(empty_image(b->image));
		if (err)
			say(LOG_ERR, "empty the image: %d; going on", err);
		err = TWICE(sys_chdir("/"));
	}
	if (err)
		refuse(b, "move root to /: %d", err);
}
