/*
 * The world of the real init, told by the init itself: installed as a root's init, it prints all
 * that an initramfs could have changed, one "key: value" a line, and powers off. Two boots of one
 * root are then compared line by line (test_contract.py).
 *
 * It observes without touching: /proc is a detached mount, so the root needs no /proc directory
 * and the mount table stays as found (Linux >= 5.2). What cannot be read gets a line saying so.
 * All is collected first and printed with the kernel's messages off, so no line is torn.
 *
 * Tabs are written as blanks; other bytes outside printable ASCII, and backslashes, as \xNN.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#define LENGTH(rows) (sizeof(rows) / sizeof *(rows))

enum { CONSOLE_OFF = 6, PROC_CREATE = 6, MAX_FD = 1024, PROC_FILE = 1 << 16 };

static char report[1 << 20];
static size_t reported;

/* Add a line to the report. */
static void say(const char *format, ...)
{
	char text[8192];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	for (const char *c = text; *c && reported < sizeof report - 8; c++)
		if (*c == '\t')
			report[reported++] = ' ';
		else if (*c < ' ' || *c > '~' || *c == '\\')
			reported += sprintf(report + reported, "\\x%02x", (unsigned char)*c);
		else
			report[reported++] = *c;
	report[reported++] = '\n';
}

static void print_report(void)
{
	size_t done = 0;

	while (done < reported) {
		ssize_t n = write(1, report + done, reported - done);

		if (n < 0)
			break;
		done += n;
	}
	reported = 0;
}

static const char *error_or(long result, const char *fine)
{
	return result < 0 ? strerror(errno) : fine;
}

/* ---- what system calls tell ---------------------------------------------------------------- */

static void say_arguments(char **argv, char **environment)
{
	for (int i = 0; argv[i]; i++)
		say("argv %d: %s", i, argv[i]);
	for (int i = 0; environment[i]; i++)
		say("environ %d: %s", i, environment[i]);
	say("auxv execfn: %s", (char *)getauxval(AT_EXECFN));
	say("auxv secure: %lu", getauxval(AT_SECURE));
}

static void say_identity(void)
{
	char cwd[4096] = "";
	struct utsname name;
	mode_t mask = umask(0);

	umask(mask);
	say("cwd: %s", error_or(getcwd(cwd, sizeof cwd) ? 0 : -1, cwd));
	say("umask: %04o", (unsigned)mask);
	say("pid: %d, parent %d, group %d, session %d", getpid(), getppid(), getpgrp(), getsid(0));
	uname(&name);
	say("hostname: %s", name.nodename);
	say("domainname: %s", name.domainname);
}

static void say_signals(void)
{
	sigset_t blocked;

	sigprocmask(SIG_BLOCK, NULL, &blocked);
	for (int number = 1; number < _NSIG; number++) {
		struct sigaction action;

		/* musl keeps three for itself */
		if (sigaction(number, NULL, &action) < 0)
			continue;
		say("signal %d: %s flags %#x%s", number,
			action.sa_handler == SIG_DFL ? "default" :
			action.sa_handler == SIG_IGN ? "ignored" : "caught",
			(unsigned)action.sa_flags, sigismember(&blocked, number) ? " blocked" : "");
	}
}

static void say_limits(void)
{
	static const char *const names[] = {
		"CPU", "FSIZE", "DATA", "STACK", "CORE", "RSS", "NPROC", "NOFILE", "MEMLOCK", "AS",
		"LOCKS", "SIGPENDING", "MSGQUEUE", "NICE", "RTPRIO", "RTTIME",
	};

	for (size_t i = 0; i < LENGTH(names); i++) {
		struct rlimit limit;

		getrlimit(i, &limit);
		say("rlimit %s soft: %lld", names[i], (long long)limit.rlim_cur);
		say("rlimit %s hard: %lld", names[i], (long long)limit.rlim_max);
	}
}

