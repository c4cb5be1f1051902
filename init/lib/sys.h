/*
 * The system calls that /init makes, and nothing else between it and the
 * kernel: no errno, no start-up code of a C library (together 5 kB). Each
 * function is the call of its manual page, section 2, and returns what the
 * kernel returns: 0 or more, or -errno. Descriptors are close-on-exec.
 */
#ifndef LIB_SYS_H
#define LIB_SYS_H

#include <linux/btrfs.h>
#include <linux/keyctl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

/*
 * For calls that return 0 or -errno: one more try. A failure that passes
 * (memory, an interrupted call) must not end a boot, nor go unsaid.
 */
#define TWICE(call) ((call) ? (call) : 0)

/* Where the process begins; sys.c calls it with what the kernel put on the stack. */
int main(int argc, char **argv, char **envp);

/* Files. A path is relative to the working directory. */
int sys_open(const char *path, int flags);
int sys_open_at(int dir, const char *name, int flags);
int sys_read(int fd, void *buf, size_t size);
int sys_read_at(int fd, void *buf, size_t size, unsigned long long offset);
int sys_write(int fd, const void *buf, size_t size);
int sys_set_flags(int fd, int flags);               /* fcntl, F_SETFL */
void sys_close(int fd);
int sys_mode(const char *path, int flags);          /* statx, stx_mode: also what it is */
int sys_stat_fd(int fd, struct statx *st);
int sys_access(const char *path);
int sys_make_node(const char *path, unsigned mode, unsigned major, unsigned minor);
int sys_make_directory(const char *path);            /* that something is there already is fine */
int sys_change_mode(const char *path, unsigned mode);
int sys_change_owner(const char *path, unsigned owner, unsigned group);
int sys_get_attribute(const char *path, const char *name, void *value, size_t size); /* lgetxattr: its size */
int sys_set_attribute(const char *path, const char *name, const void *value, size_t size);
int sys_rename(const char *from, const char *to);
int sys_unlink_at(int dir, const char *name, int flags);
int sys_read_link(const char *path, char *buf, size_t size); /* ends it with a NUL */
int sys_fs_type(int fd, unsigned *magic);           /* fstatfs, f_type */

/* Linux' own record (linux/dirent.h): the C library's needs an allocator. */
struct sys_entry {
	unsigned long long ino;
	long long off;
	unsigned short length;
	unsigned char type;
	char name[];
};
int sys_list(int dir, void *buf, size_t size); /* getdents64: bytes of struct sys_entry */

/*
 * A whole text file, NUL-terminated, into buf. Its length; -EOVERFLOW when it
 * has size bytes or more. What fails is tried once more, unless it is not there.
 */
int sys_read_file(const char *path, char *buf, size_t size);

/* Devices, open: what the kernel knows of them, 0 for nothing. */
unsigned long long sys_size(int fd);          /* in bytes */
unsigned sys_sector(int fd);                  /* of the disk, in bytes; a partition has its disk's */
unsigned long long sys_number(int fd);        /* major, minor in the upper and lower half */
unsigned long long sys_disk_sequence(int fd); /* no two disks have the same (Linux 5.15) */
bool sys_has_disc(int fd);                    /* of a CD drive, opened with O_NONBLOCK; others have */

/*
 * Tells the kernel of a device of a btrfs, or asks whether all are known of the one that it is a part of: 0,
 * or 1 when not. path is shorter than 4,088 bytes.
 */
#define SYS_BTRFS_SCAN BTRFS_IOC_SCAN_DEV
#define SYS_BTRFS_READY BTRFS_IOC_DEVICES_READY
int sys_btrfs(int control, unsigned request, const char *path);

int sys_control(int fd, unsigned long request, void *arg); /* ioctl */

/* Where we are and what is mounted. */
int sys_chdir(const char *path);
int sys_chdir_fd(int fd);
int sys_chroot(const char *path);
int sys_pivot_root(const char *new_root, const char *put_old);
int sys_mount(const char *source, const char *target, const char *type, unsigned long flags,
	      const char *data);
int sys_unmount(const char *target); /* with MNT_DETACH, trying twice: few ask for its result */

/* Mounts a pseudo file system, trying twice; that it is there already is fine. */
int sys_mount_pseudo(const char *type, const char *target);

/* Time, in milliseconds. The clock is the monotonic one; it wraps after 49 days. */
unsigned sys_now(void);
unsigned sys_seconds(unsigned ms); /* whole seconds */
int sys_poll(struct pollfd *fds, unsigned count, int ms);
void sys_sleep(unsigned ms); /* no less, whatever poll(2) says */

/* The kernel's device events. */
int sys_open_uevents(unsigned queue); /* -errno when this kernel has none; queue: bytes for what waits */

/*
 * The next event without waiting for one. Its size; 0 when it is none of the
 * kernel's own, or longer than buf; -EAGAIN, or -ENOBUFS when some were lost.
 */
int sys_read_uevent(int fd, void *buf, size_t size);

/* uname(2)'s release: of the running kernel, with or without CONFIG_PROC_SYSCTL. */
#define SYS_RELEASE_MAX 65 /* __NEW_UTS_LEN (linux/utsname.h) and the NUL */
const char *sys_release(void);

/* finit_module(2), with these options; flags: 0, or that the kernel has to decompress it. */
#define SYS_MODULE_COMPRESSED 4 /* MODULE_INIT_COMPRESSED_FILE (linux/module.h, Linux 5.17) */
int sys_load_module(int fd, const char *options, int flags);

/* A key of this type in that keyring; name: NULL where its data has one. */
#define SYS_THREAD_KEYRING KEY_SPEC_THREAD_KEYRING /* of this thread: it is gone after exec */
int sys_add_key(const char *type, const char *name, const void *data, size_t size, int keyring);
int sys_seal_keyring(int keyring); /* keyctl, KEYCTL_RESTRICT_KEYRING: it takes no more keys, ever */

/* Processes. */
int sys_pid(void);
int sys_exec(const char *path, char **argv, char **envp);
int sys_fork(void);
int sys_thread(void (*run)(void)); /* one more of this process, the only one; run does not return */
int sys_wait_any(int flags);         /* 0, or WNOHANG of sys/wait.h; of the child only the pid */
void sys_block_signals(bool block);  /* all of them, or none */
void sys_own_terminal(int fd);       /* a session of our own, with fd as its terminal */
void sys_leave_terminal(int fd);     /* TIOCNOTTY: whoever is in the foreground gets SIGHUP */

/*
 * Runs it in a child that shares everything with us but root and working directory, and waits. SIGTRAP
 * when it returned 0 or stopped at exec, 1 when it returned anything else, 0 when it was killed; -errno
 * when there is no child.
 */
int sys_apart(void (*run)(void *), void *arg);
int sys_stop_at_exec(void); /* in the child: exec does not return, nor does its program begin (PTRACE_TRACEME) */
_Noreturn void sys_exit(int status);

/* RB_ constants of sys/reboot.h. */
void sys_reboot(unsigned command);
void sys_sync(void);

#endif
