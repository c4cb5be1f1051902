/*
 * The guest of the coldplug benchmark: PID 1 of an initramfs. It makes devices=N SCSI devices by the
 * kernel's scsi_debug, then runs each way to find their modules rounds=N times, by turns, and prints
 * what each took until all of its work was done:
 *
 *     ==== 2120 directories, 301 devices       in /sys/devices; of all buses
 *     ==== kindling 123456 us
 *     ==== kindling 10 calls                   with counts=1, of all processes, in a further round
 *     ==== end
 *
 * A round before the first is not printed. In it kindling, which is the first, loads the modules: where
 * none came, what it takes is no figure, and all ends there.
 *
 * /bench holds the modules of scsi_debug, loaded in the order of their names, and kindling's /init.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PER_TARGET 100 /* devices */
#define COMPRESSED 4   /* MODULE_INIT_COMPRESSED_FILE (linux/module.h) */

#define TRACE "/sys/kernel/tracing"
#define TRIGGER TRACE "/events/raw_syscalls/sys_enter/trigger"
#define HISTOGRAM TRACE "/events/raw_syscalls/sys_enter/hist"

static char index_path[PATH_MAX], index_off[PATH_MAX + 4];

/* ---- the ways ---------------------------------------------------------------------------------- */

#define MODPROBE \
	"find /sys/devices -name modalias -print0 | xargs -0 sort -u |" \
	"xargs modprobe -abq 2>/dev/null"

/* What initramfs-tools runs (scripts/init-top/udev). */
#define UDEV \
	"/usr/lib/systemd/systemd-udevd --daemon --resolve-names=never;" \
	"udevadm trigger --type=subsystems --action=add;" \
	"udevadm trigger --type=devices --action=add;" \
	"udevadm settle --timeout=3600"

static const struct way {
	const char *name;
	char *command[4];   /* {NULL}: kindling's /init, the only process of its PID namespace */
	const char *after;  /* a command whose time does not count */
	int has_index;
} ways[] = {
	{ "kindling", { NULL }, NULL, 1 },
	{ "without-index", { NULL }, NULL, 0 },
	{ "mdev", { "/bin/busybox", "mdev", "-s" }, NULL, 0 },
	{ "modprobe", { "/bin/busybox", "sh", "-c", MODPROBE }, NULL, 0 },
	{ "udev", { "/bin/busybox", "sh", "-c", UDEV }, "udevadm control --exit; rm -r /run/udev", 0 },
};
#define WAYS (sizeof ways / sizeof *ways)

/* A word of the command line, which the kernel puts into the environment. */
static int number(const char *name)
{
	return getenv(name) ? atoi(getenv(name)) : 0;
}

static void die(const char *what)
{
	perror(what);
	reboot(RB_POWER_OFF);
}

static long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* With other child processes, such as udevd's daemon, in between. */
static void wait_for(pid_t child)
{
	pid_t ended;

	do
		ended = wait(NULL);
	while (ended > 0 && ended != child);
}

static void start_kindling(void)
{
	char *command[] = { "/init", NULL };
	long child = syscall(SYS_clone, CLONE_NEWPID | CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0);

	if (!child) {
		execve("/bench/init", command, command + 1);
		_exit(1);
	}
	wait_for(child);
}

static void start(char *const *command)
{
	char *environment[] = { "PATH=/usr/bin:/bin", "SYSTEMD_LOG_LEVEL=notice", NULL };
	pid_t child = vfork();

	if (!child) {
		execve(command[0], command, environment);
		_exit(1);
	}
	wait_for(child);
}

static long run(const struct way *way)
{
	char *after[] = { "/bin/busybox", "sh", "-c", (char *)way->after, NULL };
	long begin, taken;

	if (!way->has_index)
		rename(index_path, index_off);
	begin = now();
	if (*way->command)
		start(way->command);
	else
		start_kindling();
	taken = now() - begin;
	rename(index_off, index_path);
	if (way->after)
		start(after);
	/* the last of udevd's */
	wait_for(-1);
	return taken;
}

