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

void format_label_utf16(struct identity *id, const unsigned char *bytes, unsigned units, bool big)
{
	text_utf8(id->label, bytes, units, big);
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
	return !p->super->fs.type || offset >= p->super->fs.size;
}

bool super_is_named(const char *drivers, const char *type)
{
	for (; *drivers; drivers++) {
		if (drivers[0] == type[0] && drivers[1] == type[1] && drivers[2] == type[2])
			return true;
		drivers = str_find(drivers, ',');
		if (!*drivers)
			break;
	}
	return false;
}

/* Does what the row describes stand there? Then it is in *id. */
static bool fits(struct probe *p, const struct format *f, struct identity *id)
{
	int err;

	p->format = f;
	p->id = id;
	id->type = NULL;
	/* libblkid looks at a whole kilobyte: so what is cut within its superblock is nothing */
	if (p->reader->size < f->base + 1024ULL)
		return false;
	p->at = f->base < SUPER_HEAD ? p->super->head + f->base : format_read(p, f->far, f->base);
	if (!p->at || !format_is(p->at + f->magic_at, f->magic, f->magic_length))
		return false;
	id->size = 0;
	id->devices = 1;
	id->uuid[0] = id->label[0] = '\0';
	if (f->uuid_at)
		format_uuid(id, p->at + f->uuid_at);
	format_label(id, p->at + f->label_at, f->label_length);
	/* check() may change it: one superblock can be of several types (ext) */
	id->type = f->type;
	err = f->check ? f->check(p) : 0;
	if (!err)
		return true;
	if (err == -EBADMSG)
		p->super->damaged = id->type;
	id->type = NULL;
	return false;
}

/* Of two file systems that fit: what rootfstype= names first, then what has more than a short magic. */
static int rank(const struct probe *p, const struct identity *id, const struct format *f)
{
	return (p->wish->types && super_is_named(p->wish->types, id->type)) * 2 - f->weak;
}

static void try(struct probe *p, const struct format *f)
{
	struct super *s = p->super;
	struct identity *id = f->member ? &s->member : s->fs.type ? &s->second : &s->fs;
	const char *second = s->second.type;
	int better;

	if (f->member && id->type)
		return;
	if (!fits(p, f, id)) {
		s->second.type = second;
		return;
	}
	if (id == &s->second) {
		better = rank(p, id, f) - rank(p, &s->fs, s->format);
		if (better)
			id->type = better < 0 ? second : NULL;
		if (better <= 0)
			return;
		fits(p, f, &s->fs);
	}
	if (!f->member)
		s->format = f;
}

/* All that have their base there, 0 for the head. */
static void try_all(struct probe *p, unsigned base, bool member)
{
	for (const struct format *f = __start_formats; f < __stop_formats; f++)
		if (f->member == member && (f->base < SUPER_HEAD ? 0 : f->base) == base)
			try(p, f);
}

void super_identify(struct super *s, struct reader *reader, const struct super_wish *wish)
{
	size_t size = reader->size < SUPER_HEAD ? (size_t)reader->size : SUPER_HEAD;
	struct probe p = { .super = s, .reader = reader, .wish = wish };

	s->fs.type = s->member.type = s->second.type = s->damaged = NULL;
	s->far_size = 0;
	/* A device of a sector or two is the place of an extended partition: blkid's rule too. */
	if (reader->size <= 1024)
		return;
	for (size_t i = 0; i < SUPER_HEAD; i++)
		s->head[i] = 0;
	/* a bad sector need not be one that decides */
	if (!reader_get(reader, s->head, size, 0))
		reader_get(reader, s->head, 4096, 0);
	try_all(&p, 0, false);
	/* largest offset first: btrfs decides by one sector more */
	for (unsigned base = FORMAT_FAR_MAX; base > SUPER_HEAD && !s->fs.type && !s->member.type; base >>= 1) {
		try_all(&p, base, false);
		if (!s->fs.type)
			try_all(&p, base, true);
	}
	/* the last: what a file system takes is known by then */
	try_all(&p, 0, true);
	/* what checks out beats the remains of something else */
	if (s->fs.type)
		s->damaged = NULL;
}

void super_contents(struct contents *contents, const struct super *s, const struct reader *reader)
{
	*contents = (struct contents){
		.fs = s->fs.type,
		.member = s->member.type,
		.second = s->second.type,
		.damaged = s->damaged,
		.size = s->fs.size,
		.number = s->fs.number,
		.devices = s->fs.devices,
		.uncertain = reader->error,
	};
}
