/*
 * A device event: the input is a key, a NUL, and the kernel's message or a file's strings.
 */
#include "fuzz.h"
#include "plan/uevent.h"

/* What the key has in these strings, found by the other way: string by string. */
static const char *value_of(const struct uevent *event, const char *key)
{
	for (size_t at = 0; at < event->size; at += strlen(event->text + at) + 1)
		if (!strncmp(event->text + at, key, strlen(key)))
			return event->text + at + strlen(key);
	return NULL;
}

static void ask(const struct uevent *event, const char *key)
{
	const char *value = uevent_value(event, key);

	assert(value == value_of(event, key));
	assert(!value || value + strlen(value) <= event->text + event->size);
	assert(uevent_is_remove(event) == !strncmp(event->text, "remove@", 7));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, 0, size), *from = end ? end + 1 : data;
	char *key = text_of(data, end ? (size_t)(end - data) : 0), *text;
	struct uevent event;

	size -= (size_t)(from - data);
	/* Nothing stands behind a message, and of no bytes not even a NUL. */
	text = malloc(size);
	if (size)
		memcpy(text, from, size);
	if (uevent_parse(&event, text, size))
		ask(&event, key);
	free(text);

	/* A file has no NUL of its own at its end, and maybe nothing in it. */
	text = text_of(from, size);
	event = (struct uevent){ "", text, size };
	ask(&event, key);
	free(text);
	free(key);
	return 0;
}
