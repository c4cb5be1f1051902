/* x86-64: the System V ABI's AMD64 supplement, appendix A.2. */

__asm__(".text\n"
	".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %rsp, %rdi\n"
	"	and $-16, %rsp\n"
	"	call start\n");

#define call1(n, a)                                                            \
	({                                                                     \
		long r_;                                                       \
		__asm__ volatile("syscall"                                     \
				 : "=a"(r_)                                    \
				 : "0"(n), "D"(a)                              \
				 : "rcx", "r11", "memory");                    \
		r_;                                                            \
	})

#define call2(n, a, b)                                                         \
	({                                                                     \
		long r_;                                                       \
		__asm__ volatile("syscall"                                     \
				 : "=a"(r_)                                    \
				 : "0"(n), "D"(a), "S"(b)                      \
				 : "rcx", "r11", "memory");                    \
		r_;                                                            \
	})

#define call3(n, a, b, c)                                                      \
	({                                                                     \
		long r_;                                                       \
		__asm__ volatile("syscall"                                     \
				 : "=a"(r_)                                    \
				 : "0"(n), "D"(a), "S"(b), "d"(c)              \
				 : "rcx", "r11", "memory");                    \
		r_;                                                            \
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

#define call6(n, a, b, c, d, e, f)                                             \
	({                                                                     \
		long r_;                                                       \
		register __typeof__((d) + 0) r10_ __asm__("r10") = d;                \
		register __typeof__((e) + 0) r8_ __asm__("r8") = e;                  \
		register __typeof__((f) + 0) r9_ __asm__("r9") = f;                  \
		__asm__ volatile("syscall"                                     \
				 : "=a"(r_)                                    \
				 : "0"(n), "D"(a), "S"(b), "d"(c), "r"(r10_),  \
				   "r"(r8_), "r"(r9_)                          \
				 : "rcx", "r11", "memory");                    \
		r_;                                                            \
	})
