/*
 * seed TARGET IMAGE OUT: makes of an image an input of the fuzz target, as medium.h has it: the
 * sectors that are read, without those that change nothing. Where checksums do not count, in a
 * target without "-crc", they are those of crc_off.c.
 */
#include "fuzz.h"
#include "medium.h"
#include "plan/bytes.h"
#include "plan/parttable.h"
#include "plan/super.h"

#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* All the sectors that one medium can be asked for. */
#define SECTORS_MAX (READER_BYTES / PIECE + 2 * READER_READS)
#define PLACED (PIECE_HEADER + PIECE)

static uint8_t input[MEDIUM_HEADER + SECTORS_MAX * PLACED];
static size_t length = MEDIUM_HEADER;

static void put64(uint8_t *to, uint64_t number)
{
	for (int i = 0; i < 8; i++)
		to[i] = (uint8_t)(number >> 8 * i);
}

/* The sums of which the medium may hold one: by the linker's --wrap plan/ calls these instead. */
static unsigned sums[1 << 14];
static size_t count;

static unsigned note(unsigned sum)
{
	sums[count++ % (sizeof(sums) / sizeof(*sums))] = sum;
	return sum;
}

unsigned __real_crc(unsigned polynomial, unsigned start, const void *data, size_t size);
unsigned __wrap_crc(unsigned polynomial, unsigned start, const void *data, size_t size)
{
	return note(__real_crc(polynomial, start, data, size));
}

unsigned __real_crc_hole(unsigned polynomial, unsigned start, const void *data, size_t size,
			 size_t hole);
unsigned __wrap_crc_hole(unsigned polynomial, unsigned start, const void *data, size_t size,
			 size_t hole)
{
	return note(__real_crc_hole(polynomial, start, data, size, hole));
}

/* Writes 0 over each of them, all ones where it is inverted. */
static void sums_off(void)
{
	size_t known = count < sizeof(sums) / sizeof(*sums) ? count : sizeof(sums) / sizeof(*sums);

	for (size_t i = MEDIUM_HEADER; i + 4 <= length; i++)
		for (size_t k = 0; k < known; k++)
			if (le32(input + i) == sums[k] || le32(input + i) == ~sums[k])
				memset(input + i, le32(input + i) == sums[k] ? 0 : 0xff, 4);
}

/* What is found, as text. */
typedef void summary(struct reader *reader, FILE *to);

static void super(struct reader *reader, FILE *to)
{
	static struct super s;

	super_identify(&s, reader, &(struct super_wish){ .types = NULL });
	if (s.contents.fs)
		fprintf(to, "%s %s %s\n", s.contents.fs, s.fs.uuid, s.fs.label);
	if (s.contents.member)
		fprintf(to, "%s %s %s\n", s.contents.member, s.member.uuid, s.member.label);
	if (s.contents.second)
		fprintf(to, "%s\n", s.contents.second);
	fprintf(to, "damaged %s\n", s.contents.damaged ? s.contents.damaged : "");
}

static void each(void *to, const struct parttable_entry *entry)
{
	fprintf(to, "%u %llu %llu %s %s\n", entry->number, entry->start, entry->size, entry->id.uuid,
		entry->id.label);
}

/* As fuzz_parttable's first byte has it: with `gpt` only for a disk that has no table otherwise. */
static uint8_t how;

static void parttable(struct reader *reader, FILE *to)
{
	const char *type = parttable_list(reader, 512, how, each, to);

	fprintf(to, "%s\n", type ? type : "");
}

/* Reads the image's file, and adds the sectors of it to the input. */
static int read_image(struct reader *reader, void *buf, size_t size, unsigned long long offset)
{
	static const uint8_t zero[PIECE];
	uint64_t sector = offset / PIECE * PIECE;

	for (; sector < offset + size; sector += PIECE) {
		uint8_t *piece = input + length;
		size_t i = MEDIUM_HEADER;

		memset(piece, 0, PLACED);
		if (pread(reader->fd, piece + PIECE_HEADER, PIECE, (off_t)sector) < 0)
			err(1, "read");
		put64(piece, sector);
		while (i < length && memcmp(input + i, piece, PIECE_HEADER))
			i += PLACED;
		if (i == length && memcmp(piece + PIECE_HEADER, zero, PIECE))
			length += PLACED;
	}
	return pread(reader->fd, buf, size, (off_t)offset) == (ssize_t)size ? 0 : -1;
}

/* The summary of the input, but for the piece at `without`; to be freed. */
static char *found(summary *of, size_t without)
{
	static uint8_t copy[sizeof(input)];
	size_t after = without + PLACED, size;
	struct medium medium;
	char *text;
	FILE *to = open_memstream(&text, &size);

	if (without == length)
		after = length;
	memcpy(copy, input, without);
	memcpy(copy + without, input + after, length - after);
	medium_open(&medium, copy, without + length - after);
	of(&medium.reader, to);
	fclose(to);
	return text;
}

int main(int argc, char **argv)
{
	struct reader reader = { .read = read_image, .reads = READER_READS, .bytes = READER_BYTES };
	FILE *null = fopen("/dev/null", "w"), *out;
	bool table = argc == 4 && !strncmp(argv[1], "parttable", strlen("parttable"));
	summary *of = table ? parttable : super;
	struct stat st;
	char *whole;

	if (argc != 4 || !null)
		errx(1, "usage: seed TARGET IMAGE OUT");
	reader.fd = open(argv[2], O_RDONLY);
	if (reader.fd < 0 || fstat(reader.fd, &st))
		err(1, "%s", argv[2]);
	reader.size = (uint64_t)st.st_size;
	put64(input, reader.size);
	of(&reader, null);
	whole = found(of, length);
	if (table && !strcmp(whole, "\n"))
		how = 4;
	of(&reader, null);

	free(whole);
	whole = found(of, length);
	for (size_t i = MEDIUM_HEADER; i < length;) {
		char *less = found(of, i);

		if (strcmp(less, whole)) {
			i += PLACED;
		} else {
			length -= PLACED;
			memmove(input + i, input + i + PLACED, length - i);
		}
		free(less);
	}
	free(whole);
	count = 0;
	free(found(of, length));
	if (!strchr(argv[1], '-'))
		sums_off();
	out = fopen(argv[3], "w");
	if (!out)
		err(1, "%s", argv[3]);
	if (table)
		fputc(how, out);
	fwrite(input, 1, length, out);
	if (fclose(out))
		err(1, "%s", argv[3]);
	return 0;
}
