#include "dm.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "layers.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>

#define CONTROL "/dev/mapper/control"

/* What goes to the kernel and comes back: a device, one target, its parameters. */
static struct {
	struct dm_ioctl device;
	struct dm_target_spec target;
	char parameters[1536];
} request;

static int control(const struct boot *b)
{
	if (CONFIG_MAKE_NODES && !b->has_devtmpfs)
		sys_make_directory("/dev/mapper");
	return open_control(b, CONTROL, "dm-mod", 236); /* MAPPER_CTRL_MINOR */
}

/* One call for the device that was created last, by its number: a name or uuid beside that is an error. */
static int ask(int fd, unsigned long what, unsigned flags)
{
	request.device.name[0] = request.device.uuid[0] = '\0';
	/* the kernel has written there how much came back */
	request.device.data_size = sizeof(request);
	request.device.flags = flags;
	return sys_control(fd, what, &request);
}

int dm_create(const struct boot *b, const char *name, const char *uuid, const char *target, unsigned long long bytes,
	      const char *parameters, char *node)
{
	int fd = control(b), err = fd;
	unsigned long long number;

	if (fd < 0)
		return err;
	request.device = (struct dm_ioctl){ .version = { DM_VERSION_MAJOR }, .data_size = sizeof(request),
					    .data_start = sizeof(request.device) };
	str_copy(request.device.name, sizeof(request.device.name), name);
	str_copy(request.device.uuid, sizeof(request.device.uuid), uuid);
	err = sys_control(fd, DM_DEV_CREATE, &request);
	number = request.device.dev;
	if (!err) {
		request.device.target_count = 1;
		request.target = (struct dm_target_spec){ .length = bytes >> 9 };
		str_copy(request.target.target_type, sizeof(request.target.target_type), target);
		str_copy(request.parameters, sizeof(request.parameters), parameters);
		err = ask(fd, DM_TABLE_LOAD, DM_READONLY_FLAG);
		if (!err)
			err = ask(fd, DM_DEV_SUSPEND, 0);
		if (err)
			ask(fd, DM_DEV_REMOVE, 0);
	}
	sys_close(fd);
	/* a hash that this kernel has not: ours are the devices, and they are there */
	if (err == -ENOENT)
		err = -ENODEV;
	/* linux/kdev_t.h, huge_encode_dev(): of the minor, 8 bits and 12 */
	str_print(node, ROOTSPEC_NAME_MAX + 1, "dm-%u", (unsigned)(number & 0xff) | (unsigned)(number >> 12 & 0xfff00));
	return err;
}

void dm_remove(void)
{
	int fd = sys_open(CONTROL, O_RDWR);

	ask(fd, DM_DEV_REMOVE, 0);
	sys_close(fd);
}
