#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/cdrom.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/reboot.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <time.h>

#if defined(__x86_64__)
#include "arch/x86_64.h"
#elif defined(__aarch64__)
#include "arch/aarch64.h"
#elif defined(__arm__)
#include "arch/arm.h"
#elif defined(__i386__)
#include "arch/i386.h"
#elif defined(__riscv)
#include "arch/riscv64.h"
#endif

#ifndef BLKGETDISKSEQ
#define BLKGETDISKSEQ _IOR(0x12, 128, unsigned long long) /* linux/fs.h */
#endif

/* The kernel's stack at the start: argc, argv, NULL, envp, NULL. */
__attribute__((used)) void start(long *stack);
void start(long *stack)
{
	char **argv = (char **)(stack + 1);

	sys_exit(main((int)*stack, argv, argv + *stack + 1));
}

/* What is called in many places stands once: the compiler takes it for small enough to stand in each. */
__attribute__((noinline)) int sys_open_at(int dir, const char *name, int flags)
{
	return call3(SYS_openat, dir, name, flags | O_CLOEXEC);
}

int sys_open(const char *path, int flags)
{
	return sys_open_at(AT_FDCWD, path, flags);
}

int sys_read(int fd, void *buf, size_t size)
{
	return call3(SYS_read, fd, buf, size);
}

int sys_read_at(int fd, void *buf, size_t size, unsigned long long offset)
{
#if defined(__arm__)
	/* 64 bits start at an even register. */
	return call6(SYS_pread64, fd, buf, size, 0, (unsigned)offset, (unsigned)(offset >> 32));
#elif defined(__i386__)
	return call5(SYS_pread64, fd, buf, size, (unsigned)offset, (unsigned)(offset >> 32));
#else
	return call4(SYS_pread64, fd, buf, size, offset);
#endif
}

int sys_write(int fd, const void *buf, size_t size)
{
	return call3(SYS_write, fd, buf, size);
}

int sys_set_flags(int fd, int flags)
{
#ifdef SYS_fcntl64
	return call3(SYS_fcntl64, fd, F_SETFL, flags);
#else
	return call3(SYS_fcntl, fd, F_SETFL, flags);
#endif
}

__attribute__((noinline)) void sys_close(int fd)
{
	call1(SYS_close, fd);
}

static int stat_at(int dir, const char *path, int flags, struct statx *st)
{
	return call5(SYS_statx, dir, path, flags, STATX_BASIC_STATS, st);
}

int sys_mode(const char *path, int flags)
{
	struct statx st;
	int err = stat_at(AT_FDCWD, path, flags, &st);

	return err ? err : st.stx_mode;
}

int sys_stat_fd(int fd, struct statx *st)
{
	return stat_at(fd, "", AT_EMPTY_PATH, st);
}

int sys_access(const char *path)
{
	return call3(SYS_faccessat, AT_FDCWD, path, 0);
}

int sys_make_node(const char *path, unsigned mode, unsigned major, unsigned minor)
{
	return call4(SYS_mknodat, AT_FDCWD, path, mode, (unsigned)makedev(major, minor));
}

int sys_make_directory(const char *path)
{
	int err = call3(SYS_mkdirat, AT_FDCWD, path, 0755);

	return err == -EEXIST ? 0 : err;
}

int sys_change_mode(const char *path, unsigned mode)
{
	return call3(SYS_fchmodat, AT_FDCWD, path, mode);
}

int sys_change_owner(const char *path, unsigned owner, unsigned group)
{
	return call5(SYS_fchownat, AT_FDCWD, path, owner, group, 0);
}

int sys_get_attribute(const char *path, const char *name, void *value, size_t size)
{
	return call4(SYS_lgetxattr, path, name, value, size);
}

int sys_set_attribute(const char *path, const char *name, const void *value, size_t size)
{
	return call5(SYS_lsetxattr, path, name, value, size, 0);
}

