/*
 * What travels through the boot, and its stages in order. A stage that returns is
 * done; one that cannot be calls refuse(), which does not return.
 */
#ifndef INIT_H
#define INIT_H

#include "plan/params.h"
#include "plan/rootspec.h"
#include "plan/super.h"

#include <stdbool.h>

#define VERSION "1.0"

/* Where root is mounted until the switch; the kernel's own image has it too. */
#define NEW_ROOT "/root"

/* No descriptor has this number. */
#define CLOSED 0x7fffffff

/* What is used most stands first: near a register's address the code is shorter. */
struct boot {
	int device;              /* root's device, open since it was probed; -1 for none, CLOSED when it is mounted */
	unsigned start;          /* sys_now() when /init began, */
	unsigned since;          /* and when it began to look for this root */
	unsigned limit;          /* ms from there, or WAIT_FOREVER */
	unsigned tried;          /* of params.fallback, how many are root= already */
	unsigned failed;         /* looks in a row that could not ask all */
	int image;               /* open on the root directory of the initramfs; 0: not yet */
	unsigned changes;        /* how often root's disk became another one before it was mounted */
	bool has_devtmpfs;       /* this kernel has it: /dev is full */
	bool stuck;              /* PID 1 waits for a device that does not answer: the guard ends the boot */
	bool departed;           /* the image is gone; paths lead into root, which is not trusted */
	struct rootspec root;
	const char *type;        /* the file system that is mounted */
	const char *init;        /* the program that will run, in the new root */
	/* the stages from choose_root on, for root= as it is by now: how rootfallback= goes on */
	__attribute__((noreturn)) void (*try_root)(struct boot *b);
	char **argv, **envp;     /* as the kernel gave them: init gets the same */
	unsigned long flags;     /* for mounting: rootflags=, ro and rw */
	unsigned long common_flags; /* those of roots without flags of their own */
	char node[sizeof("/dev/") + ROOTSPEC_NAME_MAX]; /* root's device, or what mount(2) gets for it */
	struct contents contents; /* of root's device */
	char type_text[32];      /* where type is, most often */
	const struct layer *layers[LAYERS_MAX + 1]; /* which root gets, in order */
	struct boot *whole;      /* of a copy, for another device than root's: what it is a copy of; else NULL */
	/* instead of giving up on a layer that root can do without; or NULL */
	__attribute__((noreturn)) void (*instead)(struct boot *b);
	struct params params;
	struct super super;      /* of the device that was read last */
};

/* What is looked for, for a message with "%s=%s": its word, and the value. */
#define WANTED(b) CONFIG_LAYERS ? (b)->root.word : "root", CONFIG_LAYERS ? (b)->root.text : (b)->params.root

void early(struct boot *b);  /* /proc and /dev, so that we see and speak */
void decide(struct boot *b); /* the command line: what is wanted */
void load_modules(struct boot *b); /* those that modules= names */
void choose_root(struct boot *b); /* what root= means */
void find(struct boot *b);   /* wait until root's device is there and reads */
bool attach(struct boot *b); /* mount it on NEW_ROOT; false when it became another disk meanwhile: find again */
void lay(struct boot *b, enum made what); /* the layers that give this, a device or a root, one on the other */
_Noreturn void start_init(struct boot *b); /* what follows: */
void check(struct boot *b);  /* is there an init that can run? */
void depart(struct boot *b); /* make it "/", empty the image, take our mounts away */
_Noreturn void handoff(struct boot *b); /* execve() */

/* Says what failed and what happens now, at level err, and does that: give_up(). */
__attribute__((format(printf, 2, 3))) _Noreturn void refuse(struct boot *b, const char *format, ...);

/*
 * Tries the next of rootfallback=, or reports what was there, says again what failed, and reboots, halts or
 * opens a shell as asked. In check's child: ends that, and PID 1 does so.
 */
_Noreturn void give_up(struct boot *b);

/*
 * After so many ms, ends everything by a command of reboot(2): RB_AUTOBOOT, RB_POWER_OFF or
 * RB_HALT_SYSTEM. What fails is tried again each second; after ten times, and for 0, which is no
 * command, comes a kernel panic.
 */
_Noreturn void power(unsigned command, unsigned ms);

/* A shell would be a way around the verification of this root, so the image must say that it may be. */
bool may_open_shell(const struct boot *b);

/* A prompt on the console, until `exit`, or until nobody types a first line for CONFIG_SHELL_SECONDS. */
void shell(const struct boot *b);

/*
 * Writes to the disks what someone may have written at the prompt, in bounded time: sync(2) never
 * returns from a dead disk, so a child makes the call.
 */
void sync_disks(void);

/* The candidates for init, from the one after `last` on (NULL: the first); NULL at the end. */
const char *init_after(const struct boot *b, const char *last);

/* Says what is there: every block device, and what is on it; with drivers: what lacks one, too. */
void report_devices(struct boot *b, bool drivers);

/*
 * Mounts root on NEW_ROOT without a word: 0 with b->type set, else -errno. For
 * what can only be found by mounting it.
 */
int mount_root(struct boot *b);

#endif
