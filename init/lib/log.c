#include "log.h"
#include "../plan/text.h"
#include "str.h"
#include "sys.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>

/* Room for the longest command line in one value. */
#define LINE_MAX (1 << 17)
/* Text of one record; the kernel's limit is 1,024 with its own prefix. */
#define RECORD_MAX 900
/* /dev/kmsg drops what comes after 10 lines in 5 s, counted per open file. */
#define LINES_PER_OPEN 8

/* What begins each further record of a line. */
#define MARK "... "

static int dev = -1;

void log_open(void)
{
	dev = sys_open("/dev", O_PATH | O_DIRECTORY);
}

/*
 * What the kernel's log does not take, or would drop, the console still may. A write that fails for a moment must
 * not lose the only reason that is said: each is tried twice.
 */
static void write_record(const char *record, const char *end)
{
	static int fd = -1, left;
	unsigned tries = 4;

	if (fd < 0 || !left) {
		if (fd >= 0)
			sys_close(fd);
		fd = sys_open_at(dev, "kmsg", O_WRONLY);
		left = LINES_PER_OPEN;
	}
	left--;
	if (fd < 0 || (CONFIG_SHELL && record[1] == LOG_PROMPT))
		tries = 2;
	do {
		bool to_console = tries <= 2;
		const char *text = to_console ? record + 3 : record;

		if (sys_write(to_console ? 2 : fd, text, (size_t)(end - text)) > 0)
			break;
	} while (--tries);
}

void log_list(char level, const char *format, va_list args, const char *end)
{
	static char line[LINE_MAX], record[RECORD_MAX + 64];
	const char *s = line, *mark = "";
	char *out = str_vprint(line, sizeof(line) - 64, format, args);

	if (!out || !str_copy(out, 64, end))
		s = "a message too long to print";
	do {
		out = str_print(record, 64, "<3>kindling: %s", mark);
		record[1] = level;
		for (; *s && out < record + RECORD_MAX; s++) {
			*out++ = *s;
			/* a first record that began as the mark does could pass for a further one */
			if (*s < ' ' || *s > '~' || *s == '\\' || (s == line && *s == *MARK)) {
				out[-1] = '\\';
				*out++ = 'x';
				out = text_hex(out, (unsigned char)*s, 2, false);
			}
		}
		*out++ = '\n';
		write_record(record, out);
		mark = MARK;
	} while (*s);
}

void say(char level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_list(level, format, args, "");
	va_end(args);
}
