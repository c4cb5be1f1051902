/* x86-64: the System V ABI's AMD64 supplement, appendix A.2. */

__asm__(".text\n"
	".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call start\n");

#define call_(n, ...)                                                          \
	({                                                                     \
		long r_;                                                       \
		__asm__ volatile("syscall" : "=a"(r_) : "0"(n), __VA_ARGS__ : "rcx", "r11", "memory"); \
		r_;                                                            \
	})
#define call1(n, a) call_(n, "D"(a))
#define call2(n, a, b) call_(n, "D"(a), "S"(b))
#define call3(n, a, b, c) call_(n, "D"(a), "S"(b), "d"(c))

/* There is no letter for these. */
#define in_(register_, value) register __typeof__((value) + 0) register_##_ __asm__(#register_) = value
#define call4(n, a, b, c, d)                                                   \
	({                                                                     \
		in_(r10, d);                                                   \
		call_(n, "D"(a), "S"(b), "d"(c), "r"(r10_));                   \
	})
#define call5(n, a, b, c, d, e)                                                \
	({                                                                     \
		in_(r10, d);                                                   \
		in_(r8, e);                                                    \
		call_(n, "D"(a), "S"(b), "d"(c), "r"(r10_), "r"(r8_));         \
	})
#define call6(n, a, b, c, d, e, f)                                             \
	({                                                                     \
		in_(r10, d);                                                   \
		in_(r8, e);                                                    \
		in_(r9, f);                                                    \
		call_(n, "D"(a), "S"(b), "d"(c), "r"(r10_), "r"(r8_), "r"(r9_)); \
	})

/* Calls the system call, clone, with these flags; what has the stack then calls run. */
#define call_thread(n, flags, stack, run)                                      \
	({                                                                     \
		long r_;                                                       \
		__asm__ volatile("syscall\n"                                   \
				 "	test %%eax, %%eax\n"                   \
				 "	jnz 1f\n"                              \
				 "	call *%4\n"                            \
				 "1:"                                          \
				 : "=a"(r_)                                    \
				 : "0"(n), "D"(flags), "S"(stack), "r"(run)    \
				 : "rcx", "r11", "memory");                    \
		r_;                                                            \
	})
