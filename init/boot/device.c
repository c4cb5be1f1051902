#include "device.h"
#include "guard.h"
#include "../lib/str.h"
#include "../lib/sys.h"

#include <errno.h>
#include <fcntl.h>

/* How often a medium whose checksum is wrong is read. */
#define READS_IF_DAMAGED 3

long long device_number(const char *name, const char *file)
{
	char path[sizeof(DEVICE_BY_NAME) + DEVICE_NAME_MAX + 16], text[24];
	const char *at = text;
	int n = -ENOENT;

	if (str_print(path, sizeof(path), DEVICE_BY_NAME "%s/%s", name, file))
		n = sys_read_file(path, text, sizeof(text));
	return n < 0 ? n : (long long)str_number(&at, 10);
}

/* By its path in sysfs: what it hangs on comes before what it is. */
static const char *bus_of(const char *path)
{
	static const char rows[][9] = { "/usb", "/mmc", "/nvme", "/virtio", "/ata", "/host", "/mtd", "/virtual" };

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (const char *at = path; *at; at++)
			if (str_after(at, rows[i]))
				return i == 5 ? "scsi" : rows[i] + 1;
	return "other";
}

int device_look(struct device *d, const char *where, const char *which)
{
	char path[sizeof(DEVICE_BY_NAME) + DEVICE_NAME_MAX], link[512], *disk = link, *name = link;
	long long partition;
	int err;

	/*
	 * To open a floppy drive without a disk takes seconds. Root on flash has a form of its own;
	 * on NAND the kernel warns of these.
	 */
	if (str_after(which, "fd") || (CONFIG_ROOT_FLASH && str_after(which, "mtdblock")) ||
	    !str_print(path, sizeof(path), "%s%s", where, which))
		return -ENOENT;
	err = sys_read_link(path, link, sizeof(link));
	if (err < 0)
		return err;
	d->bus = bus_of(link);
	for (char *c = link; *c; c++)
		if (*c == '/') {
			*c = '\0';
			disk = name;
			name = c + 1;
		}
	partition = device_number(name, "partition");
	if (partition < 0 && partition != -ENOENT)
		return (int)partition;
	d->partition = partition < 0 ? 0 : (unsigned)partition;
	return str_copy(d->name, sizeof(d->name), name) && str_copy(d->disk, sizeof(d->disk), disk) ? 0 : -ENOENT;
}

bool device_allowed(const struct device *d)
{
	/* a loop device is of an image file, whose holder was allowed: nobody else has made one yet */
	return !*CONFIG_ROOT_BUSES || params_listed(CONFIG_ROOT_BUSES, d->bus) ||
	       (CONFIG_LAYER_LOOP && str_after(d->name, "loop"));
}

void device_path(char *path, const char *name)
{
	str_print(path, sizeof(((struct boot *)0)->node), "/dev/%s", name);
	str_change(path, '!', '/');
}

int device_open(const char *name, char *path)
{
	/* to open a CD drive closes its tray, unless it is opened like this */
	bool is_cd = CONFIG_PROBE && str_after(name, "sr");
	int flags = is_cd ? O_RDONLY | O_NONBLOCK : O_RDONLY, fd;

	device_path(path, name);
	if (CONFIG_GUARD)
		guard_enter(name);
	/* mtdblock reads within its caller: over block2mtd, past the cache, that waits for itself (Linux 6.12) */
	fd = CONFIG_PROBE && !str_after(name, "mtdblock") ? sys_open(path, flags | O_DIRECT) : -EINVAL;
	if (fd == -EINVAL)
		fd = sys_open(path, flags);
	if (fd >= 0 && is_cd && !sys_has_disc(fd)) {
		sys_close(fd);
		fd = -ENOMEDIUM;
	}
	if (CONFIG_GUARD)
		guard_leave();
	return fd;
}

/* Whole sectors: the page cache would read pages, and ahead, and no mount finds them there again. */
static int read_fd(struct reader *r, void *buf, size_t size, unsigned long long offset)
{
	static _Alignas(4096) char block[2 * 4096];
	const size_t last = r->sector - 1;
	bool may_be_direct = true;
	char *to = buf;

	while (size) {
		size_t skip = offset & last, whole = (skip + size + last) & ~last;
		int n;

		if (whole > sizeof(block))
			whole = sizeof(block);
		if (CONFIG_GUARD)
			guard_enter(NULL);
		n = sys_read_at(r->fd, block, whole, offset - skip);
		if (CONFIG_GUARD)
			guard_leave();
		/* a device that does not take that */
		if (n == -EINVAL && may_be_direct) {
			may_be_direct = false;
			sys_set_flags(r->fd, 0);
			continue;
		}
		if (n <= (int)skip)
			return n < 0 ? n : -EIO;
		for (char *from = block + skip; from < block + n && size; size--, offset++)
			*to++ = *from++;
	}
	return 0;
}

void device_reader(struct reader *r, int fd)
{
	r->read = read_fd;
	r->fd = fd;
	/* character devices have none */
	r->sector = sys_sector(fd);
	if (r->sector - 1 >= 4096)
		r->sector = 512;
	r->error = 0;
	r->size = sys_size(fd);
	r->reads = READER_READS;
	r->bytes = READER_BYTES;
}

int device_super(struct boot *b, int fd, bool by_name)
{
	const struct super_wish wish = { .types = b->root.types, .by_name = by_name };
	unsigned sequence = (unsigned)sys_disk_sequence(fd);
	struct reader r;

	if (!CONFIG_PROBE)
		return sys_size(fd) ? 0 : -ENOENT;
	for (int i = 0; i < READS_IF_DAMAGED; i++) {
		device_reader(&r, fd);
		/* nothing is set up behind it: loop, nbd, zram */
		if (!r.size)
			return -ENOENT;
		super_identify(&b->super, &r, &wish);
		if (!b->super.contents.damaged)
			break;
	}
	b->super.contents.sequence = sequence;
	return r.error;
}

bool device_partition(char *name, const char *disk, unsigned number)
{
	/* the names that the kernel gives to partitions (block/partitions/core.c) */
	return str_print(name, DEVICE_NAME_MAX, "%s%s%u", disk,
			 str_digit(str_find(disk, '\0')[-1]) <= 9 ? "p" : "", number);
}

int device_table(const char *disk, parttable_is *is, const void *arg,
		 struct parttable_hit *hits, int max)
{
	char path[sizeof(((struct boot *)0)->node)];
	struct reader r;
	int fd = device_open(disk, path), count = fd;

	if (fd >= 0) {
		device_reader(&r, fd);
		count = r.size ? parttable_find(&r, r.sector, is, arg, hits, max) : -ENOENT;
		sys_close(fd);
	}
	return count;
}

int device_is_hit(const char *name, const struct parttable_hit *hit)
{
	long long start = hit->start == PARTTABLE_ANYWHERE ? -1 : device_number(name, "start");

	return start == (long long)hit->start ? 0 : start < 0 ? (int)start : -ENOENT;
}

int devices_each(dir_visit *visit, void *arg)
{
	int err = sys_mount_pseudo("sysfs", "/sys");

	return err ? err : dir_each(DEVICE_BY_NAME, visit, arg);
}
