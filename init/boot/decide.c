/*
 * The command line: what is wanted. Up to three texts are read, and of equal
 * words the last one counts: the image's default, the bootloader's unless the
 * image ignores that, and what the image appends.
 */
#include "../init.h"
#include "../lib/log.h"
#include "../lib/sys.h"
#include "../plan/mountopts.h"
#include "layers.h"

#include <errno.h>
#include <stddef.h>
#include <sys/mount.h>

/* The longest command line of any architecture is 4,096 bytes; bootconfig adds up to 32 kB. */
#define CMDLINE_MAX (1 << 16)

static void note(const char *name, const char *value, const char *text)
{
	say(LOG_NOTE, "%s%s%s: %s", name, value ? "=" : "", value ? value : "", text);
}

void decide(struct boot *b)
{
	static char text[CMDLINE_MAX], image[] = CONFIG_CMDLINE, append[] = CONFIG_CMDLINE_APPEND;
	static const struct params_lock lock = { CONFIG_CMDLINE_ALLOW, CONFIG_CMDLINE_LOCK };
	struct params *p = &b->params;

	if (*CONFIG_CMDLINE)
		params_parse(p, image, NULL, note);
	if (!CONFIG_CMDLINE_OVERRIDE) {
		int n = sys_read_file("/proc/cmdline", text, sizeof(text));

		if (n < 0)
			refuse(b, "read /proc/cmdline: %d", n);
		/* The kernel ends the line; without this an open quote would swallow that too. */
		if (n && text[n - 1] == '\n')
			text[n - 1] = '\0';
		params_parse(p, text, *CONFIG_CMDLINE_ALLOW || *CONFIG_CMDLINE_LOCK ? &lock : NULL, note);
	}
	if (*CONFIG_CMDLINE_APPEND)
		params_parse(p, append, NULL, note);

	/* A built-in driver's is looked at before /init starts. Who hibernates with another one must hear of it. */
	if (CONFIG_FOREIGN_WORDS && p->resume && *p->resume && !p->noresume)
		say(LOG_ERR, "resume=%s: not in this image; booting anew", p->resume);
	b->common_flags = p->rw ? 0 : MS_RDONLY;
	if (CONFIG_ROOTFLAGS && p->rootflags)
		b->common_flags = mountopts_split(p->rootflags, b->common_flags);
}

void choose_root(struct boot *b)
{
	static char where[LAYER_ROOT_MAX];
	struct params *p = &b->params;
	char reason[ROOTSPEC_REASON_MAX];
	int err;

	if (p->refused)
		refuse(b, "%s%s%s: %s", p->refused, p->refused_value ? "=" : "",
		       p->refused_value ? p->refused_value : "", "not in this image");
	if (CONFIG_LAYERS && !b->tried)
		p->root = layers_root(where, p->root, &p->words);
	if (!p->root || !*p->root)
		refuse(b, "no root= on the command line");
	err = rootspec_parse(&b->root, p->root, p->rootfstype, p->rootflags, &p->words);
	if (err)
		refuse(b, "root=%s: %s", p->root, rootspec_reason(reason, err));
	b->flags = b->common_flags;
	if (CONFIG_ROOTFLAGS && b->root.flags != p->rootflags)
		b->flags = mountopts_split(b->root.flags, p->rw ? 0 : MS_RDONLY);
	if (CONFIG_LAYERS)
		plan_layers(b);
	if (CONFIG_ROOT_TAG && !rootspec_is_whole(&b->root))
		say(LOG_ERR, "root=%s: not a whole %s (8-4-4-4-12, 4-4, 16 or 8-2 digits); waiting all the same",
		    p->root, rootspec_tags[b->root.tag]);
}
