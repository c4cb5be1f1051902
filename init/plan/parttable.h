/*
 * Partition tables, by the kernel's own rules (block/partitions/efi.c, msdos.c):
 * what it cannot mount, we do not match.
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
};

/*
 * What the disk's table says of the partition that the kernel numbered `number`
 * and let start at the 512-byte sector `start`: entry number - 1 of a GPT whose
 * checksums hold, primary or backup, and which starts there; or the signature of
 * an MBR with that number. 0; -ENOENT when the table has no such partition, -EIO
 * when it cannot be read. sector is the disk's logical sector, 512 to 4096 bytes.
 */
int parttable_id(struct parttable_id *id, struct reader *disk, unsigned sector, unsigned number,
		 unsigned long long start);

/* Why a disk that should have partitions shows none. */
enum parttable_fault {
	PARTTABLE_FINE,         /* nothing to say */
	PARTTABLE_BACKUP_ONLY,  /* the primary GPT is damaged, the backup is good: needs `gpt` */
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
 * parameter of that name: use the backup GPT too. Only for hosts: /init asks the
 * kernel. Returns the table's name as blkid's PTTYPE has it (gpt, dos), or NULL
 * when there is none.
 */
const char *parttable_list(struct reader *disk, unsigned sector, bool gpt, parttable_each *each,
			   void *context);

#endif
