#include "log.h"
#include "str.h"
#include "sys.h"

#include <fcntl.h>

/* Room for the longest command line in one value. */
#define LINE_MAX (1 << 17)
/* Text of one record; the kernel's limit is 1,024 with its own prefix. */
#define RECORD_MAX 900
/* /dev/kmsg drops what comes after 10 lines in 5 s, counted per open file. */
#define LINES_PER_OPEN 8

static int dev = -1;

void log_open(void)
{
	dev = sys_open("/dev", O_PATH | O_DIRECTORY);
}

static void write_record(const char *record, const char *end)
{
	static int fd = -1, left;

	if (!left) {
		int again = sys_open_at(dev, "kmsg", O_WRONLY);

		if (again >= 0) {
			if (fd >= 0)
				sys_close(fd);
			fd = again;
			left = LINES_PER_OPEN;
		}
	}
	left -= !!left;
	if (fd >= 0)
		sys_write(fd, record, (size_t)(end - record));
	else
		sys_write(2, record + 3, (size_t)(end - record - 3));
}

void log_list(char level, const char *format, va_list args, const char *end)
{
	static char line[LINE_MAX], record[RECORD_MAX + 64];
	static const char hex[] = "0123456789abcdef";
	const char *s = line;
	char *out = str_vprint(line, sizeof(line) - 64, format, args);

	if (!out || !str_print(out, 64, "%s", end))
		s = "a message too long to print";
	do {
		for (out = str_print(record, 64, "<%s>kindling: ", (char[2]){ level });
		     *s && out < record + RECORD_MAX; s++) {
			*out++ = *s;
			if (*s < ' ' || *s > '~') {
				out[-1] = '\\';
				*out++ = 'x';
				*out++ = hex[*s >> 4 & 15];
				*out++ = hex[*s & 15];
			}
		}
		*out++ = '\n';
		write_record(record, out);
	} while (*s);
}

void say(char level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_list(level, format, args, "");
	va_end(args);
}
