/* NTFS: linux fs/ntfs3/ntfs.h. */
#include "format.h"
#include "../bytes.h"
#include "../text.h"

#include <errno.h>

#define FILE_MAGIC 0x454c4946 /* "FILE" */
#define RECORD_MAX 4096
#define VOLUME 3              /* the record of $Volume */
#define VOLUME_NAME 0x60      /* its attribute */
#define END 0xffffffff

/* So many units, or from -12 on minus the logarithm of what it is. */
static unsigned amount(unsigned value, unsigned unit)
{
	return value >= 256 - 12 ? 1U << (256 - value) : value * unit;
}

/* Where FAT has its numbers, NTFS has zeroes. */
static bool is_fat(const unsigned char *b)
{
	return le64(b + 0x0e) << 8 || le16(b + 0x16) || le32(b + 0x20);
}

static void label(struct identity *id, const unsigned char *record, unsigned size)
{
	unsigned type, length, value, from;

	for (unsigned at = le16(record + 20); at <= size - 24; at += length) {
		type = le32(record + at);
		length = le32(record + at + 4);
		if (type == VOLUME_NAME) {
			value = le32(record + at + 16);
			from = at + le16(record + at + 20);
			if (value < SUPER_LABEL_MAX / 3 * 2 && from + value <= size)
				format_label_utf16(id, record + from, value / 2);
			return;
		}
		if (type == END || length - 1 >= size)
			return;
	}
}

static int check(struct super *s)
{
	const unsigned char *b = s->at;
	unsigned char records[(VOLUME + 1) * RECORD_MAX];
	unsigned sector = le16(b + 0x0b), per = amount(b[0x0d], 1), cluster = per * sector;
	unsigned size = amount(b[0x40], cluster);
	unsigned long long clusters;

	if (!is_power(cluster) || !is_power(size) || cluster > 2 << 20 || is_fat(b) ||
	    sector - 512 > 4096 - 512 || size - 512 > RECORD_MAX - 512)
		return -EINVAL;
	/* $MFT and its mirror are inside */
	clusters = le64(b + 0x28) >> __builtin_ctz(per);
	if (le64(b + 0x30) > clusters || le64(b + 0x38) > clusters)
		return -EINVAL;
	s->size = le64(b + 0x28) * sector;
	if (s->wish->by_name)
		return 0;
	if (!reader_get(s->reader, records, (VOLUME + 1) * size,
			le64(b + 0x30) << __builtin_ctz(cluster)) ||
	    le32(records) != FILE_MAGIC || le32(records + VOLUME * size) != FILE_MAGIC)
		return -EINVAL;
	label(s->id, records + VOLUME * size, size);
	if (le64(b + 0x48))
		*text_hex(s->id->uuid, le64(b + 0x48), 16, true) = '\0';
	return 0;
}

FORMAT(ntfs, .type = "ntfs", .magic = "NTFS    ", .magic_at = 3, .magic_length = 8, .check = check);
