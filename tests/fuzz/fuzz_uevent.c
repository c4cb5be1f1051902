/*
 * A device event: the input is the kernel's message, and then the text of the file in sysfs.
 */
#include "fuzz.h"
#include "plan/uevent.h"

static void check(const struct uevent *event, const char *from, size_t size)
{
	const char *texts[] = { event->action, event->subsystem, event->name };

	for (int i = 0; i < 3; i++)
		assert(!*texts[i] || (texts[i] > from && texts[i] + strlen(texts[i]) <= from + size));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *message = malloc(size), *text = text_of(data, size);
	struct uevent event;

	if (size)
		memcpy(message, data, size);
	if (uevent_message(&event, message, size))
		check(&event, message, size);
	uevent_file(&event, text);
	check(&event, text, size);
	free(message);
	free(text);
	return 0;
}
