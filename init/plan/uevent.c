#include "uevent.h"
#include "../lib/str.h"

const char *uevent_name(const char *message, size_t size)
{
	const char *at, *name;

	if (!size || message[size - 1])
		return NULL;
	at = str_find(message, '@');
	if (at[0] != '@' || at[1] != '/')
		return NULL;
	for (name = at += 2; *at; at++)
		if (*at == '/')
			name = at + 1;
	return name;
}
