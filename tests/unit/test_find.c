/* boot/find and look over a machine of our own, with its own clock: when it sleeps, how long, for what,
 * which devices it asks, and what it makes of their answers. */
#include "boot/device.h"
#include "boot/events.h"
#include "boot/look.h"
#include "init.h"
#include "lib/log.h"
#include "lib/str.h"
#include "lib/sys.h"
#include "plan/crc.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>

static const struct layer_words no_words;

enum { CLASS = 3, BUSES, BUS, DISK, HOLDERS, BTRFS, SOCKET };
#define NODES 100 /* the fd of the first */
#define SIZE (128 << 10)
#define NEVER (-1U)

/*
 * The devices: each is there from some ms on, and until `reads` to open it gives `before`; reads of the
 * bytes from bad_at on give EIO until `bad_until`.
 */
static struct node {
	const char *name, *disk, *label;
	unsigned char *medium;
	unsigned size;
	unsigned there, reads, slow; /* slow: ms that it takes to open it */
	int before;
	unsigned bad_at, bad_until;
	unsigned partition, start;
	const char *partname;
	bool is_held, no_direct;
	bool needs_scan; /* a partition: it is there once its disk could be opened */
	bool opened;
	unsigned tray;   /* a CD drive: until then its tray is open */
	bool direct;
	unsigned asked;  /* how often it was opened, or that was tried */
	int open;        /* descriptors */
	bool scanned;    /* the kernel was told of it, as a part of a btrfs */
} nodes[32];
static unsigned node_count;

/* Are there modules for this kernel; how often were all devices walked, and which alias was asked for. */
static bool with_modules;
/* The walk meets one device, whose alias so often leads to a module that was never asked for. */
static unsigned new_modules;
static unsigned walks, disk_walks;
static char asked_alias[32];

/* What happens: at some ms an event about a device comes, or (NULL) some are lost. */
static struct event_row {
	unsigned at;
	const char *name, *action, *subsystem;
} events[512];
static unsigned event_count, event_next;
static unsigned flood; /* ms that each of endless events takes, or 0 */

static unsigned clock_ms;
static int uevents;
static bool listed[SOCKET]; /* that directory is read to its end */
static struct node *listing; /* whose directory it is */
static unsigned btrfs_devices; /* of which the file system that is asked about has so many */
/* What was done. */
static unsigned slept[256], sleeps, words;
static int list_error; /* of the directory of devices, behind its last */
static char refusal[512], said[1 << 16];

/* ---- the machine ---- */

unsigned sys_now(void)
{
	return clock_ms;
}

unsigned sys_seconds(unsigned ms)
{
	return ms / 1000;
}

static struct node *node_of(const char *name)
{
	for (unsigned i = 0; i < node_count; i++) {
		bool has_scanned = !nodes[i].needs_scan;

		for (unsigned d = 0; d < node_count && nodes[i].needs_scan; d++)
			has_scanned |= nodes[d].opened && !strcmp(nodes[d].name, nodes[i].disk);
		if (!strcmp(nodes[i].name, name) && clock_ms >= nodes[i].there && has_scanned)
			return &nodes[i];
	}
	return NULL;
}

/* The node whose directory or file in sysfs it is; *rest is what stands behind its name, NULL for nothing. */
static struct node *node_at(const char *path, const char **rest)
{
	const char *from = str_after(path, DEVICE_BY_NAME);
	char name[64] = "";

	if (!from)
		return NULL;
	snprintf(name, sizeof(name), "%.*s", (int)(str_find(from, '/') - from), from);
	*rest = *str_find(from, '/') ? str_find(from, '/') + 1 : NULL;
	return node_of(name);
}

int sys_mode(const char *path, int flags)
{
	struct node *node = node_of(path + 5);

	(void)flags;
	if (!node)
		return -ENOENT;
	return !strcmp(node->name, "null") ? S_IFCHR : S_IFBLK;
}

static int open_node(const char *path, int flags)
{
	struct node *node = node_of(path + 5);

	if (!node)
		return -ENOENT;
	node->asked++;
	clock_ms += node->slow;
	/* else its tray would be closed */
	assert_int_equal(!!(flags & O_NONBLOCK), !strncmp(node->name, "sr", 2));
	if (node->no_direct && flags & O_DIRECT)
		return -EINVAL;
	node->direct = flags & O_DIRECT;
	if (clock_ms < node->reads)
		return node->before;
	/* the kernel makes the partitions of what is opened, and tells of them */
	for (unsigned i = 0; i < node_count && !node->opened; i++)
		if (nodes[i].needs_scan && !strcmp(nodes[i].disk, node->name))
			events[event_count++] = (struct event_row){ clock_ms, nodes[i].name, "add", "block" };
	node->opened = true;
	node->open++;
	return NODES + (int)(node - nodes);
}

int sys_open(const char *path, int flags)
{
	static const struct {
		const char *path;
		int fd;
	} rows[] = {
		{ DEVICE_BY_NAME, CLASS },
		{ "/sys/bus", BUSES },
		{ "/sys/bus/of/devices", BUS },
		{ "/dev/btrfs-control", BTRFS },
	};
	const char *rest;
	struct node *node;

	for (size_t i = 0; i < COUNT(rows); i++)
		if (!strcmp(path, rows[i].path)) {
			listed[rows[i].fd] = false;
			walks += rows[i].fd == BUSES;
			return rows[i].fd;
		}
	node = node_at(path, &rest);
	if (node && !rest) {
		listing = node;
		disk_walks++;
		listed[DISK] = false;
		return DISK;
	}
	if (node && !strcmp(rest, "holders")) {
		listing = node;
		listed[HOLDERS] = false;
		return HOLDERS;
	}
	assert_memory_equal(path, "/dev/", 5);
	return open_node(path, flags);
}

int sys_open_at(int dir, const char *name, int flags)
{
	(void)dir, (void)name, (void)flags;
	return -ENOENT;
}

void sys_close(int fd)
{
	if (fd >= NODES) {
		assert_in_range(fd, NODES, NODES + node_count - 1);
		assert_true(nodes[fd - NODES].open-- > 0);
	} else {
		assert_true(fd < 0 || (fd >= CLASS && fd <= SOCKET));
	}
}

int sys_set_flags(int fd, int flags)
{
	assert_int_equal(flags, 0);
	nodes[fd - NODES].direct = false;
	return 0;
}

int sys_read_at(int fd, void *buf, size_t size, unsigned long long offset)
{
	struct node *node = &nodes[fd - NODES];

	assert_in_range(fd, NODES, NODES + node_count - 1);
	assert_true(node->open > 0 && offset + size <= node->size);
	/* past the page cache only whole sectors can be read */
	if (node->direct)
		assert_true(!(offset % 512) && !(size % 512) && !((uintptr_t)buf % 512));
	if (offset + size > node->bad_at && clock_ms < node->bad_until)
		return -EIO;
	memcpy(buf, node->medium + offset, size);
	return (int)size;
}

