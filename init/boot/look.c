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

/* More are not told apart: they are refused all the same. */
#define ANSWERS_MAX 16
/* As many partitions of one disk. */
#define HITS_MAX 4

/* What one look collects. */
struct asked {
	struct boot *b;
	unsigned failed;  /* of look() */
	int unasked;      /* why some device could not be asked; 0: all could */
	int empty;        /* the same of a drive that has nothing to read */
	unsigned count;
	struct answer answers[ANSWERS_MAX + 1]; /* behind the last there is room for one more */
};

static bool is_by_contents(const struct boot *b)
{
	return CONFIG_ROOT_TAG && b->root.kind == ROOT_TAG && b->root.tag <= TAG_LABEL;
}

/* A device that is there, but does not tell. */
static void cannot_ask(struct asked *a, const char *name, int err)
{
	/* a drive without a medium is usual */
	if (err == -ENOMEDIUM || err == -ENXIO) {
		a->empty = err;
	} else if (err && err != -ENOENT) {
		/* said once, though it is asked again and again */
		if (!a->failed)
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
static int btrfs(const struct boot *b, unsigned request, const char *path)
{
	int control, err;

	if (CONFIG_MODULES)
		modules_ask(b, "fs-btrfs");
	control = sys_open("/dev/btrfs-control", O_RDONLY);
	err = sys_btrfs(control, request, path);
	sys_close(control);
	return err;
}

/* Reads the device that stands behind the last answer. Is it one, too? */
static int ask(struct asked *a, bool begins)
{
	struct boot *b = a->b;
	struct answer *new = &a->answers[a->count];
	struct contents *contents = &new->contents;
	const char *name = new->d.name;
	char path[sizeof(DEVICE_BY_NAME "/holders") + DEVICE_NAME_MAX];
	bool by_contents = is_by_contents(b), is_meant;
	int err;

	if (a->count == ANSWERS_MAX)
		return 0;
	err = new->fd = device_open(name, path);
	if (err < 0)
		return err;
	err = device_super(b, new->fd, !by_contents);
	*contents = b->super.contents;
	if (err == -ENOENT) {
		sys_close(new->fd);
		return err;
	}
	if (contents->damaged && by_contents && !a->failed)
		say(LOG_ERR, "%s: %s superblock checksum is wrong: ignored", name, contents->damaged);
	/* what does not read is for the mount to say, which may need none of it */
	if (b->root.kind != ROOT_TAG && a->failed >= PATIENCE && contents->uncertain &&
	    (contents->fs || b->root.types)) {
		say(LOG_ERR, "%s: %d: whether it is a member of an array is not known", name, err);
		contents->uncertain = false;
		err = 0;
	}
	is_meant = !by_contents || judge_is_meant(&b->root, &b->super);
	if (is_meant && !device_allowed(&new->d)) {
		is_meant = false;
		if (!a->failed)
			say(LOG_ERR, "%s matches but %s is not allowed for root: ignored", name, new->d.bus);
	}
	if (!is_meant) {
		sys_close(new->fd);
		return err;
	}
	if (CONFIG_FS_BTRFS && contents->devices > 1)
		btrfs(b, SYS_BTRFS_SCAN, path);
	str_print(path, sizeof(path), DEVICE_BY_NAME "%s/holders", name);
	contents->is_held = dir_each(path, held, NULL) > 0;
	new->begins = begins;
	a->count++;
	return err;
}

/* ---- by its disk's table: PARTUUID=, PARTLABEL= -------------------------------------------------- */

static bool is_hit(const void *spec, unsigned number, const struct parttable_id *id)
{
	(void)number;
	return rootspec_begins(spec, id->uuid) || rootspec_is(spec, TAG_PARTLABEL, id->label);
}

/* A partition that the table names, if the kernel's of that number is it. */
static int ask_hit(struct asked *a, const char *disk, const struct parttable_hit *hit)
{
	const struct rootspec *spec = &a->b->root;
	char name[DEVICE_NAME_MAX];
	int err = -ENOENT;

	if (device_partition(name, disk, hit->number) && device_is_hit(name, hit) &&
	    device_partition(name, disk, hit->number + (unsigned)spec->offset))
		err = device_look(&a->answers[a->count].d, DEVICE_BY_NAME, name);
	return err ? err : ask(a, spec->tag == TAG_PARTUUID && !rootspec_is(spec, TAG_PARTUUID, hit->id.uuid));
}

/*
 * A partition of a disk without a GPT: its name may be the kernel's own (blkdevparts=, a device tree). Of a
 * GPT the kernel keeps seven bits of each letter.
 */
static void ask_named(void *arg, const struct uevent *event)
{
	struct asked *a = arg;
	const char *label = uevent_value(event, "PARTNAME=");

	if (label && rootspec_is(&a->b->root, TAG_PARTLABEL, label) &&
	    !device_look(&a->answers[a->count].d, DEVICE_BY_NAME, event->name))
		cannot_ask(a, event->name, ask(a, false));
}

static int ask_table(struct asked *a, const char *disk)
{
	struct parttable_hit hits[HITS_MAX];
	int count = device_table(disk, is_hit, &a->b->root, hits, HITS_MAX);

	for (int i = 0; i < count; i++)
		cannot_ask(a, disk, ask_hit(a, disk, &hits[i]));
	if (count == -ENOENT && a->b->root.tag == TAG_PARTLABEL)
		coldplug_below(DEVICE_BY_NAME, disk, ask_named, a);
	return count < 0 ? count : 0;
}

/* ---- all of them, or the one that is named ---------------------------------------------------------- */

static int visit(void *arg, const char *name)
{
	struct asked *a = arg;
	struct device *d = &a->answers[a->count].d;
	int err = device_look(d, DEVICE_BY_NAME, name);

	if (!err && d->partition == PARTTABLE_MAX - 1)
		say(LOG_NOTE, "%s has %u partitions", d->disk, d->partition);
	if (!err && is_by_contents(a->b))
		err = ask(a, false);
	else if (!err && !d->partition)
		err = ask_table(a, name);
	cannot_ask(a, name, err);
	return a->count == ANSWERS_MAX;
}

/* The kernel looks at the medium of a drive, and makes its partitions, when somebody opens it. */
static int open_drive(void *arg, const char *name)
{
	struct asked *a = arg;
	struct device *d = &a->answers[0].d;
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

/* /dev/NAME or a number: which device it is, behind the last answer. */
static int name_device(struct asked *a)
{
	struct boot *b = a->b;
	struct device *d = &a->answers[0].d;
	bool by_number = CONFIG_ROOT_DEVNUM && b->root.kind == ROOT_NUMBER;
	char which[DEVICE_NAME_MAX];
	struct statx st;
	int err;

	if (by_number)
		str_print(which, sizeof(which), "%u:%u", b->root.major, b->root.minor);
	else
		str_copy(which, sizeof(which), b->root.value);
	str_change(which, '/', '!');
	if (by_number || *CONFIG_ROOT_BUSES) {
		err = sys_mount_pseudo("sysfs", "/sys");
		if (!err)
			err = device_look(d, by_number ? DEVICE_BY_NUMBER : DEVICE_BY_NAME, which);
		if (!err && !device_allowed(d))
			err = refuse(b, "root=%s: %s is not allowed for root", b->params.root, d->bus);
	} else {
		str_copy(d->name, sizeof(which), which);
		device_path(b->node, which);
		err = sys_stat(b->node, 0, &st);
		if (!err && !S_ISBLK(st.stx_mode))
			err = refuse(b, "root=%s: %d", b->params.root, -ENOTBLK);
	}
	return err;
}

/* ---- what it means ------------------------------------------------------------------------------------ */

/* "a and b" into text; what is too long for it is not named. */
static void list_names(const struct asked *a, char *text, size_t size)
{
	char *end = text;

	*text = '\0';
	for (unsigned i = 0; end && i < a->count; i++)
		if (judge_counts(a->answers, a->count, &a->answers[i]))
			end = str_print(end, size - (size_t)(end - text), "%s%s", end == text ? "" : " and ",
					a->answers[i].d.name);
}

static bool is_degraded(const struct boot *b)
{
	const char *options = b->root.flags;
	char option[10];

	while (options && str_item(&options, ',', option, sizeof(option)))
		if (str_same(option, "degraded"))
			return true;
	return false;
}

/*
 * Root is a btrfs on several devices, one of which is open: are all of them there? All that answer to its
 * UUID are asked, whatever root= was, and the kernel is told of them.
 */
static int look_at_members(struct asked *a, const char *names, bool last)
{
	static char uuid[SUPER_UUID_MAX];
	struct boot *b = a->b;
	int err = -ENOENT, fd = b->device;

	if (is_by_contents(b)) {
		err = btrfs(b, SYS_BTRFS_READY, b->node);
		if (err != 1 || (last && is_degraded(b)))
			return 0;
		if (last)
			err = refuse(b, "root=%s: btrfs: of %u devices there are %u: %s", b->params.root,
				     b->contents.devices, a->count, names);
		else
			err = -ENOENT;
	} else {
		str_copy(uuid, sizeof(uuid), b->super.fs.uuid);
		b->root.kind = ROOT_TAG;
		b->root.tag = TAG_UUID;
		b->root.value = uuid;
		b->root.length = (unsigned)(str_find(uuid, '\0') - uuid);
		err = look(b, 0, last);
	}
	sys_close(fd);
	return err;
}

/* Does as was judged; all but root's device is closed. */
static int obey(struct asked *a, enum reason reason, const struct answer *judged, bool last)
{
	struct boot *b = a->b;
	const char *root = b->params.root;
	char names[200], bar[JUDGE_BAR_MAX];

	list_names(a, names, sizeof(names));
	for (const struct answer *each = a->answers; each < a->answers + a->count; each++)
		if (each != judged || reason > RULE)
			sys_close(each->fd);
	if (reason >= UNASKED || (reason == BARRED && (b->root.kind == ROOT_TAG ? !last : a->unasked)))
		return a->unasked ? a->unasked : a->empty ? a->empty : -ENOENT;
	device_path(b->node, judged->d.name);
	if (reason == BARRED)
		return refuse(b, "root=%s: %s %s", root, b->root.kind == ROOT_TAG ? judged->d.name : b->node,
			      judge_bar(bar, &judged->contents));
	if (reason == SEVERAL)
		return refuse(b, judged->begins ? "root=%s begins the PARTUUID of %s: give all of it"
						: "root=%s is on %s: remove one, or use /dev/NAME", root, names);
	b->device = judged->fd;
	b->contents = judged->contents;
	if (reason == RULE)
		say(LOG_ERR, "root=%s is on %s: taking %s", root, names, judged->d.name);
	if (reason == BEGINS)
		say(LOG_ERR, "root=%s begins the PARTUUID of %s: taking it", root, names);
	if (CONFIG_FS_BTRFS && b->contents.devices > 1)
		return look_at_members(a, names, last);
	return 0;
}

/* One look at what has that name or number, without a probe. */
static int look_plainly(struct asked *a, int err)
{
	struct boot *b = a->b;

	if (!err)
		err = b->device = device_open(a->answers[0].d.name, b->node);
	return err < 0 ? err : sys_size(err) ? 0 : -ENOENT;
}

int look(struct boot *b, unsigned failed, bool last)
{
	struct asked a = { .b = b, .failed = failed };
	bool is_named = !CONFIG_ROOT_TAG || b->root.kind != ROOT_TAG;
	const struct answer *judged;
	enum reason reason;
	int err = is_named ? name_device(&a) : devices_each(visit, &a);

	if (!CONFIG_PROBE)
		return look_plainly(&a, err);
	if (is_named && !err)
		err = ask(&a, false);
	if (is_named && err == -ENOENT)
		devices_each(open_drive, &a);
	if (err == REFUSED)
		return err;
	if (err < 0 && err != -ENOENT)
		a.unasked = err;
	reason = judge(a.answers, a.count, a.unasked && failed < PATIENCE && !last, &judged);
	return obey(&a, reason, judged, last);
}
