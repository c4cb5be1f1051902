#include "super.h"
#include "bytes.h"
#include "super/format.h"
#include "text.h"
#include "../lib/str.h"

#include <errno.h>

/* The linker's names for the ends of the section that FORMAT() fills; NULL when nothing does. */
extern const struct format __start_formats[] __attribute__((weak));
extern const struct format __stop_formats[] __attribute__((weak));

void format_uuid(struct identity *id, const unsigned char *bytes)
{
	if (le64(bytes) | le64(bytes + 8))
		text_uuid(id->uuid, bytes, false);
}

void format_serial(struct identity *id, const unsigned char *bytes)
{
	char *end = id->uuid;

	if (!le32(bytes))
		return;
	end = text_hex(end, le16(bytes + 2), 4, true);
	*end++ = '-';
	*text_hex(end, le16(bytes), 4, true) = '\0';
}

/* Ends the label where its spaces at the end begin. */
static void trim(char *label)
{
	char *end = label;

	for (char *c = label; *c; c++)
		if (*c != ' ' && (unsigned)(*c - '\t') > '\r' - '\t')
			end = c + 1;
	*end = '\0';
}

void format_text(char *out, const void *bytes, unsigned length)
{
	const char *from = bytes;
	unsigned i = 0;

	for (; i < length && from[i]; i++)
		out[i] = from[i];
	out[i] = '\0';
	trim(out);
}

void format_label(struct identity *id, const void *bytes, unsigned length)
{
	format_text(id->label, bytes, length);
}

void format_label_utf16(struct identity *id, const unsigned char *bytes, unsigned units)
{
	text_utf8(id->label, bytes, units);
	trim(id->label);
}

bool format_is(const unsigned char *at, const char *magic, unsigned length)
{
	while (length--)
		if (at[length] != (unsigned char)magic[length])
			return false;
	return true;
}

const unsigned char *format_read(struct probe *p, unsigned size, unsigned long long offset)
{
	struct super *s = p->super;

	if (s->far_at == offset && size <= s->far_size)
		return s->far;
	s->far_at = offset;
	s->far_size = reader_get(p->reader, s->far, size, offset) ? size : 0;
	return s->far_size ? s->far : NULL;
}

bool format_is_free(const struct probe *p, unsigned long long offset)
{
	return offset >= p->super->contents.size;
}

bool super_is_named(const char *drivers, const char *type)
{
	while (drivers[0] != type[0] || drivers[1] != type[1] || drivers[2] != type[2]) {
		drivers = str_find(drivers, ',');
		if (!*drivers++)
			return false;
	}
	return true;
}

/* Keeps what the row describes, if it stands there and nothing better does. */
static void try(struct probe *p, const struct format *f)
{
	struct super *s = p->super;
	struct contents *c = &s->contents;
	struct identity *id = f->member ? &s->member : &s->tried;
	int err;
	unsigned rank;

	if (c->member)
		return;
	/* libblkid looks at a whole kilobyte: so what is cut within its superblock is nothing */
	if (p->reader->size < f->base + 1024ULL)
		return;
	p->offset = f->base;
	if (f->end) {
		p->offset = (p->reader->size - f->base) >> f->end << f->end;
		if (p->wish->partitioned || (s->format && s->format->owns > format_is_free(p, p->offset)))
			return;
	} else if (f->far && c->fs) {
		/* it takes a read more, and is not looked for when something is found */
		return;
	}
	p->at = f->far ? format_read(p, f->far, p->offset) : s->head + f->base;
	if (!p->at || !format_is(p->at + f->magic_at, f->magic, f->magic_length))
		return;
	p->format = f;
	p->id = id;
	/* check() may change it: one superblock can be of several types (ext) */
	p->type = f->type;
	p->size = p->number = 0;
	p->devices = 1;
	id->uuid[0] = '\0';
	if (f->uuid_at)
		format_uuid(id, p->at + f->uuid_at);
	format_label(id, p->at + f->label_at, f->label_length);
	err = f->check ? f->check(p) : 0;
	if (err == -EBADMSG)
		c->damaged = p->type;
	if (err)
		return;
	if (f->member) {
		c->member = p->type;
		return;
	}
	/* of two file systems what rootfstype= names is it, then what has more than a short magic */
	rank = f->weak ? 1 : 2;
	if (p->wish->types && super_is_named(p->wish->types, p->type))
		rank += 2;
	if (rank == s->rank)
		c->second = p->type;
	if (rank <= s->rank)
		return;
	c->fs = p->type;
	c->second = NULL;
	c->size = p->size;
	c->number = p->number;
	c->devices = p->devices;
	s->format = f;
	s->rank = rank;
	/* no struct assignment: of this size it is memcpy(), for which the C library of ARM has 600 bytes */
	str_copy(s->fs.uuid, sizeof(s->fs.uuid), id->uuid);
	str_copy(s->fs.label, sizeof(s->fs.label), id->label);
}

/*
 * When a format's turn is, from FIRST down: file systems in the head; then what is elsewhere, the largest
 * offset first (btrfs decides by one sector more); at last members in the head and at the end: what a file
 * system takes is known by then.
 */
#define FIRST 16

static unsigned turn_of(const struct format *f)
{
	if (f->end)
		return 0;
	if (f->far)
		return f->base >> 13 | !f->member;
	return f->member ? 1 : FIRST;
}

void super_identify(struct super *s, struct reader *reader, const struct super_wish *wish)
{
	size_t size = reader->size < SUPER_HEAD ? (size_t)reader->size : SUPER_HEAD;
	struct probe p;
	struct contents *c = &s->contents;

	*s = (struct super){ .far_size = 0 };
	p.super = s;
	p.reader = reader;
	p.wish = wish;
	/* A device of a sector or two is the place of an extended partition: blkid's rule too. */
	if (reader->size <= 1024)
		return;
	/* a bad sector need not be one that decides */
	if (!reader_get(reader, s->head, size, 0))
		reader_get(reader, s->head, 4096, 0);
	for (unsigned turn = FIRST + 1; turn--;)
		for (const struct format *f = __start_formats; f < __stop_formats; f++)
			if (turn_of(f) == turn)
				try(&p, f);
	/* what checks out beats the remains of something else */
	if (c->fs)
		c->damaged = NULL;
}