unsigned long long sys_size(int fd)
{
	return nodes[fd - NODES].size;
}

unsigned sys_sector(int fd)
{
	(void)fd;
	return 512;
}

unsigned long long sys_disk_sequence(int fd)
{
	return (unsigned)fd;
}

bool sys_has_disc(int fd)
{
	return clock_ms >= nodes[fd - NODES].tray;
}

int sys_btrfs(int control, unsigned request, const char *path)
{
	struct node *node = node_of(path + 5);
	unsigned known = 0;

	assert_int_equal(control, BTRFS);
	assert_non_null(node);
	if (request == SYS_BTRFS_SCAN) {
		node->scanned = true;
		return 0;
	}
	assert_true(request == SYS_BTRFS_READY);
	for (unsigned i = 0; i < node_count; i++)
		known += nodes[i].scanned;
	return known < btrfs_devices;
}

int sys_mount_pseudo(const char *type, const char *target)
{
	assert_string_equal(type, "sysfs");
	assert_string_equal(target, "/sys");
	return 0;
}

int sys_read_link(const char *path, char *buf, size_t size)
{
	const char *name = str_after(path, DEVICE_BY_NAME);
	struct node *node = name ? node_of(name) : NULL;

	if (!strcmp(path, DEVICE_BY_NUMBER "179:2"))
		node = node_of("mmcblk0p2");
	if (!node)
		return -ENOENT;
	return snprintf(buf, size, "../../devices/%s/block/%s%s%s", strncmp(node->name, "mmc", 3) ? "virtual" : "mmc_host",
			node->disk ? node->disk : "", node->disk ? "/" : "", node->name);
}

int sys_read_file(const char *path, char *buf, size_t size)
{
	const char *rest = NULL;
	struct node *node = node_at(path, &rest);

	if (!strcmp(path, "/sys/bus/of/devices/new/uevent"))
		return snprintf(buf, size, "MODALIAS=of:new\n");
	if (node && rest && *str_find(rest, '/')) {
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)(str_find(rest, '/') - rest), rest);
		node = node_of(name);
		assert_string_equal(str_find(rest, '/'), "/uevent");
		if (!node)
			return -ENOENT;
		return node->partname ? snprintf(buf, size, "DEVTYPE=partition\nPARTNAME=%s\n", node->partname)
				      : snprintf(buf, size, "DEVTYPE=partition\n");
	}
	if (!node || !rest || !node->partition)
		return -ENOENT;
	if (!strcmp(rest, "partition"))
		return snprintf(buf, size, "%u\n", node->partition);
	assert_string_equal(rest, "start");
	return snprintf(buf, size, "%u\n", node->start);
}

int sys_make_node(const char *path, unsigned mode, unsigned major, unsigned minor)
{
	(void)path, (void)mode, (void)major, (void)minor;
	return -EPERM;
}

/* What only a kernel without devtmpfs needs: none of these tests is on one. */
int sys_make_directory(const char *path)
{
	(void)path;
	return -EPERM;
}

int sys_change_mode(const char *path, unsigned mode)
{
	(void)path, (void)mode;
	return -EPERM;
}

int sys_unlink_at(int dir, const char *name, int flags)
{
	(void)dir, (void)name, (void)flags;
	return -EPERM;
}

static char *put_entry(char *to, char *end, const char *name)
{
	struct sys_entry *e = (struct sys_entry *)to;
	size_t length = (sizeof(*e) + strlen(name) + 1 + 7) & ~7U;

	assert_true(to + length <= end);
	e->length = (unsigned short)length;
	e->type = DT_LNK;
	strcpy(e->name, name);
	return to + length;
}

/* All of them at once, then the end. */
int sys_list(int dir, void *buf, size_t size)
{
	char *to = buf, *end = to + size;

	if (listed[dir])
		return dir == CLASS ? list_error : 0;
	listed[dir] = true;
	if (dir == BUSES && new_modules)
		to = put_entry(to, end, "of");
	if (dir == BUS)
		to = put_entry(to, end, "new");
	if (dir == HOLDERS && listing->is_held)
		to = put_entry(to, end, "dm-0");
	for (unsigned i = 0; i < node_count; i++)
		if (node_of(nodes[i].name) &&
		    (dir == CLASS || (dir == DISK && nodes[i].disk && !strcmp(nodes[i].disk, listing->name))))
			to = put_entry(to, end, nodes[i].name);
	return (int)(to - (char *)buf);
}

int sys_open_uevents(unsigned queue)
{
	assert_int_equal(queue, CONFIG_UEVENT_QUEUE * 1024);
	return uevents;
}

/* An event ends the sleep; without one the time passes. */
int sys_poll(struct pollfd *fds, unsigned count, int ms)
{
	assert_int_equal(count, 1);
	assert_int_equal(fds->fd, uevents);
	assert_in_range(ms, 0, 30000);
	assert_in_range(sleeps, 0, COUNT(slept) - 1);
	slept[sleeps++] = (unsigned)ms;
	if (flood)
		return 1;
	if (event_next < event_count && events[event_next].at <= clock_ms + (unsigned)ms) {
		if (clock_ms < events[event_next].at)
			clock_ms = events[event_next].at;
		return 1;
	}
	clock_ms += (unsigned)ms;
	return 0;
}

int sys_read_uevent(int fd, void *buf, size_t size)
{
	const struct event_row *row = &events[event_next], flooding = { 0, "sdz", "change", "block" };

	assert_int_equal(fd, uevents);
	if (fd < 0)
		return -EBADF;
	clock_ms += flood;
	if (flood)
		row = &flooding;
	else if (event_next == event_count || row->at > clock_ms)
		return -EAGAIN;
	else
		event_next++;
	if (!row->name)
		return -ENOBUFS;
	return snprintf(buf, size, "%s@/devices/virtual/block/%s%cSUBSYSTEM=%s%cMODALIAS=of:%s", row->action, row->name,
			'\0', row->subsystem, '\0', row->name) + 1;
}

int sys_write(int fd, const void *buf, size_t size)
{
	(void)fd;
	assert_true(strlen(said) + size < sizeof(said));
	strncat(said, buf, size);
	words += !!strstr(said + strlen(said) - size, "waiting for root=");
	return (int)size;
}

/* ---- the other stages ---- */

bool modules_there(void)
{
	return with_modules;
}

bool modules_ask(const struct boot *b, const char *wanted)
{
	(void)b;
	if (strcmp(wanted, "fs-btrfs"))
		assert_true(str_copy(asked_alias, sizeof(asked_alias), wanted));
	return !strcmp(wanted, "of:new") && new_modules && new_modules--;
}

void report_devices(struct boot *b, bool drivers)
{
	(void)b, (void)drivers;
}

int mount_root(struct boot *b)
{
	(void)b;
	return -EINVAL;
}

int look_flash(struct boot *b)
{
	(void)b;
	return -ENOENT;
}

/* Nothing hangs here. */
int sys_thread(void (*run)(void))
{
	(void)run;
	return 0;
}

