/*
 * The guest of the fault tests: PID 1 of an initramfs. It runs an /init as PID 1 of a PID and mount namespace
 * of its own, on a tmpfs that is "/" there, as the kernel would have it, and lets system calls of it fail.
 * It only obeys and tells; what is right the host decides. A line of standard input is a run,
 *
 *     IMAGE TASK INDEX ERRNO TIMES PIVOT LIMIT DISKS COMMAND LINE...
 *
 * of /images/IMAGE with that command line, whose task TASK (0 is PID 1, then its children) has its call
 * INDEX fail with ERRNO, and further calls that are equal to that one up to TIMES (0: all of them); INDEX -1:
 * none. PIVOT 0: pivot_root() is refused, as below Linux 7.0 where "/" is the initramfs. DISKS 1: when it is over
 * the disks get back what they had before the first such run; 2: the next run finds them as this one left them.
 * It answers
 *
 *     CALL TASK INDEX NAME ARGUMENTS   each call, when none is to fail
 *     FAILED NAME ARGUMENTS            the first that did
 *     SAID MS TEXT                     what was written to the log or the console
 *     END WHY MS CALLS                 started, reboot, exit, signal, hang or late, with a number behind it
 *
 * and, when root's init has started (it is stopped before its first instruction), before END: ROOT DEVICE, or TYPE
 * SOURCE OPTIONS where root has none, MOUNT PLACE TYPE for each mount that it sees, FD NUMBER for each descriptor, CWD
 * PATH, TASKS NUMBER of processes; OLD PLACE TYPE for each mount that is left of the initramfs, LEFT TYPE PATH for each
 * file of it; USED DEVICE for each block device that is mounted, or stands on another. Where root stands on
 * device-mapper, DATA SUM, of all of that device, or DATA error ERRNO. When nobody of the run is there any more:
 * KEPT DEVICE for each loop device that stays, and with DISKS 1 CHANGED DISK for each that has other data, with HAS
 * PATH for each file that is there now.
 *
 * The time of PID 1 is not the clock's: it passes when PID 1 asks for it, a millisecond each time, and in a
 * poll() in which nothing happens, all at once. So no case waits, and a busy host makes none another. MS
 * counts that. LIMIT is in seconds of it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <linux/loop.h>
#include <linux/ptrace.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define CASE "/case"
#define TASKS_MAX 16
#define CALLS_MAX 200000
/* Seconds of the host's time until a run is given up, which waits for what never comes. */
#define STUCK 60

/* ---- this run ------------------------------------------------------------------------------------ */

struct task {
	pid_t pid;
	int calls;
	unsigned long long nr, args[6];
	bool fails;
	int sleeps; /* ms of the poll() that is under way, made 0 */
};

static struct {
	char image[64], line[4096], failed[1024];
	int task, index, error, times, pivot, limit, disks;
} run;

static struct task tasks[TASKS_MAX];
static int count, cmdline;
static int ms; /* of PID 1's time since the run began */
static bool ended, execed;

static void say(const char *format, ...)
{
	static char line[8192];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (int i = 0; i < n - 1; i++)
		if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	(void)!write(1, line, (size_t)n);
}

static void die(const char *what)
{
	say("TRACER %s: %s\n", what, strerror(errno));
	reboot(RB_POWER_OFF);
}

static void end(const char *why, int number)
{
	if (!ended)
		say("END %s %d %d %d\n", why, number, ms, tasks[0].calls);
	ended = true;
}

/* ---- the task's memory and registers --------------------------------------------------------------- */

static void get(const struct task *t, unsigned long long at, void *buf, size_t size)
{
	for (size_t i = 0; i < size; i += sizeof(long)) {
		long word = ptrace(PTRACE_PEEKDATA, t->pid, at + i, 0);

		memcpy((char *)buf + i, &word, size - i < sizeof(word) ? size - i : sizeof(word));
	}
}

static void put(const struct task *t, unsigned long long at, const void *buf, size_t size)
{
	for (size_t i = 0; i < size; i += sizeof(long)) {
		long word = 0;

		get(t, at + i, &word, sizeof(word));
		memcpy(&word, (const char *)buf + i, size - i < sizeof(word) ? size - i : sizeof(word));
		ptrace(PTRACE_POKEDATA, t->pid, at + i, word);
	}
}

