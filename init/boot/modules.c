#include "modules.h"
#include "../lib/dir.h"
#include "../lib/log.h"
#include "../lib/str.h"
#include "../lib/sys.h"
#include "../plan/modules.h"

#include <errno.h>
#include <fcntl.h>

#define MODULES "/lib/modules/"
#define INDEX_MAX (1 << 19)
#define LINES_MAX 1024 /* image/modules makes no more */
#define OPTIONS_MAX 4096

/* The index, of which this is the first line, and its other lines. */
static char suffix[INDEX_MAX];
static const char *release;
static struct modules_line lines[LINES_MAX];
static unsigned count;

static int name_release(void *arg, const char *name)
{
	(void)arg;
	say(LOG_ERR, "modules: for kernel %s, but this is %s; not loaded", name, release);
	return 0;
}

bool modules_there(void)
{
	char path[sizeof(MODULES "/modules.index") + SYS_RELEASE_MAX];
	int err;

	if (release)
		return count;
	release = sys_release();
	str_print(path, sizeof(path), MODULES "%s/modules.index", release);
	err = sys_read_file(path, suffix, sizeof(suffix));
	if (err > 0) {
		char *rest = str_find(suffix, '\n');

		sys_mount_pseudo("sysfs", "/sys"); /* for /sys/module */
		if (*rest)
			*rest++ = '\0';
		count = modules_read(rest, lines, LINES_MAX);
	} else if (err != -ENOENT) {
		say(LOG_ERR, "modules: read %s: %d; not loaded", path, err);
	} else {
		dir_each(MODULES, name_release, NULL);
	}
	return count;
}

/* What finit_module(2) says, in its own words: ENOENT is no missing file. */
#define REASONS(row) \
	row(ENOENT, "lacks a symbol of another module") \
	row(ENOEXEC, "damaged, or made for another kernel") \
	row(EINVAL, "damaged, or a parameter is wrong") \
	row(EPERM, "not signed, or in module_blacklist=") \
	row(EKEYREJECTED, "its signature is missing or wrong") \
	row(EBADMSG, "its signature is missing or wrong") \
	row(EOPNOTSUPP, "this kernel cannot decompress it") \
	row(ENOSYS, "this kernel takes no modules")
STR_ROWS(reasons, REASONS);

static bool is_forbidden(const struct boot *b, const char *name, bool is_alias)
{
	const struct params *p = &b->params;
	bool forbidden = modules_forbidden(name, is_alias, p->module_words, p->module_word_count);

	if (forbidden)
		say(LOG_NOTE, "module %s: blacklisted; not loaded", name);
	return forbidden;
}

/* Loads one, unless it is there. */
static void load(const struct boot *b, const char *name)
{
	static char options[OPTIONS_MAX];
	const struct params *p = &b->params;
	char path[sizeof(MODULES "/.ko.zst") + SYS_RELEASE_MAX + MODULE_NAME_MAX];
	const char *why;
	int tries = 2, fd, err;

	str_print(path, sizeof(path), "/sys/module/%s", name);
	if (!sys_access(path))
		return;
	if (is_forbidden(b, name, false))
		return;
	if (!modules_options(options, sizeof(options), name, p->module_words, p->module_word_count))
		say(LOG_ERR, "module %s: options of %u bytes or more; using the first", name, OPTIONS_MAX);
	str_print(path, sizeof(path), MODULES "%s/%s%s", release, name, suffix);
	do {
		/* what cannot be opened is no module to load */
		fd = sys_open(path, O_RDONLY);
		err = sys_load_module(fd, options, suffix[sizeof(".ko") - 1] ? SYS_MODULE_COMPRESSED : 0);
		sys_close(fd);
		/* ENODEV: for a part that this processor or board does not have; EEXIST: it is there by now */
		if (err >= 0 || err == -ENODEV || err == -EEXIST)
			return;
		why = STR_ROW(reasons, -err);
	} while (!why && --tries);
	say(LOG_ERR, "module %s: %s; going on without it", name, why ? why : str_error(fd < 0 ? fd : err));
}

bool modules_ask(const struct boot *b, const char *wanted)
{
	char name[MODULE_NAME_MAX];
	bool is_alias = true, found = false;

	modules_there();
	/* a name means one module */
	for (unsigned i = 0; is_alias && i < count; i++) {
		const char *loads = lines[i].name;

		if (!modules_is_meant(&lines[i], wanted, &is_alias))
			continue;
		found = true;
		modules_load(&loads, name);
		if (is_alias) {
			lines[i].beginnings = 0;
			if (is_forbidden(b, name, true))
				continue;
		}
		loads = lines[i].loads;
		while (modules_load(&loads, name))
			load(b, name);
	}
	return found;
}

void load_modules(struct boot *b)
{
	static char name[4096];
	const char *list = b->params.modules;

	while (CONFIG_MODULES && list && str_item(&list, ',', name, sizeof(name)))
		if (*name && !modules_ask(b, name))
			say(LOG_NOTE, "modules=%s: no module of this image; ignored", name);
}
