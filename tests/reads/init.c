/*
 * The init of what is read: it says that it runs and reads nothing more, so that QEMU's counts stand still.
 */
#include <unistd.h>

int main(void)
{
	(void)!write(1, "INIT runs\n", 10);
	for (;;)
		pause();
}
