/*
 * What was there: the line that tells a missing driver from a wrong name.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/partitions.h"

void report_devices(void)
{
	static char text[PARTITIONS_MAX], seen[800];
	char *rest = text, *end = seen;
	struct partition p;
	int n = sys_read_file("/proc/partitions", text, sizeof(text));

	if (n < 0) {
		say(LOG_ERR, "read /proc/partitions: %d", n);
		return;
	}
	while (partitions_next(&rest, &p)) {
		char *next = str_print(end, sizeof(seen) - (size_t)(end - seen), "%s%s (%u MiB)",
				       end == seen ? "" : ", ", p.name, p.kib / 1024);

		if (!next) {
			*end = '\0';
			say(LOG_ERR, "seen: %s and more", seen);
			return;
		}
		end = next;
	}
	say(LOG_ERR, "seen: %s", end == seen ? "no block device; is its driver in this kernel?" : seen);
}
