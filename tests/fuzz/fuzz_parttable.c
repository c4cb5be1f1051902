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

/* What is looked for: a number, and a PARTUUID or any. */
struct wanted {
	unsigned number;
	const char *uuid;
};

static bool is_wanted(const void *arg, unsigned number, const struct parttable_id *id)
{
	const struct wanted *w = arg;

	check(id);
	assert(number > 0 && number < PARTTABLE_MAX && *id->uuid);
	return (!w->number || number == w->number) && (!w->uuid || !strcmp(id->uuid, w->uuid));
}

/* What is found of one partition is what the list says of it: of what is extended, nothing. */
static void compare(const uint8_t *data, size_t size, int how, const struct parttable_entry *entry)
{
	const struct wanted wanted = { entry->number, entry->id.uuid };
	struct parttable_hit hits[2];
	struct medium medium;

	if (!*entry->id.uuid)
		return;
	open_wide(&medium, data, size);
	assert(parttable_find(&medium.reader, SECTOR(how), is_wanted, &wanted, hits, 2) == 1);
	assert(hits[0].number == entry->number);
	assert(hits[0].start == entry->start || hits[0].start == PARTTABLE_ANYWHERE);
	assert(!strcmp(hits[0].id.uuid, entry->id.uuid) && !strcmp(hits[0].id.label, entry->id.label));
}

/* No more than there is room for: the sanitizers see what is behind it. */
static void find(const uint8_t *data, size_t size, int how, unsigned number, int max)
{
	const struct wanted wanted = { number, NULL };
	struct parttable_hit *hits = malloc((size_t)max * sizeof(*hits));
	struct medium medium;
	int count;

	medium_open(&medium, data, size);
	count = parttable_find(&medium.reader, SECTOR(how), is_wanted, &wanted, hits, max);
	medium_check(&medium);
	assert(count <= max && (count >= 0 || count == -ENOENT || count == -EIO));
	for (int i = 0; i < count; i++) {
		assert(is_wanted(&wanted, hits[i].number, &hits[i].id));
		assert(!i || hits[i - 1].number < hits[i].number);
	}
	free(hits);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct found found;
	enum parttable_fault fault;
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
	find(data, size, how, 0, 1);
	find(data, size, how, 5, 2);
	find(data, size, how, 0, NUMBERS);
	medium_open(&medium, data, size);
	sector = SECTOR(how);
	fault = parttable_fault(&medium.reader, &sector);
	medium_check(&medium);
	assert(fault == PARTTABLE_OTHER_SECTOR || sector == SECTOR(how));
	assert(sector >= 512 && sector <= 4096 && !(sector & (sector - 1)));
	return 0;
}
