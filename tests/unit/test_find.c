/* boot/find over a machine of our own, with its own clock: when it sleeps, how long, for what, and
 * which devices it asks. */
#include "boot/device.h"
#include "boot/events.h"
#include "init.h"
#include "lib/log.h"
#include "lib/str.h"
#include "lib/sys.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>

#define SOCKET 9
#define CLASS 8
#define BUSES 7
#define BUS 6
#define UEVENT 5
#define NODES 100 /* the fd of the first */
#define SIZE (128 << 10)
#define NEVER (-1U)

/* The devices: each is there from some ms on, and until `reads` it gives `before`. */
static struct node {
	const char *name, *label;
	unsigned there, reads;
	int before;
	unsigned asked; /* how often it was read, or that was tried */
} nodes[4];
static unsigned node_count;

/* Are there modules for this kernel; how often were all devices walked, and which alias was asked for. */
static bool with_modules;
/* The walk meets one device, whose alias so often leads to a module that was never asked for. */
static unsigned new_modules;
static unsigned walks;
static char asked_alias[32];

/* What happens: at some ms an event about a device comes, or (NULL) some are lost. */
static struct event_row {
	unsigned at;
	const char *name, *action;
} events[8];
static unsigned event_count, event_next;

static unsigned clock_ms;
static int uevents;
static bool listed; /* the directory of devices is read to its end */
/* What was done. */
static unsigned slept[256], sleeps, words, cut;
static int list_error; /* of the directory of devices, behind its last */
static char refusal[512];

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
	for (unsigned i = 0; i < node_count; i++)
		if (!strcmp(nodes[i].name, name) && clock_ms >= nodes[i].there)
			return &nodes[i];
	return NULL;
}

int sys_stat(const char *path, int flags, struct statx *st)
{
	(void)flags;
	st->stx_mode = S_IFBLK;
	return node_of(path + 5) ? 0 : -ENOENT;
}

int sys_open(const char *path, int flags)
{
	struct node *node;

	(void)flags;
	if (!strcmp(path, DEVICE_BY_NAME)) {
		listed = false;
		return CLASS;
	}
	if (!strcmp(path, "/sys/bus")) {
		walks++;
		listed = false;
		return BUSES;
	}
	if (!strcmp(path, "/sys/bus/of/devices")) {
		listed = false;
		return BUS;
	}
	if (!strcmp(path, "/sys/bus/of/devices/new/uevent"))
		return UEVENT;
	assert_memory_equal(path, "/dev/", 5);
	node = node_of(path + 5);
	if (!node)
		return -ENOENT;
	node->asked++;
	return clock_ms < node->reads ? node->before : NODES + (int)(node - nodes);
}

int sys_open_at(int dir, const char *name, int flags)
{
	(void)dir, (void)name, (void)flags;
	return -ENOENT;
}

void sys_close(int fd)
{
	assert_true(fd == SOCKET || fd == CLASS || fd == BUSES || fd == BUS || fd == UEVENT || (fd >= NODES && fd < NODES + (int)node_count));
}

/* An ext2 with that label and nothing else. */
int sys_read_at(int fd, void *buf, size_t size, unsigned long long offset)
{
	static unsigned char medium[SIZE];

	medium[1024 + 0x38] = 0x53;
	medium[1024 + 0x39] = 0xef;
	memset(medium + 1024 + 0x78, 0, 16);
	strcpy((char *)medium + 1024 + 0x78, nodes[fd - NODES].label);
	assert_true(offset + size <= SIZE);
	memcpy(buf, medium + offset, size);
	return (int)size;
}

unsigned long long sys_size(int fd)
{
	(void)fd;
	return SIZE;
}

unsigned sys_sector(int fd)
{
	(void)fd;
	return 512;
}

unsigned long long sys_disk_sequence(int fd)
{
	(void)fd;
	return 1;
}

void sys_forget(int fd)
{
	(void)fd;
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
	return node ? snprintf(buf, size, "../../devices/virtual/block/%s", node->name) : -ENOENT;
}

