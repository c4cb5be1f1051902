#include "parttable.h"
#include "bytes.h"
#include "crc.h"
#include "text.h"

#include <errno.h>

/*
 * struct msdos_partition (include/linux/msdos_partition.h): boot indicator, CHS,
 * type at 4, CHS, first sector at 8, sectors at 12; four of them from 446 on.
 */
#define MBR_SIGNATURE 440
#define MBR_SLOTS 446

/* gpt_header and gpt_entry (block/partitions/efi.h) */
#define GPT_SIGNATURE 0x5452415020494645ULL /* "EFI PART" */
#define GPT_HEADER 92
#define GPT_ENTRY 128
/* of an entry's attributes, in the last byte: SD_GPT_FLAG_NO_AUTO and _READ_ONLY */
#define GPT_NO_AUTO 0x80
#define GPT_READ_ONLY 0x10
#define GPT_ENTRIES_MAX 32768 /* of the kernel's KMALLOC_MAX_SIZE */

#define NONE (~0ULL)

/* A disk, and what was read of it last. */
struct table {
	struct reader *disk;
	unsigned shift;           /* of a logical sector's bytes */
	unsigned count;           /* of the entries */
	unsigned long long array; /* where they start, in bytes */
	unsigned long long last;  /* logical sector of the disk */
	bool is_cut;              /* a GPT's header is sound, but the disk too small for it */
	/* what is looked for, and found so far */
	parttable_is *is;
	const void *arg;
	struct parttable_hit *hits;
	int count_hits, max;      /* max: 0 for nothing */
	unsigned char at[4096];
};

static bool open_table(struct table *t, struct reader *disk, unsigned sector)
{
	t->disk = disk;
	t->count_hits = t->max = 0;
	t->is_cut = false;
	t->shift = (unsigned)__builtin_ctz(sector | 4096);
	t->last = (disk->size >> t->shift) - 1;
	return sector == 1U << t->shift && t->shift >= 9;
}

static bool get(struct table *t, size_t size, unsigned long long from)
{
	return reader_get(t->disk, t->at, size, from);
}

/*
 * Where an entry starts, in sectors of 512 bytes, or NONE when it is no partition. One that ends before
 * it starts is none here: the kernel makes it, of nearly 2^64 sectors.
 */
static unsigned long long entry_start(const struct table *t, const unsigned char *e)
{
	if (!(le64(e) | le64(e + 8)) || le64(e + 32) > le64(e + 40) || le64(e + 40) > t->last)
		return NONE;
	return le64(e + 32) << (t->shift - 9);
}

static void gpt_id(struct parttable_id *id, const unsigned char *entry)
{
	text_uuid(id->uuid, entry + 16, true);
	text_utf8(id->label, entry + 56, 36);
	if (CONFIG_ROOT_GPT_AUTO) {
		text_uuid(id->type, entry, true);
		if (entry[55] & GPT_NO_AUTO)
			id->type[0] = '\0';
		id->is_readonly = entry[55] & GPT_READ_ONLY;
	}
}

static void mbr_id(struct parttable_id *id, const unsigned char *mbr, unsigned number)
{
	char *end = text_hex(id->uuid, le32(mbr + MBR_SIGNATURE), 8, false);

	*end++ = '-';
	*text_hex(end, number, 2, false) = '\0';
	id->label[0] = '\0';
	if (CONFIG_ROOT_GPT_AUTO)
		id->type[0] = '\0';
}

/* Keeps the partition, of a GPT's entry or with NULL of the MBR, if it is looked for and there is room. */
static void ask(struct table *t, unsigned number, unsigned long long start, const unsigned char *entry)
{
	struct parttable_hit *hit;

	if (t->count_hits == t->max)
		return;
	hit = &t->hits[t->count_hits];
	hit->number = number;
	hit->start = start;
	if (entry)
		gpt_id(&hit->id, entry);
	else
		mbr_id(&hit->id, t->at, number);
	t->count_hits += t->is(t->arg, number, &hit->id);
}

