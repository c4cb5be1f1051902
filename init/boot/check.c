/*
 * Is there something to hand over to? Every check comes before the step that
 * cannot be taken back. They are made with the new root as our root directory,
 * so that links, absolute ones too, lead where they will lead init.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/sys.h"
#include "../plan/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>

/* As the kernel (init/main.c, kernel_init()), but for the shell: a default nobody asked for. */
static const char *const defaults[] = {
	"/sbin/init", "/etc/init", "/bin/init", CONFIG_INIT_SH ? "/bin/sh" : NULL, NULL,
};

const char *init_after(const struct boot *b, const char *last)
{
	const char *const *candidate = defaults;

	if (b->params.init)
		return last ? NULL : b->params.init;
	if (last)
		while (*candidate++ != last)
			;
	return *candidate;
}

/* Why the open program cannot run; *interpreter is set when that one is why. */
static int check_program(int fd, const char **interpreter)
{
	static char name[PATH_MAX + 1];
	_Alignas(long) char head[PROGRAM_HEAD];
	struct interpreter place;
	int n = sys_read(fd, head, sizeof(head));
	int err = n < 0 ? n : program_check(head, (size_t)n, &place);

	if (err || !place.length)
		return err;
	n = sys_read_at(fd, name, place.length, place.offset);
	if (n <= 0)
		return n;
	name[n] = '\0';
	*interpreter = name;
	return sys_access(name);
}

/* Why path cannot be init, or 0; the errors are those of execve(2), but for a directory's. */
static int check_init(const char *path, const char **interpreter)
{
	struct statx st;
	int err = sys_stat(path, 0, &st), fd;

	if (err)
		return err;
	if (!S_ISREG(st.stx_mode))
		return -EISDIR;
	if (!(st.stx_mode & 0111))
		return -EACCES;
	if (!CONFIG_INIT_CHECK)
		return 0;
	fd = sys_open(path, O_RDONLY);
	err = fd < 0 ? fd : check_program(fd, interpreter);
	sys_close(fd);
	return err;
}

/* The first candidate that can run becomes b->init. */
static int choose_init(struct boot *b)
{
	while ((b->init = init_after(b, b->init))) {
		const char *interpreter = "";
		int err = check_init(b->init, &interpreter);
		const char *its = *interpreter ? ": its interpreter " : "";

		if (!err)
			return 0;
		if (b->params.init)
			return refuse(b, "init=%s%s%s: %d", b->init, its, interpreter, err);
		say(LOG_NOTE, "init %s%s%s: %d; trying the next", b->init, its, interpreter, err);
	}
	return refuse(b, "no init in %s", b->node);
}

static int check_new_root(struct boot *b)
{
	struct statx st;

	if (!sys_stat("/dev", AT_SYMLINK_NOFOLLOW, &st) && !S_ISDIR(st.stx_mode))
		return refuse(b, "/dev in the new root: not a directory");
	return choose_init(b);
}

int check(struct boot *b)
{
	unsigned magic;
	int err;

	b->image = sys_open("/", O_RDONLY | O_DIRECTORY);
	if (sys_fs_type(b->image, &magic) || (magic != RAMFS_MAGIC && magic != TMPFS_MAGIC))
		return refuse(b, "/ is no ramfs or tmpfs");
	err = sys_chdir(NEW_ROOT);
	if (!err)
		err = sys_chroot(".");
	if (err)
		return refuse(b, "enter the new root: %d", err);
	err = check_new_root(b);
	return sys_chdir_fd(b->image) || sys_chroot(".") ? refuse(b, "leave the new root") : err;
}
