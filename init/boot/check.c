/*
 * Is there something to hand over to? Every check comes before the step that
 * cannot be taken back. They are made with the new root as root directory, so
 * that links, absolute ones too, lead where they will lead init; but in a child:
 * PID 1's root directory is that of the kernel's own tasks too, and what asks
 * for firmware or modprobe meanwhile would be served from an unchecked root.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/program.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <sys/mount.h>

/* As the kernel (init/main.c, kernel_init()), but for the shell: a default nobody asked for. */
static const char defaults[] = "/sbin/init\0/etc/init\0/bin/init\0"
#if CONFIG_INIT_SH
	"/bin/sh\0"
#endif
;

const char *init_after(const struct boot *b, const char *last)
{
	const char *next = last ? str_find(last, '\0') + 1 : defaults;

	if (b->params.init)
		return last ? NULL : b->params.init;
	return *next ? next : NULL;
}

/* An enum program, with the interpreter's name somewhere in text; or -errno. */
static int read_program(int fd, char *text, const char **interpreter)
{
	struct piece piece = { 0, PROGRAM_HEAD };
	int step = PROGRAM_UNREAD;

	do {
		int n = sys_read_at(fd, text, piece.length, piece.offset);

		if (n < 0)
			return n;
		text[n] = '\0';
		step = program_step(step, text, (unsigned)n, &piece);
	} while (step >= PROGRAM_UNREAD);
	*interpreter = text + piece.offset;
	return step;
}

/* Is it a file that may be run? */
static int check_file(const char *path)
{
	int mode = sys_mode(path, 0);

	if (mode < 0)
		return mode;
	if (!S_ISREG(mode))
		return -EISDIR;
	/* even root needs one of these */
	return mode & 0111 ? 0 : -EACCES;
}

/* One link of the chain: the same, or why the kernel would not run it. */
static int check_program(const char *path, char *text, const char **interpreter)
{
	int kind = check_file(path), fd;

	if (kind)
		return kind;
	fd = sys_open(path, O_RDONLY);
	kind = fd < 0 ? fd : read_program(fd, text, interpreter);
	sys_close(fd);
	return kind;
}

/*
 * Follows the chain as execve() does: 0, or the error of the link that breaks it; when
 * that is not the first, *interpreter is its name. Where execve() would only say that it is
 * no program, a directory and a name that is cut are called so.
 */
static int check_chain(const char *path, const char **interpreter)
{
	_Alignas(long) static char texts[PROGRAM_SCRIPTS + 2][PROGRAM_TEXT];
	int asked_by = PROGRAM_SCRIPT;

	for (char *text = texts[0];; text += PROGRAM_TEXT) {
		int kind = check_program(path, text, &path);

		if (kind <= PROGRAM_STATIC)
			return kind;
		if (asked_by == PROGRAM_DYNAMIC)
			return kind == PROGRAM_SCRIPT ? -ENOEXEC : 0;
		if (kind == PROGRAM_SCRIPT && text == texts[PROGRAM_SCRIPTS])
			return -ELOOP;
		asked_by = kind;
		*interpreter = path;
	}
}

/* The first candidate that can run becomes b->init: then this returns, or exec is stopped. */
static void choose_init(struct boot *b)
{
	bool stops = CONFIG_INIT_CHECK && !sys_stop_at_exec();

	while ((b->init = init_after(b, b->init))) {
		const char *interpreter = "", *its;
		int err = CONFIG_INIT_CHECK ? check_chain(b->init, &interpreter) : check_file(b->init);

		/* what we do not know, a program of 32 bits or another format, this kernel may */
		if (err == -ENOEXEC && stops)
			sys_exec(b->init, b->argv, b->envp);
		if (!err)
			return;
		its = *interpreter ? ": its interpreter " : "";
		if (b->params.init)
			refuse(b, "init=%s%s%s: %d", b->init, its, interpreter, err);
		/* as the kernel: that one is not there need not be seen */
		say(err == -ENOENT ? LOG_NOTE : LOG_ERR, "init %s%s%s: %d; trying the next", b->init, its, interpreter, err);
	}
	refuse(b, "no init in %s", b->node);
}

/* In the child. */
static void check_new_root(void *arg)
{
	struct boot *b = arg;
	int err = sys_chdir(NEW_ROOT), mode;

	if (!err)
		err = sys_chroot(".");
	if (err)
		refuse(b, "enter the new root: %d", err);
	mode = sys_mode("/dev", AT_SYMLINK_NOFOLLOW);
	if (mode >= 0 && !S_ISDIR(mode))
		refuse(b, "/dev in the new root: not a directory");
	if (CONFIG_ROOTFLAGS && b->flags & MS_NOEXEC)
		refuse(b, "rootflags=noexec: no init can run");
	choose_init(b);
}

void check(struct boot *b)
{
	unsigned magic;
	int err;

	if (b->image <= 0)
		b->image = sys_open("/", O_RDONLY | O_DIRECTORY);
	err = b->image < 0 ? b->image : sys_fs_type(b->image, &magic);
	if (err)
		refuse(b, "open /: %d", err);
	if (magic != RAMFS_MAGIC && magic != TMPFS_MAGIC)
		refuse(b, "/ is no ramfs or tmpfs");
	err = sys_apart(check_new_root, b);
	if (err == SIGTRAP)
		return;
	if (err > 0)
		give_up(b);
	refuse(b, "check in a child: %d", err);
}
