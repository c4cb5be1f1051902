/*
 * Waits until root's device is there and can be read. The node, its event and
 * readable media are three moments: an event makes us look again, and only a
 * node that exists but does not open or read yet is tried again by time.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/partitions.h"
#include "events.h"

#include <errno.h>
#include <fcntl.h>

#define RETRY_MIN 10      /* ms until a node is tried again, doubling ... */
#define RETRY_MAX 1000    /* ... up to this */
#define FIRST_WORD 3000   /* ms until the first line about waiting */
#define NEXT_WORD 30000   /* ms between the further ones */

/* The same name, where a '/' is a '!' in the kernel's lists (drivers/base/core.c)? */
static bool same_name(const char *node, const char *listed)
{
	while (*node && (*node == *listed || (*node == '/' && *listed == '!')))
		node++, listed++;
	return *node == *listed;
}

/*
 * Root's device in the kernel's list: by number for its name, or by name for
 * its number where nobody else has made a node (a kernel without devtmpfs).
 */
static int look_up(struct boot *b)
{
	static char text[PARTITIONS_MAX];
	const struct rootspec *root = &b->root;
	char *rest = text;
	struct partition p;
	int n = sys_read_file("/proc/partitions", text, sizeof(text));

	if (n < 0)
		return n;
	while (partitions_next(&rest, &p)) {
		if (root->name ? !same_name(root->name, p.name)
			       : root->major != p.major || root->minor != p.minor)
			continue;
		if (!str_print(b->node, sizeof(b->node), "/dev/%s", p.name))
			return -ENAMETOOLONG;
		if (CONFIG_MAKE_NODES && !b->has_devtmpfs)
			sys_make_node(b->node, S_IFBLK | 0600, p.major, p.minor);
		else
			for (char *c = b->node; *c; c++)
				if (*c == '!')
					*c = '/';
		return 0;
	}
	return -ENOENT;
}

/* One look at root's device: 0 when it is there and reads, else why not. */
static int look(struct boot *b)
{
	struct statx st;
	char sector[512];
	int fd, err;

	if (b->root.name)
		str_print(b->node, sizeof(b->node), "/dev/%s", b->root.name);
	if ((CONFIG_ROOT_DEVNUM && !b->root.name) || (CONFIG_MAKE_NODES && !b->has_devtmpfs)) {
		err = look_up(b);
		if (err)
			return err;
	}
	err = sys_stat(b->node, 0, &st);
	if (err)
		return err;
	if (!S_ISBLK(st.stx_mode))
		return -ENOTBLK;
	fd = sys_open(b->node, O_RDONLY);
	if (fd < 0)
		return fd;
	err = sys_read(fd, sector, sizeof(sector));
	sys_close(fd);
	return err < 0 ? err : 0;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool may_read_soon(int err)
{
	return err == -ENXIO || err == -ENOMEDIUM || err == -EIO;
}

/* Sleeps until the next look is due. `waited` and `limit` are ms since the start of /init. */
static void wait_for_change(const struct boot *b, int err, unsigned waited, unsigned limit)
{
	static unsigned retry = RETRY_MIN, word = FIRST_WORD;
	unsigned ms;

	if (waited >= word) {
		say(LOG_ERR, limit == WAIT_FOREVER ? "waiting for root=%s: %d; no limit"
						   : "waiting for root=%s: %d; %u s left",
		    b->params.root, err, sys_seconds(limit - waited + 999));
		if (CONFIG_REPORT)
			report_devices();
		word = waited + NEXT_WORD;
	}
	ms = least(word, limit) - waited;
	if (may_read_soon(err)) {
		ms = least(ms, retry);
		retry = least(retry * 2, RETRY_MAX);
	} else {
		retry = RETRY_MIN;
	}
	events_wait(ms);
}

int find(struct boot *b)
{
	unsigned limit = params_wait(&b->params);
	bool subscribed = false;
	int err;

	while ((err = look(b))) {
		unsigned waited = sys_now() - b->start;

		if (!CONFIG_WAIT || err == -ENOTBLK || waited >= limit)
			return refuse(b, err == -ENOTBLK ? "root=%s: %d" : "root=%s: %d after %u s",
				      b->params.root, err, sys_seconds(waited));
		if (subscribed)
			wait_for_change(b, err, waited, limit);
		else
			events_open();
		subscribed = true;
	}
	if (subscribed)
		events_close();
	return 0;
}