void sys_sleep(unsigned ms)
{
	(void)ms;
	abort();
}

void (fail)(struct boot *b)
{
	(void)b;
	abort();
}

void refuse(struct boot *b, const char *format, ...)
{
	va_list args;

	(void)b;
	va_start(args, format);
	str_vprint(refusal, sizeof(refusal), format, args);
	va_end(args);
	longjmp(refused_here, REFUSED);
}

/* ---- what is on the devices ---- */

static struct boot boot;

static void put(unsigned char *at, unsigned long long value, int bytes)
{
	for (; bytes--; value >>= 8)
		*at++ = (unsigned char)value;
}

static void ext2(struct node *node, const char *label)
{
	put(node->medium + 1024 + 0x38, 0xef53, 2);
	memset(node->medium + 1024 + 0x78, 0, 16);
	strcpy((char *)node->medium + 1024 + 0x78, label);
}

/* Half of a RAID1, whose superblock of version 1.2 stands in the head. */
static void raid(struct node *node)
{
	put(node->medium + 4096, 0xa92b4efc, 4);
	put(node->medium + 4096 + 4, 1, 4);
	put(node->medium + 4096 + 144, 8, 8);
}

static void resize(struct node *node, unsigned size)
{
	free(node->medium);
	node->medium = calloc(1, size);
	node->size = size;
}

/* A part of a btrfs of `devices`. */
#define BTRFS_UUID "42424242-4242-4242-4242-424242424242"
static void btrfs(struct node *node, unsigned devices, unsigned number)
{
	unsigned char *sb;

	resize(node, 1 << 20);
	sb = node->medium + (64 << 10);
	memset(sb + 0x20, 0x42, 16);
	put(sb + 0x30, 64 << 10, 8);
	memcpy(sb + 0x40, "_BHRfS_M", 8);
	put(sb + 0x88, devices, 8);
	put(sb + 0xc9, number, 8);
	put(sb + 0xd1, 1 << 20, 8);
	put(sb, ~crc(CRC32C, ~0U, sb + 0x20, 4096 - 0x20), 4);
}

/* Entries of a GPT: that name, at sector 64 + i; a UUID whose last byte is `last` + i. */
static void gpt(struct node *disk, const char *const *names, unsigned count, unsigned char last)
{
	unsigned char *mbr = disk->medium, *h = mbr + 512, *entries = mbr + 1024;

	put(mbr + 446 + 4, 0xee, 1);
	put(mbr + 446 + 8, 1, 4);
	put(mbr + 446 + 12, ~0U, 4);
	put(mbr + 510, 0xaa55, 2);
	for (unsigned i = 0; i < count; i++) {
		unsigned char *e = entries + 128 * i;

		put(e, 1, 8);
		memset(e + 16, 0x11, 15);
		e[16 + 15] = (unsigned char)(last + i);
		put(e + 32, 64 + i, 8);
		put(e + 40, 64 + i, 8);
		for (unsigned c = 0; names[i][c]; c++)
			put(e + 56 + 2 * c, (unsigned char)names[i][c], 2);
	}
	memcpy(h, "EFI PART", 8);
	put(h + 12, 92, 4);
	put(h + 24, 1, 8);
	put(h + 40, 40, 8);
	put(h + 48, SIZE / 512 - 1, 8);
	put(h + 72, 2, 8);
	put(h + 80, 128, 4);
	put(h + 84, 128, 4);
	put(h + 88, ~crc(CRC32, ~0U, entries, 128 * 128), 4);
	put(h + 16, 0, 4);
	put(h + 16, ~crc(CRC32, ~0U, h, 92), 4);
}
#define PARTUUID "11111111-1111-1111-1111-1111111111"

static struct node *device(const char *name, const char *label, unsigned there)
{
	struct node *node = &nodes[node_count++];

	assert_true(node_count <= COUNT(nodes));
	*node = (struct node){ .name = name, .there = there, .bad_at = NEVER };
	resize(node, SIZE);
	if (label)
		ext2(node, label);
	return node;
}

/* A partition where gpt() puts its entry. */
static struct node *part(const char *disk, const char *name, unsigned number)
{
	struct node *node = device(name, "root", 0);

	node->disk = disk;
	node->partition = number;
	node->start = 63 + number;
	return node;
}

static void event_of(unsigned at, const char *name, const char *subsystem)
{
	assert_true(event_count < COUNT(events));
	events[event_count++] = (struct event_row){ at, name, "add", subsystem };
}

static void event(unsigned at, const char *name)
{
	event_of(at, name, "block");
}

static int clear(void **state)
{
	(void)state;
	while (node_count)
		free(nodes[--node_count].medium);
	event_count = event_next = flood = new_modules = btrfs_devices = 0;
	uevents = SOCKET;
	with_modules = false;
	events_close();
	return 0;
}

/* The whole stage; behind it only root's device is open. seconds: of rootwait=. */
static int found_with(const char *root, const char *types, int seconds)
{
	int err;

	boot = (struct boot){ .params = PARAMS_NONE, .has_devtmpfs = true };
	boot.params.root = own(root);
	boot.params.rootwait = seconds;
	assert_int_equal(rootspec_parse(&boot.root, own(root), types ? own(types) : NULL, NULL, &no_words), 0);
	row_is(0, root);
	clock_ms = sleeps = words = walks = event_next = 0;
	refusal[0] = asked_alias[0] = said[0] = '\0';
	for (unsigned i = 0; i < node_count; i++) {
		nodes[i].asked = 0;
		nodes[i].opened = nodes[i].scanned = false;
	}
	err = runs(find, &boot);
	for (unsigned i = 0; i < node_count; i++) {
		bool is_root = !err && boot.device == NODES + (int)i;

		assert_int_equal(nodes[i].open, is_root);
		if (is_root) {
			char path[80];

			snprintf(path, sizeof(path), "/dev/%s", nodes[i].name);
			assert_string_equal(boot.node, path);
			assert_int_equal(boot.contents.sequence, boot.device);
			nodes[i].open = 0;
		}
	}
	assert_true(err || boot.device >= NODES);
	return err;
}

static int found(const char *root, int seconds)
{
	return found_with(root, NULL, seconds);
}

static void has_said(const char *text)
{
	if (!strstr(said, text))
		fail_msg("\"%s\" is not in:\n%s", text, said);
}

static void refuses(const char *text)
{
	if (!strstr(refusal, text))
		fail_msg("\"%s\" is not in: %s", text, refusal);
}

/* ---- when ---- */

static void there_at_once(void **state)
{
	static const char *const roots[] = { "/dev/mmcblk0p2", "b302", "179:2", "LABEL=root" };

	(void)state;
	device("mmcblk0p2", "root", 0);
	for (size_t i = 0; i < COUNT(roots); i++) {
		assert_int_equal(found(roots[i], 30), 0);
		assert_int_equal(sleeps, 0);
		assert_int_equal(nodes[0].asked, 1);
		assert_string_equal(boot.node, "/dev/mmcblk0p2");
		assert_string_equal(boot.contents.fs, "ext2");
		assert_string_equal(boot.super.fs.label, "root");
		assert_string_equal(said, "");
	}
}