static void text_at(const struct task *t, unsigned long long at, char *buf, size_t size)
{
	size_t i = 0;

	buf[0] = '\0';
	if (!at)
		return;
	do
		get(t, at + i, buf + i, 1);
	while (buf[i] && ++i < size - 1);
	buf[i] = '\0';
}

static void set_number(const struct task *t, long long nr)
{
	struct user_regs_struct regs;

	ptrace(PTRACE_GETREGS, t->pid, 0, &regs);
	regs.orig_rax = (unsigned long long)nr;
	ptrace(PTRACE_SETREGS, t->pid, 0, &regs);
}

static void set_result(const struct task *t, long long result)
{
	struct user_regs_struct regs;

	ptrace(PTRACE_GETREGS, t->pid, 0, &regs);
	regs.rax = (unsigned long long)result;
	ptrace(PTRACE_SETREGS, t->pid, 0, &regs);
}

static void set_third(const struct task *t, unsigned long long argument)
{
	struct user_regs_struct regs;

	ptrace(PTRACE_GETREGS, t->pid, 0, &regs);
	regs.rdx = argument;
	ptrace(PTRACE_SETREGS, t->pid, 0, &regs);
}

/* ---- what a call is -------------------------------------------------------------------------------- */

/* Its arguments: f a descriptor, d the directory of the path behind it, p a path, t a text, n a number, x one
 * in hexadecimal. */
static const struct {
	unsigned nr;
	const char *name, *arguments;
} names[] = {
	{ SYS_read, "read", "f" }, { SYS_write, "write", "f" }, { SYS_close, "close", "f" },
	{ SYS_poll, "poll", "-nn" }, { SYS_lseek, "lseek", "f" }, { SYS_ioctl, "ioctl", "fx" },
	{ SYS_pread64, "pread64", "f-nn" }, { SYS_openat, "openat", "dp" }, { SYS_statx, "statx", "dp" },
	{ SYS_readlinkat, "readlinkat", "dp" }, { SYS_faccessat, "faccessat", "dp" },
	{ SYS_getdents64, "getdents64", "f" }, { SYS_fstatfs, "fstatfs", "f" },
	{ SYS_mknodat, "mknodat", "dp" }, { SYS_mkdirat, "mkdirat", "dp" }, { SYS_fchmodat, "fchmodat", "dp" },
	{ SYS_unlinkat, "unlinkat", "dp" }, { SYS_chdir, "chdir", "p" }, { SYS_fchdir, "fchdir", "f" },
	{ SYS_chroot, "chroot", "p" }, { SYS_pivot_root, "pivot_root", "pp" },
	{ SYS_mount, "mount", "tptx" }, { SYS_umount2, "umount2", "p" }, { SYS_socket, "socket", "nnn" },
	{ SYS_setsockopt, "setsockopt", "" }, { SYS_bind, "bind", "" }, { SYS_recvfrom, "recvfrom", "" },
	{ SYS_clock_gettime, "clock_gettime", "" }, { SYS_getpid, "getpid", "" }, { SYS_execve, "execve", "p" },
	{ SYS_clone, "clone", "x" }, { SYS_wait4, "wait4", "" }, { SYS_reboot, "reboot", "--x" },
	{ SYS_sync, "sync", "" }, { SYS_exit_group, "exit_group", "n" }, { SYS_finit_module, "finit_module", "f" },
	{ SYS_fcntl, "fcntl", "f" }, { SYS_openat2, "openat2", "dp" }, { SYS_uname, "uname", "" },
	{ SYS_fadvise64, "fadvise64", "f" }, { SYS_mmap, "mmap", "" }, { SYS_munmap, "munmap", "" },
	{ SYS_kill, "kill", "n" }, { SYS_unshare, "unshare", "x" }, { SYS_setns, "setns", "f" },
	{ SYS_exit, "exit", "n" }, { SYS_rt_sigaction, "rt_sigaction", "n" },
	{ SYS_setitimer, "setitimer", "" }, { SYS_timerfd_create, "timerfd_create", "" },
	{ SYS_timerfd_settime, "timerfd_settime", "f" }, { SYS_fchownat, "fchownat", "dp" },
	{ SYS_lgetxattr, "lgetxattr", "pt" }, { SYS_lsetxattr, "lsetxattr", "pt" },
	{ SYS_renameat2, "renameat2", "dpdp" }, { SYS_add_key, "add_key", "tt" },
};

