/*
 * identify <PATHS: for each path, a line of stdin, says what super_identify() finds in that file, and
 * what it cost:
 *
 *     KIND TYPE UUID LABEL READS BYTES DAMAGED
 *
 * each ended by a NUL. KIND is member, fs or several; all are empty for what is not there. DAMAGED are
 * all types that would be there but for a wrong checksum, whatever else is.
 */
#include "plan/super/format.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned reads, bytes;

static int read_file(struct reader *reader, void *buf, size_t size, unsigned long long offset)
{
	reads++;
	bytes += (unsigned)size;
	return pread(reader->fd, buf, size, (off_t)offset) == (ssize_t)size ? 0 : -EIO;
}

/* The rows once more, as super.c tries them. */
extern const struct format __start_formats[], __stop_formats[];

static const struct super_wish wish;

static void print_damaged(struct super *super, struct reader *reader)
{
	static struct super again;

	again = *super;
	again.wish = &wish;
	again.reader = reader;
	again.id = &again.member;
	for (const struct format *f = __start_formats; f < __stop_formats; f++) {
		again.format = f;
		again.type = f->type;
		again.offset = f->base;
		reader->reads = READER_READS;
		reader->bytes = READER_BYTES;
		again.at = f->far ? format_read(&again, f->far, f->base) : again.head + f->base;
		if (again.at && f->check && format_is(again.at + f->magic_at, f->magic, f->magic_length) &&
		    f->check(&again) == -EBADMSG)
			printf("%s ", again.type);
	}
}

static void identify(const char *path)
{
	static struct super super;
	struct reader reader = { .read = read_file, .fd = open(path, O_RDONLY), .reads = READER_READS,
				 .bytes = READER_BYTES };
	const struct identity *id;
	const char *kind, *type;

	if (reader.fd < 0)
		err(1, "%s", path);
	reader.size = (unsigned long long)lseek(reader.fd, 0, SEEK_END);
	reads = bytes = 0;
	super_identify(&super, &reader, &wish);
	if (reader.error)
		errx(1, "%s: read", path);
	id = super.contents.member ? &super.member : &super.fs;
	type = super.contents.member ? super.contents.member : super.contents.fs;
	kind = !type ? "" : super.contents.member ? "member" : super.contents.second ? "several" : "fs";
	printf("%s%c%s%c%s%c%s%c%u%c%u%c", kind, 0, type ? type : "", 0, type ? id->uuid : "", 0,
	       type ? id->label : "", 0, reads, 0, bytes, 0);
	print_damaged(&super, &reader);
	putchar('\0');
	fflush(stdout);
	close(reader.fd);
}

int main(void)
{
	char path[4096];

	while (fgets(path, sizeof(path), stdin)) {
		path[strcspn(path, "\n")] = '\0';
		identify(path);
	}
	return 0;
}
