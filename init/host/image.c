#include "image.h"
#include "complain.h"
#include "memory.h"
#include "../lib/str.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * What a partition table may cost: a chain of 255 logical partitions has one
 * read each, and the kernel takes an array of GPT entries of up to 4 MiB.
 */
#define TABLE_READS 1024
#define TABLE_BYTES (16 << 20)

/* RAID superblocks at the end stand in the last 128 KiB (md(4), 0.90: 64 KiB, rounded down). */
#define END_REGION (128 << 10)

static int read_fd(int fd, void *buf, size_t size, unsigned long long offset)
{
	char *to = buf;

	while (size) {
		ssize_t n = pread(fd, to, size, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n ? -errno : -EIO; /* a file that shrinks under us */
		to += n;
		size -= (size_t)n;
		offset += (size_t)n;
	}
	return 0;
}

static int read_medium(struct reader *reader, void *buf, size_t size, unsigned long long offset)
{
	const struct medium *medium = (const struct medium *)reader;
	const struct image *image = medium->image;

	offset += medium->base;
	if (offset > image->head_size || size > image->head_size - offset)
		return read_fd(image->fd, buf, size, offset);
	memcpy(buf, image->head + offset, size);
	return 0;
}

/* Where that fails, each reader will say so when it needs those bytes. */
static void read_head(struct image *image)
{
	size_t size = image->size < SUPER_HEAD ? (size_t)image->size : SUPER_HEAD;

	image->head_size = read_fd(image->fd, image->head, size, 0) ? 0 : size;
}

struct medium image_medium(const struct image *image, const struct parttable_entry *entry)
{
	return (struct medium){
		.image = image,
		.base = entry ? entry->start * 512 : 0,
		.reader = {
			.read = read_medium,
			.size = entry ? entry->size * 512 : image->size,
			.reads = READER_READS,
			.bytes = READER_BYTES,
		},
	};
}

static void add(void *context, const struct parttable_entry *entry)
{
	struct image *image = context;

	if (image->count < PARTTABLE_MAX)
		image->entries[image->count++] = *entry;
}

/* Says why the kernel would not make the partitions that somebody may expect. */
static void explain_table(const struct image *image)
{
	struct medium disk = image_medium(image, NULL);
	unsigned sector = image->sector;

	switch (parttable_fault(&disk.reader, &sector)) {
	case PARTTABLE_BACKUP_ONLY:
		complain("%s: the primary GPT is damaged, its backup is good: the kernel uses "
			 "that only with `gpt` on its command line; `sgdisk -e` repairs it", image->path);
		break;
	case PARTTABLE_OTHER_SECTOR:
		complain("%s: its GPT is for sectors of %u bytes, read with %u; try --sector-size "
			 "%u", image->path, sector, image->sector, sector);
		break;
	case PARTTABLE_UNPROTECTED:
		complain("%s: its GPT is good, but sector 0 has no protective MBR: the kernel uses it only with "
			 "`gpt` on its command line", image->path);
		break;
	case PARTTABLE_CUT:
		complain("%s: its GPT is for a larger disk", image->path);
		break;
	case PARTTABLE_FINE:
		break;
	}
}

static int read_table(struct image *image, bool gpt)
{
	struct medium disk = image_medium(image, NULL);

	read_head(image);
	/* the rest of a file is no sector of a disk */
	disk.reader.size &= ~511ULL;
	disk.reader.reads = TABLE_READS;
	disk.reader.bytes = TABLE_BYTES;
	image->count = 0;
	image->table = parttable_list(&disk.reader, image->sector, gpt, add, image);
	if (disk.reader.error) {
		complain("read %s: %s; its partitions are not known", image->path,
			 strerror(-disk.reader.error));
		return -1;
	}
	explain_table(image);
	return 0;
}

/* The size of what is open, and the sector unless it was given: 0 or an errno. */
static int measure(struct image *image)
{
	struct stat st;
	int sector;

	if (fstat(image->fd, &st))
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	image->size = (unsigned long long)st.st_size;
	if (S_ISREG(st.st_mode)) {
		if (!image->sector)
			image->sector = 512;
		return 0;
	}
	if (!S_ISBLK(st.st_mode))
		return ENOTBLK;
	if (ioctl(image->fd, BLKGETSIZE64, &image->size))
		return errno;
	if (!image->sector) {
		if (ioctl(image->fd, BLKSSZGET, &sector))
			return errno;
		image->sector = (unsigned)sector;
	}
	return 0;
}

int image_open(struct image *image, const char *path, unsigned sector, bool gpt)
{
	int err;

	image->path = path;
	image->sector = sector;
	/* Not to wait for the writer of a pipe: that is refused below. */
	image->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (image->fd < 0) {
		complain("open %s: %s", path, strerror(errno));
		return -1;
	}
	err = measure(image);
	if (err)
		complain("open %s: %s", path,
			 err == ENOTBLK ? "neither a file nor a block device" : strerror(err));
	if (err || read_table(image, gpt)) {
		image_close(image);
		return -1;
	}
	return 0;
}

void image_close(struct image *image)
{
	close(image->fd);
}

/* Does a partition take what stands at the disk's very end? */
static bool is_end_taken(const struct image *image)
{
	for (unsigned i = 0; i < image->count; i++) {
		const struct parttable_entry *entry = &image->entries[i];

		if ((entry->start + entry->size) * 512 + END_REGION > image->size)
			return true;
	}
	return false;
}

int image_identify(struct image *image, const struct parttable_entry *entry, const char *types)
{
	const struct super_wish wish = { .types = types, .partitioned = !entry && is_end_taken(image) };
	struct medium part = image_medium(image, entry);
	char name[16] = "";

	if (entry)
		snprintf(name, sizeof(name), " partition %u", entry->number);
	super_identify(&image->super, &part.reader, &wish);
	if (!part.reader.error)
		return 0;
	complain("read %s%s: %s", image->path, name, strerror(-part.reader.error));
	return -1;
}

int image_sector(const char *text, unsigned *sector)
{
	if (!str_uint(text, 4096, sector) && *sector >= 512 && !(*sector & (*sector - 1)))
		return 0;
	usage("--sector-size %s: not one of 512, 1024, 2048, 4096", text);
	return -1;
}
