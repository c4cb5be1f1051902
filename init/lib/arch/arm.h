/* 32-bit ARM, EABI: arch/arm/kernel/entry-common.S; the number goes into r7. */

__asm__(".text\n"
	".globl _start\n"
	".type _start, %function\n"
	"_start:\n"
	"	mov r0, sp\n"
	"	bic r1, r0, #7\n"
	"	mov sp, r1\n"
	"	bl start\n");

#define REGISTER "r"
#define NUMBER "r7"
#define TRAP "svc 0"
#include "registers.h"

/* Calls the system call, clone, with these flags; what has the stack then calls run. */
#define call_thread(n, flags, stack, run)                                      \
	({                                                                     \
		register long r7_ __asm__("r7") = n;                         \
		register long r0_ __asm__("r0") = (long)(flags);               \
		register long r1_ __asm__("r1") = (long)(stack);               \
		__asm__ volatile("svc 0\n"                                     \
				 "	cmp r0, #0\n"                          \
				 "	bne 1f\n"                              \
				 "	blx %3\n"                              \
				 "1:"                                          \
				 : "+r"(r0_)                                   \
				 : "r"(r7_), "r"(r1_), "r"(run)                \
				 : "memory", "cc", "lr");                      \
		r0_;                                                           \
	})
