#include "events.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"

#include <errno.h>

/* 0: not open. It cannot be a socket of ours: 0 to 2 are the console. */
static int sock;

void events_open(void)
{
	if (sock)
		return;
	sock = sys_open_uevents(CONFIG_UEVENT_QUEUE * 1024);
	if (sock < 0)
		say(LOG_NOTE, "uevents: %d; looking every 50 ms", sock);
}

bool events_wait(unsigned ms)
{
	struct pollfd event = { .fd = sock, .events = POLLIN };

	if (sock)
		sys_poll(&event, 1, (int)(sock < 0 && ms > LOOK_EVERY ? LOOK_EVERY : ms));
	else
		events_open();
	return event.fd > 0;
}

bool events_next(struct uevent *uevent)
{
	static char message[UEVENT_MAX];
	int n;

	/* without a socket this reads nothing either */
	do
		n = sys_read_uevent(sock, message, sizeof(message));
	while (n >= 0 && !uevent_parse(uevent, message, (size_t)n));
	if (n == -ENOBUFS) {
		say(LOG_NOTE, "uevents lost; rescanning /sys");
		/* what is still in the queue, the look at everything sees too */
		events_close();
	}
	return n >= 0;
}

void events_close(void)
{
	if (sock > 0)
		sys_close(sock);
	sock = 0;
}
