/*
 * The init of test_kernel_partitions.py: waits for the disks, as many as `disks=` says, and prints
 * all partitions that the kernel made of them:
 *
 *     PART sectors-of-its-disk number start size name
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

/* The text of a file below /sys/class/block, without the line's end; "" when there is none. */
static const char *text(char *out, size_t size, const char *device, const char *file)
{
	char path[512];
	size_t n = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/block/%s/%s", device, file);
	f = fopen(path, "r");
	if (f) {
		n = fread(out, 1, size - 1, f);
		fclose(f);
	}
	out[n] = '\0';
	out[strcspn(out, "\n")] = '\0';
	return out;
}

/* The name in a uevent file. */
static const char *name(const char *device)
{
	static char line[512];
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/class/block/%s/uevent", device);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "PARTNAME=", 9)) {
			fclose(f);
			line[strcspn(line, "\n")] = '\0';
			return line + 9;
		}
	if (f)
		fclose(f);
	return "";
}

static int disks(void)
{
	DIR *dir = opendir("/sys/class/block");
	struct dirent *e;
	int found = 0;

	while ((e = readdir(dir))) {
		char number[32];

		found += !strncmp(e->d_name, "sd", 2) && !*text(number, sizeof(number), e->d_name, "partition");
	}
	closedir(dir);
	return found;
}

int main(void)
{
	char disk[32], number[32], start[32], size[32];
	const char *expected = getenv("disks");
	struct dirent *e;
	DIR *dir;

	mount("sysfs", "/sys", "sysfs", 0, NULL);
	for (int i = 0; i < 600 && expected && disks() < atoi(expected); i++)
		usleep(100000);
	dir = opendir("/sys/class/block");
	while ((e = readdir(dir)))
		if (*text(number, sizeof(number), e->d_name, "partition"))
			printf("PART %s %s %s %s %s\n", text(disk, sizeof(disk), e->d_name, "../size"), number,
			       text(start, sizeof(start), e->d_name, "start"),
			       text(size, sizeof(size), e->d_name, "size"), name(e->d_name));
	printf("END %d\n", disks());
	fflush(stdout);
	reboot(RB_POWER_OFF);
	pause();
}
