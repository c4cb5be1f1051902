/*
 * A disk's partition table. The input: a byte of how it is asked, then a disk of medium.h.
 */
#include "fuzz.h"
#include "medium.h"
#include "plan/parttable.h"

#include <errno.h>

/* The first byte. */
#define SECTOR(how) (512U << ((how) & 3))
#define GPT(how) ((how) & 4)

#define NUMBERS 255

struct found {
	unsigned count;
	struct parttable_entry entries[NUMBERS];
};

static void check(const struct parttable_id *id)
{
	assert(memchr(id->uuid, '\0', sizeof(id->uuid)) && memchr(id->label, '\0', sizeof(id->label)));
}

static void keep(void *context, const struct parttable_entry *entry)
{
	struct found *found = context;

	check(&entry->id);
	assert(found->count < NUMBERS && entry->number > 0 && entry->number < PARTTABLE_MAX);
	found->entries[found->count++] = *entry;
}

/* A host may read more: it walks chains. */
static void open_wide(struct medium *medium, const uint8_t *data, size_t size)
{
	medium_open(medium, data, size);
	medium->reader.reads = 1024;
}

static void list(struct found *found, const uint8_t *data, size_t size, int how)
{
	struct medium medium;
	const char *type;

	found->count = 0;
	open_wide(&medium, data, size);
	type = parttable_list(&medium.reader, SECTOR(how), GPT(how), keep, found);
	assert(!type || !strcmp(type, "gpt") || !strcmp(type, "dos"));
	assert(type || !found->count);
}

/* What is said of one partition is what the list says of it: of what is extended, nothing. */
static void compare(const uint8_t *data, size_t size, int how, const struct parttable_entry *entry)
{
	struct parttable_id id;
	struct medium medium;

	int err;

	open_wide(&medium, data, size);
	err = parttable_id(&id, &medium.reader, SECTOR(how), entry->number, entry->start);
	assert(err == (*entry->id.uuid ? 0 : -ENOENT));
	if (err)
		return;
	assert(!strcmp(id.uuid, entry->id.uuid) && !strcmp(id.label, entry->id.label));
}

/* The kernel's number and start may be of another table than is there now. */
static void ask(const uint8_t *data, size_t size, int how, unsigned number, uint64_t start)
{
	struct parttable_id id;
	struct medium medium;
	int err;

	memset(&id, 0xa5, sizeof(id));
	medium_open(&medium, data, size);
	err = parttable_id(&id, &medium.reader, SECTOR(how), number, start);
	medium_check(&medium);
	assert(err == 0 || err == -ENOENT || err == -EIO);
	if (!err)
		check(&id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct found found;
	struct medium medium;
	unsigned sector;
	int how;

	if (!size)
		return 0;
	how = *data++;
	size--;
	list(&found, data, size, how);
	/* With `gpt` the kernel may have taken a GPT on a disk that has an MBR too: one cannot know. */
	for (unsigned i = 0; i < found.count && !GPT(how); i = i * 2 + 1)
		compare(data, size, how, &found.entries[i]);
	for (unsigned i = 0; i < found.count; i = i * 2 + 1)
		ask(data, size, how, found.entries[i].number, found.entries[i].start + i % 2);
	for (unsigned number = 0; number <= NUMBERS + 1; number = number * 4 + 1)
		ask(data, size, how, number, 63);
	medium_open(&medium, data, size);
	sector = SECTOR(how);
	parttable_fault(&medium.reader, &sector);
	medium_check(&medium);
	return 0;
}
