/* boot/mount: the words of a mount that failed. They never speak of the device, which was found. */
#include "boot/mount.c"
#include "unit.h"

static char refused[512];

void say(char level, const char *format, ...)
{
	(void)level, (void)format;
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

/* What the rest of the file calls. */
int sys_mount(const char *source, const char *target, const char *type, unsigned long flags, const char *data)
{
	(void)source, (void)target, (void)type, (void)flags, (void)data;
	return -ENOSYS;
}

int sys_unmount(const char *target)
{
	(void)target;
	return 0;
}

int sys_read_file(const char *path, char *buf, size_t size)
{
	(void)path, (void)buf, (void)size;
	return -ENOENT;
}

int sys_open(const char *path, int flags)
{
	(void)path, (void)flags;
	return -ENOENT;
}

void sys_close(int fd)
{
	(void)fd;
}

unsigned long long sys_size(int fd)
{
	(void)fd;
	return 0;
}

unsigned long long sys_number(int fd)
{
	(void)fd;
	return 0;
}

unsigned long long sys_disk_sequence(int fd)
{
	(void)fd;
	return 0;
}

unsigned sys_now(void)
{
	return 0;
}

bool modules_ask(const struct boot *b, const char *wanted)
{
	(void)b, (void)wanted;
	return false;
}

static const char *words(const char *type, const char *found, int err, char *rootflags, enum rootspec_kind kind)
{
	struct boot b = { .device = kind == ROOT_FLASH ? -1 : 5, .node = "N", .type = type,
			  .params = PARAMS_NONE, .root.kind = kind };

	b.contents.fs = found;
	b.root.flags = rootflags;
	refused[0] = '\0';
	if (!setjmp(refused_here))
		refuse_mount(&b, err);
	return refused;
}

static void each_error(void **state)
{
	static char subvol[] = "subvol=x";
	static const struct {
		const char *type, *found;
		int err;
		char *rootflags;
		enum rootspec_kind kind;
		const char *text;
	} rows[] = {
		/* the journal: by the file system's own word */
		{ "ext4", "ext4", -EROFS, NULL, ROOT_NAME,
		  "mount N (ext4): read-only: journal not empty; try rootflags=noload" },
		{ "ext3", "ext3", -EROFS, NULL, ROOT_TAG,
		  "mount N (ext3): read-only: journal not empty; try rootflags=noload" },
		{ "xfs", "xfs", -EROFS, NULL, ROOT_NAME,
		  "mount N (xfs): read-only: journal not empty; try rootflags=norecovery" },
		{ "btrfs", "btrfs", -EROFS, subvol, ROOT_NAME,
		  "mount N (btrfs): read-only: journal not empty; try rootflags=norecovery" },
		{ "f2fs", "f2fs", -EROFS, NULL, ROOT_NAME,
		  "mount N (f2fs): read-only: journal not empty; try rootflags=norecovery" },
		{ "jffs2", "jffs2", -EROFS, NULL, ROOT_FLASH, "mount N (jffs2): read-only: boot with ro" },
		/* what is missing is not the device */
		{ "btrfs", "btrfs", -ENOENT, subvol, ROOT_NAME,
		  "mount N (btrfs): a subvolume or further device is missing" },
		{ "squashfs", "squashfs", -ENOENT, NULL, ROOT_FLASH,
		  "mount N (squashfs): needs root=/dev/mtdblockN or ubiblockN_M" },
		{ "ext4", "ext4", -ENOTDIR, NULL, ROOT_NAME, "mount N (ext4): not a directory: /root" },
		/* no type */
		{ "", "ext4", -EINVAL, NULL, ROOT_NAME, "mount N (no type): invalid: root is ext4" },
		{ NULL, NULL, -ENOMEM, NULL, ROOT_NAME,
		  "mount N (no type): no memory: see the kernel's lines above" },
		/* another one */
		{ "squashfs", "ext4", -EINVAL, NULL, ROOT_NAME, "mount N (squashfs): invalid: root is ext4" },
		{ "nonefs", NULL, -ENODEV, NULL, ROOT_NAME,
		  "mount N (nonefs): unknown to this kernel, and no module of this image gave it" },
		{ "ext4,xfs", NULL, -EINVAL, NULL, ROOT_NAME,
		  "mount N (ext4,xfs): invalid: another file system; rootfstype= names it" },
		/* the kernel has said why */
		{ "ext4", "ext4", -EINVAL, NULL, ROOT_NAME,
		  "mount N (ext4): invalid: see the kernel's lines above" },
		{ "ext4", "ext4", -EINVAL, subvol, ROOT_NAME,
		  "mount N (ext4): invalid: bad rootflags=, or see the kernel's lines above" },
		{ "xfs", "xfs", -EUCLEAN, NULL, ROOT_NAME, "mount N (xfs): damaged: see the kernel's lines above" },
		{ "ext4", "ext4", -EBADMSG, NULL, ROOT_NAME,
		  "mount N (ext4): checksum is wrong: see the kernel's lines above" },
		{ "squashfs", "squashfs", -EIO, NULL, ROOT_NAME,
		  "mount N (squashfs): read error: see the kernel's lines above" },
		{ "xfs", "xfs", -EFBIG, NULL, ROOT_NAME, "mount N (xfs): error 27: see the kernel's lines above" },
		{ "erofs", "erofs", -EOPNOTSUPP, NULL, ROOT_NAME,
		  "mount N (erofs): error 95: see the kernel's lines above" },
		{ "ext4", "ext4", -EBUSY, NULL, ROOT_NAME, "mount N (ext4): in use: see the kernel's lines above" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].text);
		assert_string_equal(words(rows[i].type, rows[i].found, rows[i].err, rows[i].rootflags,
					  rows[i].kind), rows[i].text);
	}
}

/* Whatever the error is. */
static void the_device_was_found(void **state)
{
	(void)state;
	for (int err = 1; err < 140; err++) {
		const char *text = words("ext4", "ext4", -err, NULL, ROOT_NAME);

		assert_null(strstr(text, "not found"));
		assert_memory_equal(text, "mount N (ext4): ", 16);
	}
}

int main(int argc, char **argv, char **envp)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_error),
		cmocka_unit_test(the_device_was_found),
	};

	(void)argc, (void)argv, (void)envp;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