static void describe(const struct task *t, char *buf, size_t size)
{
	size_t i = 0, rest = sizeof(names) / sizeof(*names);
	char path[64], text[512];

	while (i < rest && names[i].nr != t->nr)
		i++;
	if (i == rest) {
		snprintf(buf, size, "call-%llu", t->nr);
		return;
	}
	snprintf(buf, size, "%s", names[i].name);
	for (int a = 0; names[i].arguments[a]; a++) {
		char kind = names[i].arguments[a];
		unsigned long long value = t->args[a];

		if (kind == '-' || (kind == 'd' && (int)value == AT_FDCWD))
			continue;
		if (kind == 'f' || kind == 'd') {
			ssize_t n;

			snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)t->pid, (int)value);
			n = readlink(path, text, sizeof(text) - 1);
			if (n > 0)
				text[n] = '\0';
			else
				snprintf(text, sizeof(text), "fd-%d", (int)value);
		} else if (kind == 'p' || kind == 't') {
			text_at(t, value, text, sizeof(text));
		} else {
			snprintf(text, sizeof(text), kind == 'x' ? "%#llx" : "%lld", value);
		}
		snprintf(buf + strlen(buf), size - strlen(buf), " %s", *text ? text : "''");
	}
}

/* ---- what init would find -------------------------------------------------------------------------- */

/* Each mount of a mountinfo (Documentation/filesystems/proc.rst, 3.5). */
static void say_mounts(FILE *file, const char *word)
{
	char line[4096], place[1024], type[64];

	while (file && fgets(line, sizeof(line), file)) {
		char *rest = strstr(line, " - ");

		if (rest && sscanf(line, "%*s %*s %*s %*s %1023s", place) == 1 &&
		    sscanf(rest, " - %63s", type) == 1)
			say("%s %s %s\n", word, place, type);
	}
	if (file)
		fclose(file);
}

/* Root is lifted off, for a process of ours in the namespace: below it is what the initramfs was. */
static void say_old_mounts(pid_t pid)
{
	char path[64];
	pid_t child = fork();

	if (!child) {
		int ours = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ns, fd;

		snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)pid);
		ns = open(path, O_RDONLY | O_CLOEXEC);
		if (setns(ns, CLONE_NEWNS) || umount2("/", MNT_DETACH) || setns(ns, CLONE_NEWNS)) {
			say("OLD unknown %s\n", strerror(errno));
		} else {
			fd = openat(ours, "self/mountinfo", O_RDONLY);
			say_mounts(fd < 0 ? NULL : fdopen(fd, "r"), "OLD");
		}
		_exit(0);
	}
	while (waitpid(child, NULL, 0) != child && errno == EINTR)
		;
}

static void say_files(const char *word, const char *top, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *e;
	char below[1024];

	while (dir && (e = readdir(dir))) {
		struct stat st;

		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, ".."))
			continue;
		snprintf(below, sizeof(below), "%s/%s", path, e->d_name);
		if (lstat(below, &st))
			continue;
		say("%s %s %s\n", word, S_ISDIR(st.st_mode) ? "directory" : S_ISREG(st.st_mode) ? "file" : "special",
		    below + strlen(top));
		if (S_ISDIR(st.st_mode))
			say_files(word, top, below);
	}
	if (dir)
		closedir(dir);
}

/* All that root's device has, as it reads: FNV-1a, or why it does not read. */
static void say_data(const char *name)
{
	static unsigned char data[65536];
	unsigned long long sum = 0xcbf29ce484222325;
	char path[300];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/dev/%s", name);
	fd = open(path, O_RDONLY);
	while ((n = read(fd, data, sizeof(data))) > 0)
		for (ssize_t i = 0; i < n; i++)
			sum = (sum ^ data[i]) * 0x100000001b3;
	if (n)
		say("DATA error %d\n", errno);
	else
		say("DATA %llx\n", sum);
	close(fd);
}

