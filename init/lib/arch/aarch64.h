/* ARM64: arch/arm64/kernel/entry.S; the number goes into x8. */

__asm__(".text\n"
	".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x0, sp\n"
	"	bl start\n");

#define call3(n, a, b, c)                                                      \
	({                                                                     \
		register long x8_ __asm__("x8") = n;                         \
		register long x0_ __asm__("x0") = (long)(a);                   \
		register __typeof__((b) + 0) x1_ __asm__("x1") = b;                  \
		register __typeof__((c) + 0) x2_ __asm__("x2") = c;                  \
		__asm__ volatile("svc 0"                                       \
				 : "+r"(x0_)                                   \
				 : "r"(x8_), "r"(x1_), "r"(x2_)              \
				 : "memory");                                  \
		x0_;                                                           \
	})

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

#define call6(n, a, b, c, d, e, f)                                             \
	({                                                                     \
		register long x8_ __asm__("x8") = n;                         \
		register long x0_ __asm__("x0") = (long)(a);                   \
		register __typeof__((b) + 0) x1_ __asm__("x1") = b;                  \
		register __typeof__((c) + 0) x2_ __asm__("x2") = c;                  \
		register __typeof__((d) + 0) x3_ __asm__("x3") = d;                  \
		register __typeof__((e) + 0) x4_ __asm__("x4") = e;                  \
		register __typeof__((f) + 0) x5_ __asm__("x5") = f;                  \
		__asm__ volatile("svc 0"                                       \
				 : "+r"(x0_)                                   \
				 : "r"(x8_), "r"(x1_), "r"(x2_), "r"(x3_),    \
				   "r"(x4_), "r"(x5_)                          \
				 : "memory");                                  \
		x0_;                                                           \
	})
