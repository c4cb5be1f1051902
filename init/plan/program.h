/*
 * Can this file be run as init? Enough of ELF (the System V ABI; linux/elf.h,
 * fs/binfmt_elf.c) and of "#!" (fs/binfmt_script.c) to say what execve() would
 * only call error -2 or -8.
 */
#ifndef PLAN_PROGRAM_H
#define PLAN_PROGRAM_H

#include <stddef.h>

/* How much of the file's head program_check() wants. */
#define PROGRAM_HEAD 1024

/* Where the name of the program's interpreter stands in the file. */
struct interpreter {
	unsigned long offset;
	unsigned length; /* 0 when it needs none; no NUL is counted */
};

/*
 * Judges the first size bytes of a file, in memory aligned as a long. 0 when
 * it can be run as far as the head tells; -ENOEXEC when it is neither ELF for
 * this CPU nor a script. The 32-bit programs that a 64-bit kernel may run pass
 * without their interpreter.
 */
int program_check(const void *head, size_t size, struct interpreter *interpreter);

#endif
