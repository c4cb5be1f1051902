/*
 * The init of the benchmark: its first act is a mark in the kernel's log, whose clock has stamped
 * the line "Memory:" of the early boot too. Prints the time between the two, and how many system
 * calls the kernel has traced so far, a few of them its own:
 *
 *     ==== 123456 us, 7890 us in /init, 10 calls, 789 us, root by the kernel
 *     ==== root /dev/dm-0 squashfs ro,relatime
 *     ==== used vda
 *     ==== used dm-0 CRYPT-VERITY-6b696e646c694e678000000000000001-root
 *
 * In /init: from the line that the kernel starts it. The last time is from the kernel's line about its
 * last disk, written before it tells of the disk, to the line that root is mounted, the kernel's own or
 * kindling's. -1: no such lines, or the disk was there before the kernel waited for it or /init ran; or
 * not traced. Root is by the kernel, or by an initramfs: a kernel that could not start that goes on
 * without a word that a figure would show. Then what is mounted at /, and the devices that a file system
 * or another device holds, with what they are made of. The root needs /dev and /mnt.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

static const char MARK[] = "<6>bench: the first act of init\n";

/* Microseconds between the lines; a record is "priority,number,microseconds,flags;text". */
static long measure(int log, long *in_init, long *late, int *by_kernel)
{
	long stamp, memory = -1, mark = -1, init = -1, disk = -1, mounted = -1;
	char record[8192];
	int waits = 0;
	ssize_t n;

	while ((n = read(log, record, sizeof record - 1)) > 0) {
		record[n] = 0;
		if (sscanf(record, "%*d,%*d,%ld,", &stamp) != 1)
			continue;
		if (strstr(record, ";Memory: "))
			memory = stamp;
		if (strstr(record, ";bench: "))
			mark = stamp;
		if (strstr(record, ";Run /init as init process"))
			init = stamp;
		if (strstr(record, ";Run /init as init process") || strstr(record, ";Waiting for root device "))
			waits = 1;
		if (waits && strstr(record, " logical blocks"))
			disk = stamp;
		if (strstr(record, ";VFS: Mounted root "))
			*by_kernel = 1;
		if (strstr(record, ";kindling: root /dev/") || strstr(record, ";VFS: Mounted root "))
			mounted = stamp;
	}
	*in_init = init < 0 ? -1 : mark - init;
	*late = disk < 0 || mounted < 0 ? -1 : mounted - disk;
	return memory < 0 || mark < 0 ? -1 : mark - memory;
}

/* End the trace; to be called at once, with always the same calls of its own. */
static void stop_trace(void)
{
	int on;

	mount("trace", "/mnt", "tracefs", 0, NULL);
	on = open("/mnt/tracing_on", O_WRONLY);
	if (write(on, "0", 1) == 1)
		close(on);
}

static long count_trace(void)
{
	FILE *trace = fopen("/mnt/trace", "r");
	char line[1024];
	long calls = 0;

	if (!trace)
		return -1;
	while (fgets(line, sizeof line, trace))
		calls += strstr(line, ": sys_enter: ") != NULL;
	fclose(trace);
	return calls;
}

static void show_root(void)
{
	char line[4096], device[256], where[256], rest[1024];
	FILE *mounts;

	mount("proc", "/mnt", "proc", 0, NULL);
	mounts = fopen("/mnt/self/mounts", "r");
	while (mounts && fgets(line, sizeof line, mounts))
		if (sscanf(line, "%255s %255s %1023[^\n]", device, where, rest) == 3 && !strcmp(where, "/"))
			printf("==== root %s %s\n", device, rest);
}

/* A file system holds its device alone, and so does a device the one below. */
static void show_used(const char *name, const char *made_of)
{
	char path[64], line[1024] = "";
	FILE *file;

	snprintf(path, sizeof path, "/dev/%s", name);
	if (open(path, O_RDONLY | O_EXCL) >= 0 || errno != EBUSY)
		return;
	snprintf(path, sizeof path, "/mnt/block/%s/%s", name, made_of);
	file = fopen(path, "r");
	if (file && !fgets(line, sizeof line, file))
		line[0] = 0;
	line[strcspn(line, "\n")] = 0;
	printf("==== used %s %s\n", name, line);
}

static void show_devices(void)
{
	mount("sys", "/mnt", "sysfs", 0, NULL);
	show_used("vda", "");
	show_used("vdb", "");
	show_used("loop0", "loop/backing_file");
	show_used("dm-0", "dm/uuid");
}

int main(void)
{
	int log = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
	ssize_t marked = write(log, MARK, sizeof MARK - 1);

	stop_trace();
	if (marked > 0) {
		int by_kernel = 0;
		long in_init, late, whole = measure(log, &in_init, &late, &by_kernel);

		printf("==== %ld us, %ld us in /init, %ld calls, %ld us, root by %s\n", whole, in_init, count_trace(), late,
		       by_kernel ? "the kernel" : "an initramfs");
		show_root();
		show_devices();
	}
	fflush(stdout);
	reboot(RB_POWER_OFF);
	return 1;
}
