/* plan/uevent: which messages are the kernel's, and their strings. */
#include "plan/uevent.h"
#include "unit.h"

/* A message that ends where its memory ends; what `text` holds in \0 counts. */
static bool parse(struct uevent *event, const char *text, size_t size)
{
	char *message = malloc(size);

	memcpy(message, text, size);
	return uevent_parse(event, message, size);
}

static bool is_one(const char *text, size_t size)
{
	struct uevent event;

	return parse(&event, text, size);
}
#define IS_ONE(text) is_one(text, sizeof(text))

static void the_kernels(void **state)
{
	(void)state;
	assert_true(IS_ONE("add@/devices/virtio1/block/vda/vda2\0ACTION=add\0SEQNUM=7"));
	assert_true(IS_ONE("change@/devices/vda"));
	assert_true(IS_ONE("add@/vda"));
	assert_true(IS_ONE("add@/devices/block/cciss!c0d0"));
	assert_true(IS_ONE("add@/devices/"));
	assert_true(IS_ONE("@/a@/b"));
}

static void none_of_the_kernels(void **state)
{
	(void)state;
	assert_false(is_one("", 0));
	assert_false(IS_ONE(""));
	assert_false(IS_ONE("add"));
	assert_false(IS_ONE("add@"));
	assert_false(IS_ONE("add@devices/vda"));
	assert_false(IS_ONE("libudev\0add@/devices/vda"));
	assert_false(IS_ONE("ACTION=add\0DEVPATH=/devices/vda"));
	/* cut short: no NUL ends it */
	assert_false(is_one("add@/devices/vda", strlen("add@/devices/vda")));
}

static bool is_remove(const char *text)
{
	struct uevent event;

	assert_true(parse(&event, text, strlen(text) + 1));
	return uevent_is_remove(&event);
}

static void removed(void **state)
{
	(void)state;
	assert_true(is_remove("remove@/devices/vda"));
	assert_false(is_remove("add@/devices/vda"));
	assert_false(is_remove("removed@/devices/vda"));
	assert_false(is_remove("re@/devices/remove@"));
	/* of a device that is there: the strings of its file have no header */
	assert_false(uevent_is_remove(&(struct uevent){ "vda", "", 0 }));
}

static void values(void **state)
{
	static const char text[] = "add@/devices/pci/MODALIAS=no\0ACTION=add\0XMODALIAS=x\0MODALIAS=\0"
				   "MODALIAS=second\0MODALIA=y\0SEQNUM=7";
	struct uevent event;

	(void)state;
	assert_true(parse(&event, text, sizeof(text)));
	assert_int_equal(event.size, sizeof(text));
	assert_string_equal(uevent_value(&event, "ACTION="), "add");
	/* not in the header, and not at the end of another key; the first one counts */
	assert_string_equal(uevent_value(&event, "MODALIAS="), "");
	assert_string_equal(uevent_value(&event, "SEQNUM="), "7");
	assert_null(uevent_value(&event, "SEQ="));
	assert_null(uevent_value(&event, "DRIVER="));
	/* the header is a string as the others are: with a key in front it is that key's */
	assert_true(parse(&event, "KEY=@/x", sizeof("KEY=@/x")));
	assert_string_equal(uevent_value(&event, "KEY="), "@/x");
}

/* The file in sysfs: its last string's NUL is the one behind the file. */
static void values_of_a_file(void **state)
{
	static const char text[] = "MAJOR=8\0MINOR=1";
	char *file = malloc(sizeof(text));
	struct uevent event = { "sda1", file, sizeof(text) - 1 };

	(void)state;
	memcpy(file, text, sizeof(text));
	assert_string_equal(uevent_value(&event, "MAJOR="), "8");
	assert_string_equal(uevent_value(&event, "MINOR="), "1");
	assert_null(uevent_value(&event, "MINOR=1="));
	assert_null(uevent_value(&event, "DEVNAME="));
	event.size = 0;
	assert_null(uevent_value(&event, "MAJOR="));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_kernels),
		cmocka_unit_test(none_of_the_kernels),
		cmocka_unit_test(removed),
		cmocka_unit_test(values),
		cmocka_unit_test(values_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
