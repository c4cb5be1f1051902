/* lib/log over system calls of our own: what the kernel would get, record by record. */
#include "lib/log.h"
#include "lib/sys.h"
#include "unit.h"

#include <errno.h>

#define DEV 5  /* the descriptor of /dev */
#define KMSG 7 /* that of the first open of kmsg in it; each further one gets the next number */

static int opens, closes, may_open, failures;
static char written[64][1100];
static int written_to[64], count;

int sys_open(const char *path, int flags)
{
	(void)flags;
	assert_string_equal(path, "/dev");
	return DEV;
}

/* By the path "/dev/kmsg" it would be the new root's, whatever that is. */
int sys_open_at(int dir, const char *name, int flags)
{
	(void)flags;
	assert_string_equal(name, "kmsg");
	if (dir != DEV || !may_open)
		return -ENOENT;
	return KMSG + opens++;
}

void sys_close(int fd)
{
	if (fd < 0)
		return;
	assert_int_equal(fd, KMSG + closes);
	closes++;
}

int sys_write(int fd, const void *buf, size_t size)
{
	assert_true(count < 64 && size < sizeof(*written));
	if (failures) {
		failures--;
		return -ENOMEM;
	}
	memcpy(written[count], buf, size);
	written[count][size] = '\0';
	written_to[count++] = fd;
	return (int)size;
}

/*
 * Before /dev is there, and on kernels without kmsg. The log keeps its descriptor between
 * messages, so this must be the first test.
 */
static void without_kmsg(void **state)
{
	(void)state;
	may_open = 1;
	say(LOG_ERR, "what: %s", "why");
	may_open = 0;
	log_open();
	say(LOG_ERR, "what: %s", "why");
	assert_int_equal(count, 2);
	for (int i = 0; i < count; i++) {
		assert_int_equal(written_to[i], 2);
		assert_string_equal(written[i], "kindling: what: why\n");
	}
}

static int clear(void **state)
{
	(void)state;
	may_open = 1;
	count = failures = 0;
	return 0;
}

static void one_record(void **state)
{
	(void)state;
	say(LOG_NOTE, "%s=%u", "panic", 5U);
	assert_int_equal(count, 1);
	assert_int_equal(written_to[0], KMSG);
	assert_string_equal(written[0], "<5>kindling: panic=5\n");
	say(LOG_ERR, "x");
	assert_string_equal(written[1], "<3>kindling: x\n");
}

/* A line with one more string behind it, as refuse() makes them. */
__attribute__((format(printf, 2, 3))) static void say_with(const char *end, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_list(LOG_ERR, format, args, end);
	va_end(args);
}

static void one_more_string(void **state)
{
	(void)state;
	say_with("; halting", "root=%s: not found", "/dev/x");
	assert_string_equal(written[0], "<3>kindling: root=/dev/x: not found; halting\n");
}

/* No byte of a value reaches the terminal raw, and none is lost. */
static void escapes(void **state)
{
	(void)state;
	say(LOG_ERR, "%s", "\x1b[2J \x7f\x80\xff\xc3\xa9\r\n\t\x01 ~!");
	assert_string_equal(written[0], "<3>kindling: \\x1b[2J \\x7f\\x80\\xff\\xc3\\xa9"
					"\\x0d\\x0a\\x09\\x01 ~!\n");
	for (int c = 1; c < 256; c++) {
		char value[2] = { (char)c }, expected[32];

		clear(NULL);
		say(LOG_ERR, "%s", value);
		/* what one begins with is no continuation's mark; what looks like an escape is none of the value's */
		sprintf(expected, c >= ' ' && c <= '~' && c != '\\' && c != '.' ? "<3>kindling: %c\n"
									       : "<3>kindling: \\x%02x\n", c);
		assert_string_equal(written[0], expected);
	}
	clear(NULL);
	say(LOG_ERR, "seen: %s", "a\\x0ab\nc...");
	assert_string_equal(written[0], "<3>kindling: seen: a\\x5cx0ab\\x0ac...\n");
}

/* A value that is as long as a record forges none: what goes on is marked, and nothing else is. */
static void no_line_is_forged(void **state)
{
	static char value[3000];

	(void)state;
	for (size_t shift = 0; shift < 64; shift++) {
		value[0] = '\0';
		memset(value, 'a', shift);
		while (strlen(value + shift) + shift < sizeof(value) - 64)
			strcpy(value + shift + strlen(value + shift), "kindling: root=/dev/vda: refused; ... ");
		clear(NULL);
		say(LOG_ERR, "%s", value);
		assert_int_equal(count, 4);
		assert_null(strstr(written[0], ": ... k"));
		for (int i = 1; i < count; i++)
			assert_memory_equal(written[i], "<3>kindling: ... ", 17);
	}
	clear(NULL);
	say(LOG_ERR, "%s", "... of a line");
	assert_string_equal(written[0], "<3>kindling: \\x2e.. of a line\n");
}

