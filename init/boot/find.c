/*
 * Waits until root is there and can be read. The node, its event and readable
 * media are three moments: an event makes us look again, and only what exists
 * but does not open or read yet is tried again by time.
 */
#include "find.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/match.h"
#include "coldplug.h"
#include "events.h"

#include <errno.h>
#include <fcntl.h>

#define RETRY_MIN 10      /* ms until a node is tried again, doubling ... */
#define RETRY_MAX 1000    /* ... up to this */
#define FIRST_WORD 3000   /* ms until the first line about waiting */
#define NEXT_WORD 30000   /* ms between the further ones */

/* Opens root by its number, or by its name where that alone does not do. */
static int open_listed(struct boot *b)
{
	bool by_number = b->root.kind == ROOT_NUMBER;
	char which[DEVICE_NAME_MAX];
	struct device d;
	int err = sys_mount_pseudo("sysfs", "/sys");

	if (err)
		return err;
	if (by_number)
		str_print(which, sizeof(which), "%u:%u", b->root.major, b->root.minor);
	else
		str_copy(which, sizeof(which), b->root.value);
	str_change(which, '/', '!');
	err = device_look(&d, by_number ? DEVICE_BY_NUMBER : DEVICE_BY_NAME, which);
	if (err)
		return err;
	if (!device_allowed(&d))
		return refuse(b, "root=%s: %s is not allowed for root", b->params.root, d.bus);
	return device_open(b, d.name, b->node);
}

static int open_named(struct boot *b)
{
	struct statx st;
	int err;

	str_print(b->node, sizeof(b->node), "/dev/%s", b->root.value);
	err = sys_stat(b->node, 0, &st);
	if (err)
		return err;
	if (!S_ISBLK(st.stx_mode))
		return refuse(b, "root=%s: %d", b->params.root, -ENOTBLK);
	return sys_open(b->node, O_RDONLY);
}

/* /dev/NAME or a number: one look. */
static int find_device(struct boot *b)
{
	bool listed = (CONFIG_ROOT_DEVNUM && b->root.kind == ROOT_NUMBER) || *CONFIG_ROOT_BUSES;
	int fd = listed ? open_listed(b) : open_named(b), err;
	char text[MATCH_BAR_MAX];

	if (fd < 0)
		return fd;
	err = device_super(b, fd);
	if (!err && CONFIG_PROBE && match_bar(text, &b->super))
		err = refuse(b, "root=%s: %s %s", b->params.root, b->node, text);
	if (err)
		sys_close(fd);
	b->device = err ? -1 : fd;
	return err;
}

/* 9p and virtiofs are there when they mount: the kernel tells it in no other way. */
static int find_share(struct boot *b)
{
	return str_copy(b->node, sizeof(b->node), b->root.value) ? mount_root(b) : -ENAMETOOLONG;
}

/* One look, after that event: 0 when root is there, REFUSED when it was refused, else why not yet. */
static int look(struct boot *b, enum event event, const struct uevent *uevent)
{
	if (CONFIG_ROOT_TAG && b->root.kind == ROOT_TAG)
		return event == EVENT_TIME ? find_tag_again(b)
					   : find_tag(b, event == EVENT_DEVICE ? uevent->name : NULL);
	if (CONFIG_ROOT_FLASH && b->root.kind == ROOT_FLASH)
		return find_flash(b);
	if (CONFIG_ROOT_SHARE && b->root.kind == ROOT_SHARE)
		return find_share(b);
	return find_device(b);
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Its node is there, but there is nothing to read yet; for a tag that of some device among others. */
static bool may_read_soon(int err)
{
	return err == -ENXIO || err == -ENOMEDIUM || err == -EIO || (CONFIG_ROOT_TAG && find_tag_unread());
}

/* All in ms; the last two since root is looked for. */
struct wait {
	unsigned retry, word, limit;
};

/* Sleeps until the next look is due. */
static enum event wait_for_change(struct boot *b, int err, unsigned waited, struct wait *w,
				  struct uevent *uevent)
{
	enum event event;
	unsigned ms;

	if (waited >= w->word) {
		say(LOG_ERR, w->limit == WAIT_FOREVER ? "waiting for root=%s: %d; no limit"
						   : "waiting for root=%s: %d; %u s left",
		    b->params.root, err, sys_seconds(w->limit - waited + 999));
		if (CONFIG_REPORT)
			report_devices(b, w->word > FIRST_WORD);
		w->word = waited + NEXT_WORD;
	}
	ms = least(w->word, w->limit) - waited;
	if (may_read_soon(err)) {
		ms = least(ms, w->retry);
	} else {
		w->retry = RETRY_MIN;
	}
	event = events_wait(ms, uevent);
	if (event == EVENT_TIME)
		w->retry = least(w->retry * 2, RETRY_MAX);
	return event;
}

int find(struct boot *b)
{
	struct wait w = { RETRY_MIN, FIRST_WORD, params_wait(&b->params) };
	unsigned since = b->tried ? sys_now() : b->start;
	bool plugged = makes_nodes(b) && b->root.kind != ROOT_NAME, listens = false;
	enum event event = EVENT_LOST;
	struct uevent uevent;
	int err;

	b->device = -1;
	/* What is known by its name is there or not; to ask all devices twice would cost more. */
	if (CONFIG_WAIT && (b->root.kind == ROOT_TAG || plugged)) {
		events_open();
		listens = true;
	}
	if (plugged)
		coldplug(b);
	else if (makes_nodes(b))
		coldplug_block(b, b->root.value);
	while ((err = look(b, event, &uevent))) {
		unsigned waited = sys_now() - since;

		if (err == REFUSED)
			return REFUSED;
		if (!plugged) {
			bool is_new = CONFIG_WAIT && !listens;

			if (is_new)
				events_open();
			plugged = true;
			if (coldplug(b) || is_new)
				continue;
		}
		if (!CONFIG_WAIT || waited >= w.limit) {
			/* what the modules brought may need others; each is asked for once */
			if (coldplug(b))
				continue;
			return refuse(b, "root=%s: %d after %u s", b->params.root, err, sys_seconds(waited));
		}
		event = wait_for_change(b, err, waited, &w, &uevent);
		if (event == EVENT_LOST)
			coldplug(b);
		else if (event == EVENT_DEVICE)
			plug(b, &uevent);
	}
	if (CONFIG_PROBE)
		b->sequence = (unsigned)sys_disk_sequence(b->device);
	events_close();
	return 0;
}
