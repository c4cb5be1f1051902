/* 32-bit ARM, EABI: arch/arm/kernel/entry-common.S; the number goes into r7. */

__asm__(".text\n"
	".globl _start\n"
	".type _start, %function\n"
	"_start:\n"
	"	mov r0, sp\n"
	"	bic r1, r0, #7\n"
	"	mov sp, r1\n"
	"	bl start\n");

#define in_(register_, value) register __typeof__((value) + 0) register_##_ __asm__(#register_) = value
#define svc_(n, a, ...)                                                        \
	in_(r7, n);                                                            \
	register long r0_ __asm__("r0") = (long)(a);                           \
	__asm__ volatile("svc 0" : "+r"(r0_) : "r"(r7_), ##__VA_ARGS__ : "memory"); \
	r0_;
#define call1(n, a) ({ svc_(n, a) })
#define call2(n, a, b)                                                         \
	({                                                                     \
		in_(r1, b);                                                    \
		svc_(n, a, "r"(r1_))                                           \
	})
#define call3(n, a, b, c)                                                      \
	({                                                                     \
		in_(r1, b);                                                    \
		in_(r2, c);                                                    \
		svc_(n, a, "r"(r1_), "r"(r2_))                                 \
	})
#define call4(n, a, b, c, d)                                                   \
	({                                                                     \
		in_(r1, b);                                                    \
		in_(r2, c);                                                    \
		in_(r3, d);                                                    \
		svc_(n, a, "r"(r1_), "r"(r2_), "r"(r3_))                       \
	})
#define call5(n, a, b, c, d, e)                                                \
	({                                                                     \
		in_(r1, b);                                                    \
		in_(r2, c);                                                    \
		in_(r3, d);                                                    \
		in_(r4, e);                                                    \
		svc_(n, a, "r"(r1_), "r"(r2_), "r"(r3_), "r"(r4_))             \
	})
#define call6(n, a, b, c, d, e, f)                                             \
	({                                                                     \
		in_(r1, b);                                                    \
		in_(r2, c);                                                    \
		in_(r3, d);                                                    \
		in_(r4, e);                                                    \
		in_(r5, f);                                                    \
		svc_(n, a, "r"(r1_), "r"(r2_), "r"(r3_), "r"(r4_), "r"(r5_))   \
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
