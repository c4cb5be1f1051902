/*
 * Mounts root as the kernel would (init/do_mounts.c, mount_root_generic()):
 * the next type only on EACCES or EINVAL, then all of them read-only.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/mountopts.h"

#include <errno.h>
#include <sys/mount.h>

static bool try_next(int err)
{
	return err == -EACCES || err == -EINVAL;
}

/* Tries the comma-separated types in order: 0 with b->type set, else the error that ended it. */
static int try_types(struct boot *b, char *types, unsigned long flags, const char *data)
{
	int err = -EINVAL;

	while (*types) {
		char *end = str_find(types, ','), separator = *end;

		*end = '\0';
		b->type = types;
		if (*types)
			err = sys_mount(b->node, NEW_ROOT, types, flags, data);
		if (!try_next(err))
			return err;
		*end = separator;
		types = end + !!separator;
	}
	return err;
}

int attach(struct boot *b)
{
	static char list[4096];
	const struct params *p = &b->params;
	char *types = p->rootfstype, *data = p->rootflags;
	unsigned long flags = MS_SILENT | (p->rw ? 0 : MS_RDONLY);
	int err;

	if (CONFIG_ROOTFLAGS && data)
		flags = mountopts_split(data, flags);
	if (!types) {
		types = list;
		err = sys_read_file("/proc/filesystems", list, sizeof(list));
		if (err < 0)
			return refuse(b, "read /proc/filesystems: %d", err);
		mountopts_filesystems(list);
	}
	err = try_types(b, types, flags, data);
	if (try_next(err) && !(flags & MS_RDONLY)) {
		err = try_types(b, types, flags | MS_RDONLY, data);
		if (!err)
			say(LOG_ERR, "mount %s (%s) rw: refused; root is read-only", b->node, b->type);
	}
	if (try_next(err))
		b->type = types;
	if (err)
		return refuse(b, "mount %s (%s): %d%s", b->node, b->type, err,
			      err != -EINVAL ? "" : data ? ": another file system, or bad rootflags="
						         : ": another file system");
	if (CONFIG_INFO)
		say(LOG_INFO, "root %s (%s) after %u ms", b->node, b->type, sys_now() - b->start);
	return 0;
}
