/*
 * A writable layer: root becomes what the kernel's overlay makes of it and of another file system, in memory or on a
 * device (Documentation/filesystems/overlayfs.rst). On the device, in the directory DIR:
 *
 *     NAME/upper, NAME/work   of the root of this name
 *     NAME.old-N              put aside by a reset
 *     new                     not finished when the power went; a whole one becomes NAME
 */
#include "../../lib/dir.h"
#include "../../lib/log.h"
#include "../../lib/str.h"
#include "../../lib/sys.h"
#include "../../plan/layer/overlay.h"
#include "../device.h"
#include "../layers.h"
#include "../modules.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

extern const struct layer overlay_layer;

/* In the image, which goes. */
#define LOWER "/lower"
#define DEVICE "/writable"
#define MEMORY "/memory"

/* So many resets are kept. */
#define OLD_MAX 100

static struct overlay o;
static struct boot *root;
static char name[OVERLAY_NAME_MAX];

static _Noreturn void refuse_overlay(struct boot *b, const char *what, int err)
{
	refuse(b, "%s=%s: %s: %d", o.word, o.value, what, err);
}

/* What root's top directory is like, to an ls and to the kernel: that of the overlay is the upper one's. */
static int copy_attributes(const char *from, const char *to)
{
	static const char names[] = "system.posix_acl_access,system.posix_acl_default,security.selinux";
	static char value[4096];
	const char *rest = names;
	char attribute[32];
	struct statx st;
	int fd = sys_open(from, O_PATH), err = fd < 0 ? fd : sys_stat_fd(fd, &st);

	sys_close(fd);
	if (!err)
		err = sys_change_owner(to, st.stx_uid, st.stx_gid);
	if (!err)
		err = sys_change_mode(to, st.stx_mode & 07777);
	while (!err && str_item(&rest, ',', attribute, sizeof(attribute))) {
		int size = sys_get_attribute(from, attribute, value, sizeof(value));

		err = size < 0 ? size : sys_set_attribute(to, attribute, value, (size_t)size);
		/* not there; a tmpfs or kernel without them has them nowhere */
		if (err == -ENODATA || err == -EOPNOTSUPP)
			err = 0;
	}
	return err;
}

/* Makes both directories in this one. */
static int begin(const char *like)
{
	int err = sys_make_directory("work");

	if (!err)
		err = sys_make_directory("upper");
	return err ? err : copy_attributes(like, "upper");
}

/* The same on a device: whole or not there. */
static int begin_named(void)
{
	int err = sys_make_directory("new");

	if (!err)
		err = sys_chdir("new");
	if (!err)
		err = begin(LOWER);
	if (!err)
		err = sys_chdir("..");
	return err ? err : sys_rename("new", name);
}

/* Goes to it, which is made when it is not there. */
static int use_named(void)
{
	int err = sys_chdir(name);

	if (err == -ENOENT && !o.readonly) {
		err = begin_named();
		if (!err)
			err = sys_chdir(name);
	}
	return err;
}

/* Puts the old one aside: a rename is there or not, wherever the power goes. */
static int reset(struct boot *b)
{
	char old[sizeof(name) + sizeof(".old-99")];

	for (unsigned i = 0; i < OLD_MAX; i++) {
		int err;

		str_print(old, sizeof(old), "%s.old-%u", name, i);
		err = sys_rename(name, old);
		if (err != -EEXIST && err != -ENOTEMPTY)
			return err == -ENOENT ? 0 : err;
	}
	refuse(b, "%s=%s: %s: %u old ones are there", o.word, o.value, b->node, OLD_MAX);
}

/* Is there the layer of another root? 0 or 1, or -errno. */
static int is_other(void *arg, const char *entry)
{
	char path[256 + sizeof("/upper")];
	int err;

	(void)arg;
	if (str_same(entry, name) || str_same(entry, "new") || *str_find(entry, '.') ||
	    !str_print(path, sizeof(path), "%s/upper", entry))
		return 0;
	err = sys_access(path);
	return err == -ENOENT || err == -ENOTDIR ? 0 : err ? err : 1;
}

/* Mounts the overlay of what is in the working directory: b->instead is what happens otherwise. */
static int mount_overlay(struct boot *b, const char *layers)
{
	char options[200];
	int err;

	if (CONFIG_MODULES)
		modules_ask(b, "fs-overlay");
	/* without these the kernel takes an upper whose lower has changed */
	str_print(options, sizeof(options), "%s,redirect_dir=off,index=off,xino=off,metacopy=off", layers);
	err = sys_mount("overlay", NEW_ROOT, "overlay", 0, options);
	/* below Linux 4.19 */
	return err == -EINVAL ? sys_mount("overlay", NEW_ROOT, "overlay", 0, layers) : err;
}

