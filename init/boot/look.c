/*
 * Root by its name, or by what is written on it, which any device may claim: the answers of all that are
 * there are collected, and plan/judge decides.
 */
#include "look.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "coldplug.h"
#include "modules.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

/* More are not told apart: they are refused all the same. */
#define ANSWERS_MAX 16
/* As many partitions of one disk. */
#define HITS_MAX 4

/* What one look collects. */
struct asked {
	struct boot *b;
	int unasked;      /* why some device could not be asked; 0: all could */
	int empty;        /* the same of a drive that has nothing to read */
	struct answer *next; /* behind the last; there is room for one more */
	struct answer answers[ANSWERS_MAX + 1];
};

static bool is_full(const struct asked *a)
{
	return a->next == a->answers + ANSWERS_MAX;
}

static bool is_by_contents(const struct boot *b)
{
	return CONFIG_ROOT_TAG && b->root.kind == ROOT_TAG && b->root.tag <= TAG_LABEL;
}

/* A device that is there, but does not tell. */
static void cannot_ask(struct asked *a, const char *name, int err)
{
	/* a drive without a medium is usual; ENXIO is passing: a partition's node is there a moment before it opens */
	if (err == -ENOMEDIUM) {
		a->empty = err;
	} else if (err && err != -ENOENT) {
		/* said once, though it is asked again and again */
		if (!a->b->failed && CONFIG_ROOT_TAG && a->b->root.kind == ROOT_TAG)
			say(LOG_ERR, "%s: %d: skipped", name, err);
		a->unasked = err;
	}
}

static int held(void *arg, const char *name)
{
	(void)arg, (void)name;
	return 1;
}

/* Tells the kernel of a part of a btrfs, or asks whether all parts of its file system are known: 0, 1 for not yet. */
static bool btrfs(const struct boot *b, unsigned request, const char *name)
{
	char path[sizeof(b->node)];
	int control, err;

	if (CONFIG_MODULES)
		modules_ask(b, "fs-btrfs");
	device_path(path, name);
	control = sys_open("/dev/btrfs-control", O_RDONLY);
	err = sys_btrfs(control, request, path);
	sys_close(control);
	return err == 1;
}

/* Reads the device that stands behind the last answer. Is it one, too? */
static void ask(struct asked *a, bool begins)
{
	struct boot *b = a->b;
	struct answer *new = a->next;
	struct contents *contents = &new->contents;
	const char *name = new->d.name;
	char path[sizeof(DEVICE_BY_NAME "/holders") + DEVICE_NAME_MAX];
	bool by_contents = is_by_contents(b);
	int err;

	if (is_full(a))
		return;
	err = new->fd = device_open(name, path);
	if (err >= 0)
		err = device_super(b, new->fd, !by_contents);
	*contents = b->super.contents;
	if (CONFIG_LAYER_VERITY && b->root.is_tree && contents->member && str_same(contents->member, "DM_verity_hash"))
		contents->member = NULL;
	/* what does not read is for the mount to say, which may need none of it */
	if (err && new->fd >= 0 && b->root.kind != ROOT_TAG && b->failed >= PATIENCE &&
	    (contents->fs || b->root.types)) {
		say(LOG_ERR, "%s: %d: whether it is a member of an array is not known", name, err);
		err = 0;
	}
	if (err) {
		cannot_ask(a, name, err);
	} else if (by_contents && !judge_is_meant(&b->root, &b->super)) {
		if (contents->damaged && !b->failed)
			say(LOG_ERR, "%s: %s superblock checksum is wrong: ignored", name, contents->damaged);
	} else if (!(CONFIG_LAYERS && b->root.is_made) && !device_allowed(&new->d)) {
		if (!b->failed)
			say(LOG_ERR, "%s matches but %s is not allowed for root: ignored", name, new->d.bus);
	} else {
		str_print(path, sizeof(path), DEVICE_BY_NAME "%s/holders", name);
		contents->is_held = dir_each(path, held, NULL) > 0;
		new->begins = begins;
		a->next++;
		return;
	}
	sys_close(new->fd);
}

static void ask_device(struct asked *a, const char *name, bool begins)
{
	int err = device_look(&a->next->d, DEVICE_BY_NAME, name);

	if (err)
		cannot_ask(a, name, err);
	else
		ask(a, begins);
}

/* ---- by its disk's table: PARTUUID=, PARTLABEL= -------------------------------------------------- */

