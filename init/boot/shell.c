/*
 * The rescue shell: a prompt of our own that runs toybox's commands, because a
 * shell program would cost as much as all of them. PID 1 stays PID 1, and its
 * session the kernel's; each command is in a session of its own with the
 * console as its terminal, so that ^C ends the command and nothing else. What
 * is typed meanwhile waits in the terminal: lines that were pasted together run
 * one after the other.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/words.h"

#include <errno.h>
#include <sys/reboot.h>
#include <sys/wait.h>

#define TOYBOX "/bin/toybox"
#define WORDS_MAX 32
#define LINE_MAX 4097 /* a terminal gives no longer line (drivers/tty/n_tty.c) */
#define SYNC_SECONDS 60

static void tell(const char *s)
{
	sys_write(1, s, (size_t)(str_find(s, '\0') - s));
}

/*
 * A line typed by someone: its length; 0 at the end (^D); -ETIME when there was none for so long,
 * or why the console gives none.
 */
static int read_line(char *line, size_t size, int timeout_ms)
{
	struct pollfd console = { .fd = 0, .events = POLLIN };
	int n, tries = 2;

	do {
		n = sys_poll(&console, 1, timeout_ms);
		if (!n)
			return -ETIME;
		if (n > 0)
			n = sys_read(0, line, size - 1);
	} while (n < 0 && --tries);
	line[n < 0 ? 0 : n] = '\0';
	return n;
}

/* Waits for this child. Whatever a command left behind becomes PID 1's child, and is reaped here too. */
static void reap(int child)
{
	int reaped;

	do
		reaped = child < 0 ? -ECHILD : sys_wait_any(0);
	while (reaped != child && reaped != -ECHILD);
}

/* The pid of a child that runs the words; it does not return in the child. */
static int start_command(const struct boot *b, char **words)
{
	const char *program = *str_find(words[0], '/') ? words[0] : TOYBOX;
	int child = sys_fork();

	if (child == 0) {
		sys_block_signals(false);
		say(LOG_PROMPT, "run %s: %d", program, sys_exec(program, words, b->envp));
		sys_exit(127);
	}
	if (child < 0)
		say(LOG_PROMPT, "run %s: %d", program, child);
	return child;
}

/*
 * When the leader of a session ends, the kernel hangs its terminal up and flushes what was typed
 * (drivers/tty/tty_jobctrl.c, disassociate_ctty()). So a child leads the command's session, is deaf
 * to ^C, and gives the terminal up before it ends.
 */
static void run(const struct boot *b, char **words)
{
	int leader = sys_fork();

	if (leader == 0) {
		sys_block_signals(true);
		sys_own_terminal(0);
		reap(start_command(b, words));
		sys_leave_terminal(0);
		sys_exit(0);
	}
	if (leader < 0)
		say(LOG_PROMPT, "run %s: %d", words[0], leader);
	reap(leader);
}

void sync_disks(void)
{
	unsigned since = sys_now();
	int child = sys_fork(), reaped;

	if (child == 0) {
		sys_sync();
		sys_exit(0);
	}
	if (child < 0)
		say(LOG_ERR, "sync: %d; going on without it", child);
	while (child > 0 && (reaped = sys_wait_any(WNOHANG)) != child && reaped != -ECHILD) {
		if (sys_now() - since > SYNC_SECONDS * 1000) {
			say(LOG_ERR, "sync: not done after %u s; going on without it", SYNC_SECONDS);
			return;
		}
		sys_sleep(10);
	}
}

/* -f: do not ask init, which nobody does here; -n: no sync. False for other options. */
static bool read_option(const char *option, bool *syncs)
{
	if (*option++ != '-')
		return false;
	for (; *option == 'f' || *option == 'n'; option++)
		if (*option == 'n')
			*syncs = false;
	return !*option;
}

static void end_all(unsigned command, char **words)
{
	bool syncs = true;

	while (*++words)
		if (!read_option(*words, &syncs)) {
			say(LOG_PROMPT, "%s: not -f or -n (no sync)", *words);
			return;
		}
	if (syncs)
		sync_disks();
	power(command, 0);
}

/* The command of reboot(2) by this word, or 0. toybox' own would ask init, which is not there yet. */
static unsigned power_word(const char *word)
{
	static const struct {
		unsigned command;
		char name[9];
	} rows[] = {
		{ RB_AUTOBOOT, "reboot" },
		{ RB_POWER_OFF, "poweroff" },
		{ RB_HALT_SYSTEM, "halt" },
	};

	for (unsigned i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (str_same(word, rows[i].name))
			return rows[i].command;
	return 0;
}

void shell(const struct boot *b)
{
	static char line[LINE_MAX];
	char *words[WORDS_MAX];
	int timeout_ms = CONFIG_SHELL_SECONDS ? CONFIG_SHELL_SECONDS * 1000 : -1;

	say(LOG_PROMPT, "rescue prompt; `help` lists the commands, `exit` leaves");
	if (CONFIG_SHELL_SECONDS)
		say(LOG_PROMPT, "it is left after %u s without a line; Enter stops that", CONFIG_SHELL_SECONDS);
	for (;;) {
		unsigned command;
		int n;

		tell("kindling# ");
		n = read_line(line, sizeof(line), timeout_ms);
		if (n == -ETIME)
			say(LOG_ERR, "rescue prompt: no line, nobody there; leaving it");
		else if (n < 0)
			say(LOG_ERR, "rescue prompt: read the console: %d; leaving it", n);
		if (n <= 0)
			return;
		/* Somebody is there: from now on wait for them. */
		timeout_ms = -1;
		n = words_split(line, words, WORDS_MAX);
		if (n < 0)
			tell(n == -EINVAL ? "open quote\n" : "too many words\n");
		if (n <= 0)
			continue;
		if (str_same(words[0], "exit"))
			return;
		command = power_word(words[0]);
		if (command) {
			end_all(command, words);
		} else if (str_same(words[0], "cd")) {
			if (sys_chdir(n > 1 ? words[1] : "/"))
				tell("no such directory\n");
		} else {
			if (str_same(words[0], "help")) {
				tell("cd exit reboot poweroff halt\n");
				words[0] = "toybox";
			}
			run(b, words);
		}
	}
}
