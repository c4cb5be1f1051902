/*
 * Reboot, power off, halt.
 */
#include "../init.h"
#include "../lib/sys.h"

/* Once a second, until a reboot or a power off that does not happen becomes a panic. */
#define POWER_TRIES 10

void power(unsigned command, unsigned ms)
{
	unsigned tries = POWER_TRIES;

	/* It comes back when it failed, or from a machine that can not. */
	do {
		sys_sleep(ms);
		sys_reboot(command);
		ms = 1000;
	} while (command && --tries);
	/* The one way to a kernel panic that needs no other option of the kernel. */
	sys_exit(1);
}
