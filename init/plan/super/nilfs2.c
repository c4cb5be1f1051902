/* nilfs2: linux include/uapi/linux/nilfs2_ondisk.h. */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"

#include <errno.h>

#define SIZE 1024
#define LEAST (1 << 20) /* libblkid's least medium */
#define MAGIC 0x3434
#define SUM 16

static bool is_sound(const unsigned char *sb)
{
	unsigned bytes = le16(sb + 8);

	return le16(sb + 6) == MAGIC && bytes >= SUM + 4 && bytes <= SIZE &&
	       crc_hole(CRC32, le32(sb + 12), sb, bytes, SUM) == le32(sb + SUM);
}

static int check(struct super *s)
{
	const unsigned char *sb = s->at;
	unsigned char second[SIZE];

	if (s->reader->size < LEAST)
		return -EINVAL;
	/* The kernel takes the other one, in the last whole 4 kB, when the first is broken. */
	if (!is_sound(sb)) {
		if (!reader_get(s->reader, second, SIZE, ((s->reader->size >> 12) - 1) << 12) ||
		    !is_sound(sb = second))
			return -EBADMSG;
	}
	format_uuid(s->id, sb + 152);
	format_label(s->id, sb + 168, 80);
	s->size = le64(sb + 32);
	return 0;
}

/* s_rev_level 2.0, the only one, stands before the magic: more than its two bytes. */
FORMAT(nilfs2, .type = "nilfs2", .magic = "\2\0\0\0\0\0" "44", .magic_length = 8, .base = 1024,
       .check = check);
