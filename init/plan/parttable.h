/*
 * Partition tables, by the kernel's own rules (block/partitions/efi.c, msdos.c
 * and core.c): what it cannot mount, we do not match. In two things they are
 * tighter: a GPT whose entries are more than the reader's bounds let through is
 * not valid (the kernel takes 4 MiB, usual are 16 KiB), and an entry that ends
 * before it starts is no partition (the kernel shows one of nearly 2^64 sectors).
 */
#ifndef PLAN_PARTTABLE_H
#define PLAN_PARTTABLE_H

#include "reader.h"

/* With the NUL. A GPT name has 36 UTF-16 units of at most 3 bytes. */
#define PARTTABLE_UUID_MAX 37
#define PARTTABLE_LABEL_MAX (36 * 3 + 1)
/* The kernel's DISK_MAX_PARTS, with the disk itself. */
#define PARTTABLE_MAX 256

struct parttable_id {
	char uuid[PARTTABLE_UUID_MAX];   /* lower case; "" when there is none */
	char label[PARTTABLE_LABEL_MAX]; /* GPT only: UTF-8, "" when there is none */
	char type[PARTTABLE_UUID_MAX];   /* of a GPT, CONFIG_ROOT_GPT_AUTO only; "" with the no-auto attribute */
	bool is_readonly;                /* by its attribute (Discoverable Partitions Specification), likewise */
};

/* A partition that a table names. */
struct parttable_hit {
	unsigned number;
	unsigned long long start; /* in sectors of 512 bytes; PARTTABLE_ANYWHERE when the table need not be right */
	struct parttable_id id;
};
#define PARTTABLE_ANYWHERE (~0ULL)

/* Is it one that is looked for? */
typedef bool parttable_is(const void *arg, unsigned number, const struct parttable_id *id);

/*
 * Reads the disk's table once and finds the partitions that is(arg, ...) holds for: at most `max` of them
 * into hits, their number is returned. It is the kernel's partition of that number if it starts there. An
 * MBR that is no protective one comes first, as when the kernel looks, unless it has `gpt` on its
 * command line; so when it names none, a GPT whose checksums hold is asked too, primary or backup.
 * Beyond 4 an MBR is believed: its chain is not walked, and the extended partition itself has no PARTUUID.
 * -ENOENT when there is no GPT and nothing is found; -EIO when what decides cannot be read. sector
 * is the disk's logical sector in bytes, a power of two.
 */
int parttable_find(struct reader *disk, unsigned sector, parttable_is *is, const void *arg,
		   struct parttable_hit *hits, int max);

/* Why a disk that should have partitions shows none; only asked about one that has none. */
enum parttable_fault {
	PARTTABLE_FINE,         /* nothing to say */
	PARTTABLE_UNPROTECTED,  /* a good GPT, but no protective MBR: needs `gpt` */
	PARTTABLE_BACKUP_ONLY,  /* the primary GPT is damaged, the backup is good: needs `gpt` */
	PARTTABLE_CUT,          /* a GPT for a larger disk: it ends behind this one */
	PARTTABLE_OTHER_SECTOR, /* a GPT for another sector size, which *sector then is */
};
enum parttable_fault parttable_fault(struct reader *disk, unsigned *sector);

/* One partition as the kernel makes it; start and size in sectors of 512 bytes. */
struct parttable_entry {
	unsigned number;
	unsigned long long start, size;
	struct parttable_id id;
};
typedef void parttable_each(void *context, const struct parttable_entry *entry);

/*
 * All partitions that the kernel would make, in its order. `gpt` is its
 * parameter of that name: no protective MBR is needed, and the backup GPT counts
 * when the primary is bad. Only for hosts: /init asks the kernel. Each partition
 * takes a read: 256 beside READER_READS list all of a usual table. The disk's
 * size is one in whole sectors of 512 bytes. Returns the table's name as blkid's
 * PTTYPE has it (gpt, dos), or NULL when the kernel sees none.
 */
const char *parttable_list(struct reader *disk, unsigned sector, bool gpt, parttable_each *each,
			   void *context);

#endif
