/*
 * The first stage: what we need in order to see and to speak.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/sys.h"

void early(struct boot *b)
{
	int err = sys_mount_pseudo("devtmpfs", "/dev");

	b->has_devtmpfs = !err;
	log_open();
	if (CONFIG_INFO)
		say(LOG_INFO, "version " VERSION);
	if (!CONFIG_MAKE_NODES && err)
		refuse(b, "mount devtmpfs on /dev: %d", err);
	err = sys_mount_pseudo("proc", "/proc");
	if (err)
		refuse(b, "mount proc on /proc: %d", err);
}
