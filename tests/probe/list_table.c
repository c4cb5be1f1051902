/*
 * list_table [gpt] SECTOR-SIZE IMAGE...: what plan/parttable makes of disks, for
 * test_kernel_partitions.py. The image's name and its table's, then for each partition
 *
 *     number start size uuid name
 *
 * "-" for no uuid; then "id N" for each that parttable_find() finds in another way. Each
 * ends with a NUL: a name may hold anything else.
 */
#include "plan/parttable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct parttable_entry entries[PARTTABLE_MAX];
static unsigned count;

static int read_disk(struct reader *r, void *buf, size_t size, unsigned long long offset)
{
	return pread(r->fd, buf, size, (off_t)offset) == (ssize_t)size ? 0 : -EIO;
}

static void ignore(void *context, const struct parttable_entry *entry)
{
	(void)context, (void)entry;
}

static void keep(void *context, const struct parttable_entry *entry)
{
	(void)context;
	entries[count++] = *entry;
}

static struct reader reader_of(int fd, unsigned reads, unsigned bytes)
{
	struct stat st;

	if (fstat(fd, &st))
		exit(1);
	return (struct reader){
		.read = read_disk, .fd = fd, .size = (unsigned long long)st.st_size,
		.reads = reads, .bytes = bytes,
	};
}

static bool is_entry(const void *arg, unsigned number, const struct parttable_id *id)
{
	const struct parttable_entry *entry = arg;

	return number == entry->number && !strcmp(id->uuid, entry->id.uuid);
}

/* /init looks for a PARTUUID, and must come to the same number, start and name. */
static void check_id(int fd, unsigned sector, const struct parttable_entry *entry)
{
	struct reader r = reader_of(fd, READER_READS, READER_BYTES);
	struct parttable_hit hit;
	int count;

	if (!*entry->id.uuid)
		return; /* what is extended has none */
	count = parttable_find(&r, sector, is_entry, entry, &hit, 1);
	if (count != 1 && !r.reads)
		return; /* more entries than /init reads */
	if (count != 1 || strcmp(hit.id.label, entry->id.label) ||
	    (hit.start != entry->start && hit.start != PARTTABLE_ANYWHERE))
		printf("id %u%c", entry->number, 0);
}

int main(int argc, char **argv)
{
	bool gpt = argc > 1 && !strcmp(argv[1], "gpt");
	unsigned sector;

	argv += 1 + gpt;
	sector = (unsigned)atoi(*argv);
	while (*++argv) {
		int fd = open(*argv, O_RDONLY);
		struct reader r = reader_of(fd, 2048, 16 << 20);
		const char *name;

		count = 0;
		name = parttable_list(&r, sector, gpt, keep, NULL);
		printf("%s %s%c", *argv, name ? name : "none", 0);
		for (unsigned i = 0; i < count; i++) {
			const struct parttable_entry *e = &entries[i];

			printf("%u %llu %llu %s %s%c", e->number, e->start, e->size,
			       *e->id.uuid ? e->id.uuid : "-", e->id.label, 0);
		}
		/* an MBR, which only by `gpt` is none, comes first there: see parttable.h */
		r = reader_of(fd, 2048, 16 << 20);
		name = gpt ? parttable_list(&r, sector, false, ignore, NULL) : NULL;
		for (unsigned i = 0; i < count && !(name && !strcmp(name, "dos")); i++)
			check_id(fd, sector, &entries[i]);
		close(fd);
	}
	return argc < 3;
}
