#include "loop.h"
#include "../../lib/str.h"

#include <stddef.h>

LAYER_WORD(file, "loop", "loop");
LAYER_WORD(types, "loopfstype", "loopfstype");

static bool is_wanted(const struct layer_words *words)
{
	const char *file = LAYER_VALUE(words, file);

	return file && *file;
}

DEFINE_LAYER(loop, .word = "loop", .takes = MADE_ROOT, .gives = MADE_DEVICE, .is_wanted = is_wanted);

const char *loop_file(const struct layer_words *words)
{
	return LAYER_VALUE(words, file);
}

char *loop_types(const struct layer_words *words)
{
	char *types = LAYER_VALUE(words, types);

	return types && *types ? types : NULL;
}

char **loop_tree_file(struct layer_words *words)
{
	const struct layer_word *word = layer_word("verityhash");
	char **tree = word ? &words->value[layer_index(word)] : NULL;

	return tree && *tree && **tree == '/' && !str_after(*tree, "/dev/") ? tree : NULL;
}
