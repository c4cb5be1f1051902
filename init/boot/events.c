#include "events.h"
#include "../lib/log.h"
#include "../lib/sys.h"

#define LOOK_EVERY 50 /* ms, without events */

static int sock;

void events_open(void)
{
	sock = sys_open_uevents();
	if (sock < 0)
		say(LOG_NOTE, "kernel device events: %d; looking every 50 ms", sock);
}

void events_wait(unsigned ms)
{
	struct pollfd event = { .fd = sock, .events = POLLIN };

	if (sock < 0 && ms > LOOK_EVERY)
		ms = LOOK_EVERY;
	/*
	 * What the event says does not matter, who sent it neither: whoever
	 * wakes us makes us look, no more. Lost events (ENOBUFS) wake us too.
	 */
	if (sys_poll(&event, 1, (int)ms) > 0)
		sys_drop_message(sock);
}

void events_close(void)
{
	if (sock >= 0)
		sys_close(sock);
}
