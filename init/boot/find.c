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

/* All in ms; the last three since root is looked for. */
struct wait {
	unsigned retry, retry_at, word, limit;
};

/* 9p and virtiofs are there when they mount: the kernel tells it in no other way. */
static int look_share(struct boot *b)
{
	return str_copy(b->node, sizeof(b->node), b->root.value) ? mount_root(b) : -ENAMETOOLONG;
}

static int look_by_form(struct boot *b, unsigned failed, bool last)
{
	if (CONFIG_ROOT_FLASH && b->root.kind == ROOT_FLASH)
		return look_flash(b);
	if (CONFIG_ROOT_SHARE && b->root.kind == ROOT_SHARE)
		return look_share(b);
	return look(b, failed, last);
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

/* Sleeps until something happens, and says now and then what for. Is a look due? */
static bool wait_for_change(struct boot *b, int err, unsigned since, struct wait *w)
{
	unsigned waited = sys_now() - since, until;
	bool due;

	if (waited >= w->word) {
		say(LOG_ERR, w->limit == WAIT_FOREVER ? "waiting for root=%s: %d; no limit"
						   : "waiting for root=%s: %d; %u s left",
		    b->params.root, err, sys_seconds(w->limit - waited + 999));
		if (CONFIG_REPORT)
			report_devices(b, w->word > FIRST_WORD);
		w->word = waited + NEXT_WORD;
	}
	until = least(least(w->word, w->limit), w->retry_at);
	due = !events_wait(until > waited ? until - waited : 0);
	if (due)
		coldplug(b);
	due |= take_events(b);
	return due || sys_now() - since >= w->retry_at;
}

int find(struct boot *b)
{
	struct wait w = { 0, WAIT_FOREVER, FIRST_WORD, params_wait(&b->params) };
	unsigned since = b->tried ? sys_now() : b->start, failed = 0;
	bool plugged = makes_nodes(b) && b->root.kind != ROOT_NAME, listens = false, last = !CONFIG_WAIT, due = true;
	int err = -ENOENT;

	b->device = -1;
	if (CONFIG_GUARD)
		guard(b, since, w.limit);
	/* What is known by its name is there or not; to ask all devices twice would cost more. */
	if (CONFIG_WAIT && (b->root.kind == ROOT_TAG || plugged)) {
		events_open();
		listens = true;
	}
	if (plugged)
		coldplug(b);
	else if (makes_nodes(b))
		coldplug_block(b, b->root.value);
	for (;;) {
		unsigned waited;

		if (due)
			err = look_by_form(b, failed, last);
		if (!err || err == REFUSED)
			break;
		waited = sys_now() - since;
		if (due) {
			/* what could not be asked is asked again by time, whatever happens meanwhile */
			w.retry = err == -ENOENT ? 0 : w.retry ? least(w.retry * 2, RETRY_MAX) : RETRY_MIN;
			w.retry_at = w.retry ? waited + w.retry : WAIT_FOREVER;
			/* a drive without a medium may be so for ever */
			failed = err == -ENOENT || err == -ENOMEDIUM || err == -ENXIO ? 0 : failed + 1;
		}
		if (!plugged) {
			bool is_new = CONFIG_WAIT && !listens;

			if (is_new)
				events_open();
			plugged = true;
			due = coldplug(b) || is_new;
			if (due) {
				/* only what fails at this look has failed for a while */
				w.retry = failed = 0;
				continue;
			}
		}
		if (CONFIG_WAIT && waited < w.limit) {
			due = wait_for_change(b, err, since, &w);
			continue;
		}
		/* what the modules brought may need others; each is asked for once */
		due = coldplug(b) || !last;
		if (!due)
			return refuse(b, "root=%s: %d after %u s", b->params.root, err, sys_seconds(waited));
		if (CONFIG_WAIT)
			take_events(b);
		last = true;
	}
	events_close();
	return err;
}