static void say_scheduling(void)
{
	static const struct { const char *name; int option; } attributes[] = {
		{ "dumpable", PR_GET_DUMPABLE }, { "keepcaps", PR_GET_KEEPCAPS },
		{ "no_new_privs", PR_GET_NO_NEW_PRIVS }, { "seccomp", PR_GET_SECCOMP },
		{ "securebits", PR_GET_SECUREBITS }, { "thp_disable", PR_GET_THP_DISABLE },
		{ "timerslack", PR_GET_TIMERSLACK },
	};
	static const struct { const char *name; int option; } stored[] = {
		{ "child_subreaper", PR_GET_CHILD_SUBREAPER }, { "pdeathsig", PR_GET_PDEATHSIG },
	};
	struct itimerval timer;
	cpu_set_t cpus;
	char name[16];

	for (size_t i = 0; i < LENGTH(attributes); i++) {
		long value = prctl(attributes[i].option, 0, 0, 0, 0);

		say("prctl %s: %ld %s", attributes[i].name, value, error_or(value, ""));
	}
	for (size_t i = 0; i < LENGTH(stored); i++) {
		int value = -1;

		prctl(stored[i].option, &value, 0, 0, 0);
		say("prctl %s: %d", stored[i].name, value);
	}
	prctl(PR_GET_NAME, name, 0, 0, 0);
	say("prctl name: %s", name);
	say("personality: %#x", (unsigned)personality(0xffffffff));
	say("nice: %d", getpriority(PRIO_PROCESS, 0));
	say("scheduler: %ld", syscall(SYS_sched_getscheduler, 0));
	say("ioprio: %ld", syscall(SYS_ioprio_get, 1, 0));
	CPU_ZERO(&cpus);
	sched_getaffinity(0, sizeof cpus, &cpus);
	say("cpus: %d", CPU_COUNT(&cpus));
	for (int which = ITIMER_REAL; which <= ITIMER_PROF; which++) {
		getitimer(which, &timer);
		say("itimer %d: %ld.%06ld", which, (long)timer.it_value.tv_sec,
			(long)timer.it_value.tv_usec);
	}
	say("child: %s", error_or(waitpid(-1, NULL, WNOHANG | __WALL), "there is one"));
}

static const char *type_of(mode_t mode)
{
	return S_ISREG(mode) ? "regular" : S_ISDIR(mode) ? "directory" : S_ISLNK(mode) ? "link" :
		S_ISCHR(mode) ? "char" : S_ISBLK(mode) ? "block" : S_ISFIFO(mode) ? "fifo" : "socket";
}

static void say_inode(const char *key, const char *name, const struct stat *inode)
{
	char target[4096] = "";

	if (S_ISLNK(inode->st_mode) && readlink(name, target, sizeof target - 1) < 0)
		strcpy(target, strerror(errno));
	say("%s %s: %s %04o owner %d:%d device %d:%d size %lld links %d%s%s", key, name,
		type_of(inode->st_mode), inode->st_mode & 07777, inode->st_uid, inode->st_gid,
		major(inode->st_rdev), minor(inode->st_rdev), (long long)inode->st_size,
		(int)inode->st_nlink, *target ? " -> " : "", target);
}

/* Every inode from path down, in one file system. */
static void say_tree(const char *key, const char *path, dev_t device)
{
	struct dirent **entries;
	struct stat inode;
	int count;

	if (lstat(path, &inode) < 0) {
		say("%s %s: %s", key, path, strerror(errno));
		return;
	}
	say_inode(key, path, &inode);
	if (!S_ISDIR(inode.st_mode) || (device && inode.st_dev != device))
		return;
	count = scandir(path, &entries, NULL, alphasort);
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char child[4096];

		if (!strcmp(name, ".") || !strcmp(name, ".."))
			continue;
		snprintf(child, sizeof child, "%s/%s", strcmp(path, "/") ? path : "", name);
		say_tree(key, child, inode.st_dev);
	}
}

static void say_statfs(const char *path)
{
	struct statfs fs;

	if (statfs(path, &fs) < 0) {
		say("statfs %s: %s", path, strerror(errno));
		return;
	}
	say("statfs %s: type %#lx block %ld name %ld flags %#lx", path, (unsigned long)fs.f_type,
		(long)fs.f_bsize, (long)fs.f_namelen, (unsigned long)fs.f_flags);
	say("statfs %s blocks: %lld", path, (long long)fs.f_blocks);
	say("statfs %s blocks used: %lld", path, (long long)(fs.f_blocks - fs.f_bfree));
	say("statfs %s inodes: %lld", path, (long long)fs.f_files);
	say("statfs %s inodes used: %lld", path, (long long)(fs.f_files - fs.f_ffree));
}

/* The open descriptors, before this program opens any; returns how far to look. */
static int say_descriptors(void)
{
	int end = 0;

	for (int fd = 0; fd < MAX_FD; fd++) {
		struct stat inode;

		if (fstat(fd, &inode) < 0)
			continue;
		end = fd + 1;
		say("fd %d: %s %04o device %d:%d on %d:%d links %d flags %#x%s offset %lld", fd,
			type_of(inode.st_mode), inode.st_mode & 07777,
			major(inode.st_rdev), minor(inode.st_rdev),
			major(inode.st_dev), minor(inode.st_dev), (int)inode.st_nlink,
			(unsigned)fcntl(fd, F_GETFL), fcntl(fd, F_GETFD) ? " cloexec" : "",
			(long long)lseek(fd, 0, SEEK_CUR));
	}
	return end;
}

