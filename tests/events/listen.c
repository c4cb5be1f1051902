/*
 * /init's socket for device events on this machine: says what each wait came
 * to, until it is killed. After `ready` it has subscribed; with an argument it
 * then waits for a line on stdin.
 */
#include "boot/events.h"
#include "lib/str.h"
#include "lib/sys.h"

static void say_line(const char *kind, const char *name)
{
	char line[UEVENT_MAX + 16];

	sys_write(1, line, (size_t)(str_print(line, sizeof(line), "%s %s\n", kind, name) - line));
}

/* The end of its path. */
static const char *name_of(const struct uevent *uevent)
{
	const char *name = uevent->text;

	for (const char *at = name; *at; at++)
		if (*at == '/')
			name = at + 1;
	return name;
}

int main(int argc, char **argv, char **envp)
{
	struct uevent uevent;
	char byte;

	(void)argv;
	(void)envp;
	events_open();
	say_line("ready", "");
	if (argc > 1)
		sys_read(0, &byte, 1);
	for (;;) {
		if (!events_wait(100000))
			say_line("lost", "");
		else if (!events_next(&uevent))
			say_line("dropped", "");
		else
			do
				say_line(uevent_is_remove(&uevent) ? "remove" : "device", name_of(&uevent));
			while (events_next(&uevent));
	}
}