/* A node that is not there is waited for, not polled: one sleep, which its event ends. */
static void an_event_ends_the_sleep(void **state)
{
	static const char *const roots[] = { "/dev/mmcblk0p2", "179:2", "LABEL=root" };

	(void)state;
	device("mmcblk0p2", "root", 1234);
	event(1234, "mmcblk0p2");
	for (size_t i = 0; i < COUNT(roots); i++) {
		assert_int_equal(found(roots[i], 30), 0);
		assert_int_equal(clock_ms, 1234);
		assert_int_equal(sleeps, 1);
		assert_int_equal(slept[0], 3000);
	}
}

static void the_deadline_ends_it(void **state)
{
	(void)state;
	assert_int_equal(found("/dev/mmcblk0p2", 2), REFUSED);
	assert_int_equal(clock_ms, 2000);
	assert_int_equal(sleeps, 1);
	refuses("root=/dev/mmcblk0p2: not found after 2 s");
	assert_int_equal(found("LABEL=root", 2), REFUSED);
	assert_int_equal(clock_ms, 2000);
	assert_int_equal(sleeps, 1);
	assert_int_equal(found("LABEL=root", 0), REFUSED);
	assert_int_equal(sleeps, 0);
	device("null", NULL, 0);
	assert_int_equal(found("/dev/null", 30), REFUSED);
	assert_int_equal(sleeps, 0);
	refuses("root=/dev/null: not a block device");
}

/* Before it refuses it looks at everything once more, whatever was or was not told. */
static void at_the_deadline_all_are_asked(void **state)
{
	struct node *other = device("vda", "other", 0);

	(void)state;
	assert_int_equal(found("LABEL=root", 2), REFUSED);
	assert_int_equal(other->asked, 2);
	/* nobody tells of this one */
	device("sda", "root", 1999);
	assert_int_equal(found("LABEL=root", 2), 0);
	assert_int_equal(clock_ms, 2000);
	assert_int_equal(found("/dev/sda", 2), 0);
	assert_int_equal(clock_ms, 2000);
}

/* A dying disk holds PID 1 up for longer than root may take; root's event waits meanwhile. */
static void time_that_others_took_is_not_roots(void **state)
{
	struct node *slow = device("sda", "slow", 1000);

	(void)state;
	slow->slow = 40000;
	device("sdb", "root", 1500);
	event(1000, "sda");
	event(1500, "sdb");
	assert_int_equal(found("LABEL=root", 25), 0);
	assert_string_equal(boot.node, "/dev/sdb");
	/* also without its event */
	event_count = 1;
	nodes[1].there = 30000;
	assert_int_equal(found("LABEL=root", 25), 0);
	/* and the end is an end */
	nodes[1].there = NEVER;
	assert_int_equal(found("LABEL=root", 25), REFUSED);
	assert_int_equal(clock_ms, 1000 + 2 * 40000);
	assert_int_equal(slow->asked, 2);
}

/* Forged events without an end, each of a block device: the deadline holds. */
static void a_flood_ends(void **state)
{
	struct node *other = device("vda", "other", 0);

	(void)state;
	flood = 1;
	assert_int_equal(found("LABEL=root", 2), REFUSED);
	assert_in_range(clock_ms, 2000, 2000 + 2 * 256);
	assert_in_range(other->asked, 2, 2000 / 256 + 3);
	device("sda", "root", 1000);
	assert_int_equal(found("LABEL=root", 2), 0);
	assert_in_range(clock_ms, 1000, 1000 + 256);
}

/* One line after 3 s, the next 30 s later. */
static void it_tells_that_it_waits(void **state)
{
	(void)state;
	assert_int_equal(found("LABEL=root", 62), REFUSED);
	assert_int_equal(clock_ms, 62000);
	assert_int_equal(words, 2);
	assert_int_equal(slept[0], 3000);
	assert_int_equal(slept[1], 30000);
	assert_int_equal(slept[2], 29000);
	has_said("waiting for root=LABEL=root: not found; 59 s left");
}

/* rootfallback= has its own time. */
static void a_fallback_waits_anew(void **state)
{
	(void)state;
	assert_int_equal(found("LABEL=root", 2), REFUSED);
	boot.since = clock_ms;
	assert_int_equal(runs(find, &boot), REFUSED);
	assert_int_equal(clock_ms, 4000);
	refuses("after 2 s");
}

/* A kernel without CONFIG_NET. */
static void without_events_it_looks_by_time(void **state)
{
	static const char *const roots[] = { "/dev/mmcblk0p2", "LABEL=root" };

	(void)state;
	uevents = -ENOSYS;
	device("mmcblk0p2", "root", 990);
	for (size_t r = 0; r < COUNT(roots); r++) {
		assert_int_equal(found(roots[r], 30), 0);
		assert_int_equal(clock_ms, 1000);
		for (unsigned i = 0; i < sleeps; i++)
			assert_int_equal(slept[i], 50);
	}
}

/* ---- which are asked, and when again ---- */

/* A look is at everything: all are asked at the beginning, and whenever an event is about a block device. */
static void each_look_is_at_everything(void **state)
{
	struct node *first = device("vda", "a", 0), *late = device("sda", "b", 100);
	struct node *root = device("sdb", "root", 300);

	(void)state;
	event(100, "sda");
	event(200, "sda");
	event(250, "sdb"); /* gone again before we look */
	event(300, "sdb");
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_string_equal(boot.node, "/dev/sdb");
	assert_int_equal(clock_ms, 300);
	assert_int_equal(sleeps, 4);
	assert_int_equal(first->asked, 5);
	assert_int_equal(late->asked, 4);
	assert_int_equal(root->asked, 1);
}

/* All that wait in the queue make one look; those of other subsystems none. */
static void events_that_are_no_look(void **state)
{
	struct node *other = device("vda", "a", 0);

	(void)state;
	for (unsigned ms = 900; ms < 30000; ms += 900)
		event_of(ms, "BAT0", "power_supply");
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	assert_int_equal(other->asked, 2);
	event_count = 0;
	for (unsigned i = 0; i < 20; i++)
		event(500, "vda");
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	assert_int_equal(other->asked, 3);
	/* a device's name does not tell what it is */
	event_count = 0;
	event_of(500, "sda", "net");
	event_of(600, "eth0", "block");
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	assert_int_equal(other->asked, 3);
}

static void lost_events_make_it_ask_all(void **state)
{
	struct node *first = device("vda", "a", 0), *root = device("sdb", "root", 300);

	(void)state;
	event(200, NULL);
	event(200, "vda"); /* still in the queue: the look at all sees it too */
	event(400, NULL);
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_int_equal(clock_ms, 400);
	assert_int_equal(first->asked, 3);
	assert_int_equal(root->asked, 1);
}

