#include "device.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/uevent.h"

#include <errno.h>
#include <fcntl.h>

#define BY_NUMBER "/sys/dev/block/"
#define BY_NAME "/sys/class/block/"

/* How often a medium whose checksum is wrong is read. */
#define READS_IF_DAMAGED 3

/* A file of a device in sysfs. */
static int attribute(const char *where, const char *which, const char *name, char *buf, size_t size)
{
	char path[256];

	return str_print(path, sizeof(path), "%s%s/%s", where, which, name)
		? sys_read_file(path, buf, size) : -ENAMETOOLONG;
}

static unsigned long long number(const struct device *d, const char *name)
{
	char text[24], *c = text;
	unsigned long long n = 0;

	text[0] = '\0';
	attribute(BY_NUMBER, d->id, name, text, sizeof(text));
	for (; (unsigned)(*c - '0') <= 9; c++)
		n = n * 10 + (unsigned)(*c - '0');
	return n;
}

unsigned long long device_start(const struct device *d)
{
	return number(d, "start");
}

unsigned long long device_sectors(const struct device *d)
{
	return number(d, "size");
}

/* By its path in sysfs: what it hangs on comes before what it is. */
static const char *bus_of(const char *path)
{
	static const char rows[][2][9] = {
		{ "/usb", "usb" }, { "/mmc", "mmc" }, { "/nvme", "nvme" }, { "/virtio", "virtio" },
		{ "/ata", "ata" }, { "/host", "scsi" }, { "/mtd", "mtd" }, { "/virtual", "virtual" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (const char *at = path; *at; at++)
			if (str_after(at, rows[i][0]))
				return rows[i][1];
	return "other";
}

/* From a `uevent` of sysfs. */
static int read_uevent(struct device *d, const char *where, const char *which, const char *name)
{
	char text[UEVENT_MAX];
	struct uevent e;
	int n = attribute(where, which, name, text, sizeof(text));

	if (n < 0)
		return n;
	uevent_file(&e, text);
	d->major = e.major;
	d->minor = e.minor;
	d->partition = e.partition;
	str_print(d->id, sizeof(d->id), "%u:%u", e.major, e.minor);
	return *e.name && str_print(d->name, sizeof(d->name), "%s", e.name) ? 0 : -ENOENT;
}

int device_look(struct device *d, const char *id)
{
	char path[sizeof(BY_NUMBER) + DEVICE_ID_MAX], link[512];
	int err = read_uevent(d, BY_NUMBER, id, "uevent");

	if (err)
		return err;
	link[0] = '\0';
	str_print(path, sizeof(path), BY_NUMBER "%s", d->id);
	sys_read_link(path, link, sizeof(link));
	d->bus = bus_of(link);
	return 0;
}

/* In the kernel's own lists, and in one directory, a '/' is a '!' (drivers/base/core.c). */
static void flatten(char *name)
{
	for (; *name; name++)
		if (*name == '/')
			*name = '!';
}

int device_named(struct device *d, const char *name)
{
	char flat[ROOTSPEC_NAME_MAX + 1];
	int err;

	if (!str_print(flat, sizeof(flat), "%s", name))
		return -ENOENT;
	flatten(flat);
	err = read_uevent(d, BY_NAME, flat, "uevent");
	return err ? err : device_look(d, d->id);
}

bool device_allowed(const struct device *d)
{
	return !*CONFIG_ROOT_BUSES || params_listed(CONFIG_ROOT_BUSES, d->bus);
}

int device_open(const struct boot *b, const struct device *d, char *path)
{
	str_print(path, sizeof(b->node), "/dev/%s", d->name);
	if (CONFIG_MAKE_NODES && !b->has_devtmpfs) {
		flatten(path + sizeof("/dev/") - 1);
		sys_make_node(path, S_IFBLK | 0600, d->major, d->minor);
	}
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
		if (!r.size)
			return -ENOMEDIUM;
		super_identify(&b->super, &r, false);
		if (!b->super.damaged || ++i == READS_IF_DAMAGED)
			return b->super.fs.type || b->super.member.type ? 0 : r.error;
		sys_forget(fd);
	}
}

/* Another partition of the same disk, by the names that the kernel gives (block/genhd.c). */
static int sibling(struct device *d, const struct device *disk, unsigned number)
{
	char name[ROOTSPEC_NAME_MAX + 1], last = str_find(disk->name, '\0')[-1];

	if (!str_print(name, sizeof(name), "%s%s%u", disk->name,
		       last >= '0' && last <= '9' ? "p" : "", number))
		return -ENOENT;
	return device_named(d, name);
}

int device_part(const struct boot *b, struct parttable_id *part, const struct device *d, int offset)
{
	char path[sizeof(b->node)];
	unsigned partition = d->partition - (unsigned)offset;
	struct device disk, other;
	struct reader r;
	int err, fd;

	err = read_uevent(&disk, BY_NUMBER, d->id, d->partition ? "../uevent" : "uevent");
	if (!err && offset)
		err = sibling(&other, &disk, partition);
	if (err || !partition)
		return -ENOENT;
	fd = device_open(b, &disk, path);
	if (fd < 0)
		return fd;
	device_reader(&r, fd);
	err = parttable_id(part, &r, sys_sector(fd), partition, device_start(offset ? &other : d));
	sys_close(fd);
	return err;
}

int devices_each(struct boot *b, device_visit *visit)
{
	_Alignas(struct sys_entry) char buf[1024];
	int dir, n, err = sys_mount_pseudo("sysfs", "/sys");

	if (err)
		return err;
	dir = sys_open(BY_NUMBER, O_RDONLY | O_DIRECTORY);
	if (dir < 0)
		return dir;
	while (!err && (n = sys_list(dir, buf, sizeof(buf))) > 0)
		for (int at = 0; !err && at < n;) {
			struct sys_entry *e = (struct sys_entry *)(buf + at);

			at += e->length;
			/* 2: floppy drives; to open one without a disk takes seconds */
			if (e->name[0] != '.' && !str_after(e->name, "2:"))
				err = visit(b, e->name);
		}
	sys_close(dir);
	return err;
}