static void say_terminal(void)
{
	struct termios line = { 0 };
	struct winsize size = { 0 };
	long got = tcgetattr(0, &line);
	char control[3 * NCCS + 1] = "";

	say("terminal: %s input %#o output %#o control %#o local %#o", error_or(got, "set"),
		line.c_iflag, line.c_oflag, line.c_cflag, line.c_lflag);
	for (int i = 0; i < NCCS; i++)
		sprintf(control + 3 * i, " %02x", line.c_cc[i]);
	say("terminal characters:%s", control);
	ioctl(0, TIOCGWINSZ, &size);
	say("terminal size: %dx%d", size.ws_col, size.ws_row);
	say("terminal session: %s", error_or(tcgetsid(0), "ours"));
}

/* ---- what /proc tells ---------------------------------------------------------------------- */

/* A /proc that is mounted nowhere. */
static int open_proc(void)
{
	int context = syscall(SYS_fsopen, "proc", 1);
	int proc = -1;

	if (context >= 0 && !syscall(SYS_fsconfig, context, PROC_CREATE, NULL, NULL, 0))
		proc = syscall(SYS_fsmount, context, 1, 0);
	if (context >= 0)
		close(context);
	return proc;
}

/* The whole of a file as a string in static memory, NUL bytes as blanks; NULL: errno says why. */
static char *read_file(int proc, const char *name)
{
	static char text[PROC_FILE];
	int fd = openat(proc, name, O_RDONLY | O_CLOEXEC);
	ssize_t n, length = 0;

	if (fd < 0)
		return NULL;
	while ((n = read(fd, text + length, sizeof text - 1 - length)) > 0)
		length += n;
	close(fd);
	if (n < 0)
		return NULL;
	for (ssize_t i = 0; i < length; i++)
		if (!text[i])
			text[i] = ' ';
	text[length] = 0;
	return text;
}

static void say_link(int proc, const char *key, const char *name)
{
	char target[4096];
	ssize_t n = readlinkat(proc, name, target, sizeof target - 1);

	target[n < 0 ? 0 : n] = 0;
	say("%s: %s", key, error_or(n, target));
}

static void say_file(int proc, const char *name)
{
	char *text = read_file(proc, name);

	if (!text) {
		say("proc %s: %s", name, strerror(errno));
		return;
	}
	say("proc %s: %s", name, strtok(text, "\n") ? text : "");
	for (char *line; (line = strtok(NULL, "\n"));)
		say("proc %s: %s", name, line);
}

/* /proc/self/status, but for what counts this program's own memory and waiting. */
static void say_status(int proc)
{
	char *text = read_file(proc, "self/status");

	for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"))
		if (strncmp(line, "Vm", 2) && strncmp(line, "Rss", 3) && !strstr(line, "ctxt"))
			say("status %s", line);
}

/* Each mount under its mount point; numbers of mounts are replaced by mount points. */
static void say_mounts(int proc)
{
	struct mount { int id, parent; char *point; } mounts[64];
	size_t count = 0;
	char *text = read_file(proc, "self/mountinfo");

	for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n")) {
		char device[32], root[256], point[256], rest[1024], *super, *optional;

		if (count == LENGTH(mounts))
			break;
		sscanf(line, "%d %d %31s %255s %255s %1023[^\n]", &mounts[count].id,
			&mounts[count].parent, device, root, point, rest);
		mounts[count].point = strdup(point);
		super = strstr(rest, " - ");
		*super = 0;
		optional = strchr(rest, ' ');
		if (optional)
			*optional++ = 0;
		say("mount %s: device %s root %s options %s optional %s", point, device, root,
			rest, optional ? optional : "none");
		say("mount %s type: %.*s", point, (int)strcspn(super + 3, " "), super + 3);
		super = strchr(super + 3, ' ') + 1;
		say("mount %s source: %.*s", point, (int)strcspn(super, " "), super);
		super = strchr(super, ' ') + 1;
		for (char *end; super; super = end) {
			end = strchr(super, ',');
			if (end)
				*end++ = 0;
			say("mount %s super %.*s: %s", point, (int)strcspn(super, "="), super,
				strchr(super, '=') ? strchr(super, '=') + 1 : "set");
		}
		count++;
	}
	for (size_t i = 0; i < count; i++) {
		const char *parent = "not ours to see";

		for (size_t j = 0; j < count; j++)
			if (j != i && mounts[j].id == mounts[i].parent)
				parent = mounts[j].point;
		say("mount %s parent: %s", mounts[i].point, parent);
	}
}

