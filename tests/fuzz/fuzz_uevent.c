/*
 * A device event: the input is the kernel's message.
 */
#include "fuzz.h"
#include "plan/uevent.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* Nothing stands behind it, and of no bytes not even a NUL. */
	char *message = malloc(size);
	const char *name;

	if (size)
		memcpy(message, data, size);
	name = uevent_name(message, size);
	assert(!name || (name > message && name + strlen(name) < message + size));
	assert(!name || !strchr(name, '/'));
	free(message);
	return 0;
}
