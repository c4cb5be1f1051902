/* ARM64: arch/arm64/kernel/entry.S; the number goes into x8. */

__asm__(".text\n"
	".globl _start\n"
	"_start:\n"
	"	mov x29, #0\n"
	"	mov x0, sp\n"
	"	bl start\n");

#define in_(register_, value) register __typeof__((value) + 0) register_##_ __asm__(#register_) = value
#define svc_(n, a, ...)                                                        \
	in_(x8, n);                                                            \
	register long x0_ __asm__("x0") = (long)(a);                           \
	__asm__ volatile("svc 0" : "+r"(x0_) : "r"(x8_), ##__VA_ARGS__ : "memory"); \
	x0_;
#define call1(n, a) ({ svc_(n, a) })
#define call2(n, a, b)                                                         \
	({                                                                     \
		in_(x1, b);                                                    \
		svc_(n, a, "r"(x1_))                                           \
	})
#define call3(n, a, b, c)                                                      \
	({                                                                     \
		in_(x1, b);                                                    \
		in_(x2, c);                                                    \
		svc_(n, a, "r"(x1_), "r"(x2_))                                 \
	})
#define call4(n, a, b, c, d)                                                   \
	({                                                                     \
		in_(x1, b);                                                    \
		in_(x2, c);                                                    \
		in_(x3, d);                                                    \
		svc_(n, a, "r"(x1_), "r"(x2_), "r"(x3_))                       \
	})
#define call5(n, a, b, c, d, e)                                                \
	({                                                                     \
		in_(x1, b);                                                    \
		in_(x2, c);                                                    \
		in_(x3, d);                                                    \
		in_(x4, e);                                                    \
		svc_(n, a, "r"(x1_), "r"(x2_), "r"(x3_), "r"(x4_))             \
	})
#define call6(n, a, b, c, d, e, f)                                             \
	({                                                                     \
		in_(x1, b);                                                    \
		in_(x2, c);                                                    \
		in_(x3, d);                                                    \
		in_(x4, e);                                                    \
		in_(x5, f);                                                    \
		svc_(n, a, "r"(x1_), "r"(x2_), "r"(x3_), "r"(x4_), "r"(x5_))   \
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