/* Every process that is not a kernel thread: those are number 2 and its children. */
static void say_processes(int proc)
{
	struct dirent *entry;
	DIR *all = fdopendir(openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));

	while (all && (entry = readdir(all))) {
		char name[64], *text, *fields;
		int parent, pid = atoi(entry->d_name);

		snprintf(name, sizeof name, "%d/stat", pid);
		if (!pid || !(text = read_file(proc, name)) || !(fields = strrchr(text, ')')))
			continue;
		sscanf(fields, ") %*c %d", &parent);
		if (pid == 2 || parent == 2)
			continue;
		fields[3] = 0;
		say("process %d: parent %d %s", pid, parent, strchr(text, '('));
		snprintf(name, sizeof name, "%d/cmdline", pid);
		text = read_file(proc, name);
		say("process %d arguments: %s", pid, text ? text : strerror(errno));
	}
	if (all)
		closedir(all);
}

/* Free pages, those that wait in the processors' own lists too: MemFree leaves them out. */
static long free_pages(int proc)
{
	long pages = 0, n;
	char *text = read_file(proc, "zoneinfo");

	for (char *line = text ? strtok(text, "\n") : NULL; line; line = strtok(NULL, "\n"))
		if (sscanf(line, " pages free %ld", &n) == 1 || sscanf(line, " count: %ld", &n) == 1)
			pages += n;
	return pages;
}

/* Free memory with empty caches, once it has stayed the same for half a second, at most ten. */
static void say_memory(int proc)
{
	long pages = 0;
	int same = 0;

	for (int i = 0; i < 100 && same < 5; i++) {
		int drop = openat(proc, "sys/vm/drop_caches", O_WRONLY | O_CLOEXEC);
		long now;

		sync();
		if (drop < 0 || write(drop, "3", 1) < 0)
			say("memory: caches not dropped: %s", strerror(errno));
		close(drop);
		usleep(100000);
		now = free_pages(proc);
		same = now == pages ? same + 1 : 0;
		pages = now;
	}
	say("memory free: %ld kB", pages * (sysconf(_SC_PAGESIZE) / 1024));
}

static void say_proc(int proc, int fds)
{
	static const char *const files[] = {
		"self/oom_score", "self/oom_score_adj", "self/coredump_filter", "self/cgroup",
		"self/uid_map", "self/attr/current", "cmdline", "keys", "modules", "swaps",
		"sys/kernel/printk", "sys/kernel/printk_devkmsg", "sys/kernel/panic",
		"sys/kernel/core_pattern", "sys/kernel/modprobe", "sys/kernel/hotplug",
		"sys/kernel/sysrq", "sys/vm/overcommit_memory", "sys/vm/panic_on_oom",
	};
	char key[32], name[32];

	say_link(proc, "root", "self/root");
	say_link(proc, "executable", "self/exe");
	for (int fd = 0; fd < fds; fd++) {
		snprintf(key, sizeof key, "fd %d target", fd);
		snprintf(name, sizeof name, "self/fd/%d", fd);
		if (fcntl(fd, F_GETFD) >= 0)
			say_link(proc, key, name);
	}
	say_status(proc);
	say_mounts(proc);
	for (size_t i = 0; i < LENGTH(files); i++)
		say_file(proc, files[i]);
	say_processes(proc);
	say_memory(proc);
}

/* Take the root away, and look at what it covers: nothing can be observed after this. */
static void say_ramfs(int proc)
{
	int ns = openat(proc, "self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (ns < 0 || umount2("/", MNT_DETACH) || unshare(CLONE_FS) || setns(ns, 0) || chdir("/"))
		say("ramfs: %s", strerror(errno));
	else
		say_tree("ramfs", "/", 0);
}

int main(int argc, char **argv, char **environment)
{
	int fds = say_descriptors();
	int proc;

	(void)argc;
	say_arguments(argv, environment);
	say_identity();
	say_signals();
	say_limits();
	say_scheduling();
	say_terminal();
	say_tree("file", "/", 0);
	say_tree("file", "/dev", 0);
	say_statfs("/");
	say_statfs("/dev");
	proc = open_proc();
	if (proc < 0)
		say("proc: %s", strerror(errno));
	else
		say_proc(proc, fds);
	say_ramfs(proc);

	klogctl(CONSOLE_OFF, NULL, 0);
	dprintf(1, "\n==== state\n");
	print_report();
	dprintf(1, "==== end\n");
	tcdrain(1);
	sync();
	/* Not every board can be powered off; a restart ends QEMU too (-no-reboot). */
	reboot(RB_AUTOBOOT);
	return 1;
}
