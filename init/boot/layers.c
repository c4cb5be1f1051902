#include "layers.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "modules.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

/* The linker's names for the ends of the section that STEP() fills; NULL when nothing does. */
extern const struct step __start_steps[] __attribute__((weak));
extern const struct step __stop_steps[] __attribute__((weak));

void with_other(struct boot *b, const char *word, char *form, int seconds, void (*use)(struct boot *other))
{
	static struct boot other;
	char reason[ROOTSPEC_REASON_MAX];
	int err;

	other = *b;
	other.whole = b;
	other.device = -1;
	err = rootspec_parse(&other.root, form, NULL, NULL, &b->root.words);
	if (err)
		refuse(&other, "%s=%s: %s", word, form, rootspec_reason(reason, err));
	other.root.word = word;
	other.root.wait = seconds;
	/* nothing that is mounted is one */
	other.root.is_tree = true;
	/* its time begins here */
	other.since = sys_now();
	find(&other);
	use(&other);
	sys_close(other.device);
}

/* What a layer has made is read-only: no journal can be replayed. */
static void without_journal(struct boot *b)
{
	static char flags[1024];
	const char *fs = b->contents.fs;

	if (!fs || !str_listed("ext3 ext4", ' ', fs) || b->root.flags == flags)
		return;
	if (!str_print(flags, sizeof(flags), b->root.flags ? "noload,%s" : "noload", b->root.flags))
		refuse(b, "rootflags=%s: too long", b->root.flags);
	b->root.flags = flags;
}

void find_made(struct boot *b, const char *name, const char *word, const char *value)
{
	b->root.kind = ROOT_NAME;
	b->root.value = name;
	b->root.word = word;
	b->root.text = value;
	b->root.is_made = true;
	find(b);
	without_journal(b);
}

int open_control(const struct boot *b, const char *path, const char *module, unsigned minor)
{
	int fd = sys_open(path, O_RDWR);

	if (fd == -ENOENT && CONFIG_MODULES && modules_ask(b, module))
		fd = sys_open(path, O_RDWR);
	if (fd == -ENOENT && CONFIG_MAKE_NODES && !b->has_devtmpfs) {
		sys_make_node(path, S_IFCHR | 0600, 10, minor);
		fd = sys_open(path, O_RDWR);
	}
	return fd == -ENOENT || fd == -ENXIO ? -ENODEV : fd;
}

int open_inside(const char *top, const char *path, bool make)
{
	int fd = sys_open(top, O_PATH), err;
	char name[256];

	for (const char *at = path; fd >= 0 && str_item(&path, '/', name, sizeof(name)); at = path) {
		/* of "//" and of a slash at an end */
		if (!*name && (!*at || *at == '/'))
			continue;
		err = !*name ? -ENAMETOOLONG : str_same(name, "..") ? -EINVAL : sys_chdir_fd(fd);
		if (!err && make)
			err = sys_make_directory(name);
		sys_close(fd);
		fd = err ? err : sys_open(name, O_PATH | O_NOFOLLOW);
	}
	sys_chdir("/");
	return fd;
}

int move_root(const char *to)
{
	int err = sys_make_directory(to);

	return err ? err : sys_mount(NEW_ROOT, to, NULL, MS_MOVE, NULL);
}

int mount_inside(const char *path, const char *source, const char *type, unsigned long flags, const char *options)
{
	int fd = open_inside(NEW_ROOT, path, false), err = fd < 0 ? fd : sys_chdir_fd(fd);

	if (!err)
		err = sys_mount(source, ".", type, flags, options);
	sys_close(fd);
	sys_chdir("/");
	return err;
}

void plan_layers(struct boot *b)
{
	const struct layer *misfit = layers_plan(b->layers, &b->root.words, rootspec_gives(&b->root));

	if (misfit)
		refuse(b, "%s: root=%s is no block device", misfit->word, b->params.root);
	for (const struct layer **l = b->layers; *l; l++) {
		const char *why = (*l)->refuses ? (*l)->refuses(&b->root.words) : NULL;
		const char *value = b->root.words.value[layer_index(layer_word((*l)->word))];

		if (why)
			refuse(b, "%s=%s: %s", (*l)->word, value ? value : "", why);
	}
	/* whatever a layer stands on stays as it is */
	if (*b->layers)
		b->flags |= MS_RDONLY;
}

static const struct step *step_of(const struct layer *layer)
{
	const struct step *s = __start_steps;

	while (s->layer != layer)
		s++;
	return s;
}

void lay(struct boot *b, enum made what)
{
	if (!CONFIG_LAYERS)
		return;
	for (const struct layer **l = b->layers; *l; l++) {
		if ((*l)->gives != what)
			continue;
		/* of a device that is to hold a file: it is mounted first */
		while (what == MADE_DEVICE && (*l)->takes == MADE_ROOT && !attach(b))
			find(b);
		step_of(*l)->make(b);
	}
}

void finish_layers(struct boot *b)
{
	for (const struct layer **l = b->layers; *l; l++)
		if (step_of(*l)->finish)
			step_of(*l)->finish(b);
}

void undo_layers(struct boot *b)
{
	const struct layer **l = b->layers;

	while (*l)
		l++;
	for (; l > b->layers; l--)
		if (step_of(l[-1])->undo)
			step_of(l[-1])->undo();
}
