/* exFAT: Microsoft's exFAT specification, and what the kernel wants: linux fs/exfat/super.c. */
#include "format.h"
#include "../bytes.h"
#include "../chain.h"

#include <errno.h>

#define NAME_LENGTH 11
#define VOLUME_LABEL 0x83

static bool take(void *id, const unsigned char *entry)
{
	if (entry[0] != VOLUME_LABEL)
		return false;
	format_label_utf16(id, entry + 2, entry[1] < NAME_LENGTH ? entry[1] : NAME_LENGTH);
	return true;
}

/* No boot sector of FAT, and sizes that the kernel takes. */
static bool is_sane(const unsigned char *b)
{
	for (int i = 11; i < 64; i++)
		if (b[i])
			return false;
	return le16(b + 0x1fe) == 0xaa55 && b[108] - 9U <= 12 - 9 && b[109] <= 25 - b[108] &&
	       b[110] - 1U <= 2 - 1;
}

/* Is the sum of the first eleven sectors, without VolumeFlags and PercentInUse, that in the twelfth? */
static bool is_sound(struct super *s, unsigned log)
{
	unsigned end = 11U << log, sum = 0, piece = SUPER_HEAD;
	const unsigned char *b = s->at;

	for (unsigned at = 0; at < end; at += piece, piece = 4096) {
		if (at)
			b = format_read(s, piece, at);
		if (!b)
			return false;
		for (unsigned i = at; i < at + piece && i < end; i++)
			if (i != 106 && i != 107 && i != 112)
				sum = (sum << 31 | sum >> 1) + b[i - at];
	}
	b = format_read(s, 512, end);
	return b && le32(b) == sum;
}

static int check(struct super *s)
{
	const unsigned char *b = s->at;
	unsigned log = b[108];
	struct chain c;

	if (!is_sane(b))
		return -EINVAL;
	s->size = le64(b + 72) << log;
	if (s->wish->by_name)
		return 0;
	if (!is_sound(s, log))
		return -EBADMSG;
	format_serial(s->id, b + 100);
	c = (struct chain){
		.reader = s->reader, .take = take, .arg = s->id, .pieces = CHAIN_PIECES,
		.links = (unsigned long long)le32(b + 80) << log,
		.data = (unsigned long long)le32(b + 88) << log,
		.cluster_log = log + b[109], .end = le32(b + 92) + 2,
	};
	chain_walk(&c, le32(b + 96));
	return 0;
}

FORMAT(exfat, .type = "exfat", .magic = "EXFAT   ", .magic_at = 3, .magic_length = 8,
       .check = check);
