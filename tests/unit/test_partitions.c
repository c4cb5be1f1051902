/* plan/partitions: the text of /proc/partitions. */
#include "plan/partitions.h"
#include "unit.h"

#include <limits.h>

/* The devices of a text as "major:minor kib name;". */
static const char *shown(const char *text)
{
	static char out[512];
	char *rest = own(text), *p = out;
	struct partition found;

	*p = '\0';
	while (partitions_next(&rest, &found))
		p += sprintf(p, "%u:%u %u %s;", found.major, found.minor, found.kib, found.name);
	assert_string_equal(rest, "");
	return out;
}

static void lines(void **state)
{
	static const char *const rows[][2] = {
		{ "", "" },
		{ "major minor  #blocks  name\n\n", "" },
		{ "major minor  #blocks  name\n\n 254        0      65536 vda\n", "254:0 65536 vda;" },
		{ "   8        0   10485760 sda\n   8        1    1048576 sda1\n",
		  "8:0 10485760 sda;8:1 1048576 sda1;" },
		{ " 179        2       1024 mmcblk0p2\n 259  1048575  0 nvme0n1p1",
		  "179:2 1024 mmcblk0p2;259:1048575 0 nvme0n1p1;" },
		{ " 104        0  7 cciss!c0d0\n", "104:0 7 cciss!c0d0;" },
		/* A size that no disk has is still a disk. */
		{ " 8 1 9223372036854775807 sda1\n", "8:1 4294967295 sda1;" },
		/* Not of this form */
		{ "\n\n\n", "" },
		{ " 8 1\n 8 1 5\n 8 1 5 \n", "" },
		{ " x 1 5 sda\n 8 y 5 sda\n 8 1 z sda\n 8 2 5 sdb\n", "8:2 5 sdb;" },
		{ " 4294967296 1 5 sda\n", "" },
		{ " 8 -1 5 sda\n", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i][0]);
		assert_string_equal(shown(rows[i][0]), rows[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
