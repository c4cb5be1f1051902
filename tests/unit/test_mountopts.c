/* plan/mountopts: rootflags= as mount(8) takes options, and the kernel's list of file systems. */
#include "plan/mountopts.h"
#include "unit.h"

#include <sys/mount.h>

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256
#endif

static char data[512];

/* What is left of the options for the file system is in data. */
static unsigned long split(const char *options, unsigned long flags)
{
	char *copy = own(options);

	row_is(0, options);
	flags = mountopts_split(copy, flags);
	strcpy(data, copy);
	return flags;
}

/* Each word sets or clears its flag, and no other, and leaves the text. */
static void words(void **state)
{
	static const struct {
		const char *word;
		unsigned long set, clear;
	} rows[] = {
		{ "ro", MS_RDONLY, 0 },
		{ "rw", 0, MS_RDONLY },
		{ "sync", MS_SYNCHRONOUS, 0 },
		{ "async", 0, MS_SYNCHRONOUS },
		{ "dirsync", MS_DIRSYNC, 0 },
		{ "silent", MS_SILENT, 0 },
		{ "loud", 0, MS_SILENT },
		{ "nosuid", MS_NOSUID, 0 },
		{ "suid", 0, MS_NOSUID },
		{ "nodev", MS_NODEV, 0 },
		{ "dev", 0, MS_NODEV },
		{ "noexec", MS_NOEXEC, 0 },
		{ "exec", 0, MS_NOEXEC },
		{ "noatime", MS_NOATIME, 0 },
		{ "atime", 0, MS_NOATIME },
		{ "nodiratime", MS_NODIRATIME, 0 },
		{ "diratime", 0, MS_NODIRATIME },
		{ "nosymfollow", MS_NOSYMFOLLOW, 0 },
		{ "symfollow", 0, MS_NOSYMFOLLOW },
		{ "relatime", MS_RELATIME, 0 },
		{ "norelatime", 0, MS_RELATIME },
		{ "strictatime", MS_STRICTATIME, 0 },
		{ "nostrictatime", 0, MS_STRICTATIME },
		{ "lazytime", MS_LAZYTIME, 0 },
		{ "nolazytime", 0, MS_LAZYTIME },
		{ "iversion", MS_I_VERSION, 0 },
		{ "noiversion", 0, MS_I_VERSION },
		{ "mand", MS_MANDLOCK, 0 },
		{ "nomand", 0, MS_MANDLOCK },
		{ "defaults", 0, 0 },
		{ "auto", 0, 0 },
		{ "noauto", 0, 0 },
		{ "nofail", 0, 0 },
		{ "_netdev", 0, 0 },
		{ "x-systemd.growfs", 0, 0 },
		{ "x-initrd.mount", 0, 0 },
		{ "X-mount.mkdir", 0, 0 },
	};
	const unsigned long all = ~0UL >> 32;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(split(rows[i].word, 0), rows[i].set);
		assert_string_equal(data, "");
		assert_int_equal(split(rows[i].word, all), all & ~rows[i].clear);
	}
}

/* The rest is the file system's, unchanged and in order. */
static void own_data(void **state)
{
	static const struct {
		const char *options, *data;
		unsigned long flags;
	} rows[] = {
		{ "", "", 0 },
		{ ",,,", "", 0 },
		{ "data=journal", "data=journal", 0 },
		{ "noatime,data=journal", "data=journal", MS_NOATIME },
		{ "data=journal,noatime", "data=journal", MS_NOATIME },
		{ "a,noatime,b,nosuid,c", "a,b,c", MS_NOATIME | MS_NOSUID },
		{ ",a,,b,", "a,b", 0 },
		{ "subvol=@,compress=zstd:3", "subvol=@,compress=zstd:3", 0 },
		/* A comma within double quotes does not separate. */
		{ "context=\"a:b,c\",noexec", "context=\"a:b,c\"", MS_NOEXEC },
		{ "a=\"noatime,x\",\"ro\"", "a=\"noatime,x\",\"ro\"", 0 },
		{ "a=\"b,noatime", "a=\"b,noatime", 0 },
		/* Part of a word, a word with a value and another case are not the word. */
		{ "roo,r,noatimes,noati", "roo,r,noatimes,noati", 0 },
		{ "ro=1,noatime=0,sync=", "ro=1,noatime=0,sync=", 0 },
		{ "RO,Noatime", "RO,Noatime", 0 },
		{ "no,nono,noro,norw,nosync,nodefaults", "no,nono,noro,norw,nosync,nodefaults", 0 },
		{ "x,x=1,xino", "x,x=1,xino", 0 },
		{ "errors=remount-ro", "errors=remount-ro", 0 },
		/* The last one wins. */
		{ "ro,rw", "", 0 },
		{ "rw,ro", "", MS_RDONLY },
		{ "noatime,atime", "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(split(rows[i].options, 0), rows[i].flags);
		assert_string_equal(data, rows[i].data);
	}
	assert_int_equal(split("a", MS_SILENT | MS_RDONLY), MS_SILENT | MS_RDONLY);
	assert_int_equal(split("rw", MS_SILENT | MS_RDONLY), MS_SILENT);
}

static void filesystems(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "\text4\n", "ext4" },
		{ "nodev\tsysfs\nnodev\ttmpfs\n", "" },
		{ "nodev\tproc\n\text3\n\text2\nnodev\tdevtmpfs\n\text4\n\tvfat\n",
		  "ext3,ext2,ext4,vfat" },
		{ "\text4\nnodev\tproc", "ext4" },
		{ "\text4\n\tvfat", "ext4,vfat" },
		{ "\n\n\text4\n", "ext4" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		char *text = own(rows[i][0]);

		row_is(i, rows[i][0]);
		mountopts_filesystems(text);
		assert_string_equal(text, rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(own_data),
		cmocka_unit_test(filesystems),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
