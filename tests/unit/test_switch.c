/* boot/switch over a tree of our own, in which each system call fails once: init has its /dev, and the
 * image is empty, or it is said. */
#include "boot/switch.c"
#include "unit.h"

#define IMAGE 100 /* the fd of the entry 0 */
#define CALLS_MAX 200

/* The image, by the index of what each is in. */
static struct entry {
	const char *name;
	int parent;
	unsigned char type;
	bool mounted, gone;
} tree[] = {
	{ "/", -1, DT_DIR, false, false },
	{ "dev", 0, DT_DIR, true, false },
	{ "console", 1, DT_CHR, false, false },
	{ "kmsg", 1, DT_CHR, false, false },
	{ "proc", 0, DT_DIR, true, false },
	{ "init", 0, DT_REG, false, false },
	{ "lib", 0, DT_DIR, false, false },
	{ "modules", 6, DT_DIR, false, false },
	{ "console", 7, DT_REG, false, false },
	{ "x.ko", 7, DT_REG, false, false },
	{ "root", 0, DT_DIR, false, false },
};

static int position[COUNT(tree)];
static int calls, fails_at, fails_with, opened;
static bool swaps, root_has_dev, in_image, moved, devtmpfs;
static char said[512], refused[512];

/* Is it this call's turn to fail? */
static int turn(void)
{
	return ++calls == fails_at ? fails_with : 0;
}

void say(char level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	str_vprint(said, sizeof(said), format, args);
	va_end(args);
	assert_int_equal(level, LOG_ERR);
}

void refuse(struct boot *b, const char *format, ...)
{
	va_list args;

	(void)b;
	va_start(args, format);
	str_vprint(refused, sizeof(refused), format, args);
	va_end(args);
	longjmp(refused_here, REFUSED);
}

int sys_mode(const char *path, int flags)
{
	int err = turn();

	assert_int_equal(flags, AT_SYMLINK_NOFOLLOW);
	assert_memory_equal(path, NEW_ROOT "/", 6);
	return err ? err : S_IFDIR;
}

int sys_mount_pseudo(const char *type, const char *target)
{
	int err = turn();

	if (!err && !strcmp(type, "devtmpfs") && !root_has_dev)
		return -ENOENT;
	assert_memory_equal(target, NEW_ROOT "/", 6);
	assert_false(moved);
	devtmpfs |= !err && *type == 'd';
	return err;
}

int sys_chdir(const char *path)
{
	int err = turn();

	if (!err)
		in_image = false;
	assert_true(!strcmp(path, moved ? "/" : NEW_ROOT));
	return err;
}

int sys_chdir_fd(int fd)
{
	int err = turn();

	assert_int_equal(fd, IMAGE);
	assert_true(moved);
	if (!err)
		in_image = true;
	return err;
}

int sys_pivot_root(const char *new_root, const char *put_old)
{
	(void)new_root, (void)put_old;
	moved |= swaps;
	return swaps ? 0 : -EINVAL;
}

int sys_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)
{
	int err = turn();

	(void)source, (void)target, (void)type, (void)data;
	assert_int_equal(flags, MS_MOVE);
	moved |= !err;
	return err;
}

int sys_chroot(const char *path)
{
	assert_string_equal(path, ".");
	return 0;
}

int sys_unmount(const char *target)
{
	int err = target[0] == '.' ? 0 : turn();

	/* by these names the new root's would go, were we there */
	if (target[0] != '.')
		assert_true(in_image);
	for (size_t i = 0; !err && i < COUNT(tree); i++)
		if (!strcmp(tree[i].name, target))
			tree[i].mounted = false;
	return err;
}

static int find_entry(int dir, const char *name)
{
	for (size_t i = 0; i < COUNT(tree); i++)
		if (tree[i].parent == dir - IMAGE && !tree[i].gone && !strcmp(tree[i].name, name))
			return (int)i;
	return -1;
}

static bool is_empty(int dir)
{
	for (size_t i = 0; i < COUNT(tree); i++)
		if (tree[i].parent == dir && !tree[i].gone)
			return false;
	return true;
}

int sys_unlink_at(int dir, const char *name, int flags)
{
	int i = find_entry(dir, name), err = turn();

	assert_true(i > 0);
	assert_int_equal(!flags, tree[i].type != DT_DIR);
	if (err)
		return err;
	if (tree[i].mounted)
		return -EBUSY;
	if (flags && !is_empty(i))
		return -ENOTEMPTY;
	tree[i].gone = true;
	return 0;
}

int sys_open_at(int dir, const char *name, int flags)
{
	int i = strcmp(name, ".") ? find_entry(dir, name) : 0, err = turn();

	assert_true(flags & O_NOFOLLOW && (i > 0 ? !tree[i].mounted : dir == IMAGE));
	position[i] = 0;
	opened += !err;
	return err ? err : IMAGE + i;
}