/* Of a mount of mountinfo: what is behind its " - ". */
static void say_root(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[4096], place[1024];

	while (file && fgets(line, sizeof(line), file)) {
		char *rest = strstr(line, " - ");

		if (rest && sscanf(line, "%*s %*s %*s %*s %1023s", place) == 1 && !strcmp(place, "/"))
			say("ROOT %s", rest + 3);
	}
	if (file)
		fclose(file);
}

static bool is_loop(const char *name)
{
	char path[512];

	snprintf(path, sizeof(path), "/sys/class/block/%s/loop/backing_file", name);
	return !access(path, F_OK);
}

/* Who has mounted a device has it alone. */
static void say_used(void)
{
	DIR *dir = opendir("/sys/class/block");
	struct dirent *e;
	char path[512];

	while (dir && (e = readdir(dir))) {
		int fd = -1;

		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		if (e->d_name[0] != '.')
			fd = open(path, O_RDONLY | O_EXCL);
		if (e->d_name[0] != '.' && ((fd < 0 && errno == EBUSY) || is_loop(e->d_name) || !strncmp(e->d_name, "dm-", 3)))
			say("USED %s\n", e->d_name);
		close(fd);
	}
	if (dir)
		closedir(dir);
}

static void say_world(const struct task *t)
{
	char path[64], text[512];
	struct dirent *e;
	struct stat st;
	ssize_t n;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/root", (int)t->pid);
	if (!stat(path, &st)) {
		snprintf(path, sizeof(path), "/sys/dev/block/%u:%u", major(st.st_dev), minor(st.st_dev));
		n = readlink(path, text, sizeof(text) - 1);
		text[n > 0 ? n : 0] = '\0';
		snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)t->pid);
		if (n > 0)
			say("ROOT %s\n", strrchr(text, '/') + 1);
		else
			say_root(path);
		if (n > 0 && !strncmp(strrchr(text, '/'), "/dm-", 4))
			say_data(strrchr(text, '/') + 1);
	}
	snprintf(path, sizeof(path), "/proc/%d/mountinfo", (int)t->pid);
	say_mounts(fopen(path, "r"), "MOUNT");
	snprintf(path, sizeof(path), "/proc/%d/fd", (int)t->pid);
	dir = opendir(path);
	while (dir && (e = readdir(dir)))
		if (e->d_name[0] != '.')
			say("FD %s\n", e->d_name);
	if (dir)
		closedir(dir);
	snprintf(path, sizeof(path), "/proc/%d/cwd", (int)t->pid);
	n = readlink(path, text, sizeof(text) - 1);
	text[n > 0 ? n : 0] = '\0';
	say("CWD %s\n", text);
	n = 0;
	for (int i = 0; i < count; i++)
		n += !!tasks[i].pid;
	say("TASKS %zd\n", n);
	say_old_mounts(t->pid);
	say_files("LEFT", CASE, CASE);
	say_used();
}

/* ---- one call --------------------------------------------------------------------------------------- */

/* Is it the one, or equal to it? */
static bool must_fail(const struct task *t, int index)
{
	char text[sizeof(run.failed)];

	if (t - tasks != run.task || run.index < 0)
		return false;
	if (index == run.index) {
		describe(t, run.failed, sizeof(run.failed));
		say("FAILED %s\n", run.failed);
	} else if (index < run.index || run.times == 1) {
		return false;
	} else {
		describe(t, text, sizeof(text));
		if (strcmp(text, run.failed))
			return false;
	}
	/* of all: stays 0 */
	run.times -= run.times > 1;
	return true;
}

static void enter(struct task *t, const struct ptrace_syscall_info *info)
{
	int index = t->calls++;
	char text[1024];

	t->nr = info->entry.nr;
	memcpy(t->args, info->entry.args, sizeof(t->args));
	if (run.index < 0) {
		describe(t, text, sizeof(text));
		say("CALL %d %d %s\n", (int)(t - tasks), index, text);
	}
	t->fails = must_fail(t, index);
	if (t->fails || (t->nr == SYS_pivot_root && !run.pivot)) {
		set_number(t, -1);
		return;
	}
	if (t != tasks)
		return;
	if (t->nr == SYS_reboot)
		end("reboot", (int)t->args[2]);
	if (t->nr == SYS_exit_group)
		end("exit", (int)t->args[0]);
	if (t->nr == SYS_poll && (int)t->args[2] < 0 && !t->args[1])
		end("hang", 0);
	t->sleeps = t->nr == SYS_poll && (int)t->args[2] > 0 ? (int)t->args[2] : 0;
	if (t->sleeps)
		set_third(t, 0);
}

