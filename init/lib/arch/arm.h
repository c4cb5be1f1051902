/* 32-bit ARM, EABI: arch/arm/kernel/entry-common.S; the number goes into r7. */

__asm__(".text\n"
	".globl _start\n"
	".type _start, %function\n"
	"_start:\n"
	"	mov r0, sp\n"
	"	bic r1, r0, #7\n"
	"	mov sp, r1\n"
	"	bl start\n");

#define call3(n, a, b, c)                                                      \
	({                                                                     \
		register long r7_ __asm__("r7") = n;                         \
		register long r0_ __asm__("r0") = (long)(a);                   \
		register __typeof__((b) + 0) r1_ __asm__("r1") = b;                  \
		register __typeof__((c) + 0) r2_ __asm__("r2") = c;                  \
		__asm__ volatile("svc 0"                                       \
				 : "+r"(r0_)                                   \
				 : "r"(r7_), "r"(r1_), "r"(r2_)              \
				 : "memory");                                  \
		r0_;                                                           \
	})

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

#define call6(n, a, b, c, d, e, f)                                             \
	({                                                                     \
		register long r7_ __asm__("r7") = n;                         \
		register long r0_ __asm__("r0") = (long)(a);                   \
		register __typeof__((b) + 0) r1_ __asm__("r1") = b;                  \
		register __typeof__((c) + 0) r2_ __asm__("r2") = c;                  \
		register __typeof__((d) + 0) r3_ __asm__("r3") = d;                  \
		register __typeof__((e) + 0) r4_ __asm__("r4") = e;                  \
		register __typeof__((f) + 0) r5_ __asm__("r5") = f;                  \
		__asm__ volatile("svc 0"                                       \
				 : "+r"(r0_)                                   \
				 : "r"(r7_), "r"(r1_), "r"(r2_), "r"(r3_),    \
				   "r"(r4_), "r"(r5_)                          \
				 : "memory");                                  \
		r0_;                                                           \
	})
