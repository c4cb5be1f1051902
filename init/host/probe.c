/*
 * kindling probe: what each image, and each partition on it, holds.
 */
#include "host.h"
#include "image.h"
#include "print.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The exit status; of several images the worst one. */
enum found { IDENTIFIED = 0, FAILED = 1, NOTHING = 2, AMBIVALENT = 3 };

/* Blocks of fields, in one of two forms. */
struct output {
	bool json;
	bool several; /* files */
	bool terminal;
	unsigned blocks, fields; /* so far; the latter in this block */
};

static void begin_block(struct output *o)
{
	o->fields = 0;
	if (o->json)
		fputs(o->blocks ? ",\n\t{" : "\n\t{", stdout);
	else if (o->blocks)
		putchar('\n');
	o->blocks++;
}

static void end_block(struct output *o)
{
	if (o->json)
		putchar('}');
}

static void key(struct output *o, const char *name, const char *more)
{
	if (o->json)
		printf("%s\"%s%s\": ", o->fields ? ", " : "", name, more);
	else
		printf("%s%s=", name, more);
	o->fields++;
}

static void number(struct output *o, const char *name, unsigned long long value)
{
	key(o, name, "");
	printf(o->json ? "%llu" : "%llu\n", value);
}

/* What is no UTF-8 cannot be in JSON: then all bytes come in hex too. */
static void hex(struct output *o, const char *name, const char *value)
{
	key(o, name, "_HEX");
	putchar('"');
	for (; *value; value++)
		printf("%02x", (unsigned char)*value);
	putchar('"');
}

/* Nothing when there is no value. */
static void field(struct output *o, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	key(o, name, "");
	if (o->json) {
		print_json(stdout, value);
		if (!is_utf8(value))
			hex(o, name, value);
		return;
	}
	(o->terminal ? print_safe : print_raw)(stdout, value);
	putchar('\n');
}

/* Both types of a medium that looks like two. */
static void ambiguous(struct output *o, const struct super *super)
{
	char types[64];

	snprintf(types, sizeof(types), "%s,%s", super->fs.type, super->second.type);
	field(o, "AMBIGUOUS", types);
}

static enum found contents(struct output *o, const struct super *super)
{
	const struct identity *id = super->member.type ? &super->member : &super->fs;

	if (id == &super->fs && super->second.type) {
		ambiguous(o, super);
		return AMBIVALENT;
	}
	if (!id->type) {
		field(o, "DAMAGED", super->damaged);
		return NOTHING;
	}
	field(o, "TYPE", id->type);
	field(o, "UUID", id->uuid);
	field(o, "LABEL", id->label);
	return IDENTIFIED;
}

static enum found worse(enum found a, enum found b)
{
	static const enum found order[] = { FAILED, AMBIVALENT, IDENTIFIED };

	for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return NOTHING;
}

static enum found whole(struct output *o, struct image *image)
{
	enum found found = image_identify(image, NULL) ? FAILED : IDENTIFIED;

	begin_block(o);
	if (o->json || o->several)
		field(o, "DEVNAME", image->path);
	if (found != FAILED)
		found = contents(o, &image->super);
	field(o, "PTTYPE", image->table);
	number(o, "SIZE", image->size);
	number(o, "OFFSET", 0);
	end_block(o);
	return image->table ? worse(found, IDENTIFIED) : found;
}

static enum found partition(struct output *o, struct image *image,
			    const struct parttable_entry *entry)
{
	enum found found = image_identify(image, entry) ? FAILED : IDENTIFIED;

	begin_block(o);
	if (o->json)
		field(o, "DEVNAME", image->path);
	number(o, "PARTN", entry->number);
	if (found != FAILED)
		found = contents(o, &image->super);
	field(o, "PARTUUID", entry->id.uuid);
	field(o, "PARTLABEL", entry->id.label);
	number(o, "SIZE", entry->size * 512);
	number(o, "OFFSET", entry->start * 512);
	end_block(o);
	return found;
}

static enum found one_image(struct output *o, const char *path, unsigned sector)
{
	static struct image image;
	enum found found;

	if (image_open(&image, path, sector, false))
		return FAILED;
	found = whole(o, &image);
	for (unsigned i = 0; i < image.count; i++)
		found = worse(found, partition(o, &image, &image.entries[i]));
	image_close(&image);
	return found;
}

int probe(int argc, char **argv)
{
	static const struct option words[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "sector-size", required_argument, NULL, 's' },
		{ 0 },
	};
	struct output o = { .terminal = isatty(STDOUT_FILENO) };
	enum found found = NOTHING;
	unsigned sector = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", words, NULL)) >= 0) {
		if (option == 'j')
			o.json = true;
		else if (option != 's' || sector_size(optarg, &sector))
			return FAILED;
	}
	if (optind == argc) {
		usage("probe: which image?");
		return FAILED;
	}
	o.several = argc - optind > 1;
	if (o.json)
		putchar('[');
	for (; optind < argc; optind++)
		found = worse(found, one_image(&o, argv[optind], sector));
	if (o.json)
		puts(o.blocks ? "\n]" : "]");
	return found;
}
