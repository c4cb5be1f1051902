#include "uevent.h"
#include "../lib/str.h"

#include <limits.h>

/* One KEY=VALUE, if it is one of ours. */
static void one_line(struct uevent *e, const char *line)
{
	static const struct {
		char key[11];
		unsigned char member, is_number;
	} rows[] = {
		{ "ACTION=", offsetof(struct uevent, action), 0 },
		{ "SUBSYSTEM=", offsetof(struct uevent, subsystem), 0 },
		{ "DEVNAME=", offsetof(struct uevent, name), 0 },
		{ "MAJOR=", offsetof(struct uevent, major), 1 },
		{ "MINOR=", offsetof(struct uevent, minor), 1 },
		{ "PARTN=", offsetof(struct uevent, partition), 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *value = str_after(line, rows[i].key);
		void *member = (char *)e + rows[i].member;
		const char **text = member;

		if (value && rows[i].is_number)
			str_uint(value, UINT_MAX, member);
		else if (value)
			*text = value;
	}
}

/* The lines of `size` bytes, each ended by a NUL. */
static void lines(struct uevent *e, const char *line, size_t size)
{
	const char *end = line + size;

	e->action = e->subsystem = e->name = "";
	e->major = e->minor = e->partition = 0;
	for (; line < end; line = str_find(line, '\0') + 1)
		one_line(e, line);
}

bool uevent_message(struct uevent *e, char *message, size_t size)
{
	const char *at;

	if (!size || message[size - 1])
		return false;
	at = str_find(message, '@');
	if (at[0] != '@' || at[1] != '/')
		return false;
	lines(e, message, size);
	return true;
}

void uevent_file(struct uevent *e, char *text)
{
	char *end = text;

	for (; *end; end++)
		if (*end == '\n')
			*end = '\0';
	lines(e, text, (size_t)(end - text));
}
