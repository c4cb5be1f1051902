/*
 * What travels through the boot, and its stages in order. Each stage returns
 * 0, or -1 after refuse() has said why; main.c runs them and fail() ends the
 * boot at the first that fails.
 */
#ifndef INIT_H
#define INIT_H

#include "plan/params.h"
#include "plan/rootspec.h"

#include <stdbool.h>

#define VERSION "0.1"

/* Where root is mounted until the switch; the kernel's own image has it too. */
#define NEW_ROOT "/root"

/* The most of /proc/partitions that is read. */
#define PARTITIONS_MAX (1 << 17)

struct boot {
	char **argv, **envp;     /* as the kernel gave them: init gets the same */
	unsigned start;          /* sys_now() when /init began */
	struct params params;
	struct rootspec root;
	const char *type;        /* the file system that mounted */
	const char *init;        /* the program that will run, in the new root */
	int image;               /* open on the root directory of the initramfs */
	bool has_devtmpfs;       /* this kernel has it: /dev is full */
	bool departed;           /* the image is gone; paths lead into root, which is not trusted */
	char node[sizeof("/dev/") + ROOTSPEC_NAME_MAX]; /* root's device */
};

int early(struct boot *b);   /* /proc and /dev, so that we see and speak */
int decide(struct boot *b);  /* the command line: what is wanted */
int find(struct boot *b);    /* wait until root's device is there and reads */
int attach(struct boot *b);  /* mount it on NEW_ROOT */
int check(struct boot *b);   /* is there an init that can run? */
int depart(struct boot *b);  /* make it "/", empty the image, take our mounts away */
void handoff(struct boot *b); /* execve(); returns only when no init could run */

/* Says what failed and what happens now, at level err. Returns -1. */
__attribute__((format(printf, 2, 3))) int refuse(const struct boot *b, const char *format, ...);

/* Reports what was there, then reboots, halts or opens a shell as asked. */
_Noreturn void fail(struct boot *b);

/* Can rd.break= name this stage? */
bool is_break(const char *stage);

/* A prompt on the console, until `exit`. */
void shell(const struct boot *b);

/* The candidates for init, from the one after `last` on (NULL: the first); NULL at the end. */
const char *init_after(const struct boot *b, const char *last);

/* Says which block devices are there. */
void report_devices(void);

#endif