/* In memory, over what is in the working directory's upper, if it is there. */
static int stay_in_memory(struct boot *b)
{
	int no_upper = o.readonly && o.device && !o.reset ? sys_access("upper") : -ENOENT;
	int here = sys_open(".", O_PATH), err = here < 0 ? here : no_upper;

	if (!err || err == -ENOENT)
		err = sys_make_directory(MEMORY);
	if (!err)
		err = sys_mount("tmpfs", MEMORY, "tmpfs", 0, o.device ? NULL : o.options);
	if (!err)
		err = sys_chdir(MEMORY);
	if (!err)
		err = begin(LOWER);
	if (!err)
		err = sys_chdir_fd(here);
	sys_close(here);
	return err ? err : mount_overlay(b, no_upper ? "lowerdir=" LOWER ",upperdir=" MEMORY "/upper,workdir=" MEMORY "/work"
						     : "lowerdir=upper:" LOWER ",upperdir=" MEMORY "/upper,workdir=" MEMORY "/work");
}

/* On the device, which is there. */
static void use_device(struct boot *b)
{
	int err, fd;

	b->flags = o.readonly ? MS_RDONLY : 0;
	b->root.flags = NULL;
	err = mount_root(b);
	if (!err)
		err = move_root(DEVICE);
	if (err)
		refuse_overlay(b, b->node, err);
	fd = open_inside(DEVICE, o.dir, !o.readonly);
	err = fd < 0 ? fd : sys_chdir_fd(fd);
	sys_close(fd);
	if (CONFIG_OVERLAY_REFUSE && !err)
		err = dir_each(".", is_other, NULL);
	if (CONFIG_OVERLAY_REFUSE && err > 0)
		refuse(b, "%s=%s: %s: the layer of another root is there", o.word, o.value, b->node);
	if (!err && o.reset && !o.readonly)
		err = reset(b);
	if (!err)
		err = use_named();
	if (o.readonly) {
		/* there may be none yet */
		if (!err || err == -ENOENT)
			err = stay_in_memory(b);
	} else if (!err) {
		err = mount_overlay(b, "lowerdir=" LOWER ",upperdir=upper,workdir=work");
		/* the kernel says which of its reasons it was */
		if (err == -EINVAL)
			refuse(b, sys_access("work/work/incompat") ? "%s=%s: %s: %s cannot be written over root"
								   : "%s=%s: %s: work/incompat is there: rd.overlay.reset begins anew",
			       o.word, o.value, b->node, b->type);
	}
	if (err)
		refuse_overlay(b, b->node, err);
}

static void undo(void)
{
	sys_chdir("/");
	sys_unmount(DEVICE);
	sys_unmount(MEMORY);
	sys_unmount(LOWER);
}

/* What the image wants when the device cannot be had. */
static __attribute__((noreturn)) void go_without(struct boot *b)
{
	int err = 0;

	b = root;
	b->instead = NULL;
	sys_unmount(NEW_ROOT);
	sys_unmount(MEMORY);
	o.device = NULL;
	sys_chdir("/");
	if (CONFIG_OVERLAY_VOLATILE)
		err = stay_in_memory(b);
	else
		err = sys_mount(LOWER, NEW_ROOT, NULL, MS_MOVE, NULL);
	if (err)
		refuse_overlay(b, "tmpfs", err);
	undo();
	start_init(b);
}

static void identify(struct boot *b)
{
	int fd, err;

	if (OVERLAY_BY_NAME && o.device) {
		fd = sys_open(b->node, O_RDONLY);
		err = fd < 0 ? fd : device_super(b, fd, false);
		sys_close(fd);
		if (err)
			refuse(b, "%s=%s: which root %s is: %d", o.word, o.value, b->node, err);
	}
	overlay_name(name, &b->root.words, OVERLAY_BY_NAME && o.device ? &b->super : NULL);
}

static void make(struct boot *b)
{
	const char *why = overlay_wanted(&o, &b->root.words);
	int err;

	if (why)
		refuse(b, "%s=%s: %s", o.word, o.value, why);
	root = b;
	identify(b);
	err = move_root(LOWER);
	if (err)
		refuse_overlay(b, LOWER, err);
	if (o.device) {
		if (!CONFIG_OVERLAY_FAIL) {
			b->instead = go_without;
			/* who goes on without it does not wait for ever */
			if (o.timeout == NOT_GIVEN && params_wait(&b->params) == WAIT_FOREVER)
				o.timeout = CONFIG_ROOTWAIT_SECONDS;
		}
		with_other(b, o.word, o.device, o.timeout, use_device);
		b->instead = NULL;
	} else {
		err = stay_in_memory(b);
		if (err)
			refuse_overlay(b, "tmpfs", err);
	}
	undo();
}

STEP(overlay, make, undo, NULL);