/* Whatever fails for a moment: 10 ms, doubling to 1 s, and then everything is asked. */
static void passing_failures_are_asked_again(void **state)
{
	static const int errors[] = { -ENXIO, -ENOMEDIUM, -EIO, -ENOMEM, -EINTR, -EAGAIN, -EBUSY, -EACCES, -ENFILE };
	static const unsigned delays[] = { 10, 20, 40, 80, 160, 320, 640 };
	static const char *const roots[] = { "/dev/mmcblk0p2", "179:2", "LABEL=root" };
	struct node *root = device("mmcblk0p2", "root", 0), *other = device("vda", "other", 0);

	(void)state;
	for (size_t r = 0; r < COUNT(roots); r++) {
		for (size_t e = 0; e < COUNT(errors); e++) {
			root->before = errors[e];
			root->reads = 1271;
			assert_int_equal(found(roots[r], 30), 0);
			assert_int_equal(sleeps, COUNT(delays) + 1);
			for (size_t i = 0; i < COUNT(delays); i++)
				assert_int_equal(slept[i], delays[i]);
			assert_int_equal(slept[COUNT(delays)], 1000);
			assert_int_equal(root->asked, COUNT(delays) + 2);
			assert_int_equal(other->asked, r == 2 ? COUNT(delays) + 2 : 0);
		}
		root->reads = NEVER;
		assert_int_equal(found(roots[r], 30), REFUSED);
		assert_int_equal(clock_ms, 30000);
		assert_int_equal(words, 1);
	}
}

/* So does a sector that does not read for now: of the file system, and where it could be a part of an array. */
static void passing_read_errors_are_asked_again(void **state)
{
	static const unsigned places[] = { 0, 1024, SIZE - 64 * 1024, SIZE - 8192 };
	static const char *const roots[] = { "/dev/sda", "LABEL=root" };
	struct node *root = device("sda", "root", 0);

	(void)state;
	root->bad_until = 25;
	for (size_t r = 0; r < COUNT(roots); r++)
		for (size_t i = 0; i < COUNT(places); i++) {
			root->bad_at = places[i];
			assert_int_equal(found(roots[r], 30), 0);
			assert_int_equal(clock_ms, 30);
					assert_int_equal(root->asked, 3);
		}
}

/* Other events do not push back what is due: a card put in at 5 s is found by 6 s. */
static void a_retry_has_its_time(void **state)
{
	static const char *const subsystems[] = { "power_supply", "block" };
	struct node *root = device("mmcblk0", "root", 0);

	(void)state;
	root->before = -ENOMEDIUM;
	root->reads = 5000;
	for (size_t i = 0; i < COUNT(subsystems); i++) {
		event_count = 0;
		for (unsigned ms = 900; ms < 30000; ms += 900)
			event_of(ms, "BAT0", subsystems[i]);
		assert_int_equal(found("LABEL=root", 30), 0);
		/* 1,270 ms after the beginning they are a second apart; a look for another reason counts as one */
		if (!i)
			assert_int_equal(clock_ms, 5270);
		assert_in_range(clock_ms, 5000, 6000);
		assert_int_equal(found("/dev/mmcblk0", 30), 0);
		assert_in_range(clock_ms, 5000, 6000);
	}
	/* faster than each retry */
	event_count = 0;
	for (unsigned ms = 5; ms < 2500; ms += 5)
		event_of(ms, "BAT0", "power_supply");
	root->reads = 1000;
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_int_equal(clock_ms, 1270);
}

/* When all could be asked once more it begins anew with 10 ms. */
static void a_new_failure_begins_anew(void **state)
{
	struct node *other = device("vda", "other", 0);

	(void)state;
	other->before = -EIO;
	other->reads = 60; /* asked after 10, 30 and 70 ms */
	assert_int_equal(found("LABEL=root", 1), REFUSED);
	assert_int_equal(other->asked, 5);
	assert_int_equal(slept[sleeps - 1], 1000 - 70);
	device("sda", "root", 500)->before = -EIO;
	nodes[1].reads = 505;
	event(500, "sda");
	assert_int_equal(found("LABEL=root", 1), 0);
	assert_int_equal(clock_ms, 510);
}

/* ---- drives ---- */

/* The kernel makes a card's partitions when the drive is opened, and does not look at it by itself. */
static void a_late_card_by_each_name(void **state)
{
	static const char *const names[] = { "root" };
	static const char *const roots[] = { "/dev/sda1", "PARTUUID=" PARTUUID "01", "PARTLABEL=root", "LABEL=root" };
	struct node *drive = device("sda", NULL, 0);

	(void)state;
	gpt(drive, names, 1, 1);
	drive->before = -ENOMEDIUM;
	drive->reads = 5000;
	part("sda", "sda1", 1)->needs_scan = true;
	for (size_t i = 0; i < COUNT(roots); i++) {
		event_count = 0;
		assert_int_equal(found(roots[i], 30), 0);
		assert_string_equal(boot.node, "/dev/sda1");
		assert_in_range(clock_ms, 5000, 6300);
	}
	drive->reads = NEVER;
	event_count = 0;
	assert_int_equal(found("/dev/sda1", 30), REFUSED);
	refuses("root=/dev/sda1: no medium after 30 s");
}

/* Two readers of five slots: all of them are asked. */
static void many_empty_drives(void **state)
{
	static const char *const names[] = { "sda", "sdb", "sdc", "sdd", "sde", "sdf", "sdg", "sdh", "sdi", "sdj" };

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		struct node *drive = device(names[i], i == 9 ? "root" : "other", 0);

		drive->before = -ENOMEDIUM;
		drive->reads = i == 9 ? 5000 : NEVER;
	}
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_string_equal(boot.node, "/dev/sdj");
	assert_in_range(clock_ms, 5000, 6300);
	/* an empty drive is usual: nothing is said of it */
	assert_null(strstr(said, "skipped"));
}

/* A tray that is open is left open, and looked at again. */
static void a_disc_that_is_put_in(void **state)
{
	struct node *drive = device("sr0", "root", 0);

	(void)state;
	drive->tray = 4000;
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_in_range(clock_ms, 4000, 5300);
	assert_int_equal(found("/dev/sr0", 30), 0);
	assert_in_range(clock_ms, 4000, 5300);
	drive->tray = NEVER;
	assert_int_equal(found("LABEL=root", 5), REFUSED);
	refuses("no medium after 5 s");
}

/* An empty drive says nothing about root: the one that answers is taken at once. */
static void an_empty_drive_is_no_doubt(void **state)
{
	struct node *drive = device("sda", "other", 0);

	(void)state;
	device("vda", "root", 0);
	drive->before = -ENOMEDIUM;
	drive->reads = NEVER;
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_int_equal(sleeps, 0);
}

