/*
 * What the kernel itself makes of the command line before it starts /init
 * (init/main.c, init/initramfs.c): whether it does.
 */
#ifndef HOST_KERNEL_H
#define HOST_KERNEL_H

#include "line.h"

/* Why this boot is not /init's. */
struct kernel_skip {
	const struct line_word *word; /* because of this one */
	char *text;
	bool certain;                 /* whatever the bootloader is */
};

/*
 * The reason, of a line that line_split() read: a certain one before others;
 * text is NULL when /init starts.
 */
struct kernel_skip kernel_skips(const struct line *line);

/* Is the word, by its name without a value, one that many kernels know? Not all such are listed. */
bool kernel_knows(const char *name);

#endif
