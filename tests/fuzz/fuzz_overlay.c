/*
 * The words of a writable layer, and what its directory is called. The input is six texts, each ended by a newline:
 * overlayroot=, rd.overlay=, rd.overlay.reset=, rd.overlay.readonly=, roothash= and root's UUID; then what root's
 * superblock is read from. A dash is a word that is not given.
 */
#include "fuzz.h"
#include "lib/str.h"
#include "plan/layer/overlay.h"
#include "plan/layer/verity.h"
#include "plan/params.h"

#include <ctype.h>

extern const struct layer overlay_layer;

static struct layer_words words;
static struct super super;

/* The next of the texts, to be freed. */
static char *next(const uint8_t **data, size_t *size)
{
	const uint8_t *end = memchr(*data, '\n', *size);
	size_t length = end ? (size_t)(end - *data) : *size;
	char *text = text_of(*data, length);

	length += end != NULL;
	*data += length;
	*size -= length;
	return text;
}

/* A text that ends in what it points into. */
static bool is_within(const char *text, const struct overlay *o)
{
	return text >= o->text && text < o->text + sizeof(o->text) && memchr(text, '\0', (size_t)(o->text + sizeof(o->text) - text));
}

static void check_words(const struct layer_words *given)
{
	char *root = given->value[layer_index(layer_word("overlayroot"))], *dracut = given->value[layer_index(layer_word("rd.overlay"))];
	const struct layer *list[LAYERS_MAX + 1], **l = list;
	struct overlay o;
	const char *why;

	assert(!layers_plan(list, given, MADE_DEVICE));
	while (*l && *l != &overlay_layer)
		l++;
	/* nobody asks it otherwise */
	if (!*l)
		return;
	memset(&o, 0xa5, sizeof(o));
	why = overlay_wanted(&o, given);
	/* what is said of it */
	assert(!strcmp(o.word, root && *root ? "overlayroot" : "rd.overlay"));
	assert(o.value == (root && *root ? root : dracut));
	if (why) {
		assert(*why);
		return;
	}
	assert(!o.device || is_within(o.device, &o));
	assert(!o.options || is_within(o.options, &o));
	assert(is_within(o.dir, &o) || !strcmp(o.dir, "overlay"));
	assert(o.timeout >= NOT_GIVEN && o.timeout <= SECONDS_MAX);
	/* in memory or on a device, not both */
	assert(!o.device || !o.options || !*o.options);
	assert(o.device || o.timeout == NOT_GIVEN);
	assert(!o.options || strlen(o.options) <= strlen(o.value) - strlen("tmpfs:"));
	for (char *option = o.options, *end; option && *option; option = *end ? end + 1 : end) {
		end = str_comma(option);
		assert(strncmp(option, "recurse=", 8) && strncmp(option, "swap=", 5));
	}
}

/* One directory, that no other root has and nothing else there. */
static void check_name(const struct layer_words *given, const struct super *of)
{
	char name[OVERLAY_NAME_MAX + 1], again[OVERLAY_NAME_MAX];
	const char *hash = verity_root_hash(given);

	memset(name, 0xa5, sizeof(name));
	overlay_name(name, given, of);
	assert(memchr(name, '\0', OVERLAY_NAME_MAX) && *name && (unsigned char)name[OVERLAY_NAME_MAX] == 0xa5);
	assert(!strpbrk(name, "/. \t\n") && strcmp(name, "new"));
	if (*hash) {
		assert(strlen(name) == 32);
		for (int i = 0; i < 32; i++)
			assert(name[i] == tolower((unsigned char)hash[i]));
	} else if (!of) {
		assert(!strcmp(name, "root"));
	} else if (*of->fs.uuid) {
		assert(!strcmp(name, of->fs.uuid));
	} else {
		assert(strlen(name) == 16 && strspn(name, "0123456789abcdef") == 16);
		/* a superblock that differs in any bit is another's */
		super.head[1024] ^= 1;
		overlay_name(again, given, of);
		assert(strcmp(name, again));
		super.head[1024] ^= 1;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = { "overlayroot", "rd.overlay", "rd.overlay.reset", "rd.overlay.readonly", "roothash" };
	enum { WORDS = sizeof(names) / sizeof(*names) };
	char *texts[WORDS], *uuid;
	struct verity v;

	for (int i = 0; i < WORDS; i++) {
		texts[i] = next(&data, &size);
		words.value[layer_index(layer_word(names[i]))] = strcmp(texts[i], "-") ? texts[i] : NULL;
	}
	check_words(&words);
	/* with another root hash nothing is mounted */
	if (*verity_root_hash(&words) && verity_wanted(&v, &words))
		words.value[layer_index(layer_word("roothash"))] = NULL;
	uuid = next(&data, &size);
	memset(&super, 0, sizeof(super));
	/* what the formats make of a superblock */
	for (size_t i = 0; i < sizeof(super.fs.uuid) - 1 && uuid[i]; i++)
		super.fs.uuid[i] = "0123456789abcdefABCDEF-"[(unsigned char)uuid[i] % 23];
	memcpy(super.head, data, size < sizeof(super.head) ? size : sizeof(super.head));
	check_name(&words, NULL);
	check_name(&words, &super);
	for (int i = 0; i < WORDS; i++)
		free(texts[i]);
	free(uuid);
	return 0;
}
