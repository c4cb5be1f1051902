#include "overlay.h"
#include "verity.h"
#include "../params.h"
#include "../text.h"
#include "../../lib/str.h"

#include <stddef.h>

LAYER_WORD(overlayroot, "overlayroot", NULL);
LAYER_WORD(overlay, "rd.overlay", NULL);
LAYER_WORD(reset, "rd.overlay.reset", NULL);
LAYER_WORD(readonly, "rd.overlay.readonly", NULL);

static bool is_on(const char *value)
{
	return value && !str_listed("0 n no off f false none disabled", ' ', value);
}

static bool is_wanted(const struct layer_words *words)
{
	const char *value = LAYER_VALUE(words, overlayroot);

	return is_on(value && *value ? value : LAYER_VALUE(words, overlay));
}

DEFINE_LAYER(overlay, .word = "overlayroot", .takes = MADE_ROOT, .gives = MADE_ROOT, .is_wanted = is_wanted);

/* What stands behind "tmpfs:" or "device:". What goes to the tmpfs is moved together, at options. */
static const char *read_options(struct overlay *o, char *text, bool in_memory)
{
	char *to = o->options = text;
	unsigned seconds;

	while (*text) {
		char *end = str_comma(text), *value = str_find(text, '=') + 1;
		unsigned key = str_listed("recurse=*,swap=*,dev=*,dir=*,timeout=*", ',', text);
		bool is_last = !*end;

		*end = '\0';
		/* the tmpfs says what it does not know */
		if (in_memory && (!key || key > 2)) {
			if (to != o->options)
				*to++ = ',';
			while (text < end)
				*to++ = *text++;
		} else if (!key) {
			return "not dev=, dir=, timeout=";
		} else if (key == 3) {
			o->device = value;
		} else if (key == 4) {
			o->dir = value;
		} else if (key == 5) {
			if (str_uint(value, SECONDS_MAX, &seconds))
				return "its timeout is no number of seconds";
			o->timeout = (int)seconds;
		}
		text = is_last ? end : end + 1;
	}
	*to = '\0';
	return in_memory || o->device ? NULL : "without dev=";
}

static const char *read_words(struct overlay *o, const struct layer_words *words)
{
	const char *root = LAYER_VALUE(words, overlayroot), *rest;
	bool by_root = root && *root;
	char *path;

	o->word = by_root ? "overlayroot" : "rd.overlay";
	o->value = by_root ? root : LAYER_VALUE(words, overlay);
	o->device = NULL;
	o->dir = "overlay";
	o->options = NULL;
	o->timeout = NOT_GIVEN;
	o->reset = is_on(LAYER_VALUE(words, reset));
	o->readonly = is_on(LAYER_VALUE(words, readonly));
	if (!str_copy(o->text, sizeof(o->text), o->value))
		return "too long";
	if (!*o->text || str_listed("1 yes on tmpfs", ' ', o->text))
		return NULL;
	rest = str_after(o->text, "tmpfs:");
	if (rest)
		return read_options(o, o->text + (rest - o->text), true);
	if (str_after(o->text, "crypt:"))
		return "encrypted: not in this image";
	if (str_after(o->text, "device:"))
		return read_options(o, o->text + sizeof("device:") - 1, false);
	o->device = o->text;
	/* a path begins with a slash: MAJ:MIN and ubi0:NAME have none there */
	for (path = o->text; *path && !(path[0] == ':' && path[1] == '/'); path++)
		;
	if (*path) {
		*path = '\0';
		o->dir = path + 2;
	}
	return NULL;
}

const char *overlay_wanted(struct overlay *o, const struct layer_words *words)
{
	const char *why = read_words(o, words);

	if (!why && o->device && CONFIG_LAYER_VERITY && (CONFIG_VERITY_ONLY || *CONFIG_VERITY_ROOTHASH) &&
	    !CONFIG_VERITY_WRITABLE)
		return "not over a root that must be verified";
	return why;
}

void overlay_name(char *text, const struct layer_words *words, const struct super *super)
{
	const char *hash = CONFIG_LAYER_VERITY && !CONFIG_OVERLAY_KEEP ? verity_root_hash(words) : "", *end = text + 32;
	unsigned long long sum = 0xcbf29ce484222325; /* FNV-1a */

	if (*hash) {
		/* in lower case */
		while (*hash && text < end)
			*text++ = *hash++ | 0x20;
		*text = '\0';
	} else if (!super || *super->fs.uuid) {
		str_copy(text, OVERLAY_NAME_MAX, super ? super->fs.uuid : "root");
	} else {
		for (unsigned i = 0; i < sizeof(super->head); i++)
			sum = (sum ^ super->head[i]) * 0x100000001b3;
		*text_hex(text, sum, 16, false) = '\0';
	}
}
