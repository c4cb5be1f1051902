/* f2fs: linux include/linux/f2fs_fs.h. */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"

#include <errno.h>

#define MAGIC 0xf2f52010
#define SB_CHKSUM 0x800 /* of feature */
#define OFFSET 1024
#define SECOND 4096     /* from the first superblock to its copy */
#define CRC 0xbfc

static bool is_sound(const unsigned char *sb)
{
	return le32(sb) == MAGIC && (!(le32(sb + 0x884) & SB_CHKSUM) ||
	       (le32(sb + 0x20) == CRC && crc(CRC32, MAGIC, sb, CRC) == le32(sb + CRC)));
}

static int check(struct super *s)
{
	const unsigned char *sb = s->at;

	/* The kernel takes the copy when the first one is broken. */
	if (!is_sound(sb)) {
		sb = format_read(s, CRC + 4, OFFSET + SECOND);
		if (!sb || !is_sound(sb))
			return -EBADMSG;
	}
	/* Version 1.0 had another layout, libblkid says. */
	if (le32(sb + 4) == 1)
		return 0;
	format_uuid(s->id, sb + 0x6c);
	format_label_utf16(s->id, sb + 0x7c, 512);
	/* Blocks of 4 kB, unless pages are larger. When there are more devices, of all of them. */
	if (le32(sb + 0x10) <= 16 && !sb[0x899])
		s->size = le64(sb + 0x24) << le32(sb + 0x10);
	return 0;
}

FORMAT(f2fs, .type = "f2fs", .magic = "\x10\x20\xf5\xf2", .magic_length = 4, .base = OFFSET,
       .check = check);
