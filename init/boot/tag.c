/*
 * Root by what is written on it. Any device may claim any tag: all that are
 * there at the first match are asked, and two that answer are never guessed at.
 */
#include "find.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/match.h"
#include "coldplug.h"

#include <errno.h>

/* How many devices that could not be read yet are remembered; more wait for their next event. */
#define UNREAD_MAX 8

/* Those of the current look that answered; of the one that is taken b->node and b->device. */
static unsigned answers, preferred;
static char best[DEVICE_NAME_MAX], best_disk[DEVICE_NAME_MAX], names[200], bar[DEVICE_NAME_MAX + MATCH_BAR_MAX];

static char unread[UNREAD_MAX][DEVICE_NAME_MAX];
static unsigned unread_count;

/* Remembers it, or forgets it when it reads by now. */
static void remember(const char *name, int err)
{
	unsigned i = 0;

	while (i < unread_count && !str_same(unread[i], name))
		i++;
	/* its node is there, but there is nothing to read yet? */
	if (err != -ENXIO && err != -ENOMEDIUM && err != -EIO) {
		if (i < unread_count)
			str_copy(unread[i], DEVICE_NAME_MAX, unread[--unread_count]);
		return;
	}
	if (i < unread_count)
		return;
	if (err == -EIO)
		say(LOG_ERR, "%s: %d: skipped", name, err);
	if (i < UNREAD_MAX)
		str_copy(unread[unread_count++], DEVICE_NAME_MAX, name);
}

/* Does this device's table or medium have the tag? Then its fd with b->super read, or -errno. */
static int ask(struct boot *b, const char *name, struct device *d, char *path)
{
	bool by_table = b->root.tag >= TAG_PARTUUID;
	struct parttable_id part;
	int err = device_look(d, DEVICE_BY_NAME, name), fd;

	if (!err && by_table)
		err = device_part(b, &part, d, b->root.offset);
	if (!err && by_table && !match(&b->root, NULL, &part))
		err = -ENOENT;
	if (err)
		return err;
	fd = device_open(b, d->name, path);
	if (fd < 0)
		return fd;
	err = device_super(b, fd);
	if (!err) {
		if (b->super.damaged)
			say(LOG_ERR, "%s: %s superblock checksum is wrong: ignored", name, b->super.damaged);
		if (by_table || match(&b->root, &b->super, NULL))
			return fd;
		err = -ENOENT;
	}
	sys_close(fd);
	return err;
}

/* The first of two names: mmcblk0 before mmcblk1. */
static bool before(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a < *b;
}

/* Is it better to take than the best so far? By bus if the image prefers one, then by name. */
static bool is_better(const struct device *d, bool is_preferred)
{
	if (!answers)
		return true;
	if (CONFIG_DUPLICATE_PREFER && (is_preferred || preferred))
		return is_preferred && !preferred;
	return CONFIG_DUPLICATE_FIRST && before(d->name, best);
}

/* A disk and a partition of it with one file system (isohybrid) are one answer: the disk. */
static bool is_again(struct boot *b, const struct device *d)
{
	if (!answers || b->root.tag > TAG_LABEL)
		return false;
	if (answers == 1 && str_same(best_disk, d->name)) {
		sys_close(b->device);
		answers = preferred = 0;
		names[0] = '\0';
	}
	return answers && str_same(d->disk, best);
}

/* It answers; it is open as fd. Is it taken, for now? */
static bool take(struct boot *b, const struct device *d, int fd, const char *path)
{
	bool is_preferred = CONFIG_DUPLICATE_PREFER && str_same(d->bus, CONFIG_PREFER_BUS), is_first;
	char text[MATCH_BAR_MAX], *end;

	if (CONFIG_FS_ISO9660 && is_again(b, d))
		return false;
	if (!device_allowed(d)) {
		say(LOG_ERR, "%s matches but %s is not allowed for root: ignored", d->name, d->bus);
		return false;
	}
	if (match_bar(text, &b->super)) {
		str_print(bar, sizeof(bar), "%s %s", d->name, text);
		return false;
	}
	end = str_find(names, '\0');
	if (!str_print(end, sizeof(names) - (size_t)(end - names), "%s%s", answers ? " and " : "", d->name))
		*end = '\0';
	is_first = is_better(d, is_preferred);
	preferred += is_preferred;
	if (is_first) {
		if (answers)
			sys_close(b->device);
		b->device = fd;
		str_copy(best, sizeof(best), d->name);
		if (CONFIG_FS_ISO9660)
			str_copy(best_disk, sizeof(best_disk), d->disk);
		str_copy(b->node, sizeof(b->node), path);
	}
	answers++;
	return is_first;
}

static int visit(void *arg, const char *name)
{
	struct boot *b = arg;
	char path[sizeof(b->node)];
	struct device d;
	int fd;

	d.partition = 0;
	fd = ask(b, name, &d, path);
	if (d.partition == PARTTABLE_MAX - 1)
		say(LOG_NOTE, "%s has %u partitions", d.disk, d.partition);
	remember(name, fd);
	if (fd >= 0 && !take(b, &d, fd, path))
		sys_close(fd);
	return 0;
}

/* More than one: by the image's rule, which is always said. */
static int choose(struct boot *b)
{
	if (!CONFIG_DUPLICATE_FIRST && preferred != 1) {
		sys_close(b->device);
		return refuse(b, "root=%s is on %s: remove one, or use /dev/NAME", b->params.root, names);
	}
	say(LOG_ERR, "root=%s is on %s: taking %s", b->params.root, names, best);
	return 0;
}

int find_tag(struct boot *b, const char *name)
{
	int err = 0;

	answers = preferred = 0;
	names[0] = bar[0] = '\0';
	if (name) {
		visit(b, name);
		/* the first match: is it the only one? */
		if (answers) {
			sys_close(b->device);
			/* without devtmpfs the others' nodes may wait for their events */
			if (makes_nodes(b))
				coldplug(b);
			return find_tag(b, NULL);
		}
	} else {
		err = devices_each(b, visit);
	}
	if (answers > 1 && choose(b))
		return REFUSED;
	if (answers) {
		err = device_super(b, b->device);
		if (err)
			sys_close(b->device);
		return err;
	}
	if (bar[0])
		return refuse(b, "root=%s: %s", b->params.root, bar);
	return err ? err : -ENOENT;
}

bool find_tag_unread(void)
{
	return unread_count;
}

int find_tag_again(struct boot *b)
{
	int err = -ENOENT;

	for (unsigned i = unread_count; i-- && err == -ENOENT;)
		err = find_tag(b, unread[i]);
	return err;
}