/* What was written, a line each. */
static void heard(const struct task *t, size_t size)
{
	static char text[4096];
	char *line = text;

	if (size > sizeof(text) - 1)
		size = sizeof(text) - 1;
	get(t, t->args[1], text, size);
	text[size] = '\0';
	while (*line) {
		size_t n = strcspn(line, "\n");

		say("SAID %d %.*s\n", ms, (int)n, line);
		line += n + !!line[n];
	}
}

/* The text that /proc/cmdline would have; read() after read(). */
static void give_cmdline(const struct task *t)
{
	size_t size = strlen(run.line), from = (size_t)cmdline - 1;
	size_t n = size - from < t->args[2] ? size - from : (size_t)t->args[2];

	put(t, t->args[1], run.line + from, n);
	set_result(t, (long long)n);
	cmdline += (int)n;
}

static void leave(struct task *t, const struct ptrace_syscall_info *info)
{
	static unsigned long long fd;
	long long result = info->exit.rval;
	struct timespec time;
	char path[256];

	if (t->fails) {
		set_result(t, -run.error);
		return;
	}
	if (t->nr == SYS_pivot_root && !run.pivot) {
		set_result(t, -EINVAL);
		return;
	}
	if (t->nr == SYS_write && result > 0)
		heard(t, (size_t)result);
	if (t->sleeps) {
		set_third(t, t->args[2]);
		if (!result)
			ms += t->sleeps;
	}
	if (t->nr == SYS_clock_gettime && !result && t == tasks) {
		ms++;
		time = (struct timespec){ ms / 1000, ms % 1000 * 1000000L };
		put(t, t->args[1], &time, sizeof(time));
	}
	if (t->nr == SYS_openat && result >= 0) {
		size_t n;

		text_at(t, t->args[1], path, sizeof(path));
		n = strlen(path);
		if (n >= 7 && !strcmp(path + n - 7, "cmdline")) {
			fd = (unsigned long long)result;
			cmdline = 1;
		}
	}
	if (cmdline && t->args[0] == fd && t->nr == SYS_close)
		cmdline = 0;
	if (cmdline && t->args[0] == fd && t->nr == SYS_read && result >= 0)
		give_cmdline(t);
}

/* ---- one run ---------------------------------------------------------------------------------------- */

static struct task *task_of(pid_t pid)
{
	int i = 0;

	while (i < count && tasks[i].pid != pid)
		i++;
	if (i == TASKS_MAX)
		die("too many tasks");
	if (i == count)
		tasks[count++] = (struct task){ .pid = pid };
	return tasks + i;
}

static void copy(const char *from, const char *to)
{
	char buf[65536];
	int in = open(from, O_RDONLY), out = open(to, O_WRONLY | O_CREAT, 0755);
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		if (write(out, buf, (size_t)n) != n)
			n = -1;
	if (n || in < 0 || out < 0)
		die(from);
	close(in);
	close(out);
}

/* What the kernel unpacks: image/core.list. */
static void make_image(void)
{
	char path[128];

	if (mount("image", CASE, "tmpfs", 0, NULL))
		die("mount");
	mkdir(CASE "/dev", 0755);
	mkdir(CASE "/root", 0700);
	mkdir(CASE "/proc", 0755);
	mkdir(CASE "/sys", 0755);
	mknod(CASE "/dev/console", S_IFCHR | 0600, makedev(5, 1));
	snprintf(path, sizeof(path), "/images/%s", run.image);
	copy(path, CASE "/init");
}

_Noreturn static void be_init(int *go)
{
	char *argv[] = { "/init", NULL }, *envp[] = { "HOME=/", "TERM=linux", NULL };
	int null = open("/dev/null", O_RDWR);
	char c;

	close(go[1]);
	if (chdir(CASE) || umount2("/dev", MNT_DETACH) || umount2("/proc", MNT_DETACH) ||
	    umount2("/sys", MNT_DETACH) || mount(".", "/", NULL, MS_MOVE, NULL) || chroot(".") || chdir("/"))
		die("be init");
	(void)!read(go[0], &c, 1);
	for (int fd = 0; fd < 3; fd++)
		dup2(null, fd);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	execve(argv[0], argv, envp);
	_exit(1);
}

