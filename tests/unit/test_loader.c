/* boot/modules over an image of our own: where the index is looked for, and what a failure costs. */
#include "boot/modules.c"
#include "unit.h"

#define FD 5

static const char *index_path;
static char said[1024];
static int loads, fails, fails_with;

/* A kernel without CONFIG_PROC_SYSCTL: there is no /proc/sys. */
const char *sys_release(void)
{
	return "6.12.1-board";
}

int sys_read_file(const char *path, char *buf, size_t size)
{
	if (strcmp(path, index_path))
		return -ENOENT;
	snprintf(buf, size, ".ko\nvirtio_blk = virtio_blk virtio:d00000002v*\n");
	return (int)strlen(buf);
}

int sys_mount_pseudo(const char *type, const char *target)
{
	(void)type, (void)target;
	return 0;
}

int sys_access(const char *path)
{
	(void)path;
	return -ENOENT;
}

int sys_open(const char *path, int flags)
{
	(void)flags;
	assert_string_equal(path, "/lib/modules/6.12.1-board/virtio_blk.ko");
	return FD;
}

void sys_close(int fd)
{
	assert_int_equal(fd, FD);
}

int sys_load_module(int fd, const char *options, int flags)
{
	(void)options, (void)flags;
	assert_int_equal(fd, FD);
	loads++;
	return fails-- > 0 ? fails_with : 0;
}

int dir_each(const char *path, dir_visit *visit, void *arg)
{
	assert_string_equal(path, "/lib/modules/");
	return visit(arg, "5.10");
}

void say(char level, const char *format, ...)
{
	va_list args;

	(void)level;
	va_start(args, format);
	str_vprint(said, sizeof(said), format, args);
	va_end(args);
}

static void without_proc_sys(void **state)
{
	struct boot b = { .params = PARAMS_NONE };

	(void)state;
	index_path = "/lib/modules/6.12.1-board/modules.index";
	assert_true(modules_there());
	assert_true(modules_ask(&b, "virtio_blk"));
	assert_int_equal(loads, 1);
	assert_string_equal(said, "");
}

/* What passes is tried once more; what is known to be for good is not. */
static void a_module_that_fails(void **state)
{
	static const struct {
		int err, fails, loads;
		const char *text;
	} rows[] = {
		{ -ENOMEM, 1, 2, "" },
		{ -EINTR, 1, 2, "" },
		{ -EAGAIN, 2, 2, "module virtio_blk: try again; going on without it" },
		{ -ENOEXEC, 9, 1, "module virtio_blk: damaged, or made for another kernel; going on without it" },
		{ -ENOENT, 9, 1, "module virtio_blk: lacks a symbol of another module; going on without it" },
		{ -ENODEV, 9, 1, "" },
		{ -EEXIST, 9, 1, "" },
	};
	struct boot b = { .params = PARAMS_NONE };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].text);
		loads = 0;
		said[0] = '\0';
		fails = rows[i].fails;
		fails_with = rows[i].err;
		assert_true(modules_ask(&b, "virtio_blk"));
		assert_string_equal(said, rows[i].text);
		assert_int_equal(loads, rows[i].loads);
	}
}

int main(int argc, char **argv, char **envp)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_proc_sys),
		cmocka_unit_test(a_module_that_fails),
	};

	(void)argc, (void)argv, (void)envp;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
