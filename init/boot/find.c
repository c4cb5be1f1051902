/*
 * Waits until root is there and can be read. The node, its event and readable media are three moments:
 * events, passing failures and the deadline only make a look due; and only a look that found nothing
 * after the deadline, when no event waits any more, is an end.
 */
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "coldplug.h"
#include "events.h"
#include "guard.h"
#include "look.h"

#include <errno.h>

#define RETRY_MIN 10      /* ms until what could not be asked is asked again, doubling ... */
#define RETRY_MAX 1000    /* ... up to this */
#define FIRST_WORD 3000   /* ms until the first line about waiting */
#define NEXT_WORD 30000   /* ms between the further ones */
#define DRAIN_MAX 256     /* events between two looks */

/* 9p and virtiofs are there when they mount: the kernel tells it in no other way. */
static int look_share(struct boot *b)
{
	return str_copy(b->node, sizeof(b->node), b->root.value) ? mount_root(b) : -ENAMETOOLONG;
}

static int look_by_form(struct boot *b, bool last)
{
	if (CONFIG_ROOT_FLASH && b->root.kind == ROOT_FLASH)
		return look_flash(b);
	if (CONFIG_ROOT_SHARE && b->root.kind == ROOT_SHARE)
		return look_share(b);
	return look(b, last);
}

/* Does what all the events that wait ask for, but not for ever. Is a look due? */
static bool take_events(struct boot *b)
{
	struct uevent event;
	bool due = false;

	for (int i = 0; i < DRAIN_MAX && events_next(&event); i++) {
		const char *subsystem = uevent_value(&event, "SUBSYSTEM=");

		plug(b, &event);
		/* flash and shares are of others */
		due |= b->root.kind > ROOT_TAG || !subsystem || str_same(subsystem, "block");
	}
	return due;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static void say_waiting(struct boot *b, int err, unsigned now, bool is_first)
{
	say(LOG_ERR, b->limit == WAIT_FOREVER ? "waiting for %s=%s: %d; no limit" : "waiting for %s=%s: %d; %u s left",
	    WANTED(b), err, sys_seconds(b->limit - now + 999));
	if (CONFIG_REPORT)
		report_devices(b, !is_first);
}

/* What events do not tell of, as a link that comes up, time does. */
static void wait_for_others(struct boot *b, bool plugged)
{
	const char *list = CONFIG_WAIT_FOR;
	unsigned since = sys_now();
	char path[64];

	sys_mount_pseudo("sysfs", "/sys");
	if (!plugged)
		coldplug(b);
	while (str_item(&list, ' ', path, sizeof(path)))
		while (sys_access(path)) {
			if ((int)(sys_now() - since) >= CONFIG_WAIT_FOR_SECONDS * 1000) {
				say(LOG_ERR, "%s: not there after %u s; going on without it", path,
				    CONFIG_WAIT_FOR_SECONDS);
				break;
			}
			events_wait(LOOK_EVERY);
			take_events(b);
		}
}

void find(struct boot *b)
{
	unsigned retry = 0, retry_at, word = FIRST_WORD, now, limit;
	bool plugged = makes_nodes(b) && b->root.kind != ROOT_NAME, last = !CONFIG_WAIT, due;
	int err;

	b->device = -1;
	b->limit = CONFIG_LAYERS && b->root.wait != NOT_GIVEN ? (unsigned)b->root.wait * 1000 : params_wait(&b->params);
	/* what a layer has made is there at once, though it may be slow to read */
	limit = CONFIG_LAYERS && b->root.is_made ? 0 : b->limit;
	if (CONFIG_GUARD)
		guard(b);
	if (CONFIG_WAIT)
		events_open();
	if (plugged)
		coldplug(b);
	else if (makes_nodes(b))
		coldplug_block(b, b->root.value);
	while ((err = look_by_form(b, last))) {
		now = sys_now() - b->since;
		if (!plugged) {
			plugged = true;
			if (coldplug(b)) {
				/* only what fails at the next look has failed for a while */
				b->failed = 0;
				continue;
			}
		}
		/* what could not be asked is asked again by time, whatever happens meanwhile */
		retry = err == -ENOENT ? 0 : retry ? least(retry * 2, RETRY_MAX) : RETRY_MIN;
		retry_at = retry ? now + retry : WAIT_FOREVER;
		due = false;
		while (CONFIG_WAIT && !due && now < least(retry_at, limit)) {
			if (now >= word) {
				say_waiting(b, err, now, word == FIRST_WORD);
				word = now + NEXT_WORD;
			}
			due = !events_wait(least(least(word, limit), retry_at) - now);
			if (due)
				coldplug(b);
			due |= take_events(b);
			now = sys_now() - b->since;
		}
		if (due || (CONFIG_WAIT && now < limit))
			continue;
		/* what the modules brought may need others; each is asked for once */
		if (!coldplug(b) && last) {
			if (CONFIG_LAYERS && b->root.is_made)
				refuse(b, "%s=%s: %d", WANTED(b), err);
			refuse(b, "%s=%s: %d after %u s", WANTED(b), err, sys_seconds(now));
		}
		if (CONFIG_WAIT)
			take_events(b);
		last = true;
	}
	if (CONFIG_WAIT && *CONFIG_WAIT_FOR && !(CONFIG_LAYERS && (b->whole || b->root.is_made)))
		wait_for_others(b, plugged);
	if (CONFIG_WAIT)
		events_close();
}
