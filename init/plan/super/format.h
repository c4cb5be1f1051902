/*
 * A format: a row, and a function where a row is not enough.
 *
 *     FORMAT(romfs, .type = "romfs", .magic = "-rom1fs-", .magic_length = 8, .check = check)
 *
 * The linker gathers the rows of all files that are built in. Where offsets and
 * rules come from stands in each file: the kernel's header or the project's own
 * documentation.
 */
#ifndef PLAN_SUPER_FORMAT_H
#define PLAN_SUPER_FORMAT_H

#include "../super.h"

struct format {
	char type[18];
	char magic[17]; /* with a NUL that does not count */
	/*
	 * 0: it is one; -EINVAL: it is not; -EBADMSG: it would be, but for a wrong
	 * checksum. It finds in *s what is tried, and says there what more it knows. May be NULL.
	 */
	int (*check)(struct super *s);
	/* where the superblock starts, in bytes: in the head, or at one of 16, 32, 64 KiB; or so far before the end */
	unsigned base;
	unsigned short magic_at;     /* this and the following from there */
	unsigned short uuid_at;      /* of 16 bytes in a UUID's order; 0: check() does it, if any */
	unsigned short label_at, label_length; /* of bytes, padded with NUL; length 0: as before */
	unsigned short far;          /* how many bytes are read first where base is behind the head; else 0 */
	unsigned char magic_length;  /* 0: only check() tells */
	unsigned char end;           /* not 0: base counts from the end, and is rounded down to this power of two */
	bool member;
	bool weak;                   /* its magic is so short that any other file system is believed before it */
	unsigned char owns;          /* no array lies 1: in what it says it takes, 2: on its medium at all */
};

/*
 * What the row names lies in the head or, where base is behind that, in what is read first.
 * Aligned: the section is an array.
 */
#define FORMAT(name, ...)                                                                    \
	__attribute__((section("formats"), used, aligned(sizeof(void *))))                    \
	static const struct format name##_format = { __VA_ARGS__ }

/* Whether these bytes are the magic. */
bool format_is(const unsigned char *at, const char *magic, unsigned length);

/* Size bytes (4096 at most) from that offset of the medium on, until the next call; NULL when they cannot be read. */
const unsigned char *format_read(struct super *s, unsigned size, unsigned long long offset);

/*
 * May something else stand at this offset of the medium, behind what the file system takes? Data of a
 * file system are no signature, whatever they look like.
 */
bool format_is_free(const struct super *s, unsigned long long offset);

/* Sets id->uuid from 16 bytes; all zero means none, as in blkid. */
void format_uuid(struct identity *id, const unsigned char *bytes);

/* Sets id->uuid from a DOS serial number: 4 bytes, little endian; 0 means none. */
void format_serial(struct identity *id, const unsigned char *bytes);

/* At most `length` bytes up to a NUL, without the spaces at the end, as text. */
void format_text(char *out, const void *bytes, unsigned length);

/* Sets id->label from at most `length` bytes up to a NUL, without the spaces at the end. */
void format_label(struct identity *id, const void *bytes, unsigned length);

/* The same from UTF-16 of `units` units, little endian: as UTF-8. */
void format_label_utf16(struct identity *id, const unsigned char *bytes, unsigned units);

#endif
