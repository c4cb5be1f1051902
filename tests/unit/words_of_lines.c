/*
 * For the differential test of plan/cmdline. Standard input: texts, each with
 * its NUL. Output for each: "N" name NUL, and "V" value NUL where there is
 * one, for each word; then "R", what is left behind a "--", NUL.
 */
#include "plan/cmdline.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(char kind, const char *text)
{
	putchar(kind);
	fwrite(text, strlen(text) + 1, 1, stdout);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;

	while ((n = getdelim(&line, &room, '\0', stdin)) > 0) {
		/* Of its own size, so that the sanitizer sees one byte too many. */
		char *text = memcpy(malloc((size_t)n), line, (size_t)n), *rest = text;
		struct word word;

		while (cmdline_next(&rest, &word)) {
			show('N', word.name);
			if (word.value)
				show('V', word.value);
		}
		show('R', rest);
		free(text);
	}
	free(line);
	return 0;
}