/* No partition has a start or a number: none of these tests asks a table. */
int sys_read_file(const char *path, char *buf, size_t size)
{
	(void)path, (void)buf, (void)size;
	return -ENOENT;
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

int sys_read(int fd, void *buf, size_t size)
{
	assert_int_equal(fd, UEVENT);
	return snprintf(buf, size, "MODALIAS=of:new\n");
}

static int list_one(void *buf, const char *name)
{
	struct sys_entry *e = buf;

	if (listed)
		return 0;
	listed = true;
	e->length = 64;
	strcpy(e->name, name);
	return e->length;
}

/* All of them at once, then the end. */
int sys_list(int dir, void *buf, size_t size)
{
	char *to = buf;

	if (dir == BUSES)
		return new_modules ? list_one(buf, "of") : 0;
	if (dir == BUS)
		return list_one(buf, "new");
	assert_int_equal(dir, CLASS);
	if (listed && list_error)
		return list_error;
	for (unsigned i = 0; !listed && i < node_count; i++) {
		struct sys_entry *e = (struct sys_entry *)to;
		size_t length = (sizeof(*e) + strlen(nodes[i].name) + 1 + 7) & ~7U;

		if (clock_ms < nodes[i].there)
			continue;
		assert_true(to + length <= (char *)buf + size);
		e->length = (unsigned short)length;
		e->type = DT_LNK;
		strcpy(e->name, nodes[i].name);
		to += length;
	}
	listed = true;
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
	assert_in_range(ms, 1, 30000);
	assert_in_range(sleeps, 0, COUNT(slept) - 1);
	slept[sleeps++] = (unsigned)ms;
	if (event_next < event_count && events[event_next].at <= clock_ms + (unsigned)ms) {
		clock_ms = events[event_next].at;
		return 1;
	}
	clock_ms += (unsigned)ms;
	return 0;
}

int sys_read_uevent(int fd, void *buf, size_t size)
{
	const struct event_row *row = &events[event_next];

	assert_int_equal(fd, SOCKET);
	if (event_next == event_count || row->at > clock_ms)
		return -EAGAIN;
	event_next++;
	if (!row->name)
		return -ENOBUFS;
	return snprintf(buf, size, "%s@/devices/virtual/block/%s%cMODALIAS=of:%s", row->action, row->name,
			'\0', row->name) + 1;
}

int sys_write(int fd, const void *buf, size_t size)
{
	(void)fd;
	words += !!strstr(buf, "waiting for root=");
	cut += !!strstr(buf, "kindling: read " DEVICE_BY_NAME ": read error\n");
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

int find_flash(struct boot *b)
{
	(void)b;
	return -ENOENT;
}

void refuse_(const struct boot *b, const char *format, ...)
{
	va_list args;

	(void)b;
	va_start(args, format);
	str_vprint(refusal, sizeof(refusal), format, args);
	va_end(args);
}

/* ---- the tests ---- */

static struct boot boot;

static struct node *device(const char *name, const char *label, unsigned there)
{
	struct node *node = &nodes[node_count++];

	assert_true(node_count <= COUNT(nodes));
	*node = (struct node){ .name = name, .label = label, .there = there };
	return node;
}

static void event(unsigned at, const char *name)
{
	events[event_count++] = (struct event_row){ at, name, "add" };
}

static int clear(void **state)
{
	(void)state;
	node_count = event_count = event_next = 0;
	uevents = SOCKET;
	with_modules = false;
	events_close();
	return 0;
}

static int found(const char *root, int seconds)
{
	boot = (struct boot){ .params = PARAMS_NONE, .has_devtmpfs = true };
	boot.params.root = own(root);
	boot.params.rootwait = seconds;
	assert_int_equal(rootspec_parse(&boot.root, boot.params.root, NULL), 0);
	clock_ms = sleeps = words = walks = event_next = 0;
	refusal[0] = asked_alias[0] = '\0';
	for (unsigned i = 0; i < node_count; i++)
		nodes[i].asked = 0;
	return find(&boot);
}

static void there_at_once(void **state)
{
	(void)state;
	device("mmcblk0p2", "root", 0);
	assert_int_equal(found("/dev/mmcblk0p2", 30), 0);
	assert_int_equal(sleeps, 0);
	assert_string_equal(boot.node, "/dev/mmcblk0p2");
	assert_string_equal(boot.super.fs.label, "root");
	assert_int_equal(found("b302", 30), 0);
	assert_int_equal(found("179:2", 30), 0);
	assert_int_equal(sleeps, 0);
	assert_string_equal(boot.node, "/dev/mmcblk0p2");
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_int_equal(sleeps, 0);
	assert_string_equal(boot.node, "/dev/mmcblk0p2");
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
	assert_non_null(strstr(refusal, "root=/dev/mmcblk0p2: not found after 2 s"));
	assert_int_equal(found("LABEL=root", 2), REFUSED);
	assert_int_equal(clock_ms, 2000);
	assert_int_equal(sleeps, 1);
	assert_int_equal(found("LABEL=root", 0), REFUSED);
	assert_int_equal(sleeps, 0);
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
}

/* rootfallback= has its own time. */
static void a_fallback_waits_anew(void **state)
{
	(void)state;
	assert_int_equal(found("LABEL=root", 2), REFUSED);
	boot.tried = 1;
	assert_int_equal(find(&boot), REFUSED);
	assert_int_equal(clock_ms, 4000);
	assert_non_null(strstr(refusal, "after 2 s"));
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

/* A node that does not open yet: 10 ms, doubling to 1 s. */
static void unreadable_media_are_tried_again(void **state)
{
	static const int errors[] = { -ENXIO, -ENOMEDIUM, -EIO };
	static const unsigned delays[] = { 10, 20, 40, 80, 160, 320, 640 };
	static const char *const roots[] = { "/dev/mmcblk0p2", "LABEL=root" };
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
			/* those that read are asked when we begin, and when root answers: is it alone? */
			assert_int_equal(other->asked, r ? 2 : 0);
		}
		root->reads = NEVER;
		assert_int_equal(found(roots[r], 30), REFUSED);
		assert_int_equal(clock_ms, 30000);
		assert_int_equal(words, 1);
	}
}

/* All are asked when we begin; then only the one that an event is about, until one answers. */
static void only_what_has_changed_is_asked(void **state)
{
	struct node *first = device("vda", "a", 0), *late = device("sda", "b", 100);
	struct node *root = device("sdb", "root", 300);

	(void)state;
	event(100, "sda");
	event(200, "bus_of_no_disk");
	event(200, "sda");
	event(250, "sdb"); /* gone again before we look */
	event(300, "sdb");
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_string_equal(boot.node, "/dev/sdb");
	assert_int_equal(clock_ms, 300);
	assert_int_equal(sleeps, 5);
	assert_int_equal(first->asked, 2);
	assert_int_equal(late->asked, 3);
	assert_int_equal(root->asked, 2);
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

static void two_that_answer_are_refused(void **state)
{
	(void)state;
	device("vda", "root", 0);
	device("vdb", "root", 0);
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	assert_int_equal(sleeps, 0);
	assert_non_null(strstr(refusal, "root=LABEL=root is on vda and vdb"));
	/* the second may have come meanwhile, without its event */
	nodes[0].there = 100;
	nodes[1].there = 100;
	event(100, "vda");
	assert_int_equal(found("LABEL=root", 30), REFUSED);
	assert_non_null(strstr(refusal, "root=LABEL=root is on vda and vdb"));
}

/* The media that were looked for before are no reason to hurry now. */
static void one_that_never_reads_does_not_hold_up_another(void **state)
{
	struct node *dead = device("vda", "a", 0);

	(void)state;
	dead->before = -EIO;
	dead->reads = NEVER;
	device("sda", "root", 5000);
	event(5000, "sda");
	assert_int_equal(found("LABEL=root", 30), 0);
	assert_int_equal(clock_ms, 5000);
	assert_string_equal(boot.node, "/dev/sda");
}

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
		assert_int_equal(other->asked, n + 1);
		assert_int_equal(walks, n < 2 ? 2 : n + 1);
		assert_int_equal(sleeps, 0);
		node_count = 0;
	}
}

