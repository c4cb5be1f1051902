/* ARM64: arch/arm64/kernel/entry.S; the number goes into x8. */

__asm__(".text\n"
	".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x0, sp\n"
	"	bl start\n");

#define REGISTER "x"
#define NUMBER "x8"
#define TRAP "svc 0"
#include "registers.h"

/* Calls the system call, clone, with these flags; what has the stack then calls run. */
#define call_thread(n, flags, stack, run)                                      \
	({                                                                     \
		register long x8_ __asm__("x8") = n;                         \
		register long x0_ __asm__("x0") = (long)(flags);               \
		register long x1_ __asm__("x1") = (long)(stack);               \
		__asm__ volatile("svc 0\n"                                     \
				 "	cbnz x0, 1f\n"                         \
				 "	blr %3\n"                              \
				 "1:"                                          \
				 : "+r"(x0_)                                   \
				 : "r"(x8_), "r"(x1_), "r"(run)                \
				 : "memory", "x30");                           \
		x0_;                                                           \
	})