/* Where nothing is set up behind it: loop, nbd, zram. */
static void devices_without_a_size(void **state)
{
	struct node *loop = device("loop0", "root", 0);

	(void)state;
	loop->size = 0;
	assert_int_equal(found("LABEL=root", 2), REFUSED);
	assert_int_equal(loop->asked, 2);
	assert_int_equal(found("/dev/loop0", 2), REFUSED);
	refuses("not found after 2 s");
	/* what was read of another before it is not its own */
	device("vda", "root", 0);
	device("zram0", NULL, 0)->size = 0;
	assert_int_equal(found("LABEL=root", 2), 0);
	assert_string_equal(boot.node, "/dev/vda");
	/* to open a floppy drive without a disk takes seconds */
	loop->size = SIZE;
	loop->name = "fd0";
	nodes[1].there = NEVER;
	assert_int_equal(found("LABEL=root", 2), REFUSED);
	assert_int_equal(loop->asked, 0);
}

/* Of those that cannot be read past the page cache the whole is read all the same. */
static void reads_through_the_cache(void **state)
{
	struct node *node = device("sda", "root", 0);

	(void)state;
	assert_int_equal(found("LABEL=root", 2), 0);
	assert_true(node->direct);
	node->no_direct = true;
	assert_int_equal(found("LABEL=root", 2), 0);
	assert_false(node->direct);
	assert_int_equal(found("/dev/sda", 2), 0);
}

/* ---- several answers, and doubts ---- */

static void two_that_answer_are_refused(void **state)
{
	(void)state;
	device("vda", "root", 0);
	device("vdb", "root", 0);
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	assert_int_equal(sleeps, 0);
	refuses("root=LABEL=root is on vda and vdb: remove one, or use /dev/NAME");
	/* the second may have come meanwhile, without its event */
	nodes[0].there = 100;
	nodes[1].there = 100;
	event(100, "vda");
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	refuses("root=LABEL=root is on vda and vdb");
}

/*
 * Another that cannot be asked for a moment may answer too. It is asked again five times, for 310 ms; then it
 * does not hold up the boot any longer.
 */
static void one_that_cannot_be_asked_is_waited_for(void **state)
{
	static const int errors[] = { -EIO, -ENOMEM, -EBUSY, -EINTR, -EACCES };
	struct node *other = device("sda", "other", 0), *root = device("vda", "root", 0);

	(void)state;
	for (size_t i = 0; i < COUNT(errors); i++) {
		other->before = errors[i];
		other->reads = 25;
		assert_int_equal(found("LABEL=root", 30), 0);
		assert_string_equal(boot.node, "/dev/vda");
		assert_int_equal(clock_ms, 30);
		assert_int_equal(root->asked, 3);
		has_said("sda: ");
		has_said(": skipped");

		other->reads = NEVER;
		assert_int_equal(found("LABEL=root", 30), 0);
		assert_int_equal(clock_ms, 10 + 20 + 40 + 80 + 160);
		assert_int_equal(other->asked, PATIENCE + 1);

		/* not beyond the deadline */
		assert_int_equal(found("LABEL=root", 0), 0);
		assert_int_equal(clock_ms, 0);
	}
	/* what it is asked for is a clone: then neither is started */
	ext2(other, "root");
	other->reads = 25;
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	refuses("root=LABEL=root is on sda and vda");
	assert_int_equal(clock_ms, 30);
	/* by its name root is meant, whatever another would say */
	assert_int_equal(found("/dev/vda", 30), 0);
	assert_int_equal(clock_ms, 0);
	/* a sector of the other that does not read */
	other->reads = 0;
	other->bad_at = 1024;
	other->bad_until = 25;
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	refuses("root=LABEL=root is on sda and vda");
}

/* The same where a table names root: the other disk's cannot be read. */
static void a_table_that_cannot_be_read_is_waited_for(void **state)
{
	static const char *const names[] = { "root" };
	static const char *const roots[] = { "PARTUUID=" PARTUUID "01", "PARTLABEL=root" };
	struct node *one = device("sda", NULL, 0), *other = device("sdb", NULL, 0);

	(void)state;
	gpt(one, names, 1, 1);
	part("sda", "sda1", 1);
	other->before = -EIO;
	other->reads = 25;
	for (size_t i = 0; i < COUNT(roots); i++) {
		event_count = 0;
		assert_int_equal(found(roots[i], 30), 0);
		assert_string_equal(boot.node, "/dev/sda1");
		assert_int_equal(clock_ms, 30);
	}
	gpt(other, names, 1, 1);
	part("sdb", "sdb1", 1);
	other->reads = 0;
	other->bad_at = 512;
	other->bad_until = 25;
	for (size_t i = 0; i < COUNT(roots); i++) {
		assert_int_equal(found(roots[i], 30), REFUSED);
		assert_int_equal(clock_ms, 30);
		refuses("is on sda1 and sdb1");
	}
}

/* An empty slot that was looked at for a while does not use up what a disk gets. */
static void an_empty_drive_takes_nobodys_patience(void **state)
{
	struct node *slot = device("sdz", "card", 0), *root = device("sda", "root", 5000), *other = device("sdb", "root", 5000);

	(void)state;
	slot->reads = NEVER;
	other->before = -EIO;
	other->reads = 5020;
	event(5000, "sda");
	slot->before = -ENOMEDIUM;
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	refuses("root=LABEL=root is on sda and sdb");
	assert_true(root->asked > 1);
}

/* Half of a RAID with root's label is there first: that it is not mounted is no verdict about root. */
static void a_look_alike_does_not_end_the_wait(void **state)
{
	struct node *half = device("sda", "root", 0);

	(void)state;
	raid(half);
	device("sdb", "root", 2000);
	event(2000, "sdb");
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_string_equal(boot.node, "/dev/sdb");
	assert_int_equal(clock_ms, 2000);
	/* when nothing else comes it is the reason */
	nodes[1].there = NEVER;
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	assert_int_equal(clock_ms, 30000);
	refuses("root=LABEL=root: sda holds ext2 but is linux_raid_member: not mounted");
	/* by its name nothing else is meant */
	assert_int_equal(found("/dev/sda", 30), REFUSED);
	assert_int_equal(clock_ms, 0);
	refuses("root=/dev/sda: /dev/sda holds ext2 but is linux_raid_member: not mounted");
}

/* A part of another device, which stands on it. */
static void held_devices(void **state)
{
	struct node *half = device("sda", "root", 0);

	(void)state;
	half->is_held = true;
	assert_int_equal(found("/dev/sda", 30), REFUSED);
	refuses("is a part of another device");
	device("dm-0", "root", 0);
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_string_equal(boot.node, "/dev/dm-0");
}

/*
 * A sector that could say that it is half of a RAID does not read, now and ever: by a tag it is never root.
 * By its name it is, after a while, when what it is otherwise can be read.
 */
