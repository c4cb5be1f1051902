/*
 * A line typed at the rescue prompt, as words.
 */
#ifndef PLAN_WORDS_H
#define PLAN_WORDS_H

/*
 * Splits line in place at spaces and tabs; single and double quotes hide them
 * and are dropped. Fills words[] with at most max - 1 words and a NULL. Returns
 * their number, or -EINVAL for an open quote and -E2BIG for too many words.
 */
int words_split(char *line, char **words, int max);

#endif
