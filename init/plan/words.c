#include "words.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

int words_split(char *line, char **words, int max)
{
	int n = 0;

	for (;;) {
		char quote = '\0', *out;

		while (is_space(*line))
			line++;
		if (!*line)
			break;
		if (n == max - 1)
			return -E2BIG;
		words[n++] = out = line;
		for (; *line && (quote || !is_space(*line)); line++) {
			if (*line == quote)
				quote = '\0';
			else if (!quote && (*line == '\'' || *line == '"'))
				quote = *line;
			else
				*out++ = *line;
		}
		if (quote)
			return -EINVAL;
		line += !!*line;
		*out = '\0';
	}
	words[n] = NULL;
	return n;
}
