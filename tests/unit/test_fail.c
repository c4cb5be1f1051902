/* boot/fail over a machine of our own, whose reboot(2) fails as often as it is told to. */
/* cmocka has a fail() of its own. */
#define fail fail_boot
#include "boot/fail.c"
#undef fail
#include "boot/power.c"

#include "unit.h"

static jmp_buf ended;
static unsigned failures, reboots, commanded, slept, exits, shells, syncs;
static char said[256], order[8], *next;

void log_list(char level, const char *format, va_list args, const char *end)
{
	char *at = str_vprint(said, sizeof(said), format, args);

	assert_int_equal(level, LOG_ERR);
	str_print(at, 99, "%s", end);
	*next++ = 's';
}

void say(char level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_list(level, format, args, "");
	va_end(args);
}

void sys_sleep(unsigned ms)
{
	slept += ms;
}

void sys_reboot(unsigned command)
{
	commanded = command;
	reboots++;
	if (command && !failures--)
		longjmp(ended, 1);
}

void sys_exit(int status)
{
	assert_int_not_equal(status, 0);
	exits++;
	longjmp(ended, 2);
}

void report_devices(struct boot *b, bool drivers)
{
	(void)b, (void)drivers;
	*next++ = 'r';
}

void shell(const struct boot *b)
{
	(void)b;
	shells++;
}

void sync_disks(void)
{
	syncs++;
}

void sys_close(int fd)
{
	(void)fd;
}

void undo_layers(struct boot *b)
{
	(void)b;
}

int sys_pid(void)
{
	return 1;
}

int sys_unmount(const char *path)
{
	assert_string_equal(path, NEW_ROOT);
	*next++ = 'u';
	return 0;
}

unsigned sys_now(void)
{
	return 77;
}

static void each_end(void **state)
{
	static const struct {
		int panic, emergency;
		unsigned failures, command, reboots, slept, exits;
		const char *text;
	} rows[] = {
		{ 3, EMERGENCY_REBOOT, 0, RB_AUTOBOOT, 1, 3000, 0, "why; rebooting in 3 s" },
		{ -1, EMERGENCY_REBOOT, 0, RB_AUTOBOOT, 1, 0, 0, "why; rebooting now" },
		{ 0, EMERGENCY_REBOOT, 0, RB_HALT_SYSTEM, 1, 0, 0, "why; halting" },
		{ 0, EMERGENCY_PANIC, 0, RB_HALT_SYSTEM, 1, 0, 0, "why; halting" },
		{ 86400, EMERGENCY_POWEROFF, 0, RB_POWER_OFF, 1, 86400000, 0, "why; powering off in 86400 s" },
		{ 1, EMERGENCY_HALT, 0, RB_HALT_SYSTEM, 1, 1000, 0, "why; halting in 1 s" },
		{ 2, EMERGENCY_PANIC, 0, 0, 1, 2000, 1, "why; panicking in 2 s" },
		/* it fails: again each second, and at last the kernel's panic */
		{ 3, EMERGENCY_REBOOT, 1, RB_AUTOBOOT, 2, 4000, 0, "why; rebooting in 3 s" },
		{ -1, EMERGENCY_POWEROFF, 9, RB_POWER_OFF, 10, 9000, 0, "why; powering off now" },
		{ -1, EMERGENCY_REBOOT, 10, RB_AUTOBOOT, 10, 9000, 1, "why; rebooting now" },
		{ 0, EMERGENCY_REBOOT, 99, RB_HALT_SYSTEM, 10, 9000, 1, "why; halting" },
	};

	(void)state;
	for (volatile size_t i = 0; i < COUNT(rows); i++) {
		/* then no shell opens, whatever the image has */
		struct boot b = { .departed = true, .params = PARAMS_NONE };

		row_is(i, rows[i].text);
		b.params.panic = rows[i].panic;
		b.params.emergency = rows[i].emergency;
		failures = rows[i].failures;
		reboots = slept = exits = 0;
		next = memset(order, 0, sizeof(order));
		if (!setjmp(ended))
			refuse(&b, "%s", "why");
		assert_string_equal(said, rows[i].text);
		assert_string_equal(order, "s");
		assert_int_equal(commanded, rows[i].command);
		assert_int_equal(reboots, rows[i].reboots);
		assert_int_equal(slept, rows[i].slept);
		assert_int_equal(exits, rows[i].exits);
	}
}

/* The reason stands behind the report, too. Somebody may have written at the prompt: that goes to the disks. */
static void behind_a_shell(void **state)
{
	struct boot b = { .params = PARAMS_NONE };

	(void)state;
	b.params.panic = -1;
	b.params.shell = 1;
	failures = shells = syncs = 0;
	next = memset(order, 0, sizeof(order));
	if (!setjmp(ended))
		refuse(&b, "%s", "why");
	assert_string_equal(order, CONFIG_REPORT ? "srs" : "s");
	assert_int_equal(shells, CONFIG_SHELL);
	assert_int_equal(syncs, CONFIG_SHELL);
}

static _Noreturn void again(struct boot *b)
{
	(void)b;
	longjmp(ended, 3);
}

/* The next of rootfallback= becomes root=, and the stages begin anew; behind the last one the boot fails. */
static void the_next_root(void **state)
{
	static char first[] = "/dev/a", second[] = "/dev/b";
	struct boot b = { .params = PARAMS_NONE, .try_root = again, .type = "ext4", .init = "/sbin/init" };

	(void)state;
	b.params.panic = -1;
	b.params.fallback[0] = first;
	b.params.fallback[1] = second;
	failures = 0;
	for (volatile unsigned i = 0; CONFIG_ROOTFALLBACK && i < 2; i++) {
		next = memset(order, 0, sizeof(order));
		if (setjmp(ended) != 3)
			refuse(&b, "%s", "why");
		assert_string_equal(order, "sus");
		assert_string_equal(said, i ? "rootfallback=/dev/b: trying it" : "rootfallback=/dev/a: trying it");
		assert_ptr_equal(b.params.root, i ? second : first);
		assert_int_equal(b.since, 77);
		assert_null(b.type);
		assert_null(b.init);
	}
	next = memset(order, 0, sizeof(order));
	if (!setjmp(ended))
		refuse(&b, "%s", "why");
	assert_null(strstr(said, "rootfallback"));
}

int main(int argc, char **argv, char **envp)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_end),
		cmocka_unit_test(behind_a_shell),
		cmocka_unit_test(the_next_root),
	};

	(void)argc, (void)argv, (void)envp;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
