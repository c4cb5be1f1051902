#include "uevent.h"
#include "../lib/str.h"

bool uevent_parse(struct uevent *event, const char *message, size_t size)
{
	if (!size || message[size - 1] || !str_after(str_find(message, '@'), "@/"))
		return false;
	event->text = message;
	event->size = size;
	return true;
}

bool uevent_is_remove(const struct uevent *event)
{
	return str_after(event->text, "remove@");
}

const char *uevent_value(const struct uevent *event, const char *key)
{
	const char *end = event->text + event->size, *value;

	for (const char *at = event->text; at < end; at = str_find(at, '\0') + 1) {
		value = str_after(at, key);
		if (value)
			return value;
	}
	return NULL;
}