/* ---- system calls ------------------------------------------------------------------------------ */

static void write_file(const char *path, const char *text)
{
	int file = open(path, O_WRONLY | O_APPEND);

	if (file < 0 || write(file, text, strlen(text)) < 0)
		die(path);
	close(file);
}

/* Of each kind too, by its number, with counts=2. */
static void print_calls(const char *name)
{
	FILE *histogram = fopen(HISTOGRAM, "r");
	char line[256];
	long hits = -1, call, count;

	while (histogram && fgets(line, sizeof line, histogram)) {
		sscanf(line, " Hits: %ld", &hits);
		if (number("counts") > 1 && sscanf(line, "{ id: %ld } hitcount: %ld", &call, &count) == 2)
			printf("==== %s call %ld: %ld\n", name, call, count);
	}
	if (histogram)
		fclose(histogram);
	printf("==== %s %ld calls\n", name, hits);
}

static void count_calls(const struct way *way)
{
	write_file(TRIGGER, "hist:keys=id");
	run(way);
	print_calls(way->name);
	write_file(TRIGGER, "!hist:keys=id");
}

/* ---- the devices ------------------------------------------------------------------------------- */

static long entries(const char *path)
{
	DIR *dir = opendir(path);
	long count = 0;

	while (dir && readdir(dir))
		count++;
	if (dir)
		closedir(dir);
	return count ? count - 2 : 0;
}

static void load(const char *name, const char *options)
{
	char path[PATH_MAX];
	int file;

	snprintf(path, sizeof path, "/bench/%s", name);
	file = open(path, O_RDONLY);
	if (syscall(SYS_finit_module, file, options, COMPRESSED))
		die(path);
	close(file);
}

static void make_devices(int count)
{
	struct dirent **names;
	char options[256];
	int n = scandir("/bench", &names, NULL, alphasort);

	/* of a type that no driver takes (a processor): what is measured is the search */
	snprintf(options, sizeof options, "ptype=3 delay=0 num_tgts=%d max_luns=%d",
		 count / PER_TARGET, PER_TARGET);
	for (int i = 0; i < n; i++)
		if (strstr(names[i]->d_name, ".ko"))
			load(names[i]->d_name, strstr(names[i]->d_name, "scsi_debug") ? options : "");
	while (entries("/sys/class/scsi_device") < count)
		usleep(100000);
}

static long directories;

static int count_directory(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)path, (void)st, (void)ftw;
	directories += type == FTW_D;
	return 0;
}

static long bus_devices(void)
{
	DIR *buses = opendir("/sys/bus");
	struct dirent *bus;
	char path[PATH_MAX];
	long count = 0;

	while ((bus = readdir(buses)))
		if (bus->d_name[0] != '.') {
			snprintf(path, sizeof path, "/sys/bus/%s/devices", bus->d_name);
			count += entries(path);
		}
	closedir(buses);
	return count;
}

int main(void)
{
	int rounds = number("rounds");
	struct utsname kernel;
	long modules;

	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("run", "/run", "tmpfs", 0, NULL);
	mount("trace", TRACE, "tracefs", 0, NULL);
	uname(&kernel);
	snprintf(index_path, sizeof index_path, "/lib/modules/%s/modules.index", kernel.release);
	snprintf(index_off, sizeof index_off, "%s.off", index_path);

	make_devices(number("devices"));
	modules = entries("/sys/module");
	nftw("/sys/devices", count_directory, 16, FTW_PHYS);
	printf("==== %ld directories, %ld devices\n", directories, bus_devices());
	for (int round = 0; round <= rounds; round++)
		for (size_t i = 0; i < WAYS; i++) {
			long taken = run(&ways[i]);

			if (entries("/sys/module") == modules)
				die("no module was loaded");
			if (round)
				printf("==== %s %ld us\n", ways[i].name, taken);
			fflush(stdout);
		}
	for (size_t i = 0; i < WAYS && number("counts"); i++)
		count_calls(&ways[i]);
	printf("==== end\n");
	fflush(stdout);
	reboot(RB_POWER_OFF);
	return 1;
}
