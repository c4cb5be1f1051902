/* plan/uevent: which messages are the kernel's, and the device's name in them. */
#include "plan/uevent.h"
#include "unit.h"

/* The name in a message that ends where its memory ends; what `text` holds in \0 counts. */
static const char *name_in(const char *text, size_t size)
{
	char *message = malloc(size);

	memcpy(message, text, size);
	return uevent_name(message, size);
}
#define NAME(text) name_in(text, sizeof(text))

static void names(void **state)
{
	(void)state;
	assert_string_equal(NAME("add@/devices/virtio1/block/vda/vda2\0ACTION=add\0SEQNUM=7"), "vda2");
	assert_string_equal(NAME("change@/devices/vda"), "vda");
	assert_string_equal(NAME("add@/vda"), "vda");
	assert_string_equal(NAME("add@/devices/block/cciss!c0d0"), "cciss!c0d0");
	assert_string_equal(NAME("add@/devices/"), "");
	assert_string_equal(NAME("@/a@/b"), "b");
}

static void none_of_the_kernels(void **state)
{
	(void)state;
	assert_null(name_in("", 0));
	assert_null(NAME(""));
	assert_null(NAME("add"));
	assert_null(NAME("add@"));
	assert_null(NAME("add@devices/vda"));
	assert_null(NAME("libudev\0add@/devices/vda"));
	assert_null(NAME("ACTION=add\0DEVPATH=/devices/vda"));
	/* cut short: no NUL ends it */
	assert_null(name_in("add@/devices/vda", strlen("add@/devices/vda")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(none_of_the_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
