/*
 * What does a file need in order to run as init? It is judged as execve() does
 * (fs/exec.c, fs/binfmt_script.c, fs/binfmt_elf.c), to say before the switch,
 * and in words, what that would call error -2 or -8 behind it.
 */
#ifndef PLAN_PROGRAM_H
#define PLAN_PROGRAM_H

#include <limits.h>

/* So much of a file's head decides (BINPRM_BUF_SIZE). Before Linux 5.1 it was 128: a longer "#!" fails there. */
#define PROGRAM_HEAD 256

/* An interpreter may be a script itself, up to so many scripts in all (exec_binprm()). */
#define PROGRAM_SCRIPTS 5

/* Room for any piece of a file, and a NUL. The longest table of segments is a page, of the smallest size. */
#define PROGRAM_TABLE 4096
#define PROGRAM_TEXT (PATH_MAX + sizeof(long))

enum program {
	PROGRAM_STATIC,   /* it needs nothing else */
	PROGRAM_DYNAMIC,  /* ELF with an interpreter, which must be ELF and gets none of its own */
	PROGRAM_SCRIPT,   /* "#!" with an interpreter, which may be anything that runs */
	/* not known yet: the next piece is needed */
	PROGRAM_UNREAD,   /* none was read; the first is the first PROGRAM_HEAD bytes */
	PROGRAM_SEGMENTS,
	PROGRAM_NAME,
};

/* A piece of the file, in bytes. */
struct piece {
	unsigned long offset;
	unsigned length; /* at most PROGRAM_TEXT - 1 */
};

/*
 * Takes the piece that was asked for in the last step: size bytes of it, fewer
 * where the file ends, in text, aligned as a long and of PROGRAM_TEXT bytes, with
 * a NUL behind them. An enum program: when that is still not known, *piece is the
 * next; when it is, piece->offset is where in text the interpreter's name begins.
 * -ENAMETOOLONG when "#!" and a name reach the end of the head. -ENOEXEC for what
 * is neither a script nor whole ELF of this CPU: some kernels run that, too.
 */
int program_step(int last, char *text, unsigned size, struct piece *piece);

#endif
