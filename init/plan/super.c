#include "super.h"
#include "bytes.h"
#include "super/format.h"
#include "text.h"

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

/* Puts what the row finds at its place in *s. */
static void try(const struct format *f, struct super *s, struct reader *reader, bool partitioned)
{
	struct probe p = {
		.super = s,
		.reader = reader,
		.format = f,
		.id = f->member ? &s->member : s->fs.type ? &s->second : &s->fs,
		.at = s->head + f->base,
		.partitioned = partitioned,
	};
	struct identity *id = p.id;
	int err;

	/* libblkid looks at a whole kilobyte: so what is cut within its superblock is nothing */
	if (id->type || reader->size < f->base + 1024ULL ||
	    !format_is(p.at + f->magic_at, f->magic, f->magic_length))
		return;
	id->size = 0;
	id->uuid[0] = id->label[0] = '\0';
	if (f->uuid_at)
		format_uuid(id, p.at + f->uuid_at);
	format_label(id, p.at + f->label_at, f->label_length);
	/* check() may change it: one superblock can be of several types (ext) */
	id->type = f->type;
	err = f->check ? f->check(&p) : 0;
	if (!err)
		return;
	if (err == -EBADMSG)
		s->damaged = id->type;
	id->type = NULL;
}

void super_identify(struct super *s, struct reader *reader, bool partitioned)
{
	size_t size = reader->size < SUPER_HEAD ? (size_t)reader->size : SUPER_HEAD;

	s->fs.type = s->member.type = s->second.type = s->damaged = NULL;
	/* A device of a sector or two is the place of an extended partition: blkid's rule too. */
	if (reader->size <= 1024 || !reader_get(reader, s->head, size, 0))
		return;
	while (size < SUPER_HEAD)
		s->head[size++] = 0;
	for (const struct format *f = __start_formats; f < __stop_formats; f++)
		try(f, s, reader, partitioned);
	/* what checks out beats the remains of something else */
	if (s->fs.type)
		s->damaged = NULL;
}
