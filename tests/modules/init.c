/*
 * The init of these tests: shows /proc/modules and each file that it has as argument, a word before
 * each line, and powers off.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <unistd.h>

static void show(const char *word, const char *path)
{
	char line[1024], text[2048];
	FILE *file = fopen(path, "r");

	/* one write a line: the kernel's do not come between */
	while (file && fgets(line, sizeof(line), file)) {
		int n = snprintf(text, sizeof(text), "%s %s", word, line);

		(void)!write(1, text, (size_t)n);
	}
}

int main(int argc, char **argv)
{
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	show("MODULE", "/proc/modules");
	for (int i = 1; i < argc; i++)
		show(argv[i], argv[i]);
	reboot(RB_POWER_OFF);
	pause();
	return 1;
}
