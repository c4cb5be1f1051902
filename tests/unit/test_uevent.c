/* plan/uevent: which messages are the kernel's, the device's name in them, and the strings. */
#include "plan/uevent.h"
#include "unit.h"

/* A message that ends where its memory ends; what `text` holds in \0 counts. */
static bool parse(struct uevent *event, const char *text, size_t size)
{
	char *message = malloc(size);

	memcpy(message, text, size);
	return uevent_parse(event, message, size);
}

static const char *name_in(const char *text, size_t size)
{
	struct uevent event;

	return parse(&event, text, size) ? event.name : NULL;
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
		cmocka_unit_test(names),
		cmocka_unit_test(none_of_the_kernels),
		cmocka_unit_test(removed),
		cmocka_unit_test(values),
		cmocka_unit_test(values_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
