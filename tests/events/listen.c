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

int main(int argc, char **argv, char **envp)
{
	struct uevent uevent;
	enum event kind;
	char byte;

	(void)argv;
	(void)envp;
	events_open();
	say_line("ready", "");
	if (argc > 1)
		sys_read(0, &byte, 1);
	for (;;) {
		events_wait(100000);
		kind = events_next(&uevent);
		if (kind == EVENT_NONE)
			say_line("dropped", "");
		for (; kind != EVENT_NONE; kind = events_next(&uevent))
			if (kind == EVENT_LOST)
				say_line("lost", "");
			else
				say_line(uevent_is_remove(&uevent) ? "remove" : "device", uevent.name);
	}
}