static bool is_hit(const void *spec, unsigned number, const struct parttable_id *id)
{
	(void)number;
	return rootspec_begins(spec, id->uuid) || rootspec_is(spec, TAG_PARTLABEL, id->label) ||
	       (CONFIG_ROOT_GPT_AUTO && rootspec_is(spec, TAG_TYPE, id->type));
}

/* A partition that the table names, if the kernel's of that number is it. */
static void ask_hit(struct asked *a, const char *disk, const struct parttable_hit *hit)
{
	const struct rootspec *spec = &a->b->root;
	char name[DEVICE_NAME_MAX];
	int err;

	if (CONFIG_ROOT_GPT_AUTO)
		a->next->is_readonly = hit->id.is_readonly;
	if (!device_partition(name, disk, hit->number))
		return;
	err = device_is_hit(name, hit);
	if (err)
		cannot_ask(a, name, err);
	else if (device_partition(name, disk, hit->number + (unsigned)spec->offset))
		ask_device(a, name, spec->tag == TAG_PARTUUID && !rootspec_is(spec, TAG_PARTUUID, hit->id.uuid));
}

/*
 * A partition of a disk without a GPT: its name may be the kernel's own (blkdevparts=, a device tree). Of a
 * GPT the kernel keeps seven bits of each letter.
 */
static void ask_named(void *arg, const struct uevent *event)
{
	struct asked *a = arg;
	const char *label = uevent_value(event, "PARTNAME=");

	if (label && rootspec_is(&a->b->root, TAG_PARTLABEL, label))
		ask_device(a, event->name, false);
}

static void ask_table(struct asked *a, const char *disk)
{
	struct parttable_hit hits[HITS_MAX];
	int count = device_table(disk, is_hit, &a->b->root, hits, HITS_MAX);

	for (int i = 0; i < count; i++)
		ask_hit(a, disk, &hits[i]);
	if (count == -ENOENT && a->b->root.tag == TAG_PARTLABEL)
		coldplug_below(DEVICE_BY_NAME, disk, ask_named, a);
	if (count < 0)
		cannot_ask(a, disk, count);
}

/* ---- all of them, or the one that is named ---------------------------------------------------------- */

static int visit(void *arg, const char *name)
{
	struct asked *a = arg;
	struct device *d = &a->next->d;
	int err = device_look(d, DEVICE_BY_NAME, name);

	if (!err && d->partition == PARTTABLE_MAX - 1)
		say(LOG_NOTE, "%s has %u partitions", d->disk, d->partition);
	if (err)
		cannot_ask(a, name, err);
	else if (is_by_contents(a->b))
		ask(a, false);
	else if (!d->partition)
		ask_table(a, name);
	return is_full(a);
}

/* The kernel looks at the medium of a drive, and makes its partitions, when somebody opens it. */
static int open_drive(void *arg, const char *name)
{
	struct asked *a = arg;
	struct device *d = &a->next->d;
	char path[sizeof(a->b->node)];
	int fd = device_look(d, DEVICE_BY_NAME, name);

	if (!fd)
		fd = device_open(name, path);
	if (fd >= 0)
		sys_close(fd);
	else if (fd == -ENOMEDIUM)
		a->empty = fd;
	return 0;
}

/* /dev/NAME or a number: which device it is; -errno when it is not there. */
static int name_device(struct boot *b, struct device *d)
{
	bool by_number = CONFIG_ROOT_DEVNUM && b->root.kind == ROOT_NUMBER;
	int err;

	if (by_number)
		str_print(d->name, sizeof(d->name), "%u:%u", b->root.major, b->root.minor);
	else
		str_copy(d->name, sizeof(d->name), b->root.value);
	str_change(d->name, '/', '!');
	if (by_number || *CONFIG_ROOT_BUSES) {
		err = sys_mount_pseudo("sysfs", "/sys");
		if (!err)
			err = device_look(d, by_number ? DEVICE_BY_NUMBER : DEVICE_BY_NAME, d->name);
		if (!err && !(CONFIG_LAYERS && b->root.is_made) && !device_allowed(d))
			refuse(b, "%s=%s: %s is not allowed for root", WANTED(b), d->bus);
	} else {
		device_path(b->node, d->name);
		err = sys_mode(b->node, 0);
		if (err >= 0 && !S_ISBLK(err))
			refuse(b, "%s=%s: %d", WANTED(b), -ENOTBLK);
	}
	return err;
}

/* ---- what it means ------------------------------------------------------------------------------------ */

