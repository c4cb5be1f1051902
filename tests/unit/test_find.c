/* boot/find over a system of our own, with its own clock: when it sleeps, how long, and for what. */
#include "init.h"
#include "lib/log.h"
#include "lib/sys.h"
#include "unit.h"

#include <errno.h>

#define SOCKET 9
#define NODE 7

/* The machine: until `ready` ms, opening root's node gives `before`. */
static unsigned clock_ms, ready, event;
static int before, uevents;
/* What was done. */
static unsigned slept[256], sleeps, words;

unsigned sys_now(void)
{
	return clock_ms;
}

unsigned sys_seconds(unsigned ms)
{
	return ms / 1000;
}

int sys_stat(const char *path, int flags, struct statx *st)
{
	(void)flags;
	assert_string_equal(path, "/dev/mmcblk0p2");
	st->stx_mode = S_IFBLK;
	return clock_ms < ready && before == -ENOENT ? -ENOENT : 0;
}

int sys_open(const char *path, int flags)
{
	(void)path, (void)flags;
	return clock_ms < ready ? before : NODE;
}

int sys_read(int fd, void *buf, size_t size)
{
	(void)buf;
	assert_int_equal(fd, NODE);
	return (int)size;
}

void sys_close(int fd)
{
	assert_true(fd == NODE || fd == SOCKET);
}

int sys_open_uevents(void)
{
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
	if (event > clock_ms && event <= clock_ms + (unsigned)ms) {
		clock_ms = event;
		return 1;
	}
	clock_ms += (unsigned)ms;
	return 0;
}

void sys_drop_message(int fd)
{
	assert_int_equal(fd, SOCKET);
}

/* Not reached: root has a name, and the kernel devtmpfs. */
int sys_open_at(int dir, const char *name, int flags)
{
	(void)dir, (void)name, (void)flags;
	return -ENOENT;
}

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

/* The log. */
int sys_write(int fd, const void *buf, size_t size)
{
	(void)fd;
	words += !!strstr(buf, "waiting for root=");
	return (int)size;
}

void report_devices(void)
{
}

int refuse(const struct boot *b, const char *format, ...)
{
	(void)b, (void)format;
	return -1;
}

static int found(int error, unsigned ready_at, unsigned event_at, int seconds)
{
	static char root[] = "/dev/mmcblk0p2";
	static struct boot b;

	b = (struct boot){ .params = PARAMS_NONE, .has_devtmpfs = true };
	b.params.root = root;
	b.params.rootwait = seconds;
	b.root.name = root + 5;
	before = error;
	ready = ready_at;
	event = event_at;
	clock_ms = sleeps = words = 0;
	return find(&b);
}

static void there_at_once(void **state)
{
	(void)state;
	uevents = SOCKET;
	assert_int_equal(found(-ENOENT, 0, 0, 30), 0);
	assert_int_equal(sleeps, 0);
}

/* A node that is not there is waited for, not polled: one sleep, which its event ends. */
static void an_event_ends_the_sleep(void **state)
{
	(void)state;
	uevents = SOCKET;
	assert_int_equal(found(-ENOENT, 1234, 1234, 30), 0);
	assert_int_equal(clock_ms, 1234);
	assert_int_equal(sleeps, 1);
	assert_int_equal(slept[0], 3000);
}

static void the_deadline_ends_it(void **state)
{
	(void)state;
	uevents = SOCKET;
	assert_int_equal(found(-ENOENT, -1U, 0, 2), -1);
	assert_int_equal(clock_ms, 2000);
	assert_int_equal(sleeps, 1);
}

/* A kernel without CONFIG_NET. */
static void without_events_it_looks_by_time(void **state)
{
	(void)state;
	uevents = -ENOSYS;
	assert_int_equal(found(-ENOENT, 990, 0, 30), 0);
	assert_int_equal(clock_ms, 1000);
	for (unsigned i = 0; i < sleeps; i++)
		assert_int_equal(slept[i], 50);
}

/* A node that does not open yet: 10 ms, doubling to 1 s. Last, because of the waiting line. */
static void unreadable_media_are_tried_again(void **state)
{
	static const int errors[] = { -ENXIO, -ENOMEDIUM, -EIO };
	static const unsigned delays[] = { 10, 20, 40, 80, 160, 320, 640 };

	(void)state;
	uevents = SOCKET;
	for (size_t e = 0; e < COUNT(errors); e++) {
		/* as each boot begins: nothing was tried yet */
		assert_int_equal(found(-ENOENT, 1, 1, 30), 0);
		assert_int_equal(found(errors[e], 1271, 0, 30), 0);
		assert_int_equal(sleeps, COUNT(delays) + 1);
		for (size_t i = 0; i < COUNT(delays); i++)
			assert_int_equal(slept[i], delays[i]);
		assert_int_equal(slept[COUNT(delays)], 1000);
	}
	assert_int_equal(found(-EIO, -1U, 0, 30), -1);
	assert_int_equal(clock_ms, 30000);
	assert_int_equal(words, 1);
}

int main(int argc, char **argv, char **envp)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_at_once),
		cmocka_unit_test(an_event_ends_the_sleep),
		cmocka_unit_test(the_deadline_ends_it),
		cmocka_unit_test(without_events_it_looks_by_time),
		cmocka_unit_test(unreadable_media_are_tried_again),
	};

	(void)argc, (void)argv, (void)envp;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
