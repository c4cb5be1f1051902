/*
 * The command line: what is wanted. Up to three texts are read, and of equal
 * words the last one counts: the image's default, the bootloader's unless the
 * image ignores that, and what the image appends.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/sys.h"

#include <errno.h>

/* The longest command line of any architecture is 4,096 bytes; bootconfig adds up to 32 kB. */
#define CMDLINE_MAX (1 << 16)

static void note(const char *name, const char *value, const char *text)
{
	say(LOG_NOTE, "%s%s%s: %s", name, value ? "=" : "", value ? value : "", text);
}

int decide(struct boot *b)
{
	static char text[CMDLINE_MAX], image[] = CONFIG_CMDLINE, append[] = CONFIG_CMDLINE_APPEND;
	struct params *p = &b->params;
	int err;

	params_parse(p, image, "", note);
	if (!CONFIG_CMDLINE_OVERRIDE) {
		int n = sys_read_file("/proc/cmdline", text, sizeof(text));

		if (n < 0)
			return refuse(b, "read /proc/cmdline: %d", n);
		/* The kernel ends the line; without this an open quote would swallow that too. */
		if (n && text[n - 1] == '\n')
			text[n - 1] = '\0';
		params_parse(p, text, CONFIG_CMDLINE_LOCK, note);
	}
	params_parse(p, append, "", note);

	if (CONFIG_SHELL && p->stage && !is_break(p->stage)) {
		note("rd.break", p->stage, "none of find, mount, check, switch; using " DEFAULT_BREAK);
		p->stage = DEFAULT_BREAK;
	}
	if (p->refused)
		return refuse(b, "%s=%s: not in this image", p->refused, p->refused_value);
	if (!p->root || !*p->root)
		return refuse(b, "no root= on the command line");
	err = rootspec_parse(&b->root, p->root);
	if (err == -EOPNOTSUPP)
		return refuse(b, "root=%s: not in this image", p->root);
	if (err)
		return refuse(b, "root=%s: not one of " ROOTSPEC_FORMS, p->root);
	return 0;
}
