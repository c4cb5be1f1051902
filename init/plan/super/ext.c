/* ext2, ext3, ext4 and their external journals. Layout and bits: linux fs/ext4/ext4.h. */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"

#include <errno.h>

/* of s_feature_compat, s_feature_incompat and s_feature_ro_compat */
#define HAS_JOURNAL 0x4
#define RECOVER 0x4
#define JOURNAL_DEV 0x8
#define INCOMPAT_64BIT 0x80
#define METADATA_CSUM 0x400
/* what ext3 knows: filetype, recover, meta_bg; sparse_super, large_file, btree_dir */
#define EXT3_INCOMPAT 0x16U
#define EXT3_RO_COMPAT 0x7U
#define TEST_FILESYS 4 /* of s_flags: "ext4dev", which no kernel has any more */
#define MAX_LOG_BLOCK 6

static int check(struct super *s)
{
	const unsigned char *sb = s->at;
	unsigned log = le32(sb + 0x18), incompat = le32(sb + 0x60), ro_compat = le32(sb + 0x64);
	unsigned journal = le32(sb + 0x5c) & HAS_JOURNAL;
	unsigned long long blocks = le32(sb + 4);

	if (log > MAX_LOG_BLOCK || le32(sb + 0x160) & TEST_FILESYS ||
	    !(incompat & JOURNAL_DEV) == s->format->member)
		return -EINVAL;
	/* ext4 by what the older ones do not know, as in libblkid */
	if (!(incompat & ~EXT3_INCOMPAT) && !(ro_compat & ~EXT3_RO_COMPAT)) {
		s->type = journal ? "ext3" : "ext2";
		if (incompat & RECOVER && !journal)
			return -EINVAL;
	}
	if (ro_compat & METADATA_CSUM && crc(CRC32C, ~0U, sb, 0x3fc) != le32(sb + 0x3fc))
		return -EBADMSG;
	if (incompat & INCOMPAT_64BIT)
		blocks |= (unsigned long long)le32(sb + 0x150) << 32;
	s->size = blocks << (10 + log);
	return 0;
}

#define ROW .magic = "\x53\xef", .magic_at = 0x38, .magic_length = 2, .base = 1024, \
	.uuid_at = 0x68, .label_at = 0x78, .label_length = 16, .check = check

FORMAT(ext, .type = "ext4", ROW);
FORMAT(jbd, .type = "jbd", .member = true, ROW);
