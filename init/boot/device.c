#include "device.h"
#include "../lib/str.h"
#include "../lib/sys.h"

#include <errno.h>
#include <fcntl.h>

/* How often a medium whose checksum is wrong is read. */
#define READS_IF_DAMAGED 3

/* A decimal number, and where it ends. */
static unsigned long long decimal(const char **text)
{
	unsigned long long n = 0;

	for (; (unsigned)(**text - '0') <= 9; ++*text)
		n = n * 10 + (unsigned)(**text - '0');
	return n;
}

/* A file of the device in sysfs, or "". */
static void attribute(const char *name, const char *file, char *text, size_t size)
{
	char path[sizeof(DEVICE_BY_NAME) + DEVICE_NAME_MAX + 16];

	text[0] = '\0';
	if (str_print(path, sizeof(path), DEVICE_BY_NAME "%s/%s", name, file))
		sys_read_file(path, text, size);
}

unsigned long long device_number(const char *name, const char *file)
{
	char text[24];
	const char *at = text;

	attribute(name, file, text, sizeof(text));
	return decimal(&at);
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
	int err = -ENOENT;

	/*
	 * To open a floppy drive without a disk takes seconds. Root on flash has a form of its own;
	 * on NAND the kernel warns of these.
	 */
	if (str_after(which, "fd") || (CONFIG_ROOT_FLASH && str_after(which, "mtdblock")))
		return err;
	if (str_print(path, sizeof(path), "%s%s", where, which))
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
	if (!str_copy(d->name, sizeof(d->name), name) || !str_copy(d->disk, sizeof(d->disk), disk))
		return -ENOENT;
	d->partition = (unsigned)device_number(name, "partition");
	return 0;
}

bool device_allowed(const struct device *d)
{
	return !*CONFIG_ROOT_BUSES || params_listed(CONFIG_ROOT_BUSES, d->bus);
}

int device_open(const struct boot *b, const char *name, char *path)
{
	str_print(path, sizeof(b->node), "/dev/%s", name);
	str_change(path, '!', '/');
	return sys_open(path, O_RDONLY);
}

static int read_fd(struct reader *r, void *buf, size_t size, unsigned long long offset)
{
	char *to = buf;

	while (size) {
		int n = sys_read_at(r->fd, to, size, offset);

		if (n <= 0)
			return n < 0 ? n : -EIO;
		to += n;
		offset += (unsigned)n;
		size -= (size_t)n;
	}
	return 0;
}

void device_reader(struct reader *r, int fd)
{
	r->read = read_fd;
	r->fd = fd;
	r->error = 0;
	r->size = sys_size(fd);
	r->reads = READER_READS;
	r->bytes = READER_BYTES;
}

int device_super(struct boot *b, int fd)
{
	struct reader r;
	char sector[512];

	if (!CONFIG_PROBE)
		return read_fd(&(struct reader){ .fd = fd }, sector, sizeof(sector), 0);
	for (int i = 0;;) {
		device_reader(&r, fd);
		/* nothing is set up behind it: loop, nbd, zram */
		if (!r.size)
			return -ENOENT;
		super_identify(&b->super, &r, false);
		if (!b->super.damaged || ++i == READS_IF_DAMAGED)
			return b->super.fs.type || b->super.member.type ? 0 : r.error;
		sys_forget(fd);
	}
}

int device_part(const struct boot *b, struct parttable_id *part, const struct device *d, int offset)
{
	const char *disk = d->partition ? d->disk : d->name, *last = str_find(disk, '\0') - 1;
	unsigned number = d->partition - (unsigned)offset;
	char path[sizeof(b->node)], name[DEVICE_NAME_MAX];
	struct reader r;
	int err, fd;

	/* the names that the kernel gives to partitions (block/partitions/core.c) */
	if (!number || !str_print(name, sizeof(name), "%s%s%u", disk,
				  *last >= '0' && *last <= '9' ? "p" : "", number))
		return -ENOENT;
	fd = device_open(b, disk, path);
	if (fd < 0)
		return fd;
	device_reader(&r, fd);
	err = parttable_id(part, &r, sys_sector(fd), number, device_number(name, "start"));
	sys_close(fd);
	return err;
}

int devices_each(struct boot *b, dir_visit *visit)
{
	int err = sys_mount_pseudo("sysfs", "/sys");

	return err ? err : dir_each(DEVICE_BY_NAME, visit, b);
}
