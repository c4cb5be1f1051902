#include "coldplug.h"
#include "../lib/dir.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "modules.h"

#include <fcntl.h>

#define PATH_SIZE 512

/* The walk: no other is within it. */
static coldplug_visit *visit;
static const char *but;
static char directory[PATH_SIZE];

static int read_device(void *arg, const char *name)
{
	static char text[UEVENT_MAX];
	char path[PATH_SIZE];
	int n = -1;

	if (str_print(path, sizeof(path), "%s/%s/uevent", directory, name))
		n = sys_read_file(path, text, sizeof(text));
	if (n > 0) {
		str_change(text, '\n', '\0');
		visit(arg, &(struct uevent){ name, text, (size_t)n });
	}
	return 0;
}

static int read_bus(void *arg, const char *name)
{
	if (!params_listed(but, name) && str_print(directory, sizeof(directory), "/sys/bus/%s/devices", name))
		dir_each(directory, read_device, arg);
	return 0;
}

void coldplug_below(const char *where, const char *name, coldplug_visit *visitor, void *arg)
{
	visit = visitor;
	if (str_print(directory, sizeof(directory), "%s%s", where, name))
		dir_each(directory, read_device, arg);
}

void coldplug_each(struct boot *b, const char *left_out, coldplug_visit *visitor)
{
	visit = visitor;
	but = left_out;
	sys_mount_pseudo("sysfs", "/sys");
	dir_each("/sys/bus", read_bus, b);
}

/* ---- kernels without devtmpfs: what mdev was for ------------------------------------------------ */

/* Makes the directories above a node. */
static void make_parents(char *path)
{
	for (char *c = path + sizeof("/dev/"); *c; c++)
		if (*c == '/') {
			*c = '\0';
			sys_make_directory(path);
			*c = '/';
		}
}

/* A number in the base; 0 for none. */
static unsigned number(const char *text, unsigned base)
{
	return text ? (unsigned)str_number(&text, base) : 0;
}

/* Name and mode are those that devtmpfs would take (drivers/base/devtmpfs.c). */
static void node(const struct uevent *event, unsigned type)
{
	const char *name = uevent_value(event, "DEVNAME="), *mode = uevent_value(event, "DEVMODE=");
	char path[sizeof(((struct boot *)0)->node)];

	if (!name || !str_print(path, sizeof(path), "/dev/%s", name))
		return;
	/* a block device's may be one of another that was removed, and nobody told; not the console's */
	if (type == S_IFBLK || uevent_is_remove(event))
		sys_unlink_at(AT_FDCWD, path, 0);
	if (uevent_is_remove(event))
		return;
	make_parents(path);
	sys_make_node(path, type | 0600, number(uevent_value(event, "MAJOR="), 10),
		      number(uevent_value(event, "MINOR="), 10));
	if (mode)
		sys_change_mode(path, number(mode, 8));
}

static void block_node(void *arg, const struct uevent *event)
{
	(void)arg;
	node(event, S_IFBLK);
}

static void char_node(void *arg, const struct uevent *event)
{
	(void)arg;
	node(event, S_IFCHR);
}

void coldplug_block(struct boot *b, const char *name)
{
	sys_mount_pseudo("sysfs", "/sys");
	str_copy(directory, sizeof(directory), "/sys/class/block");
	visit = block_node;
	read_device(b, name);
}

/* ---- both ----------------------------------------------------------------------------------------- */

static bool asked;

static void ask(void *b, const struct uevent *event)
{
	const char *modalias = uevent_value(event, "MODALIAS=");

	/* not a module's name */
	if (modalias && *str_find(modalias, ':') && modules_ask(b, modalias))
		asked = true;
}

bool coldplug(struct boot *b)
{
	asked = false;
	if (CONFIG_MODULES && modules_there())
		coldplug_each(b, "", ask);
	if (makes_nodes(b)) {
		sys_mount_pseudo("sysfs", "/sys");
		coldplug_below("/sys/dev/", "block", block_node, b);
		coldplug_below("/sys/dev/", "char", char_node, b);
	}
	return asked;
}

void plug(struct boot *b, const struct uevent *event)
{
	if (makes_nodes(b)) {
		const char *subsystem = uevent_value(event, "SUBSYSTEM=");

		node(event, subsystem && str_same(subsystem, "block") ? S_IFBLK : S_IFCHR);
	}
	if (CONFIG_MODULES && !uevent_is_remove(event))
		ask(b, event);
}