static void what_cannot_be_known(void **state)
{
	static const char *const names[] = { "root" };
	struct node *root = device("sda", "root", 0), *disk;

	(void)state;
	root->bad_at = SIZE - 8192;
	root->bad_until = NEVER;
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	assert_int_equal(clock_ms, 30000);
	refuses("root=LABEL=root: read error after 30 s");
	has_said("sda: read error: skipped");
	assert_int_equal(found("/dev/sda", 30), 0);
	assert_int_equal(clock_ms, 10 + 20 + 40 + 80 + 160);
	has_said("sda: read error: whether it is a member of an array is not known");

	disk = device("sdb", NULL, 0);
	gpt(disk, names, 1, 1);
	root = part("sdb", "sdb1", 1);
	root->bad_at = SIZE - 8192;
	root->bad_until = NEVER;
	assert_int_equal(found("PARTLABEL=root", 30), REFUSED);
	refuses("root=PARTLABEL=root: read error after 30 s");
	has_said("sdb1: read error: skipped");
}

/* What is there and what it looks like, when it is told by its contents. */
static void the_named_type(void **state)
{
	struct node *root = device("sda", "root", 0);

	(void)state;
	memcpy(root->medium, "hsqs", 4);
	put(root->medium + 28, 4, 2);
	assert_int_equal(found("/dev/sda", 30), REFUSED);
	refuses("looks like both");
	assert_int_equal(found_with("/dev/sda", "ext2", 30), 0);
	assert_string_equal(boot.contents.fs, "ext2");
	assert_int_equal(found_with("/dev/sda", "squashfs", 30), 0);
	assert_string_equal(boot.contents.fs, "squashfs");
	assert_int_equal(found_with("LABEL=root", "ext2", 30), 0);
}

/* ---- by a table ---- */

static void by_partuuid(void **state)
{
	static const char *const names[] = { "boot", "root", "data" };
	struct node *disk = device("sda", NULL, 0), *other = device("mmcblk0", NULL, 0);

	(void)state;
	gpt(disk, names, 3, 1);
	part("sda", "sda1", 1);
	part("sda", "sda2", 2);
	part("sda", "sda3", 3);
	gpt(other, names, 1, 9);
	part("mmcblk0", "mmcblk0p1", 1);
	assert_int_equal(found("PARTUUID=" PARTUUID "02", 30), 0);
	assert_string_equal(boot.node, "/dev/sda2");
	assert_string_equal(said, "");
	/* a table is read once for each disk; partitions that it does not name are not opened */
	assert_int_equal(disk->asked, 1);
	assert_int_equal(other->asked, 1);
	assert_int_equal(nodes[2].asked, 0);
	assert_int_equal(nodes[3].asked, 1);
	assert_int_equal(found("PARTUUID=" PARTUUID "09", 30), 0);
	assert_string_equal(boot.node, "/dev/mmcblk0p1");
	assert_int_equal(found("PARTUUID=" PARTUUID "01/PARTNROFF=2", 30), 0);
	assert_string_equal(boot.node, "/dev/sda3");
	assert_int_equal(found("PARTUUID=" PARTUUID "03/PARTNROFF=-1", 30), 0);
	assert_string_equal(boot.node, "/dev/sda2");
	assert_int_equal(found("PARTUUID=" PARTUUID "01/PARTNROFF=-1", 1), REFUSED);
	assert_int_equal(found("PARTLABEL=data", 30), 0);
	assert_string_equal(boot.node, "/dev/sda3");
	/* the kernel has taken another table */
	nodes[3].start++;
	assert_int_equal(found("PARTUUID=" PARTUUID "02", 1), REFUSED);
	refuses("not found");
}

/* By its beginning: the only one, and it is said; several are refused; a whole one comes before both. */
static void by_the_beginning_of_a_partuuid(void **state)
{
	static const char *const names[] = { "root", "other" };
	struct node *disk = device("sda", NULL, 0), *other;

	(void)state;
	gpt(disk, names, 1, 1);
	part("sda", "sda1", 1);
	assert_int_equal(found("PARTUUID=11111111-11", 30), 0);
	assert_string_equal(boot.node, "/dev/sda1");
	has_said("root=PARTUUID=11111111-11 begins the PARTUUID of sda1: taking sda1");
	gpt(disk, names, 2, 1);
	part("sda", "sda2", 2);
	assert_int_equal(found("PARTUUID=11111111-11", 30), REFUSED);
	refuses("begins the PARTUUID of sda1 and sda2: give all of it");
	/* an MBR whose PARTUUID is the whole of it */
	other = device("sdb", NULL, 0);
	put(other->medium + 440, 0x11111111, 4);
	put(other->medium + 446 + 4, 0x83, 1);
	put(other->medium + 446 + 8, 64, 4);
	put(other->medium + 446 + 12, 8, 4);
	put(other->medium + 510, 0xaa55, 2);
	part("sdb", "sdb1", 1);
	assert_int_equal(found("PARTUUID=11111111-01", 30), 0);
	assert_string_equal(boot.node, "/dev/sdb1");
	assert_string_equal(said, "");
}

/* blkdevparts= and device trees: no table on the disk, but the kernel has a name. */
static void by_the_kernels_own_name(void **state)
{
	static const char *const names[] = { "kernel" };
	struct node *disk = device("mmcblk0", NULL, 0), *root;

	(void)state;
	part("mmcblk0", "mmcblk0p1", 1)->partname = "boot";
	root = part("mmcblk0", "mmcblk0p2", 2);
	root->partname = "system";
	part("mmcblk0", "mmcblk0p3", 3);
	assert_int_equal(found("PARTLABEL=system", 30), 0);
	assert_string_equal(boot.node, "/dev/mmcblk0p2");
	assert_int_equal(found("PARTLABEL=System", 1), REFUSED);
	assert_true(disk_walks);
	disk_walks = 0;
	assert_int_equal(found("PARTUUID=system", 1), REFUSED);
	assert_int_equal(disk_walks, 0);
	/* it is only asked where there is no GPT: of its names the kernel keeps seven bits */
	gpt(disk, names, 1, 1);
	assert_int_equal(found("PARTLABEL=system", 1), REFUSED);
	assert_int_equal(disk_walks, 0);
}

/* More than are told apart: they are refused, and nothing is written behind the last. */
static void more_than_there_is_room_for(void **state)
{
	static const char *const names[] = { "root", "root", "root", "root" };
	static char disks[6][4], parts[6][3][5];

	(void)state;
	for (unsigned d = 0; d < 6; d++) {
		struct node *disk;

		sprintf(disks[d], "sd%c", 'a' + d);
		disk = device(disks[d], NULL, 0);
		gpt(disk, names, 3, 1);
		for (unsigned p = 0; p < 3; p++) {
			sprintf(parts[d][p], "sd%c%u", 'a' + d, p + 1);
			part(disks[d], parts[d][p], p + 1);
		}
	}
	assert_int_equal(found("PARTLABEL=root", 30), REFUSED);
	refuses("is on sda1 and sda2 and sda3 and sdb1");
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	/* where they have names of the kernel alone */
	for (unsigned i = 0; i < node_count; i++) {
		nodes[i].partname = "root";
		if (!nodes[i].disk)
			memset(nodes[i].medium, 0, 4096);
	}
	assert_int_equal(found("PARTLABEL=root", 30), REFUSED);
	refuses("is on sda1 and sda2 and sda3 and sdb1");
}

/* ---- a btrfs on several devices ---- */

