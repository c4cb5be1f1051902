/*
 * rootflags= and rootfstype=: what mount(2) gets.
 */
#ifndef PLAN_MOUNTOPTS_H
#define PLAN_MOUNTOPTS_H

/*
 * Splits options as mount(8) does: words of the VFS (ro, noatime ...) change
 * the MS_ flags and leave the text; words for user space (nofail, x-...)
 * leave it without effect; the rest stays, in place, as the file system's own
 * data. A comma within double quotes does not separate. Returns the flags.
 */
unsigned long mountopts_split(char *options, unsigned long flags);

/*
 * Turns the text of /proc/filesystems, in place, into the comma-separated list
 * of those that need a block device, in the kernel's order.
 */
void mountopts_filesystems(char *text);

#endif
