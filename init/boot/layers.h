/*
 * The steps of the layers that are built in: boot/layer/NAME.c has one each.
 */
#ifndef BOOT_LAYERS_H
#define BOOT_LAYERS_H

#include "../init.h"
#include "../plan/layer.h"

struct step {
	const struct layer *layer;
	/* Makes of what there is (b->node, b->device, b->contents; or what is on NEW_ROOT) what the layer gives. */
	void (*make)(struct boot *b);
	/* Or NULL. Takes it away again, whatever of it there is: another root is tried. */
	void (*undo)(void);
	/* Or NULL. Root is whole. */
	void (*finish)(struct boot *b);
};

/* The linker gathers them. */
#define STEP(name, ...) \
	__attribute__((section("steps"), used, aligned(sizeof(void *)))) \
	static const struct step name##_step = { &name##_layer, __VA_ARGS__ }

/*
 * Finds another device than root's, by a root= form that this word has, and closes it again. use() gets it in a copy of
 * *b, as root's would be there, and mounts or reads it. seconds: to wait for it, NOT_GIVEN: as for root.
 */
void with_other(struct boot *b, const char *word, char *form, int seconds, void (*use)(struct boot *other));

/*
 * Finds what a layer has made, by its node's name below /dev: from here on it is root's device. It is there
 * at once or never; what is said then names the layer's word and its value. All three texts stay.
 */
void find_made(struct boot *b, const char *name, const char *word, const char *value);

/*
 * Opens a driver's control node, of this minor number of misc devices (linux/miscdevice.h); where there is none, once the
 * image's module of that name is loaded. The fd, or -errno: -ENODEV without the driver.
 */
int open_control(const struct boot *b, const char *path, const char *module, unsigned minor);

/*
 * Opens, with O_PATH, what is at this path below a directory, which nobody has to trust: no link is
 * followed, and ".." is an error. `make` makes the directories that are not there. The working
 * directory is / then. The fd, or -errno.
 */
int open_inside(const char *top, const char *path, bool make);

/* Moves what is mounted on NEW_ROOT to a directory of the image, which it makes. 0, or -errno. */
int move_root(const char *to);

/* mount(2) on the directory at such a path of root. 0, or -errno. */
int mount_inside(const char *path, const char *source, const char *type, unsigned long flags, const char *options);

/* Decides which layers root gets. */
void plan_layers(struct boot *b);

/* Root is whole: the last words of its steps. */
void finish_layers(struct boot *b);

/* Undoes root's steps, the last one first. */
void undo_layers(struct boot *b);

#endif
