/*
 * The /sbin/modprobe of a root of the boot tests: leaves its arguments in the
 * kernel's log, as the kernel's own request runs it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char line[256];
	int n, fd;

	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	fd = open("/dev/kmsg", O_WRONLY);
	n = snprintf(line, sizeof(line), "MODPROBE %s\n", argc > 1 ? argv[argc - 1] : "");
	if (fd >= 0)
		(void)!write(fd, line, (size_t)n);
	return 1;
}
