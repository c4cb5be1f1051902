/*
 * The rescue shell: a prompt of our own that runs toybox's commands, because a
 * shell program would cost as much as all of them. PID 1 stays PID 1; each
 * command is a session of its own with the console as its terminal, so that
 * ^C ends the command and nothing else.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/words.h"

#include <errno.h>

#define TOYBOX "/bin/toybox"
#define WORDS_MAX 32
#define LINE_MAX 4097 /* a terminal gives no longer line (drivers/tty/n_tty.c) */

static void tell(const char *s)
{
	sys_write(1, s, (size_t)(str_find(s, '\0') - s));
}

/* A line typed by someone: its length, or 0 when nobody is there or the console is gone. */
static size_t read_line(char *line, size_t size, int timeout_ms)
{
	struct pollfd console = { .fd = 0, .events = POLLIN };
	int n;

	if (sys_poll(&console, 1, timeout_ms) <= 0)
		return 0;
	n = sys_read(0, line, size - 1);
	if (n <= 0)
		return 0;
	line[n] = '\0';
	return (size_t)n;
}

static void run(const struct boot *b, char **words)
{
	const char *program = *str_find(words[0], '/') ? words[0] : TOYBOX;
	int child = sys_fork(), reaped;

	if (child == 0) {
		sys_own_terminal(0);
		sys_exec(program, words, b->envp);
		sys_exit(127);
	}
	if (child < 0)
		tell("fork failed\n");
	/* Whatever a command left behind becomes our child and is reaped here too. */
	do
		reaped = sys_wait_any();
	while (reaped > 0 && reaped != child);
}

void shell(const struct boot *b)
{
	static char line[LINE_MAX];
	char *words[WORDS_MAX];
	int timeout_ms = CONFIG_SHELL_SECONDS ? CONFIG_SHELL_SECONDS * 1000 : -1;

	tell("kindling: rescue prompt; `help` lists the commands, `exit` leaves\n");
	for (;;) {
		int n;

		tell("kindling# ");
		if (!read_line(line, sizeof(line), timeout_ms)) {
			say(LOG_ERR, "rescue prompt: nobody there; leaving it");
			return;
		}
		/* Somebody is there: from now on wait for them. */
		timeout_ms = -1;
		n = words_split(line, words, WORDS_MAX);
		if (n < 0)
			tell(n == -EINVAL ? "open quote\n" : "too many words\n");
		if (n <= 0)
			continue;
		if (str_same(words[0], "exit"))
			return;
		if (str_same(words[0], "help"))
			words[0] = "toybox";
		if (!str_same(words[0], "cd"))
			run(b, words);
		else if (sys_chdir(n > 1 ? words[1] : "/"))
			tell("no such directory\n");
	}
}