/* is_gpt_valid() of efi.c for the header at that sector and its entries, each of which is asked. */
static bool gpt(struct table *t, unsigned long long lba)
{
	const unsigned char *h = t->at;
	unsigned size = 1U << t->shift, sum = ~0U, wanted, number = 0;
	unsigned long long array, from;

	/* what a damaged one names does not count */
	t->count_hits = 0;
	if (!get(t, size, lba << t->shift) || le64(h) != GPT_SIGNATURE ||
	    le32(h + 12) - GPT_HEADER > size - GPT_HEADER)
		return false;
	/* its own place counts as zero */
	wanted = ~le32(h + 16);
	for (unsigned i = 16; i < 20; i++)
		t->at[i] = 0;
	if (crc(CRC32, ~0U, h, le32(h + 12)) != wanted)
		return false;
	if (le64(h + 48) > t->last) {
		t->is_cut = true;
		return false;
	}
	array = le64(h + 72);
	t->array = from = array << t->shift;
	t->count = le32(h + 80);
	if (le64(h + 24) != lba || le64(h + 40) > le64(h + 48) || array > t->last ||
	    t->count - 1 >= GPT_ENTRIES_MAX || le32(h + 84) != GPT_ENTRY)
		return false;
	/* the entries are read over the header */
	wanted = ~le32(h + 88);
	for (unsigned left = t->count * GPT_ENTRY; left; left -= size, from += size) {
		size = left < sizeof(t->at) ? left : sizeof(t->at);
		if (!get(t, size, from))
			return false;
		sum = crc(CRC32, sum, t->at, size);
		for (const unsigned char *e = t->at; e < t->at + size; e += GPT_ENTRY) {
			unsigned long long start = entry_start(t, e);

			if (++number < PARTTABLE_MAX && start != NONE)
				ask(t, number, start, e);
		}
	}
	return sum == wanted;
}

/* What the first sector is. */
enum sector { NO_MBR, MBR, PROTECTIVE };

/*
 * Reads it: is it the table for msdos_partition(), or is_pmbr_valid()? A boot indicator that is none means a
 * boot sector; type 0xEE means a GPT, good or not.
 */
static enum sector first_sector(struct table *t)
{
	enum sector is = MBR;

	if (!get(t, 512, 0) || le16(t->at + 510) != 0xaa55)
		return NO_MBR;
	for (const unsigned char *slot = t->at + MBR_SLOTS; slot < t->at + 510; slot += 16) {
		if (slot[4] == 0xee && le32(slot + 8) == 1)
			return PROTECTIVE;
		if (slot[0] & 0x7f || slot[4] == 0xee)
			is = NO_MBR;
	}
	return is;
}

static bool extended(const unsigned char *slot)
{
	return slot[4] == 0x05 || slot[4] == 0x0f || slot[4] == 0x85;
}

/* Of 512 bytes, from a number of logical sectors. */
static unsigned long long sectors(const unsigned char *number, unsigned shift)
{
	return (unsigned long long)le32(number) << (shift - 9);
}

/* Those of an MBR; the parts of what is extended are believed to be there. */
static void ask_mbr(struct table *t)
{
	for (unsigned i = 0; i < PARTTABLE_MAX - 1; i++) {
		const unsigned char *slot = t->at + MBR_SLOTS + 16 * (i & 3);

		/* what is extended has no PARTUUID, whatever a GPT from before says */
		if (i >= 4 || (!extended(slot) && le32(slot + 12)))
			ask(t, i + 1, i >= 4 ? PARTTABLE_ANYWHERE : sectors(slot + 8, t->shift), NULL);
	}
}

int parttable_find(struct reader *disk, unsigned sector, parttable_is *is, const void *arg,
		   struct parttable_hit *hits, int max)
{
	struct table t;

	if (!open_table(&t, disk, sector))
		return -ENOENT;
	t.is = is;
	t.arg = arg;
	t.hits = hits;
	t.max = max;
	if (first_sector(&t) == MBR)
		ask_mbr(&t);
	if (t.count_hits || gpt(&t, 1) || gpt(&t, t.last))
		return t.count_hits;
	return disk->error ? -EIO : -ENOENT;
}

enum parttable_fault parttable_fault(struct reader *disk, unsigned *sector)
{
	struct table t;
	enum sector first;

	if (!open_table(&t, disk, *sector))
		return PARTTABLE_FINE;
	first = first_sector(&t);
	/* of a sector 0 that does not read there is more to say than this */
	if (first == MBR || disk->error)
		return PARTTABLE_FINE;
	if (gpt(&t, 1))
		return first == PROTECTIVE ? PARTTABLE_FINE : PARTTABLE_UNPROTECTED;
	if (gpt(&t, t.last))
		return PARTTABLE_BACKUP_ONLY;
	if (t.is_cut)
		return PARTTABLE_CUT;
	for (unsigned other = 512; open_table(&t, disk, other); other <<= 1)
		if (gpt(&t, 1)) {
			*sector = other;
			return PARTTABLE_OTHER_SECTOR;
		}
	return PARTTABLE_FINE;
}

/* ---- the whole list: only for hosts ---------------------------------------------------------- */

struct list {
	struct table table;
	parttable_each *each;
	void *context;
	unsigned next; /* number of the next logical partition */
	unsigned char mbr[512];
};

