/*
 * The init of the benchmark: its first act is a mark in the kernel's log, whose clock has stamped
 * the line "Memory:" of the early boot too. Prints the time between the two, and how many system
 * calls the kernel has traced so far, a few of them its own:
 *
 *     ==== 123456 us, 10 calls, 789 us, root by the kernel
 *
 * The last is from the kernel's line about its last disk, written before it tells of the disk, to
 * the line that root is mounted, the kernel's own or kindling's. -1: no such lines, or the disk was there
 * before the kernel waited for it or /init ran; or not traced. Root is by the kernel, or by an initramfs: a kernel that could not start that goes on without a
 * word that a figure would show. The root needs /dev and /mnt.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

static const char MARK[] = "<6>bench: the first act of init\n";

/* Microseconds between the lines; a record is "priority,number,microseconds,flags;text". */
static long measure(int log, long *late, int *by_kernel)
{
	long stamp, memory = -1, mark = -1, disk = -1, mounted = -1;
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
		if (strstr(record, ";Run /init as init process") || strstr(record, ";Waiting for root device "))
			waits = 1;
		if (waits && strstr(record, " logical blocks"))
			disk = stamp;
		if (strstr(record, ";VFS: Mounted root "))
			*by_kernel = 1;
		if (strstr(record, ";kindling: root /dev/") || strstr(record, ";VFS: Mounted root "))
			mounted = stamp;
	}
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

int main(void)
{
	int log = open("/dev/kmsg", O_RDWR | O_NONBLOCK);
	ssize_t marked = write(log, MARK, sizeof MARK - 1);

	stop_trace();
	if (marked > 0) {
		int by_kernel = 0;
		long late, whole = measure(log, &late, &by_kernel);

		printf("==== %ld us, %ld calls, %ld us, root by %s\n", whole, count_trace(), late,
		       by_kernel ? "the kernel" : "an initramfs");
	}
	fflush(stdout);
	reboot(RB_POWER_OFF);
	return 1;
}
