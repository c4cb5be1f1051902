#include "block.h"
#include "memory.h"
#include "print.h"
#include "verity.h"
#include "../lib/str.h"
#include "../plan/text.h"

#include <stdio.h>
#include <stdlib.h>

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

static void contents(struct output *o, const struct super *super)
{
	const struct contents *c = &super->contents;
	const struct identity *id = c->member ? &super->member : &super->fs;

	if (!c->member && c->second) {
		char *types = copyf("%s,%s", c->fs, c->second);

		field(o, "AMBIGUOUS", types);
		free(types);
	} else if (c->member || c->fs) {
		field(o, "TYPE", c->member ? c->member : c->fs);
		field(o, "UUID", id->uuid);
		field(o, "LABEL", id->label);
	} else {
		field(o, "DAMAGED", c->damaged);
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
		field(o, "VERITY_UNUSABLE", why);
		return;
	}
	for (unsigned i = 0; i < v.salt_size; i++)
		snprintf(salt + 2 * i, 3, "%02x", v.salt[i]);
	text_uuid(uuid, v.uuid, false);
	number(o, "VERITY_OFFSET", is_own ? 0 : (unsigned long long)v.data_blocks << v.data_shift);
	number(o, "VERITY_VERSION", 1);
	field(o, "VERITY_UUID", uuid);
	field(o, "VERITY_HASH", v.algorithm);
	number(o, "VERITY_DATA_BLOCK", 1U << v.data_shift);
	number(o, "VERITY_HASH_BLOCK", 1U << v.hash_shift);
	number(o, "VERITY_DATA_BLOCKS", v.data_blocks);
	field(o, "VERITY_SALT", salt);
}

void block_print(struct output *o, const struct image *image, const struct parttable_entry *entry,
		 const struct super *super, bool named)
{
	begin_block(o);
	if (o->json || named)
		field(o, "DEVNAME", image->path);
	if (entry)
		number(o, "PARTN", entry->number);
	if (super) {
		contents(o, super);
		verity(o, image, entry, &super->contents);
	}
	field(o, "PTTYPE", entry ? NULL : image->table);
	field(o, "PARTUUID", entry ? entry->id.uuid : NULL);
	field(o, "PARTLABEL", entry ? entry->id.label : NULL);
	number(o, "SIZE", entry ? entry->size * 512 : image->size);
	number(o, "OFFSET", entry ? entry->start * 512 : 0);
	end_block(o);
}