/* As block/partitions/core.c adds it: cut to the disk. */
static void add(struct list *l, struct parttable_entry *entry)
{
	unsigned long long capacity = l->table.disk->size >> 9;

	if (!entry->size || entry->start >= capacity)
		return;
	if (entry->size > capacity - entry->start)
		entry->size = capacity - entry->start;
	l->each(l->context, entry);
}

static void add_mbr(struct list *l, unsigned number, unsigned long long start,
		    unsigned long long size)
{
	struct parttable_entry entry = { .number = number, .start = start, .size = size };

	mbr_id(&entry.id, l->mbr, number);
	add(l, &entry);
}

/* efi_partition(): with `gpt` no protective MBR is asked for, and the backup counts. */
static bool list_gpt(struct list *l, enum sector first, bool force)
{
	struct table *t = &l->table;

	if (!force && first != PROTECTIVE)
		return false;
	if (!gpt(t, 1) && !(force && gpt(t, t->last)))
		return false;
	for (unsigned i = 0; i < t->count && i < PARTTABLE_MAX - 1; i++) {
		struct parttable_entry entry = { .number = i + 1 };

		if (!get(t, GPT_ENTRY, t->array + i * GPT_ENTRY))
			continue;
		entry.start = entry_start(t, t->at);
		if (entry.start == NONE)
			continue;
		entry.size = (le64(t->at + 40) - le64(t->at + 32) + 1) << (t->shift - 9);
		gpt_id(&entry.id, t->at);
		add(l, &entry);
	}
	return true;
}

/*
 * What parse_extended() takes from one link of the chain: its data partitions;
 * those in the slots 3 and 4 only inside of their own link and of the whole.
 */
static bool add_logical(struct list *l, unsigned long long at, unsigned long long size,
			unsigned long long end)
{
	const unsigned char *slot = l->table.at + MBR_SLOTS;
	unsigned before = l->next;

	for (unsigned i = 0; i < 4 && l->next < PARTTABLE_MAX; i++, slot += 16) {
		unsigned long long offset = sectors(slot + 8, l->table.shift);
		unsigned long long length = sectors(slot + 12, l->table.shift);

		if (!length || extended(slot))
			continue;
		if (i >= 2 && (offset + length > size || at + offset + length > end))
			continue;
		add_mbr(l, l->next++, at + offset, length);
	}
	return l->next > before;
}

/* The link to the next one, or NULL. */
static const unsigned char *next_link(const struct table *t)
{
	const unsigned char *slot = t->at + MBR_SLOTS;

	for (; slot < t->at + 510; slot += 16)
		if (extended(slot) && le32(slot + 12))
			return slot;
	return NULL;
}

/* parse_extended(): follows at most 100 links in a row that hold no partition. */
static void list_extended(struct list *l, unsigned long long first, unsigned long long size)
{
	struct table *t = &l->table;
	unsigned long long at = first, end = first + size;
	const unsigned char *link;

	for (unsigned links = 1; links <= 100 && l->next < PARTTABLE_MAX; links++) {
		if (!get(t, 512, at << 9) || le16(t->at + 510) != 0xaa55)
			return;
		if (add_logical(l, at, size, end))
			links = 0;
		link = next_link(t);
		if (!link)
			return;
		at = first + sectors(link + 8, t->shift);
		size = sectors(link + 12, t->shift);
	}
}

static void list_mbr(struct list *l)
{
	unsigned shift = l->table.shift;

	for (unsigned i = 0; i < 4; i++) {
		const unsigned char *slot = l->mbr + MBR_SLOTS + 16 * i;
		unsigned long long start = sectors(slot + 8, shift), size = sectors(slot + 12, shift);
		/* of what is extended two sectors or a logical one: room for a bootloader */
		unsigned room = shift == 9 ? 2 : 1U << (shift - 9);
		struct parttable_entry entry = { i + 1, start, size < room ? size : room, { .uuid = "" } };

		if (extended(slot))
			add(l, &entry);
		else
			add_mbr(l, i + 1, start, size);
	}
	/* their parts are numbered behind these */
	for (unsigned i = 0; i < 4; i++) {
		const unsigned char *slot = l->mbr + MBR_SLOTS + 16 * i;

		if (extended(slot) && le32(slot + 12))
			list_extended(l, sectors(slot + 8, shift), sectors(slot + 12, shift));
	}
}

const char *parttable_list(struct reader *disk, unsigned sector, bool force, parttable_each *each,
			   void *context)
{
	struct list l = { .each = each, .context = context, .next = 5 };
	enum sector first;

	if (!open_table(&l.table, disk, sector))
		return NULL;
	first = first_sector(&l.table);
	for (unsigned i = 0; i < sizeof(l.mbr); i++)
		l.mbr[i] = l.table.at[i];
	if (list_gpt(&l, first, force))
		return "gpt";
	if (first != MBR)
		return NULL;
	list_mbr(&l);
	return "dos";
}