int sys_rename(const char *from, const char *to)
{
	return call5(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int sys_unlink_at(int dir, const char *name, int flags)
{
	return call3(SYS_unlinkat, dir, name, flags);
}

int sys_read_link(const char *path, char *buf, size_t size)
{
	int n = call4(SYS_readlinkat, AT_FDCWD, path, buf, size - 1);

	if (n >= 0)
		buf[n] = '\0';
	return n;
}

int sys_list(int dir, void *buf, size_t size)
{
	return call3(SYS_getdents64, dir, buf, size);
}

int sys_fs_type(int fd, unsigned *magic)
{
	/* The first field in every layout of the structure. */
	struct statfs st;
	int err = call2(SYS_fstatfs, fd, &st);

	*magic = (unsigned)st.f_type;
	return err;
}

static int read_file(const char *path, char *buf, size_t size)
{
	int fd = sys_open(path, O_RDONLY);
	size_t used = 0;
	int n;

	if (fd < 0)
		return fd;
	while ((n = sys_read(fd, buf + used, size - used)) > 0)
		used += (size_t)n;
	sys_close(fd);
	if (n < 0)
		return n;
	if (used == size)
		return -EOVERFLOW;
	buf[used] = '\0';
	return (int)used;
}

int sys_read_file(const char *path, char *buf, size_t size)
{
	int n = read_file(path, buf, size);

	return n < 0 && n != -ENOENT ? read_file(path, buf, size) : n;
}

/* What an ioctl writes, 32 bits or 64: each of our processors has the lower ones first. */
__attribute__((noinline)) static unsigned long long ask(int fd, unsigned long request)
{
	unsigned long long answer = 0;

	call3(SYS_ioctl, fd, request, &answer);
	return answer;
}

unsigned long long sys_size(int fd)
{
	unsigned long long size = ask(fd, BLKGETSIZE64);
	long end;

	if (size)
		return size;
	/* MTD and UBI: character devices, which end where they end */
	end = call3(SYS_lseek, fd, 0, SEEK_END);
	return end < 0 ? 0 : (unsigned long)end;
}

unsigned sys_sector(int fd)
{
	return (unsigned)ask(fd, BLKSSZGET);
}

unsigned long long sys_number(int fd)
{
	struct statx st;

	return sys_stat_fd(fd, &st) ? 0 : (unsigned long long)st.stx_rdev_major << 32 | st.stx_rdev_minor;
}

unsigned long long sys_disk_sequence(int fd)
{
	return ask(fd, BLKGETDISKSEQ);
}

bool sys_has_disc(int fd)
{
	/* no disc, an open tray, not ready yet; what is no drive, or cannot tell, gives another value */
	return (unsigned)call3(SYS_ioctl, fd, CDROM_DRIVE_STATUS, CDSL_CURRENT) - CDS_NO_DISC > CDS_DRIVE_NOT_READY - CDS_NO_DISC;
}

int sys_btrfs(int control, unsigned request, const char *path)
{
	static struct btrfs_ioctl_vol_args args;
	char *to = args.name;

	do
		*to++ = *path;
	while (*path++);
	return call3(SYS_ioctl, control, request, &args);
}

int sys_control(int fd, unsigned long request, void *arg)
{
	return call3(SYS_ioctl, fd, request, arg);
}

int sys_chdir(const char *path)
{
	return call1(SYS_chdir, path);
}

int sys_chdir_fd(int fd)
{
	return call1(SYS_fchdir, fd);
}

int sys_chroot(const char *path)
{
	return call1(SYS_chroot, path);
}

int sys_pivot_root(const char *new_root, const char *put_old)
{
	return call2(SYS_pivot_root, new_root, put_old);
}

int sys_mount(const char *source, const char *target, const char *type, unsigned long flags,
	      const char *data)
{
	return call5(SYS_mount, source, target, type, flags, data);
}

int sys_unmount(const char *target)
{
	return TWICE(call2(SYS_umount2, target, MNT_DETACH));
}

int sys_mount_pseudo(const char *type, const char *target)
{
	int err = TWICE(sys_mount(type, target, type, MS_SILENT, NULL));

	return err == -EBUSY ? 0 : err;
}

/* n / by, off by one at most: not every ARMv7 can divide, and the routine for it has 600 bytes. */
static unsigned divide(unsigned long n, unsigned by)
{
	return (unsigned)(n * (0x100000000ULL / by + 1) >> 32);
}

unsigned sys_seconds(unsigned ms)
{
	return divide(ms, 1000);
}

/* 32-bit kernels have two calls; those older than 5.1 only the one without 64. */
unsigned sys_now(void)
{
	struct {
		unsigned long seconds, nanoseconds;
	} now = { 0, 0 };
#ifdef SYS_clock_gettime64
	unsigned long long now64[2];

	if (!call2(SYS_clock_gettime64, CLOCK_MONOTONIC, now64)) {
		now.seconds = (unsigned long)now64[0];
		now.nanoseconds = (unsigned long)now64[1];
	} else {
		call2(SYS_clock_gettime32, CLOCK_MONOTONIC, &now);
	}
#else
	call2(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
#endif
	return (unsigned)now.seconds * 1000 + divide(now.nanoseconds, 1000000);
}

int sys_poll(struct pollfd *fds, unsigned count, int ms)
{
#ifdef SYS_poll
	return call3(SYS_poll, fds, count, ms);
#else
	long timeout[2] = { ms / 1000, ms % 1000 * 1000000L };

	return call5(SYS_ppoll, fds, count, ms < 0 ? NULL : timeout, 0, 0);
#endif
}

void sys_sleep(unsigned ms)
{
	unsigned end = sys_now() + ms;

	while ((int)(end - sys_now()) > 0)
		sys_poll(NULL, 0, 10);
}

int sys_open_uevents(unsigned queue)
{
	/* Group 1 is the kernel's own (lib/kobject_uevent.c); group 2 belongs to udev. */
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int fd = call3(SYS_socket, AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			    NETLINK_KOBJECT_UEVENT);
	int err;

	if (fd < 0)
		return fd;
	call5(SYS_setsockopt, fd, SOL_SOCKET, SO_RCVBUFFORCE, &queue, sizeof(queue));
	err = call3(SYS_bind, fd, &kernel, sizeof(kernel));
	if (!err)
		return fd;
	sys_close(fd);
	return err;
}

int sys_read_uevent(int fd, void *buf, size_t size)
{
	struct sockaddr_nl from;
	unsigned length = sizeof(from);
	int n = call6(SYS_recvfrom, fd, buf, size, MSG_DONTWAIT | MSG_TRUNC, &from, &length);

	/* Only the kernel sends with port 0, and only to many. */
	return n > (int)size || (n > 0 && (from.nl_pid || from.nl_groups != 1)) ? 0 : n;
}

const char *sys_release(void)
{
	static struct utsname system;

	call1(SYS_uname, &system);
	return system.release;
}

int sys_load_module(int fd, const char *options, int flags)
{
	return call3(SYS_finit_module, fd, options, flags);
}

int sys_add_key(const char *type, const char *name, const void *data, size_t size, int keyring)
{
	return call5(SYS_add_key, type, name, data, size, keyring);
}

int sys_seal_keyring(int keyring)
{
	return call4(SYS_keyctl, KEYCTL_RESTRICT_KEYRING, keyring, 0, 0);
}

int sys_pid(void)
{
	return call1(SYS_getpid, 0);
}

int sys_exec(const char *path, char **argv, char **envp)
{
	return call3(SYS_execve, path, argv, envp);
}

int sys_thread(void (*run)(void))
{
	static _Alignas(16) char stack[16384];

	return call_thread(SYS_clone, CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD,
			   stack + sizeof(stack), run);
}

int sys_fork(void)
{
	return call2(SYS_clone, SIGCHLD, 0);
}

int sys_stop_at_exec(void)
{
	return call1(SYS_ptrace, PTRACE_TRACEME);
}

/*
 * As vfork(): the child is on our stack, below this function, from which it does not return; for
 * that it must stay a function of its own.
 */
__attribute__((noinline)) int sys_apart(void (*run)(void *), void *arg)
{
	int child = call2(SYS_clone, CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD, 0), status = 0;

	if (!child) {
		run(arg);
		sys_exit(SIGTRAP);
	}
	if (child < 0)
		return child;
	if (call4(SYS_wait4, child, &status, 0, 0) < 0)
		call4(SYS_wait4, child, &status, 0, 0);
	if (CONFIG_INIT_CHECK) {
		/* it may only have stopped */
		call2(SYS_kill, child, SIGKILL);
		call4(SYS_wait4, child, 0, 0, 0);
	}
	return status >> 8;
}

int sys_wait_any(int flags)
{
	return call4(SYS_wait4, -1, 0, flags, 0);
}

void sys_block_signals(bool block)
{
	unsigned long long all = block ? ~0ULL : 0;

	call4(SYS_rt_sigprocmask, SIG_SETMASK, &all, 0, sizeof(all));
}

void sys_own_terminal(int fd)
{
	call1(SYS_setsid, 0);
	call3(SYS_ioctl, fd, TIOCSCTTY, 1);
}

void sys_leave_terminal(int fd)
{
	call2(SYS_ioctl, fd, TIOCNOTTY);
}

void sys_exit(int status)
{
	for (;;)
		call1(SYS_exit_group, status);
}

void sys_reboot(unsigned command)
{
	call3(SYS_reboot, LINUX_REBOOT_MAGIC1, LINUX_REBOOT_MAGIC2, command);
}

void sys_sync(void)
{
	call1(SYS_sync, 0);
}
