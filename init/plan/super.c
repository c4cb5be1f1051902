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

const unsigned char *format_read(struct super *s, unsigned size, unsigned long long offset)
{
	if (s->far_at == offset && size <= s->far_size)
		return s->far;
	s->far_at = offset;
	s->far_size = reader_get(s->reader, s->far, size, offset) ? size : 0;
	return s->far_size ? s->far : NULL;
}

bool format_is_free(const struct super *s, unsigned long long offset)
{
	return offset >= s->contents.size;
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

/* Keeps what the row describes, if it stands there. */
static void try(struct super *s, const struct format *f)
{
	struct contents *c = &s->contents;
	/* a second file system is no more than its type: its names may go where a member's will stand */
	struct identity *id = f->member || c->fs ? &s->member : &s->fs;
	int err;

	if (c->member)
		return;
	/* libblkid looks at a whole kilobyte: so what is cut within its superblock is nothing */
	if (s->reader->size < f->base + 1024ULL)
		return;
	s->offset = f->base;
	if (f->end) {
		s->offset = (s->reader->size - f->base) >> f->end << f->end;
		if (s->wish->partitioned || s->owns > format_is_free(s, s->offset))
			return;
	}
	s->at = f->far ? format_read(s, f->far, s->offset) : s->head + f->base;
	if (!s->at || !format_is(s->at + f->magic_at, f->magic, f->magic_length))
		return;
	s->format = f;
	s->id = id;
	/* check() may change it: one superblock can be of several types (ext) */
	s->type = f->type;
	s->size = s->number = 0;
	s->devices = 1;
	id->uuid[0] = '\0';
	if (f->uuid_at)
		format_uuid(id, s->at + f->uuid_at);
	format_label(id, s->at + f->label_at, f->label_length);
	err = f->check ? f->check(s) : 0;
	if (err == -EBADMSG)
		c->damaged = s->type;
	if (err)
		return;
	if (f->member) {
		c->member = s->type;
	} else if (c->fs) {
		c->second = s->type;
	} else {
		c->fs = s->type;
		c->size = s->size;
		c->number = s->number;
		c->devices = s->devices;
		s->owns = f->owns;
	}
}

/*
 * When a format's turn is, from FIRST down: file systems in the head, those that rootfstype= names before others
 * and what has but a short magic after them; then what is elsewhere, the largest offset first (btrfs decides by
 * one sector more); at last members in the head and at the end: what a file system takes is known by then.
 */
#define FIRST 13
#define MEMBERS 1

static unsigned turn_of(const struct format *f, const char *types)
{
	if (f->end)
		return 0;
	if (f->far)
		return f->base >> 13 | !f->member;
	if (f->member)
		return MEMBERS;
	return (types && super_is_named(types, f->type) ? 12U : 10U) + !f->weak;
}

void super_identify(struct super *s, struct reader *reader, const struct super_wish *wish)
{
	size_t size = reader->size < SUPER_HEAD ? (size_t)reader->size : SUPER_HEAD;
	struct contents *c = &s->contents;

	*s = (struct super){ .far_size = 0 };
	s->reader = reader;
	s->wish = wish;
	/* A device of a sector or two is the place of an extended partition: blkid's rule too. */
	if (reader->size <= 1024)
		return;
	/* a bad sector need not be one that decides */
	if (!reader_get(reader, s->head, size, 0))
		reader_get(reader, s->head, 4096, 0);
	for (unsigned turn = FIRST + 1; turn--;) {
		/* two file systems that fit are two only when their turn is the same */
		if (c->fs && turn > MEMBERS)
			continue;
		for (const struct format *f = __start_formats; f < __stop_formats; f++)
			if (turn_of(f, wish->types) == turn)
				try(s, f);
	}
	/* what checks out beats the remains of something else, which leave no name */
	if (c->fs)
		c->damaged = NULL;
	else
		s->fs.uuid[0] = s->fs.label[0] = '\0';
}