/*
 * Root is a btrfs on several devices, one of which is open: are all of them there? All that answer to its
 * UUID are asked, whatever root= was, and the kernel is told of them. In the end it decides: with
 * rootflags=degraded it mounts what is there.
 */
static int look_at_members(struct asked *a, const struct verdict *v, bool last)
{
	static char text[sizeof("UUID=") + SUPER_UUID_MAX];
	struct boot *b = a->b;
	int fd = b->device, err = -ENOENT;

	if (!is_by_contents(b)) {
		str_print(text, sizeof(text), "UUID=%s", b->super.fs.uuid);
		rootspec_parse(&b->root, text, b->root.types, b->root.flags, &b->root.words);
		err = look(b, last);
	} else {
		for (const struct answer *each = a->answers; each < a->next; each++)
			btrfs(b, SYS_BTRFS_SCAN, each->d.name);
		if (!btrfs(b, SYS_BTRFS_READY, v->root->d.name))
			return 0;
		if (last) {
			say(LOG_ERR, "%s=%s: btrfs: of %u devices there are %u: %s", WANTED(b),
			    b->contents.devices, v->found, v->names);
			return 0;
		}
	}
	sys_close(fd);
	return err;
}

/* Does as was judged; all but root's device is closed. */
static int obey(struct asked *a, bool last)
{
	struct boot *b = a->b;
	const char *is_on = "is on";
	bool by_tag = CONFIG_ROOT_TAG && b->root.kind == ROOT_TAG;
	struct verdict v;
	enum reason reason = judge(a->answers, a->next, &v);
	char bar[JUDGE_BAR_MAX];

	if (!a->unasked)
		b->failed = 0;
	else if (b->failed++ < PATIENCE && !last)
		reason = NONE;
	if (reason == BARRED && by_tag && !last)
		reason = NONE;
	for (const struct answer *each = a->answers; each < a->next; each++)
		if (reason > RULE || each != v.root)
			sys_close(each->fd);
	if (reason == NONE)
		return a->unasked ? a->unasked : a->empty ? a->empty : -ENOENT;
	device_path(b->node, v.root->d.name);
	if (reason == BARRED)
		refuse(b, "%s=%s: %s %s", WANTED(b), by_tag ? v.root->d.name : b->node,
		       judge_bar(bar, &v.root->contents));
	if (v.root->begins)
		is_on = "begins the PARTUUID of";
	if (reason == SEVERAL)
		refuse(b, "%s=%s %s %s: %s", WANTED(b), is_on, v.names,
		       v.root->begins ? "give all of it" :
		       CONFIG_ROOT_GPT_AUTO && b->root.tag == TAG_TYPE ? "use PARTLABEL= or roothash=" :
		       "remove one, or use /dev/NAME");
	b->device = v.root->fd;
	b->contents = v.root->contents;
	if (CONFIG_ROOT_GPT_AUTO && b->root.tag == TAG_TYPE && v.root->is_readonly)
		b->flags |= MS_RDONLY;
	if (reason > MEMBERS)
		say(LOG_ERR, "%s=%s %s %s: taking %s", WANTED(b), is_on, v.names, v.root->d.name);
	if (CONFIG_FS_BTRFS && b->contents.devices > 1) {
		if (CONFIG_LAYERS && b->root.is_made)
			refuse(b, "%s=%s: %s: a btrfs on several devices", WANTED(b), b->node);
		return look_at_members(a, &v, last);
	}
	return 0;
}

/* One look at what has that name or number, without a probe. */
static int look_plainly(struct boot *b)
{
	struct device d;
	int err = name_device(b, &d);

	if (err >= 0)
		err = b->device = device_open(d.name, b->node);
	return err < 0 ? err : sys_size(err) ? 0 : -ENOENT;
}

int look(struct boot *b, bool last)
{
	struct asked a = { .b = b, .next = a.answers };
	bool is_named = !CONFIG_ROOT_TAG || b->root.kind != ROOT_TAG;
	int err;

	if (!CONFIG_PROBE)
		return look_plainly(b);
	err = is_named ? name_device(b, &a.answers[0].d) : devices_each(visit, &a);
	if (is_named && err >= 0)
		ask(&a, false);
	if (err < 0 && err != -ENOENT)
		a.unasked = err;
	if (is_named && a.next == a.answers && !a.unasked && !a.empty)
		devices_each(open_drive, &a);
	return obey(&a, last);
}
