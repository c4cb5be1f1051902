/*
 * A medium in memory, all zero at first, and what puts numbers on it. Its end is
 * the end of its memory, so that the sanitizer sees a read behind it.
 */
#ifndef UNIT_DISK_H
#define UNIT_DISK_H

#include "plan/reader.h"
#include "unit.h"

#include <errno.h>

static unsigned char *disk;
static struct reader reader;
static unsigned long long bad_sector; /* of 512 bytes: reads of it fail */

static int disk_read(struct reader *r, void *buf, size_t size, unsigned long long offset)
{
	assert_true(size <= r->size && offset <= r->size - size);
	if (offset >> 9 <= bad_sector && bad_sector <= (offset + size - 1) >> 9)
		return -EIO;
	memcpy(buf, disk + offset, size);
	return 0;
}

/* Bounds as a host has them: a GPT's entries of 4 MiB. */
#define DISK_READS 2048
#define DISK_BYTES (16 << 20)

static void disk_rewind(void)
{
	reader.error = 0;
	reader.reads = DISK_READS;
	reader.bytes = DISK_BYTES;
}

static void disk_make(unsigned long long size)
{
	free(disk);
	disk = calloc(1, size ? size : 1);
	reader = (struct reader){ .read = disk_read, .size = size };
	bad_sector = ~0ULL;
	disk_rewind();
}

static void put(unsigned long long at, unsigned long long value, unsigned bytes)
{
	assert_true(at + bytes <= reader.size);
	for (unsigned i = 0; i < bytes; i++)
		disk[at + i] = (unsigned char)(value >> 8 * i);
}

static void put_text(unsigned long long at, const char *text)
{
	assert_true(at + strlen(text) <= reader.size);
	memcpy(disk + at, text, strlen(text));
}

#endif
