#include "layer.h"
#include "../lib/str.h"

/* The linker's names for the ends of the section that LAYER_WORD() fills; NULL when nothing does. */
extern const struct layer_word __start_layer_words[] __attribute__((weak));
extern const struct layer_word __stop_layer_words[] __attribute__((weak));
extern const struct layer __start_layers[] __attribute__((weak));
extern const struct layer __stop_layers[] __attribute__((weak));

unsigned layer_index(const struct layer_word *word)
{
	return (unsigned)(word - __start_layer_words);
}

const struct layer_word *layer_word(const char *name)
{
	for (const struct layer_word *w = __start_layer_words; w < __stop_layer_words; w++)
		if (LAYER_HAS(w) && str_listed(w->names, ' ', name))
			return w;
	return NULL;
}

const struct layer_word *layer_key(const char *text)
{
	for (const struct layer_word *w = __start_layer_words; w < __stop_layer_words; w++) {
		const char *rest = LAYER_HAS(w) && w->key ? str_after(text, w->key) : NULL;

		if (rest && *rest == '=')
			return w;
	}
	return NULL;
}

const struct layer *layers_plan(const struct layer **list, const struct layer_words *words, enum made have)
{
	const struct layer **end = list + LAYERS_MAX;

	for (unsigned turn = 0; turn < 2 * LAYER_ORDERS; turn++)
		for (const struct layer *l = __start_layers; l < __stop_layers && list < end; l++) {
			/* devices before roots */
			if (l->order + (l->gives == MADE_ROOT ? LAYER_ORDERS : 0U) != turn || !l->is_wanted(words))
				continue;
			if (l->takes == MADE_DEVICE && have != MADE_DEVICE)
				return l;
			have = l->gives;
			*list++ = l;
		}
	*list = NULL;
	return NULL;
}

char *layers_root(char *text, char *root, const struct layer_words *words)
{
	for (const struct layer *l = __start_layers; l < __stop_layers; l++) {
		char *where = l->where && l->is_wanted(words) ? l->where(text, root, words) : NULL;

		if (where)
			return where;
	}
	return root;
}
