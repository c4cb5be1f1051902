#include "words.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

int words_split(char *line, char **words, int max)
{
	int n = 0;

	for (;;) {
		char quote = '\0', *out;

		line += strspn(line, " \t\n");
		if (!*line)
			break;
		if (n == max - 1)
			return -E2BIG;
		words[n++] = out = line;
		for (; *line && (quote || !strchr(" \t\n", *line)); line++) {
			if (*line == quote)
				quote = '\0';
			else if (!quote && strchr("'\"", *line))
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