static void all_parts_of_a_btrfs(void **state)
{
	static const char *const roots[] = { "UUID=" BTRFS_UUID, "/dev/sda", "/dev/sdb" };
	struct node *one = device("sda", NULL, 0), *other = device("sdb", NULL, 0);

	(void)state;
	btrfs(one, 2, 1);
	btrfs(other, 2, 2);
	btrfs_devices = 2;
	for (size_t i = 0; i < COUNT(roots); i++) {
		assert_int_equal(found(roots[i], 30), 0);
		assert_int_equal(sleeps, 0);
		assert_true(one->scanned && other->scanned);
		assert_int_equal(boot.contents.devices, 2);
		assert_string_equal(said, "");
	}
	/* the second comes late: root is there when all are */
	other->there = 1000;
	event(1000, "sdb");
	for (size_t i = 0; i < COUNT(roots); i++) {
		assert_int_equal(found(roots[i], 30), 0);
		assert_int_equal(clock_ms, 1000);
	}
	/* in the end the kernel decides, whom the mount options tell whether that is enough */
	other->there = NEVER;
	for (size_t i = 0; i < COUNT(roots) - 1; i++) {
		assert_int_equal(found(roots[i], 30), 0);
		assert_int_equal(clock_ms, 30000);
		has_said(": btrfs: of 2 devices there are 1: sda");
	}
}

/* Copies of one part are clones, not members. */
static void clones_of_a_btrfs(void **state)
{
	(void)state;
	btrfs(device("sda", NULL, 0), 2, 1);
	btrfs(device("sdb", NULL, 0), 2, 1);
	btrfs_devices = 2;
	assert_int_equal(found("UUID=" BTRFS_UUID, 30), REFUSED);
	refuses("is on sda and sdb: remove one");
	/* of a btrfs on one device nothing is asked */
	clear(state);
	btrfs(device("sda", NULL, 0), 1, 1);
	assert_int_equal(found("UUID=" BTRFS_UUID, 30), 0);
	assert_false(nodes[0].scanned);
}

/* ---- modules ---- */

/* A walk costs: it is done when root is not there at the first look, and once. */
static void devices_are_walked_when_it_can_matter(void **state)
{
	static const char *const roots[] = { "/dev/sda", "LABEL=root" };
	struct node *root = device("sda", "root", 0);

	(void)state;
	event(200, "sda");
	for (size_t r = 0; r < COUNT(roots); r++) {
		with_modules = false;
		root->there = 200;
		assert_int_equal(found(roots[r], 1), 0);
		assert_int_equal(walks, 0);
		with_modules = true;
		assert_int_equal(found(roots[r], 1), 0);
		assert_int_equal(walks, 1);
		root->there = 0;
		assert_int_equal(found(roots[r], 1), 0);
		assert_int_equal(walks, 0);
	}
}

/* What the walk brings is looked at without a sleep, and may need more: also where nobody waits. */
static void after_the_walk_it_looks_again(void **state)
{
	(void)state;
	with_modules = true;
	for (unsigned n = 0; n < 4; n++) {
		struct node *other = device("vda", "other", 0);

		new_modules = n;
		assert_int_equal(found("LABEL=root", 0), REFUSED);
		/* the first look and the last one, with a walk behind each; one of both for each new module */
		assert_int_equal(other->asked, (n ? n : 1) + 1 + (n == 1));
		assert_int_equal(sleeps, 0);
		assert_int_equal(new_modules, 0);
		clear(state);
		with_modules = true;
	}
}

/* What was not shown may be root too: that is never silent. */
static void a_walk_that_is_cut_is_said(void **state)
{
	(void)state;
	device("sda", "root", 0);
	list_error = -EIO;
	/* and made again before the one that is there is taken */
	assert_int_equal(found("LABEL=root", 1), 0);
	assert_in_range(clock_ms, 1, 999);
	has_said("kindling: read " DEVICE_BY_NAME ": read error\n");
	assert_int_equal(found("LABEL=none", 0), REFUSED);
	refuses("root=LABEL=none: read error after 0 s");
	list_error = 0;
}

static void lost_events_make_it_walk_again(void **state)
{
	(void)state;
	with_modules = true;
	device("sda", "root", 400);
	event(200, NULL);
	event(400, "sda");
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_int_equal(walks, 2);
}

/* Of whatever subsystem it is: a hub's module brings disks. */
static void an_event_asks_for_its_module(void **state)
{
	(void)state;
	with_modules = true;
	event_of(100, "hub", "usb");
	assert_int_equal(found("LABEL=root", 1), REFUSED);
	assert_string_equal(asked_alias, "of:hub");
	events[0].action = "remove";
	assert_int_equal(found("LABEL=root", 1), REFUSED);
	assert_string_equal(asked_alias, "");
	/* at the end, too: what waits in the queue is done before the last look */
	events[0].action = "add";
	device("sda", "slow", 0)->slow = 2000;
	assert_int_equal(found("LABEL=root", 1), REFUSED);
	assert_string_equal(asked_alias, "of:hub");
}

int main(int argc, char **argv, char **envp)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, clear, clear)
	const struct CMUnitTest tests[] = {
		TEST(there_at_once), TEST(a_walk_that_is_cut_is_said), TEST(an_event_ends_the_sleep), TEST(the_deadline_ends_it),
		TEST(at_the_deadline_all_are_asked), TEST(time_that_others_took_is_not_roots), TEST(a_flood_ends),
		TEST(it_tells_that_it_waits), TEST(a_fallback_waits_anew), TEST(without_events_it_looks_by_time),
		TEST(each_look_is_at_everything), TEST(events_that_are_no_look), TEST(lost_events_make_it_ask_all),
		TEST(passing_failures_are_asked_again), TEST(passing_read_errors_are_asked_again),
		TEST(a_retry_has_its_time), TEST(a_new_failure_begins_anew),
		TEST(a_late_card_by_each_name), TEST(many_empty_drives), TEST(a_disc_that_is_put_in),
		TEST(an_empty_drive_is_no_doubt), TEST(devices_without_a_size), TEST(reads_through_the_cache),
		TEST(two_that_answer_are_refused), TEST(one_that_cannot_be_asked_is_waited_for),
		TEST(a_table_that_cannot_be_read_is_waited_for), TEST(an_empty_drive_takes_nobodys_patience),
		TEST(a_look_alike_does_not_end_the_wait), TEST(held_devices), TEST(what_cannot_be_known),
		TEST(the_named_type),
		TEST(by_partuuid), TEST(by_the_beginning_of_a_partuuid), TEST(by_the_kernels_own_name),
		TEST(more_than_there_is_room_for),
		TEST(all_parts_of_a_btrfs), TEST(clones_of_a_btrfs),
		TEST(devices_are_walked_when_it_can_matter), TEST(after_the_walk_it_looks_again),
		TEST(lost_events_make_it_walk_again), TEST(an_event_asks_for_its_module),
	};

	(void)argc, (void)argv, (void)envp;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
