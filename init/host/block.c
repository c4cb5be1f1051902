#include "block.h"
#include "memory.h"
#include "print.h"
#include "verity.h"
#include "../lib/str.h"
#include "../plan/text.h"

#include <stdio.h>
#include <stdlib.h>

static void key(struct output *o, const char *name)
{
	if (o->json)
		fputs(o->fields ? ", " : "", o->out);
	else
		fprintf(o->out, "%s=", name);
	o->fields++;
}

static void number(struct output *o, const char *name, unsigned long long value)
{
	key(o, name);
	if (o->json)
		fprintf(o->out, "\"%s\": %llu", name, value);
	else
		fprintf(o->out, "%llu\n", value);
}

void block_field(struct output *o, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	key(o, name);
	if (o->json) {
		print_json_field(o->out, name, value);
		return;
	}
	(o->terminal ? print_safe : print_raw)(o->out, value);
	fputc('\n', o->out);
}

static void contents(struct output *o, const struct super *super)
{
	const struct contents *c = &super->contents;
	const struct identity *id = c->member ? &super->member : &super->fs;

	if (!c->member && c->second) {
		char *types = copyf("%s,%s", c->fs, c->second);

		block_field(o, "AMBIGUOUS", types);
		free(types);
	} else if (c->member || c->fs) {
		block_field(o, "TYPE", c->member ? c->member : c->fs);
		block_field(o, "UUID", id->uuid);
		block_field(o, "LABEL", id->label);
	} else {
		block_field(o, "DAMAGED", c->damaged);
	}
}

/* The superblock of dm-verity: on a device of its own, or where /init looks for one behind the file system. */
static void verity(struct output *o, const struct image *image, const struct parttable_entry *entry,
		   const struct contents *c)
{
	struct medium medium = image_medium(image, entry);
	unsigned char at[VERITY_SUPERBLOCK];
	char salt[2 * 256 + 1] = "", uuid[TEXT_UUID];
	bool is_own = c->member && str_same(c->member, "DM_verity_hash");
	struct verity v = { 0 };
	const char *why = verity_none;

	if (is_own || (!c->member && c->size))
		why = verity_look(&v, &medium, at, is_own ? 0 : c->size);
	if (why == verity_none)
		return;
	if (why) {
		block_field(o, "VERITY_UNUSABLE", why);
		return;
	}
	for (unsigned i = 0; i < v.salt_size; i++)
		snprintf(salt + 2 * i, 3, "%02x", v.salt[i]);
	text_uuid(uuid, v.uuid, false);
	number(o, "VERITY_OFFSET", is_own ? 0 : (unsigned long long)v.data_blocks << v.data_shift);
	number(o, "VERITY_VERSION", 1);
	block_field(o, "VERITY_UUID", uuid);
	block_field(o, "VERITY_HASH", v.algorithm);
	number(o, "VERITY_DATA_BLOCK", 1U << v.data_shift);
	number(o, "VERITY_HASH_BLOCK", 1U << v.hash_shift);
	number(o, "VERITY_DATA_BLOCKS", v.data_blocks);
	block_field(o, "VERITY_SALT", salt);
}

void block_members(struct output *o, const struct image *image, const struct parttable_entry *entry,
		   const struct super *super, bool named)
{
	if (o->json || named)
		block_field(o, "DEVNAME", image->path);
	if (entry)
		number(o, "PARTN", entry->number);
	if (super) {
		contents(o, super);
		verity(o, image, entry, &super->contents);
	}
	block_field(o, "PTTYPE", entry ? NULL : image->table);
	block_field(o, "PARTUUID", entry ? entry->id.uuid : NULL);
	block_field(o, "PARTLABEL", entry ? entry->id.label : NULL);
	number(o, "SIZE", entry ? entry->size * 512 : image->size);
	number(o, "OFFSET", entry ? entry->start * 512 : 0);
}

void block_print(struct output *o, const struct image *image, const struct parttable_entry *entry,
		 const struct super *super, bool named)
{
	const char *between = o->blocks++ ? o->json ? "," : "\n" : "";

	fprintf(o->out, "%s%s", between, o->json ? "\n\t{" : "");
	o->fields = 0;
	block_members(o, image, entry, super, named);
	if (o->json)
		fputc('}', o->out);
}
