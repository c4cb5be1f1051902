/* RISC-V of 64 bits: arch/riscv/kernel/entry.S; the number goes into a7. gp: see riscv64.ld. */

/*
 * How the compiler calls: by an address instead of a distance. So a call has the same bytes wherever it stands, and
 * packs better: 4 % of the image.
 */
__asm__(".macro call link, to\n"
	".ifb \\to\n"
	"	lui ra, %hi(\\link)\n"
	"	jalr ra, %lo(\\link)(ra)\n"
	".else\n"
	"	lui \\link, %hi(\\to)\n"
	"	jalr \\link, %lo(\\to)(\\link)\n"
	".endif\n"
	".endm\n"
	".macro tail to\n"
	"	lui t1, %hi(\\to)\n"
	"	jr %lo(\\to)(t1)\n"
	".endm\n");

__asm__(".text\n"
	".globl _start\n"
	"_start:\n"
	".option push\n"
	".option norelax\n"
	"	lla gp, __global_pointer$\n"
	".option pop\n"
	"	mv a0, sp\n"
	"	call start\n");

#define REGISTER "a"
#define NUMBER "a7"
#define TRAP "ecall"
#include "registers.h"

/* Calls the system call, clone, with these flags; what has the stack then calls run. */
#define call_thread(n, flags, stack, run)                                      \
	({                                                                     \
		register long a7_ __asm__("a7") = n;                         \
		register long a0_ __asm__("a0") = (long)(flags);               \
		register long a1_ __asm__("a1") = (long)(stack);               \
		__asm__ volatile("ecall\n"                                     \
				 "	bnez a0, 1f\n"                         \
				 "	jalr %3\n"                             \
				 "1:"                                          \
				 : "+r"(a0_)                                   \
				 : "r"(a7_), "r"(a1_), "r"(run)                \
				 : "memory", "ra");                            \
		a0_;                                                           \
	})
