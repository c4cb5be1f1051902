#include "layers.h"
#include "memory.h"
#include "../lib/str.h"
#include "../plan/layer/loop.h"

#include <stddef.h>
#include <string.h>

extern const struct layer loop_layer, verity_layer, overlay_layer;

bool layers_have(const struct layer_word *word)
{
	const struct {
		const char *names;
		bool is_in;
	} layers[] = {
		{ "roothash* verityhash* systemd.verity_*", CONFIG_LAYER_VERITY },
		{ "loop*", CONFIG_LAYER_LOOP },
		{ "overlayroot* rd.overlay*", CONFIG_LAYER_OVERLAY },
	};

	for (size_t i = 0; i < sizeof(layers) / sizeof(*layers); i++)
		if (str_listed(layers[i].names, ' ', word->names))
			return layers[i].is_in;
	return false;
}

bool layers_any(const struct layers *l)
{
	return l->file || l->is_verified || l->is_written;
}

/* Another device than root's, by its root= form: NULL, or why there can be none. */
static char *read_other(struct rootspec *spec, const struct rootspec *root, const char *word, const char *form)
{
	char reason[ROOTSPEC_REASON_MAX];
	int err = rootspec_parse(spec, copy(form), NULL, NULL, &root->words);

	return err ? copyf("%s=%s: %s", word, form, rootspec_reason(reason, err)) : NULL;
}

static char *read_verity(struct layers *l, struct rootspec *root)
{
	struct verity *v = &l->verity;
	const char *why = verity_wanted(v, &root->words);
	char partition[LAYER_ROOT_MAX];
	char *error;

	l->wrong = v->root_hash;
	if (why) {
		if (str_after(why, "an option"))
			l->wrong = v->options;
		return copyf("roothash=%s: %s", v->root_hash, why);
	}
	verity_partition(partition, v->root_hash, false);
	if (!v->hash_device && !l->file && str_same(root->text, partition)) {
		verity_partition(partition, v->root_hash, true);
		v->hash_device = copy(partition);
		l->tree_by_hash = true;
	}
	l->has_tree = v->hash_device && !l->tree_file;
	if (l->has_tree) {
		l->wrong = v->hash_device;
		error = read_other(&l->tree, root, "verityhash", v->hash_device);
		if (error)
			return error;
	}
	if (!CONFIG_VERITY_FEC || !*v->fec_device)
		return NULL;
	l->wrong = v->options;
	return read_other(&l->fec, root, "fec-device", v->fec_device);
}

static char *read_overlay(struct layers *l, const struct rootspec *root)
{
	struct overlay *o = &l->overlay;
	const char *why = overlay_wanted(o, &root->words);
	char *error;

	l->wrong = o->value;
	if (why)
		return copyf("%s=%s: %s", o->word, o->value, why);
	/* it has no block device to be read from */
	if (OVERLAY_BY_NAME && !l->file && rootspec_gives(root) == MADE_SOURCE)
		return copyf("%s=%s: %s cannot be read", o->word, o->value, root->value);
	if (!OVERLAY_BY_NAME || l->is_verified)
		overlay_name(l->name, &root->words, NULL);
	if (!o->device)
		return NULL;
	error = read_other(&l->upper, root, o->word, o->device);
	if (CONFIG_OVERLAY_FAIL)
		return error;
	l->without_upper = error;
	return NULL;
}

char *layers_read(struct layers *l, struct rootspec *root)
{
	const struct layer *list[LAYERS_MAX + 1], *misfit;
	char *error = NULL;

	memset(l, 0, sizeof(*l));
	if (!CONFIG_LAYERS)
		return NULL;
	misfit = layers_plan(list, &root->words, rootspec_gives(root));
	if (misfit)
		return copyf("%s: root=%s is no block device", misfit->word, root->text);
	for (const struct layer **layer = list; *layer && !error; layer++) {
		if (*layer == &loop_layer) {
			char **tree = loop_tree_file(&root->words);

			l->file = loop_file(&root->words);
			l->file_types = loop_types(&root->words);
			l->tree_file = tree ? *tree : NULL;
		} else if (*layer == &verity_layer) {
			l->is_verified = true;
			error = read_verity(l, root);
		} else if (*layer == &overlay_layer) {
			l->is_written = true;
			error = read_overlay(l, root);
		}
	}
	return error;
}

/* ---- words without effect ---- */

static const char *value_of(const struct params *params, const char *name)
{
	return params->words.value[layer_index(layer_word(name))];
}

/* Has the command line this word, or one of its roots it as a key? */
static bool is_given(const struct params *params, const char *name)
{
	const char *value = value_of(params, name), *key = copyf(",%s=", name);

	if ((value && *value) || (params->root && strstr(params->root, key)))
		return true;
	for (int i = 0; CONFIG_ROOTFALLBACK && i < FALLBACKS_MAX && params->fallback[i]; i++)
		if (strstr(params->fallback[i], key))
			return true;
	return false;
}

static char *note_of_verity(const struct params *params, const char *name)
{
	if (params_listed("roothash", name))
		return *CONFIG_VERITY_ROOTHASH ? copyf("the image has a root hash of its own, which counts: %s",
						       CONFIG_VERITY_ROOTHASH) : NULL;
	return *CONFIG_VERITY_ROOTHASH || is_given(params, "roothash") ? NULL : copy("nothing without roothash=");
}

static char *note_of_overlay(const struct params *params, const char *name)
{
	static struct overlay o;
	bool is_asked = overlay_layer.is_wanted(&params->words);

	if (params_listed("overlayroot", name))
		return NULL;
	if (params_listed("rd.overlay", name))
		return is_given(params, "overlayroot") ? copy("overlayroot= is there, and counts") : NULL;
	if (!is_asked)
		return copy("nothing without overlayroot= or rd.overlay=");
	if (!overlay_wanted(&o, &params->words) && !o.device)
		return copy("nothing where the layer is in memory, which is always a new one");
	return NULL;
}

char *layers_note(const struct line *line, const struct line_word *word)
{
	const struct params *params = &line->params;
	/* the copy was parsed in place */
	const char *name = word->copy + (*word->copy == '"');
	const struct layer_word *layer = CONFIG_LAYERS && !word->for_init && !word->note ? layer_word(name) : NULL;

	if (!layer)
		return NULL;
	if (str_listed("roothash* verityhash* systemd.verity_*", ' ', name))
		return note_of_verity(params, name);
	if (params_listed("loopfstype", name))
		return is_given(params, "loop") ? NULL : copy("nothing without loop=");
	return str_listed("overlayroot rd.overlay*", ' ', name) ? note_of_overlay(params, name) : NULL;
}