/* Only dir_each() calls it, which nobody calls here. */
int sys_open(const char *path, int flags)
{
	(void)path, (void)flags;
	return -ENOENT;
}

void sys_close(int fd)
{
	assert_true(fd >= IMAGE);
	opened--;
}

/* One entry a call, and first the two that every directory has. */
int sys_list(int dir, void *buf, size_t size)
{
	struct sys_entry *e = buf;
	int err = turn(), *at = &position[dir - IMAGE];
	const char *name = NULL;

	if (err)
		return err;
	e->type = DT_DIR;
	for (; !name && *at < 2 + (int)COUNT(tree); ++*at)
		if (*at < 2) {
			name = *at ? ".." : ".";
		} else if (tree[*at - 2].parent == dir - IMAGE && !tree[*at - 2].gone) {
			name = tree[*at - 2].name;
			e->type = tree[*at - 2].type;
		}
	if (!name)
		return 0;
	e->length = 64;
	assert_true(size >= e->length);
	strcpy(e->name, name);
	return e->length;
}

static int run(int at, int with, struct boot *b)
{
	for (size_t i = 0; i < COUNT(tree); i++) {
		tree[i].gone = false;
		tree[i].mounted = tree[i].parent == 0 && (!strcmp(tree[i].name, "dev") || !strcmp(tree[i].name, "proc"));
	}
	calls = opened = 0;
	fails_at = at;
	fails_with = with;
	in_image = moved = devtmpfs = false;
	said[0] = refused[0] = '\0';
	*b = (struct boot){ .image = IMAGE, .has_devtmpfs = true, .node = "/dev/x", .params = PARAMS_NONE };
	return runs(depart, b);
}

static int left(void)
{
	int count = 0;

	for (size_t i = 1; i < COUNT(tree); i++)
		count += !tree[i].gone;
	return count;
}

static void empties_the_image(void **state)
{
	struct boot b;

	(void)state;
	for (int i = 0; i < 2; i++) {
		swaps = i;
		assert_int_equal(run(0, 0, &b), 0);
		assert_true(b.departed && devtmpfs && !in_image);
		assert_int_equal(left(), 2); /* the console, and what it is in */
		assert_false(tree[1].gone || tree[2].gone);
		assert_string_equal(said, "");
		assert_int_equal(opened, 0);
	}
}

/* Whichever call fails, and however: it is made again, or nothing is lost yet and it is refused. */
static void one_call_fails(void **state)
{
	static const int errors[] = { -EIO, -ENOMEM, -EINTR, -EAGAIN, -EBUSY };
	struct boot b;
	int most;

	(void)state;
	run(0, 0, &b);
	most = calls;
	assert_in_range(most, 20, CALLS_MAX);
	for (int at = 1; at <= most; at++)
		for (size_t i = 0; i < COUNT(errors); i++) {
			int err = run(at, errors[i], &b);

			assert_true(err == 0 || err == REFUSED);
			assert_int_equal(opened, 0);
			if (err) {
				assert_false(b.departed);
				assert_string_not_equal(refused, "");
				assert_int_equal(left(), COUNT(tree) - 1);
			} else {
				assert_true(devtmpfs && !in_image);
				assert_string_equal(said, "");
				assert_int_equal(left(), 2);
			}
		}
}

static void what_stays_is_said(void **state)
{
	struct boot b;

	(void)state;
	/* somebody's own mount: what is there is not ours to delete */
	run(0, 0, &b);
	for (size_t i = 0; i < COUNT(tree); i++)
		tree[i].gone = false;
	tree[6].mounted = true;
	assert_int_equal(empty_image(IMAGE), -EBUSY);
	assert_false(tree[6].gone || tree[7].gone || tree[8].gone || tree[9].gone);
	tree[6].mounted = false;
}

static void root_without_dev(void **state)
{
	struct boot b;

	(void)state;
	root_has_dev = false;
	assert_int_equal(run(0, 0, &b), 0);
	assert_string_equal(said, "no /dev in /dev/x; going on without it");
	assert_true(b.departed);
	root_has_dev = true;
}

static void devtmpfs_is_not_wanted(void **state)
{
	char zero[] = "0";
	struct boot b = { .image = IMAGE, .has_devtmpfs = true, .params = PARAMS_NONE };

	(void)state;
	devtmpfs = moved = false;
	said[0] = '\0';
	b.params.devtmpfs = zero;
	assert_int_equal(runs(depart, &b), 0);
	assert_false(devtmpfs);
	assert_string_equal(said, "");
}

int main(int argc, char **argv, char **envp)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empties_the_image),
		cmocka_unit_test(one_call_fails),
		cmocka_unit_test(what_stays_is_said),
		cmocka_unit_test(root_without_dev),
		cmocka_unit_test(devtmpfs_is_not_wanted),
	};

	(void)argc, (void)argv, (void)envp;
	root_has_dev = true;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
