/*
 * kindling probe: what each image, and each partition on it, holds.
 */
#include "block.h"
#include "host.h"

#include <stdio.h>
#include <unistd.h>

/* The exit status; of several images the worst one. */
enum found { IDENTIFIED = 0, FAILED = 1, NOTHING = 2, AMBIVALENT = 3 };

static enum found found_in(const struct super *super)
{
	if (super->contents.member)
		return IDENTIFIED;
	return super->contents.second ? AMBIVALENT : super->contents.fs ? IDENTIFIED : NOTHING;
}

static enum found worse(enum found a, enum found b)
{
	static const enum found order[] = { FAILED, AMBIVALENT, IDENTIFIED };

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return NOTHING;
}

/* A partition, or with NULL the whole disk. */
static enum found one_part(struct output *o, struct image *image,
			   const struct parttable_entry *entry, bool named)
{
	bool failed = image_identify(image, entry, NULL);

	block_print(o, image, entry, failed ? NULL : &image->super, named);
	return failed ? FAILED : found_in(&image->super);
}

static enum found one_image(struct output *o, const char *path, unsigned sector, bool named)
{
	static struct image image;
	enum found found;

	if (image_open(&image, path, sector, false))
		return FAILED;
	found = worse(image.table ? IDENTIFIED : NOTHING, one_part(o, &image, NULL, named));
	for (unsigned i = 0; i < image.count; i++)
		found = worse(found, one_part(o, &image, &image.entries[i], false));
	image_close(&image);
	return found;
}

int probe(const struct options *options, char **images)
{
	struct output o = { .out = stdout, .json = options->json, .terminal = isatty(STDOUT_FILENO) };
	enum found found = NOTHING;
	bool several = images[1];

	if (o.json)
		putchar('[');
	for (; *images; images++)
		found = worse(found, one_image(&o, *images, options->sector, several));
	if (o.json)
		puts(o.blocks ? "\n]" : "]");
	return (int)found;
}
