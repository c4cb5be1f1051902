#include "dir.h"
#include "log.h"
#include "sys.h"

#include <fcntl.h>

int dir_each(const char *path, dir_visit *visit, void *arg)
{
	_Alignas(struct sys_entry) char buf[1024];
	int dir = sys_open(path, O_RDONLY | O_DIRECTORY), n = 0, err = 0;

	if (dir < 0)
		return dir;
	while (!err && (n = sys_list(dir, buf, sizeof(buf))) > 0)
		for (int at = 0; !err && at < n;) {
			struct sys_entry *e = (struct sys_entry *)(buf + at);

			at += e->length;
			if (e->name[0] != '.')
				err = visit(arg, e->name);
		}
	sys_close(dir);
	if (n < 0) {
		say(LOG_ERR, "read %s: %d", path, n);
		err = n;
	}
	return err;
}
