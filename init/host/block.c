#include "block.h"
#include "memory.h"
#include "print.h"

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

void block_print(struct output *o, const struct image *image, const struct parttable_entry *entry,
		 const struct super *super, bool named)
{
	begin_block(o);
	if (o->json || named)
		field(o, "DEVNAME", image->path);
	if (entry)
		number(o, "PARTN", entry->number);
	if (super)
		contents(o, super);
	field(o, "PTTYPE", entry ? NULL : image->table);
	field(o, "PARTUUID", entry ? entry->id.uuid : NULL);
	field(o, "PARTLABEL", entry ? entry->id.label : NULL);
	number(o, "SIZE", entry ? entry->size * 512 : image->size);
	number(o, "OFFSET", entry ? entry->start * 512 : 0);
	end_block(o);
}
