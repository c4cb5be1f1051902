/*
 * What must never be mounted, as blkid names it: members of arrays and volume
 * groups, what is encrypted, swap; volumes.c has what boards seldom meet. Offsets
 * are those of libblkid 2.38 and of what stands above each. Vendors' RAIDs, which
 * it guesses by a few bytes at the medium's end, are left out: it has found those
 * in file systems.
 */
#include "format.h"
#include "../bytes.h"
#include "../crc.h"
#include "../text.h"
#include "../../lib/str.h"

#include <errno.h>

/* ---- md: linux include/uapi/linux/raid/md_p.h, drivers/md/md.c ------------------------------- */

/*
 * Its sum is not looked at: what was a member once is not mounted, however damaged. But where one at the end lies
 * in what a file system takes it may be that one's data: then the sum must be the folded one of its other words.
 */
static int sound(struct super *s, unsigned size, unsigned sum_at)
{
	const unsigned char *sb;
	unsigned long long sum = 0;

	if (!s->format->end || format_is_free(s, s->offset))
		return 0;
	sb = format_read(s, size, s->offset);
	for (unsigned i = 0; sb && i < size; i += 4)
		sum += i == sum_at ? 0 : le32(sb + i);
	return sb && le32(sb + sum_at) == (unsigned)(sum + (sum >> 32)) ? 0 : -EINVAL;
}

/* Version 0.90, in the byte order of who made it. */
static int md_0(struct super *s)
{
	const unsigned char *sb = s->at;
	bool big = sb[0] == 0xa9;
	unsigned char uuid[16];

	/* the data stand before */
	if (s->offset >> 10 < (big ? be32(sb + 32) : le32(sb + 32)))
		return -EINVAL;
	/* four words, the first of which stands apart */
	for (unsigned i = 0; i < 16; i++)
		uuid[i] = sb[(i < 4 ? 20 : 48) + (big ? i : i ^ 3)];
	format_uuid(s->id, uuid);
	return sound(s, 4096, 38 * 4);
}

/* Version 1 says where it stands. */
static int md_1(struct super *s)
{
	if (le64(s->at + 144) != s->offset >> 9)
		return -EINVAL;
	return sound(s, 256 + 2 * (le32(s->at + 220) & 0x3ff), 216);
}

#define MD .type = "linux_raid_member", .member = true
#define MD_0 MD, .magic_length = 4, .base = 64 << 10, .end = 16, .far = 512, .check = md_0
#define MD_1 MD, .magic = "\xfc\x4e\x2b\xa9\1\0\0\0", .magic_length = 8, .uuid_at = 16, .label_at = 32, \
	.label_length = 32, .check = md_1
FORMAT(md0_90, MD_0, .magic = "\xfc\x4e\x2b\xa9");
FORMAT(md0_90_big, MD_0, .magic = "\xa9\x2b\x4e\xfc");
FORMAT(md1_0, MD_1, .base = 8 << 10, .end = 12, .far = 512);
FORMAT(md1_1, MD_1);
FORMAT(md1_2, MD_1, .base = 4 << 10);

/* ---- LVM2: lvm2 lib/label/label.h, lib/format_text/layout.h ---------------------------------- */

#define LVM2_001 0x31303020324d564cULL /* "LVM2 001" */

static int lvm(struct super *s)
{
	const unsigned char *label = s->at;
	char *out = s->id->uuid;

	if (le64(label + 8) != s->offset >> 9 || le64(label + 24) != LVM2_001)
		return -EINVAL;
	for (unsigned i = 0; i < 32; i++) {
		/* in groups of 6, 4, 4, 4, 4, 4 and 6 */
		if (1U << i & 0x4444440)
			*out++ = '-';
		*out++ = (char)label[32 + i];
	}
	*out = '\0';
	return crc(CRC32, 0xf597a6cf, label + 20, 512 - 20) == le32(label + 16) ? 0 : -EBADMSG;
}

#define LVM .type = "LVM2_member", .magic = "LABELONE", .magic_length = 8, .check = lvm, \
	.member = true
FORMAT(lvm0, LVM);
FORMAT(lvm1, LVM, .base = 512);
FORMAT(lvm2, LVM, .base = 1024);
FORMAT(lvm3, LVM, .base = 1536);

/* ---- LUKS: its On-Disk Format Specification, 1.2.3 and 2 ------------------------------------- */

/* The second header of version 2 counts too: it repairs the first. It says where it stands. */
static int luks(struct super *s)
{
	if (s->offset && be64(s->at + 256) != s->offset)
		return -EINVAL;
	format_text(s->id->uuid, s->at + 168, SUPER_UUID_MAX - 1);
	if (be16(s->at + 6) == 2)
		format_label(s->id, s->at + 24, 48);
	return 0;
}

/* Behind headers of 16, 32 and 64 KiB; of 16 they are by default. */
#define LUKS .type = "crypto_LUKS", .magic_length = 6, .check = luks, .member = true
FORMAT(luks, LUKS, .magic = "LUKS\xba\xbe");
FORMAT(luks16, LUKS, .magic = "SKUL\xba\xbe", .base = 16 << 10, .far = 512);
FORMAT(luks32, LUKS, .magic = "SKUL\xba\xbe", .base = 32 << 10, .far = 512);
FORMAT(luks64, LUKS, .magic = "SKUL\xba\xbe", .base = 64 << 10, .far = 512);

/* ---- swap: linux include/linux/swap.h, union swap_header ------------------------------------- */

/* UUID and name, unless something else was written where zeros should be. */
static int swap_info(struct super *s)
{
	const unsigned char *sb = s->head + 1024;

	if (!le64(sb + 172)) {
		format_uuid(s->id, sb + 12);
		format_label(s->id, sb + 28, 16);
	}
	return 0;
}

/*
 * The magic stands at the end of a page of the machine that made it. A larger one than the head has is read
 * when the version is that of a swap.
 */
static int swap(struct super *s)
{
	const unsigned char *sb = s->head + 1024;
	bool is_version = le32(sb) == 1 || be32(sb) == 1;

	for (unsigned page = 4 << 10; page <= 64 << 10 && format_is_free(s, page - 1); page <<= 1) {
		const unsigned char *last = page <= SUPER_HEAD ? s->head + page - 512 :
					    is_version ? format_read(s, 512, page - 512) : NULL;
		const char *magic;

		if (!last)
			break;
		magic = (const char *)last + 502;
		if (str_after(magic, "SWAP-SPACE"))
			return 0;
		/* the kernel's S1SUSPEND, uswsusp's ULSUSPEND: hibernated into it */
		if (str_after(magic + 2, "SUSPEND")) {
			s->type = "swsuspend";
			return swap_info(s);
		}
		if (str_after(magic, "SWAPSPACE2") && is_version && le32(sb + 4))
			return swap_info(s);
	}
	return -EINVAL;
}

FORMAT(swap, .type = "swap", .check = swap, .member = true);
FORMAT(tuxonice, .type = "swsuspend", .magic = "\xed\xc3\x02\xe9\x98\x56\xe5\x0c",
       .magic_length = 8, .check = swap_info, .member = true);

/* ---- bcachefs: linux fs/bcachefs/bcachefs_format.h ------------------------------------------- */

/* What is on one device the kernel may mount; of several it wants all names. */
static int bcachefs(struct super *s)
{
	return s->at[123] > 1 ? 0 : -EINVAL;
}

FORMAT(bcachefs, .type = "bcachefs", .base = 4096, .magic_at = 24, .uuid_at = 56, .magic_length = 16,
       .magic = "\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef",
       .label_at = 72, .label_length = 32, .check = bcachefs, .member = true);
