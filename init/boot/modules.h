/*
 * The modules of the image: /lib/modules/RELEASE/, RELEASE as uname(2) has it,
 * with an index (plan/modules.h). What cannot be loaded is said; boot goes on.
 */
#ifndef BOOT_MODULES_H
#define BOOT_MODULES_H

#include "../init.h"

/*
 * Are there modules for this kernel? Looks once; when the image has some for
 * other kernels only, that is said.
 */
bool modules_there(void);

/*
 * Loads all that a name or an alias asks for. An alias of a device or a file
 * system does so once, for good. False when the index does not have it.
 */
bool modules_ask(const struct boot *b, const char *wanted);

#endif
