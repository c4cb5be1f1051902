#include "mountopts.h"
#include "../lib/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/mount.h>

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* Linux 5.10, linux/mount.h */
#endif

/* In pairs: what sets a flag and what clears it. The last ones are for user space alone. */
static const char words[] = "ro,rw,sync,async,dirsync,dirsync,silent,loud,nosuid,suid,nodev,dev,noexec,exec,"
			    "noatime,atime,nodiratime,diratime,nosymfollow,symfollow,relatime,norelatime,"
			    "strictatime,nostrictatime,lazytime,nolazytime,iversion,noiversion,mand,nomand,"
			    "defaults,auto,noauto,nofail,_netdev,x-*,X-*";

static const unsigned flags_of[] = {
	MS_RDONLY, MS_SYNCHRONOUS, MS_DIRSYNC, MS_SILENT, MS_NOSUID, MS_NODEV, MS_NOEXEC,
	MS_NOATIME, MS_NODIRATIME, MS_NOSYMFOLLOW, MS_RELATIME,
	MS_STRICTATIME, MS_LAZYTIME, MS_I_VERSION, MS_MANDLOCK, 0, 0, 0, 0,
};

/* Adds an item to the list, which ends at `end` and begins at `list`. Returns the new end. */
static char *add(char *list, char *end, const char *item)
{
	if (end != list)
		*end++ = ',';
	while (*item)
		*end++ = *item++;
	return end;
}

unsigned long mountopts_split(char *options, unsigned long flags)
{
	char *data = options, *next = options;

	while (*next) {
		char *option = next;
		unsigned place;

		next = str_comma(next);
		if (*next)
			*next++ = '\0';
		place = str_listed(words, ',', option);
		if (place) {
			unsigned flag = flags_of[(place - 1) / 2];

			flags |= flag;
			if (place % 2 == 0)
				flags ^= flag;
		} else if (*option) {
			data = add(options, data, option);
		}
	}
	*data = '\0';
	return flags;
}

void mountopts_filesystems(char *text)
{
	char *list = text, *next = text;

	while (*next) {
		char *line = next;

		next = str_find(line, '\n');
		if (*next)
			*next++ = '\0';
		if (*line == '\t')
			list = add(text, list, line + 1);
	}
	*list = '\0';
}
