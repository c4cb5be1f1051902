/*
 * Layers: what stands between the device that root= names and the file system that init starts in. One is
 *
 *     plan/layer/NAME.c   its words, and what they mean
 *     boot/layer/NAME.c   the step
 *     LAYER_NAME          the option that builds both in (kconfig/Kconfig.layers)
 *
 * Steps are typed by what they take and give. Their order is fixed: find, [those that give a device, of
 * a root or of a device], mount, [those that give a root], check.
 */
#ifndef PLAN_LAYER_H
#define PLAN_LAYER_H

#include <stdbool.h>

/* What there is by now: something that only mount(2) knows (flash, a share), a block device, a mounted root. */
enum made { MADE_SOURCE, MADE_DEVICE, MADE_ROOT };

/* How many words all layers together may have, and how many of them one root. */
#define LAYER_WORDS_MAX 16
#define LAYERS_MAX 4
#define LAYER_ROOT_MAX sizeof("PARTUUID=01234567-0123-0123-0123-0123456789ab")

/* A word of the command line, with or without a value. Whoever may set root= may set it. */
struct layer_word {
	const char *names; /* what stands for it, with spaces between */
	const char *key;   /* of one root (rootspec.h), or NULL */
};

/* Has the image this word? All that the linker gathers is in /init; the host tool has all layers (host/layers.c). */
#ifndef LAYER_HAS
#define LAYER_HAS(word) true
/* An image without layers has no room for their words either. */
#define LAYER_WORDS_ROOM (CONFIG_LAYERS ? LAYER_WORDS_MAX : 1)
#else
#define LAYER_WORDS_ROOM LAYER_WORDS_MAX
#endif

/* Their values, by layer_index(): NULL when not given, "" without one. */
struct layer_words {
	char *value[LAYER_WORDS_ROOM];
};

struct layer {
	/* Is it asked for? */
	bool (*is_wanted)(const struct layer_words *words);
	/* Or NULL. Where root is when root= does not say it; text holds LAYER_ROOT_MAX bytes for that. NULL: not there. */
	char *(*where)(char *text, const char *root, const struct layer_words *words);
	/* Or NULL. Why what its word says cannot be, before anything is looked for: NULL, it can. */
	const char *(*refuses)(const struct layer_words *words);
	char word[15]; /* what asks for it, for messages */
	unsigned char order; /* of those that give the same, the lower one is first; below LAYER_ORDERS */
	unsigned char takes, gives;
};
#define LAYER_ORDERS 2

/* The linker gathers both, as it does formats (super/format.h). */
#define LAYER_WORD(name, ...) \
	__attribute__((section("layer_words"), used, aligned(1))) \
	static const struct layer_word name##_word = { __VA_ARGS__ }
#define DEFINE_LAYER(name, ...) \
	__attribute__((section("layers"), used, aligned(sizeof(void *)))) \
	const struct layer name##_layer = { __VA_ARGS__ }

/* The value of a word of the same file. */
#define LAYER_VALUE(words, name) ((words)->value[layer_index(&name##_word)])
unsigned layer_index(const struct layer_word *word);

/* The word of that name, '-' and '_' being the same; or the key that text begins with, up to its '='; or NULL. */
const struct layer_word *layer_word(const char *name);
const struct layer_word *layer_key(const char *text);

/*
 * The layers that are asked for, in their order, into list of LAYERS_MAX + 1, NULL behind the last. NULL, or the one
 * that cannot stand on what there is then; root= gives `have`.
 */
const struct layer *layers_plan(const struct layer **list, const struct layer_words *words, enum made have);

/*
 * Where root is by one of the layers that are asked for, maybe in text, of LAYER_ROOT_MAX bytes; root, which root=
 * gives or which is NULL, when none of them says otherwise.
 */
char *layers_root(char *text, char *root, const struct layer_words *words);

#endif
