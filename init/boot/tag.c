/*
 * Root by what is written on it. Any device may claim any tag: all that are
 * there at the first match are asked, and two that answer are never guessed at.
 */
#include "find.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/match.h"

#include <errno.h>

/* How many devices that could not be read yet are remembered; more wait for their next event. */
#define UNREAD_MAX 8

/* Those of the current look that answered. */
static struct device best;
static unsigned answers, preferred;
static char names[200], bar[ROOTSPEC_NAME_MAX + MATCH_BAR_MAX];

static char unread[UNREAD_MAX][DEVICE_NAME_MAX];
static unsigned unread_count;

static void remember(const struct device *d, int err)
{
	for (unsigned i = 0; i < unread_count; i++)
		if (str_same(unread[i], d->name))
			return;
	if (err == -EIO)
		say(LOG_ERR, "%s: %d: skipped", d->name, err);
	if (unread_count < UNREAD_MAX)
		str_print(unread[unread_count++], DEVICE_NAME_MAX, "%s", d->name);
}

/* Its node is there, but there is nothing to read yet. */
static bool may_read_soon(int err)
{
	return err == -ENXIO || err == -ENOMEDIUM || err == -EIO;
}

/* Does this device's table or medium have the tag? Then its fd with b->super read, or -errno. */
static int ask(struct boot *b, const char *name, struct device *d, char *path)
{
	bool by_table = b->root.tag == TAG_PARTUUID || b->root.tag == TAG_PARTLABEL;
	struct parttable_id part;
	int err = device_look(d, DEVICE_BY_NAME, name), fd;

	if (!err && by_table)
		err = device_part(b, &part, d, b->root.offset);
	if (err || (by_table && !match(&b->root, NULL, &part)))
		return -ENOENT;
	fd = device_open(b, d->name, path);
	if (fd < 0)
		return fd;
	err = device_super(b, fd);
	if (b->super.damaged)
		say(LOG_ERR, "%s: %s superblock checksum is wrong: ignored", d->name, b->super.damaged);
	if (!err && (by_table || match(&b->root, &b->super, NULL)))
		return fd;
	sys_close(fd);
	return err ? err : -ENOENT;
}

/* The first of two names: mmcblk0 before mmcblk1. */
static bool before(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a < *b;
}

/* Is it better to take than the best so far? By bus if the image prefers one, then by name. */
static bool is_better(const struct device *d)
{
	if (!answers)
		return true;
	if (CONFIG_DUPLICATE_PREFER && str_same(d->bus, CONFIG_PREFER_BUS) !=
				       str_same(best.bus, CONFIG_PREFER_BUS))
		return str_same(d->bus, CONFIG_PREFER_BUS);
	return before(d->name, best.name);
}

static void add_name(const struct device *d)
{
	char *end = str_find(names, '\0');

	if (!str_print(end, sizeof(names) - (size_t)(end - names), "%s%s", answers ? " and " : "", d->name))
		*end = '\0';
}

/* It answers; it is open as fd. */
static void answer(struct boot *b, const struct device *d, int fd, const char *path)
{
	char text[MATCH_BAR_MAX];

	/* A partition from sector 0 on is its disk once more (isohybrid). */
	if (b->root.tag <= TAG_LABEL && d->partition && !device_number(d->name, "start")) {
		sys_close(fd);
		return;
	}
	if (!device_allowed(d)) {
		say(LOG_ERR, "%s matches but %s is not allowed for root: ignored", d->name, d->bus);
		sys_close(fd);
		return;
	}
	if (match_bar(text, &b->super)) {
		str_print(bar, sizeof(bar), "%s %s", d->name, text);
		sys_close(fd);
		return;
	}
	add_name(d);
	preferred += CONFIG_DUPLICATE_PREFER && str_same(d->bus, CONFIG_PREFER_BUS);
	if (is_better(d)) {
		if (answers)
			sys_close(b->device);
		best = *d;
		str_print(b->node, sizeof(b->node), "%s", path);
		b->device = fd;
	} else {
		sys_close(fd);
	}
	answers++;
}

static int visit(struct boot *b, const char *name)
{
	char path[sizeof(b->node)];
	struct device d;
	int fd = ask(b, name, &d, path);

	if (fd >= 0)
		answer(b, &d, fd, path);
	else if (may_read_soon(fd))
		remember(&d, fd);
	return 0;
}

/* More than one: by the image's rule, which is always said. */
static int choose(struct boot *b)
{
	if (!CONFIG_DUPLICATE_FIRST && preferred != 1) {
		sys_close(b->device);
		refuse(b, "root=%s is on %s: remove one, or use /dev/NAME", b->params.root, names);
		return REFUSED;
	}
	say(LOG_ERR, "root=%s is on %s: taking %s", b->params.root, names, best.name);
	return 0;
}

static int look_at_all(struct boot *b)
{
	int err;

	answers = preferred = unread_count = 0;
	names[0] = bar[0] = '\0';
	err = devices_each(b, visit);
	if (err)
		return err;
	if (answers > 1 && choose(b))
		return REFUSED;
	if (answers)
		return device_super(b, b->device);
	if (!bar[0])
		return -ENOENT;
	refuse(b, "root=%s: %s", b->params.root, bar);
	return REFUSED;
}

int find_tag(struct boot *b, const char *name)
{
	char path[sizeof(b->node)];
	struct device d;
	int fd;

	if (!name)
		return look_at_all(b);
	fd = ask(b, name, &d, path);
	if (fd >= 0) {
		sys_close(fd);
		return look_at_all(b);
	}
	if (may_read_soon(fd))
		remember(&d, fd);
	return unread_count ? -EAGAIN : -ENOENT;
}

int find_tag_again(struct boot *b)
{
	for (unsigned i = unread_count; i--;) {
		char name[DEVICE_NAME_MAX];
		int err;

		str_print(name, sizeof(name), "%s", unread[i]);
		str_print(unread[i], DEVICE_NAME_MAX, "%s", unread[--unread_count]);
		err = find_tag(b, name);
		if (err != -ENOENT && err != -EAGAIN)
			return err;
	}
	return unread_count ? -EAGAIN : -ENOENT;
}