/* A write that fails once is made again; the kernel's log that takes none does not lose the line. */
static void failed_writes(void **state)
{
	(void)state;
	failures = 1;
	say(LOG_ERR, "the only reason");
	assert_int_equal(count, 1);
	assert_in_range(written_to[0], KMSG, KMSG + opens);
	assert_string_equal(written[0], "<3>kindling: the only reason\n");
	for (int n = 2; n < 4; n++) {
		clear(NULL);
		failures = n;
		say(LOG_ERR, "the only reason");
		assert_int_equal(count, 1);
		assert_int_equal(written_to[0], 2);
		assert_string_equal(written[0], "kindling: the only reason\n");
	}
}

/* For who sits at the console: no level, and not in the log. */
static void to_the_prompt(void **state)
{
	(void)state;
	say(LOG_PROMPT, "run %s: %d", "/a\x1b[2J", -ENOENT);
	assert_int_equal(count, 1);
	assert_int_equal(written_to[0], CONFIG_SHELL ? 2 : KMSG + opens - 1);
	assert_string_equal(written[0], "kindling: run /a\\x1b[2J: not found\n");
}

/* Records are within the kernel's limit, and together they are the line. */
static void long_lines(void **state)
{
	static char value[16000], whole[5 * 16000];
	static const char prefix[] = "<3>kindling: ";
	static const char bytes[] = { 'a', '\x1b' };

	(void)state;
	for (size_t b = 0; b < sizeof(bytes); b++)
		for (size_t n = 0; n < sizeof(value); n += n < 1000 ? 1 : 499) {
			memset(value, bytes[b], n);
			value[n] = '\0';
			clear(NULL);
			/* Reset the records' store often: it holds 64. */
			if (n > 10000 && bytes[b] != 'a')
				break;
			say(LOG_ERR, "%s", value);
			whole[0] = '\0';
			char *end = whole;
			for (int i = 0; i < count; i++) {
				size_t length = strlen(written[i]);

				assert_true(length < 1000);
				size_t begin = strlen(prefix) + (i ? strlen("... ") : 0);

				assert_memory_equal(written[i], i ? "<3>kindling: ... " : prefix, begin);
				assert_int_equal(written[i][length - 1], '\n');
				length -= begin + 1;
				memcpy(end, written[i] + begin, length);
				end += length;
			}
			assert_int_equal(end - whole, bytes[b] == 'a' ? n : 4 * n);
			for (const char *c = whole; c < end; c++)
				assert_int_equal(*c, bytes[b] == 'a' ? 'a' : "\\x1b"[(c - whole) % 4]);
		}
}

static void too_long(void **state)
{
	static char value[140000];

	(void)state;
	memset(value, 'a', sizeof(value) - 1);
	say(LOG_ERR, "%s", value);
	assert_int_equal(count, 1);
	assert_non_null(strstr(written[0], "too long"));
}

/* The kernel drops what comes after 10 lines in 5 s, counted per open file. */
static void opens_again(void **state)
{
	int same = 0, most = 0;

	(void)state;
	for (int i = 0; i < 60; i++)
		say(LOG_INFO, "line");
	for (int i = 1; i < count; i++) {
		same = written_to[i] == written_to[i - 1] ? same + 1 : 0;
		most = same > most ? same : most;
	}
	assert_in_range(most + 1, 1, 10);
	assert_int_equal(opens, closes + 1);

	/* Where it does not open again, the kernel would drop what the old one gets: that goes to fd 2. */
	clear(NULL);
	may_open = 0;
	for (int i = 0; i < 20; i++)
		say(LOG_INFO, "line");
	assert_int_equal(count, 20);
	for (int i = 10; i < count; i++)
		assert_int_equal(written_to[i], 2);
	assert_string_equal(written[19], "kindling: line\n");
	/* and it is tried each time */
	may_open = 1;
	say(LOG_INFO, "line");
	assert_int_equal(written_to[20], KMSG + opens - 1);
	assert_int_equal(opens, closes + 1);
}

int main(int argc, char **argv, char **envp)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_kmsg),
		cmocka_unit_test_setup(one_record, clear),
		cmocka_unit_test_setup(one_more_string, clear),
		cmocka_unit_test_setup(escapes, clear),
		cmocka_unit_test_setup(no_line_is_forged, clear),
		cmocka_unit_test_setup(failed_writes, clear),
		cmocka_unit_test_setup(to_the_prompt, clear),
		cmocka_unit_test_setup(long_lines, clear),
		cmocka_unit_test_setup(too_long, clear),
		cmocka_unit_test_setup(opens_again, clear),
	};

	(void)argc, (void)argv, (void)envp;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