static void on_alarm(int number)
{
	(void)number;
}

static void stopped(struct task *t, int status)
{
	struct ptrace_syscall_info info;
	int signal = WSTOPSIG(status), event = status >> 16;

	if (event == PTRACE_EVENT_EXEC && t == tasks) {
		if (execed) {
			say_world(t);
			end("started", 0);
		} else {
			t->calls = 0;
		}
		execed = true;
	}
	if (signal == (SIGTRAP | 0x80)) {
		ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof(info), &info);
		if (execed && info.op == PTRACE_SYSCALL_INFO_ENTRY)
			enter(t, &info);
		else if (execed && info.op == PTRACE_SYSCALL_INFO_EXIT)
			leave(t, &info);
	}
	if (ms > run.limit * 1000)
		end("late", 0);
	if (t->calls > CALLS_MAX)
		end("hang", 1);
	if (!ended)
		ptrace(PTRACE_SYSCALL, t->pid, 0, event || signal == SIGTRAP || signal == (SIGTRAP | 0x80) ? 0 : signal);
}

/* What is mounted no more is let go of a moment later. */
static void wait_for_disks(void)
{
	DIR *dir = opendir("/sys/class/block");
	struct dirent *e;
	char path[512];

	while ((e = readdir(dir))) {
		int fd = -1;

		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		for (int i = 0; i < 1000 && e->d_name[0] != '.'; i++) {
			fd = open(path, O_RDONLY | O_EXCL);
			if (fd >= 0 || errno != EBUSY)
				break;
			usleep(5000);
		}
		if (fd < 0 && errno == EBUSY)
			die(path);
		close(fd);
	}
	closedir(dir);
}

/* dm-verity's, which init would have; it is let go of a moment later, too. */
static void remove_device(void)
{
	int fd = open("/dev/mapper/control", O_RDWR);

	for (int i = 0; fd >= 0 && i < 1000; i++) {
		struct dm_ioctl device = { .version = { DM_VERSION_MAJOR }, .data_size = sizeof(device), .name = "root" };

		if (!ioctl(fd, DM_DEV_REMOVE, &device) || errno == ENXIO)
			break;
		usleep(5000);
	}
	close(fd);
}

/* A loop device that nobody has any more: /init has let it go without taking the file from it. */
static void detach_loops(void)
{
	DIR *dir = opendir("/sys/class/block");
	struct dirent *e;
	char path[512];

	while (dir && (e = readdir(dir))) {
		int fd;

		/* one that has just been unmounted takes a moment */
		for (int i = 0; i < 200 && is_loop(e->d_name); i++)
			usleep(5000);
		if (!is_loop(e->d_name))
			continue;
		say("KEPT %s\n", e->d_name);
		snprintf(path, sizeof(path), "/dev/%s", e->d_name);
		fd = open(path, O_RDONLY);
		ioctl(fd, LOOP_CLR_FD, 0);
		close(fd);
	}
	if (dir)
		closedir(dir);
}

/* ---- the disks -------------------------------------------------------------------------------------- */

#define DISKS_MAX 4
#define BLOCK 65536

/* What each had, but for what is zero. */
static unsigned char *saved[DISKS_MAX][1 << 12];
static _Alignas(4096) unsigned char block[BLOCK];

static int open_disk(int number, int flags)
{
	char path[] = "/dev/vda";

	path[sizeof(path) - 2] = (char)('a' + number);
	return open(path, flags | O_DIRECT);
}

/* How many sectors of it have been written, since the guest started. */
static unsigned long long written(int number)
{
	char path[] = "/sys/class/block/vda/stat";
	unsigned long long count = 0;
	FILE *file;

	path[strlen("/sys/class/block/vd")] = (char)('a' + number);
	file = fopen(path, "r");
	if (file) {
		(void)!fscanf(file, "%*u %*u %*u %*u %*u %*u %llu", &count);
		fclose(file);
	}
	return count;
}

static unsigned long long were_written[DISKS_MAX];

