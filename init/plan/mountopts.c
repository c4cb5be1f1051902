#include "mountopts.h"
#include "../lib/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/mount.h>

#ifndef MS_NOSYMFOLLOW
#define MS_NOSYMFOLLOW 256 /* Linux 5.10, linux/mount.h */
#endif

enum meaning {
	SET,      /* "word" sets the flag */
	CLEAR,    /* "word" clears it */
	SET_PAIR, /* "word" sets, "noword" clears */
	NO_PAIR,  /* "noword" sets, "word" clears */
	USER,     /* for user space only */
};

static const struct {
	char word[12];
	unsigned char meaning;
	unsigned int flag;
} vfs_words[] = {
	{ "ro", SET, MS_RDONLY },
	{ "rw", CLEAR, MS_RDONLY },
	{ "sync", SET, MS_SYNCHRONOUS },
	{ "async", CLEAR, MS_SYNCHRONOUS },
	{ "dirsync", SET, MS_DIRSYNC },
	{ "silent", SET, MS_SILENT },
	{ "loud", CLEAR, MS_SILENT },
	{ "suid", NO_PAIR, MS_NOSUID },
	{ "dev", NO_PAIR, MS_NODEV },
	{ "exec", NO_PAIR, MS_NOEXEC },
	{ "atime", NO_PAIR, MS_NOATIME },
	{ "diratime", NO_PAIR, MS_NODIRATIME },
	{ "symfollow", NO_PAIR, MS_NOSYMFOLLOW },
	{ "relatime", SET_PAIR, MS_RELATIME },
	{ "strictatime", SET_PAIR, MS_STRICTATIME },
	{ "lazytime", SET_PAIR, MS_LAZYTIME },
	{ "iversion", SET_PAIR, MS_I_VERSION },
	{ "mand", SET_PAIR, MS_MANDLOCK },
	{ "defaults", USER, 0 },
	{ "auto", USER, 0 },
	{ "noauto", USER, 0 },
	{ "nofail", USER, 0 },
	{ "_netdev", USER, 0 },
};

static bool is_word(const char *text, size_t n, const char *word)
{
	return str_after(text, word) == text + n;
}

/* Moves n bytes down: to is below from. Returns the end of the copy. */
static char *move_down(char *to, const char *from, size_t n)
{
	while (n--)
		*to++ = *from++;
	return to;
}

/* Applies one option to *flags; false when it is the file system's own. */
static bool apply(const char *text, size_t n, unsigned long *flags)
{
	bool no = n > 2 && text[0] == 'n' && text[1] == 'o';

	if (n > 1 && (text[0] | 0x20) == 'x' && text[1] == '-')
		return true;
	for (size_t i = 0; i < sizeof(vfs_words) / sizeof(*vfs_words); i++) {
		unsigned meaning = vfs_words[i].meaning, flag = vfs_words[i].flag;
		bool plain = is_word(text, n, vfs_words[i].word);
		bool negated = no && (meaning == SET_PAIR || meaning == NO_PAIR) &&
			       is_word(text + 2, n - 2, vfs_words[i].word);

		if (!plain && !negated)
			continue;
		if (meaning == SET || meaning == (plain ? SET_PAIR : NO_PAIR))
			*flags |= flag;
		else
			*flags &= ~(unsigned long)flag;
		return true;
	}
	return false;
}

static size_t option_length(const char *s)
{
	bool in_quote = false;
	size_t n;

	for (n = 0; s[n] && (in_quote || s[n] != ','); n++)
		if (s[n] == '"')
			in_quote = !in_quote;
	return n;
}

unsigned long mountopts_split(char *options, unsigned long flags)
{
	char *data = options;

	for (const char *s = options; *s;) {
		size_t n = option_length(s);
		bool last = !s[n];

		if (n && !apply(s, n, &flags)) {
			if (data != options)
				*data++ = ',';
			data = move_down(data, s, n);
		}
		s += n + !last;
	}
	*data = '\0';
	return flags;
}

void mountopts_filesystems(char *text)
{
	char *list = text;

	for (const char *line = text; *line;) {
		size_t n = (size_t)(str_find(line, '\n') - line);
		bool more = line[n];

		if (line[0] == '\t') {
			if (list != text)
				*list++ = ',';
			list = move_down(list, line + 1, n - 1);
		}
		line += n + more;
	}
	*list = '\0';
}