/* What was not shown may be root too: that is never silent. */
static void a_walk_that_is_cut_is_said(void **state)
{
	(void)state;
	device("sda", "root", 0);
	list_error = -EIO;
	cut = 0;
	assert_int_equal(found("LABEL=root", 1), 0);
	assert_int_equal(cut, 1);
	assert_int_equal(found("LABEL=none", 0), REFUSED);
	assert_true(cut > 1);
	assert_non_null(strstr(refusal, "root=LABEL=none: read error after 0 s"));
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

static void an_event_asks_for_its_module(void **state)
{
	(void)state;
	with_modules = true;
	event(100, "hub");
	assert_int_equal(found("LABEL=root", 1), REFUSED);
	assert_string_equal(asked_alias, "of:hub");
	events[0].action = "remove";
	assert_int_equal(found("LABEL=root", 1), REFUSED);
	assert_string_equal(asked_alias, "");
}

int main(int argc, char **argv, char **envp)
{
	const struct CMUnitTest tests[] = {
		/* first: what others could not read is remembered */
		cmocka_unit_test_setup(only_what_has_changed_is_asked, clear),
		cmocka_unit_test_setup(there_at_once, clear),
		cmocka_unit_test_setup(an_event_ends_the_sleep, clear),
		cmocka_unit_test_setup(the_deadline_ends_it, clear),
		cmocka_unit_test_setup(it_tells_that_it_waits, clear),
		cmocka_unit_test_setup(a_fallback_waits_anew, clear),
		cmocka_unit_test_setup(without_events_it_looks_by_time, clear),
		cmocka_unit_test_setup(unreadable_media_are_tried_again, clear),
		cmocka_unit_test_setup(lost_events_make_it_ask_all, clear),
		cmocka_unit_test_setup(two_that_answer_are_refused, clear),
		cmocka_unit_test_setup(one_that_never_reads_does_not_hold_up_another, clear),
		cmocka_unit_test_setup(devices_are_walked_when_it_can_matter, clear),
		cmocka_unit_test_setup(after_the_walk_it_looks_again, clear),
		cmocka_unit_test_setup(a_walk_that_is_cut_is_said, clear),
		cmocka_unit_test_setup(lost_events_make_it_walk_again, clear),
		cmocka_unit_test_setup(an_event_asks_for_its_module, clear),
	};

	(void)argc, (void)argv, (void)envp;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
