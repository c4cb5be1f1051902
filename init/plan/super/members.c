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

#include <errno.h>

/* ---- md: linux include/uapi/linux/raid/md_p.h, drivers/md/md.c ------------------------------- */

#define MD_MAGIC 0xa92b4efc

/* Version 0.90, in the byte order of who made it: how many bytes its sum covers, or 0 when it is none. */
static unsigned md_0(struct probe *p, const unsigned char *sb, unsigned long long at)
{
	bool big = be32(sb) == MD_MAGIC;
	unsigned char uuid[16];

	/* the data stand before */
	if ((!big && le32(sb) != MD_MAGIC) || at >> 10 < (big ? be32(sb + 32) : le32(sb + 32)))
		return 0;
	/* four words, the first of which stands apart */
	for (unsigned i = 0; i < 16; i++)
		uuid[i] = sb[(i < 4 ? 20 : 48) + (big ? i : i ^ 3)];
	format_uuid(p->id, uuid);
	return 4096;
}

/* The same of version 1, which says where it stands. */
static unsigned md_1(struct probe *p, const unsigned char *sb, unsigned long long at)
{
	if (le32(sb) != MD_MAGIC || le32(sb + 4) != 1 || le64(sb + 144) != at >> 9)
		return 0;
	format_uuid(p->id, sb + 16);
	format_label(p->id, sb + 32, 32);
	return 256 + 2 * (le32(sb + 220) & 0x3ff);
}

/* Is the sum that it holds there the folded one of its other words? */
static bool is_sound(struct probe *p, unsigned size, unsigned sum_at)
{
	const unsigned char *sb = format_read(p, size, p->super->far_at);
	unsigned long long sum = 0;

	if (!sb)
		return false;
	for (unsigned i = 0; i < size; i += 4)
		sum += le32(sb + i);
	sum -= le32(sb + sum_at);
	return le32(sb + sum_at) == (unsigned)(sum + (sum >> 32));
}

/*
 * Versions 1.2 and 1.1 in the head, 1.0 and 0.90 at the end. The sum is not looked at: what was a member once
 * is not mounted, however damaged. But where it lies in what a file system takes it may be that one's data,
 * and must be sound.
 */
static int md(struct probe *p)
{
	const struct super *s = p->super;

	if (md_1(p, s->head + 0x1000, 0x1000) || md_1(p, s->head, 0))
		return 0;
	for (unsigned version = 2; version--;) {
		unsigned long long size = p->reader->size;
		unsigned long long at = version ? (size & ~0xfffULL) - 0x2000 : (size & ~0xffffULL) - 0x10000;
		bool is_free = format_is_free(p, at);
		const unsigned char *sb;
		unsigned summed;

		if (p->wish->partitioned || (s->format && s->format->owns > is_free))
			break;
		sb = format_read(p, 512, at);
		summed = !sb ? 0 : version ? md_1(p, sb, at) : md_0(p, sb, at);
		if (summed && (is_free || is_sound(p, summed, version ? 216 : 38 * 4)))
			return 0;
	}
	return -EINVAL;
}

FORMAT(md, .type = "linux_raid_member", .check = md, .member = true);

/* ---- LVM2: lvm2 lib/label/label.h, lib/format_text/layout.h ---------------------------------- */

static int lvm(struct probe *p)
{
	const unsigned char *label = p->at;
	char *out = p->id->uuid;

	if (le64(label + 8) != p->format->base >> 9 || !format_is(label + 24, "LVM2 001", 8))
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
static int luks(struct probe *p)
{
	if (p->format->base && be64(p->at + 256) != p->format->base)
		return -EINVAL;
	format_text(p->id->uuid, p->at + 168, SUPER_UUID_MAX - 1);
	if (be16(p->at + 6) == 2)
		format_label(p->id, p->at + 24, 48);
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
static int swap_info(struct probe *p)
{
	const unsigned char *sb = p->super->head + 1024;

	if (!le64(sb + 172)) {
		format_uuid(p->id, sb + 12);
		format_label(p->id, sb + 28, 16);
	}
	return 0;
}

/*
 * The magic stands at the end of a page of the machine that made it. A larger one than the head has is read
 * when the version is that of a swap.
 */
static int swap(struct probe *p)
{
	const unsigned char *sb = p->super->head + 1024;
	bool is_version = le32(sb) == 1 || be32(sb) == 1;

	for (unsigned page = 4 << 10; page <= 64 << 10 && format_is_free(p, page - 1); page <<= 1) {
		const unsigned char *last = page <= SUPER_HEAD ? p->super->head + page - 512 :
					    is_version ? format_read(p, 512, page - 512) : NULL;

		if (!last)
			break;
		if (format_is(last + 502, "SWAP-SPACE", 10))
			return 0;
		/* the kernel's S1SUSPEND, uswsusp's ULSUSPEND: hibernated into it */
		if (format_is(last + 504, "SUSPEND", 7)) {
			p->type = "swsuspend";
			return swap_info(p);
		}
		if (format_is(last + 502, "SWAPSPACE2", 10) && is_version && le32(sb + 4))
			return swap_info(p);
	}
	return -EINVAL;
}

FORMAT(swap, .type = "swap", .check = swap, .member = true);
FORMAT(tuxonice, .type = "swsuspend", .magic = "\xed\xc3\x02\xe9\x98\x56\xe5\x0c",
       .magic_length = 8, .check = swap_info, .member = true);

/* ---- bcachefs: linux fs/bcachefs/bcachefs_format.h ------------------------------------------- */

/* What is on one device the kernel may mount; of several it wants all names. */
static int bcachefs(struct probe *p)
{
	return p->at[123] > 1 ? 0 : -EINVAL;
}

FORMAT(bcachefs, .type = "bcachefs", .base = 4096, .magic_at = 24, .uuid_at = 56, .magic_length = 16,
       .magic = "\xc6\x85\x73\xf6\x66\xce\x90\xa9\xd9\x6a\x60\xcf\x80\x3d\xf7\xef",
       .label_at = 72, .label_length = 32, .check = bcachefs, .member = true);