static void save_disks(void)
{
	static const unsigned char zero[BLOCK];

	for (int i = 0; i < DISKS_MAX; i++) {
		int fd = open_disk(i, O_RDONLY), n = 0;

		for (; fd >= 0 && read(fd, block, BLOCK) > 0; n++) {
			if (n == sizeof(saved[i]) / sizeof(*saved[i]))
				die("a disk that is too large");
			if (!memcmp(block, zero, BLOCK))
				continue;
			saved[i][n] = malloc(BLOCK);
			memcpy(saved[i][n], block, BLOCK);
		}
		close(fd);
		were_written[i] = written(i);
	}
}

static void say_changed(int number)
{
	char path[] = "/dev/vda";

	path[sizeof(path) - 2] = (char)('a' + number);
	say("CHANGED %s\n", path + strlen("/dev/"));
	if (!mount(path, CASE, "ext4", MS_RDONLY, "noload")) {
		say_files("HAS", CASE, CASE);
		umount(CASE);
	}
}

static void restore_disks(void)
{
	static const unsigned char zero[BLOCK];

	for (int i = 0; i < DISKS_MAX; i++) {
		bool changed = false;
		ssize_t size;
		int fd;

		if (written(i) == were_written[i])
			continue;
		fd = open_disk(i, O_RDWR);
		for (int n = 0; fd >= 0 && (size = read(fd, block, BLOCK)) > 0; n++) {
			const unsigned char *was = saved[i][n] ? saved[i][n] : zero;

			if (!memcmp(block, was, (size_t)size))
				continue;
			if (!changed)
				say_changed(i);
			changed = true;
			memcpy(block, was, (size_t)size);
			if (pwrite(fd, block, (size_t)size, (off_t)n * BLOCK) != size)
				die("restore a disk");
		}
		close(fd);
		were_written[i] = written(i);
	}
}

static void perform(void)
{
	static bool is_saved;
	int go[2], status;
	pid_t pid;

	count = cmdline = 0;
	ms = 0;
	ended = execed = false;
	if (run.disks && !is_saved)
		save_disks();
	is_saved |= !!run.disks;
	make_image();
	if (pipe(go))
		die("pipe");
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWNS | CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
	if (!pid)
		be_init(go);
	if (pid < 0 || ptrace(PTRACE_SEIZE, pid, 0, PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL |
			      PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK))
		die("run");
	task_of(pid);
	alarm(STUCK);
	close(go[0]);
	close(go[1]);
	while (!ended) {
		struct task *t;

		pid = waitpid(-1, &status, __WALL);
		if (pid < 0) {
			end("hang", 2);
			break;
		}
		t = task_of(pid);
		if (WIFSTOPPED(status)) {
			stopped(t, status);
			continue;
		}
		if (t == tasks)
			end(WIFSIGNALED(status) ? "signal" : "exit", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		t->pid = 0;
	}
	alarm(0);
	if (tasks[0].pid)
		kill(tasks[0].pid, SIGKILL);
	while (waitpid(-1, &status, __WALL) > 0 || errno == EINTR)
		;
	umount2(CASE, MNT_DETACH);
	remove_device();
	detach_loops();
	wait_for_disks();
	if (run.disks == 1)
		restore_disks();
	say("READY\n");
}

int main(void)
{
	struct sigaction action = { .sa_handler = on_alarm };
	struct termios terminal;
	static char line[4096];

	mkdir(CASE, 0755);
	if (mount("dev", "/dev", "devtmpfs", 0, NULL) || mount("proc", "/proc", "proc", 0, NULL) ||
	    mount("sys", "/sys", "sysfs", 0, NULL))
		die("mount");
	sigaction(SIGALRM, &action, NULL);
	tcgetattr(0, &terminal);
	terminal.c_lflag &= ~(tcflag_t)ECHO;
	terminal.c_oflag &= ~(tcflag_t)ONLCR;
	tcsetattr(0, TCSANOW, &terminal);
	say("READY\n");
	while (fgets(line, sizeof(line), stdin)) {
		if (sscanf(line, "%63s %d %d %d %d %d %d %d %4095[^\n]", run.image, &run.task, &run.index, &run.error,
			   &run.times, &run.pivot, &run.limit, &run.disks, run.line) != 9)
			die("a line that is no run");
		strcat(run.line, "\n");
		perform();
	}
	reboot(RB_POWER_OFF);
}
