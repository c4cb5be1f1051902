/*
 * The init of the boot tests: says how it was started, what is mounted and loaded, and what its words ask for,
 * one write a line so that the kernel's lines do not come between, and powers off.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

static void say(const char *format, ...)
{
	char line[4096];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (n > 0)
		(void)!write(1, line, n < (int)sizeof(line) ? n : (int)sizeof(line) - 1);
}

/* write=PATH, read=PATH, mount=DEVICE: is it possible? */
static void try(const char *word)
{
	const char *path = strchr(word, '=');
	struct statvfs fs;
	int fd;

	if (!path++)
		return;
	if (!strncmp(word, "mount=", 6)) {
		if (mount(path, "/proc", "ext4", 0, NULL))
			say("INIT cannot mount %s: %d\n", path, errno);
		else
			say("INIT mounted %s\n", path);
		return;
	}
	fd = *word == 'w' ? open(path, O_WRONLY | O_CREAT | O_EXCL, 0644) : open(path, O_RDONLY);
	if (fd < 0)
		say("INIT cannot %s %s: %d\n", *word == 'w' ? "write" : "read", path, errno);
	else
		say("INIT %s %s\n", *word == 'w' ? "wrote" : "read", path);
	if (fd >= 0 && !fstatvfs(fd, &fs))
		say("INIT free %llu KiB\n", (unsigned long long)fs.f_blocks * fs.f_frsize >> 10);
	sync();
}

/* keyring=NAME: is it there, and does it take a key? */
static void try_keyring(const char *name)
{
	FILE *keys = fopen("/proc/keys", "r");
	char line[1024], *described;

	while (keys && fgets(line, sizeof(line), keys)) {
		described = strstr(line, " keyring ");
		if (!described)
			continue;
		described += strlen(" keyring ");
		described += strspn(described, " ");
		if (strncmp(described, name, strlen(name)))
			continue;
		say("INIT key %s", line);
		if (syscall(SYS_add_key, "user", "kindling:test", "x", 1, strtoul(line, NULL, 16)) < 0)
			say("INIT cannot add a key: %d\n", errno);
		else
			say("INIT added a key\n");
	}
}

int main(int argc, char **argv)
{
	int has_proc = access("/proc/self", F_OK) == 0;
	char line[1024];
	FILE *mounts, *modules, *alignment;

	for (int i = 0; i < argc; i++)
		say("INIT argv %d [%s]\n", i, argv[i]);
	mount("proc", "/proc", "proc", 0, NULL);
	mounts = fopen("/proc/mounts", "r");
	while (mounts && fgets(line, sizeof(line), mounts))
		if (has_proc || strncmp(line, "proc ", 5)) /* that one is ours */
			say("INIT mount %s", line);
	modules = fopen("/proc/modules", "r");
	while (modules && fgets(line, sizeof(line), modules))
		say("INIT module %s", line);
	/* ARM: accesses that its processor cannot make, which the kernel counts */
	alignment = fopen("/proc/cpu/alignment", "r");
	if (alignment && fgets(line, sizeof(line), alignment))
		say("INIT unaligned %s", line);
	/* the kernel asks for a module, in the root that it has by now */
	if (!access("/sbin/modprobe", X_OK))
		mount("none", "/proc", "kindling-none", 0, NULL);
	for (int i = 1; i < argc; i++)
		if (!strncmp(argv[i], "keyring=", 8))
			try_keyring(argv[i] + 8);
		else
			try(argv[i]);
	say("INIT end\n");
	reboot(RB_POWER_OFF);
	pause();
	return 1;
}
