/* x86 of 32 bits: arch/x86/entry/entry_32.S; the number goes into eax, the sixth argument into ebp. */

__asm__(".text\n"
	".globl _start\n"
	"_start:\n"
	"	xor %ebp, %ebp\n"
	"	mov %esp, %eax\n"
	"	and $-16, %esp\n"
	"	sub $12, %esp\n"
	"	push %eax\n"
	"	call start\n");

#define call_(n, ...)                                                          \
	({                                                                     \
		long r_;                                                       \
		__asm__ volatile("int $0x80" : "=a"(r_) : "0"(n), __VA_ARGS__ : "memory"); \
		r_;                                                            \
	})
#define call1(n, a) call_(n, "b"(a))
#define call2(n, a, b) call_(n, "b"(a), "c"(b))
#define call3(n, a, b, c) call_(n, "b"(a), "c"(b), "d"(c))
#define call4(n, a, b, c, d) call_(n, "b"(a), "c"(b), "d"(c), "S"(d))
#define call5(n, a, b, c, d, e) call_(n, "b"(a), "c"(b), "d"(c), "S"(d), "D"(e))

#define call6(n, a, b, c, d, e, f)                                             \
	({                                                                     \
		long r_;                                                       \
		__asm__ volatile("push %7\n"                                   \
				 "	push %%ebp\n"                          \
				 "	mov 4(%%esp), %%ebp\n"                 \
				 "	int $0x80\n"                           \
				 "	pop %%ebp\n"                           \
				 "	add $4, %%esp"                         \
				 : "=a"(r_)                                    \
				 : "0"(n), "b"(a), "c"(b), "d"(c), "S"(d),     \
				   "D"(e), "g"(f)                              \
				 : "memory");                                  \
		r_;                                                            \
	})

/* Calls the system call, clone, with these flags; what has the stack then calls run. */
#define call_thread(n, flags, stack, run)                                      \
	({                                                                     \
		long r_;                                                       \
		__asm__ volatile("int $0x80\n"                                 \
				 "	test %%eax, %%eax\n"                   \
				 "	jnz 1f\n"                              \
				 "	call *%4\n"                            \
				 "1:"                                          \
				 : "=a"(r_)                                    \
				 : "0"(n), "b"(flags), "c"(stack), "r"(run)    \
				 : "memory");                                  \
		r_;                                                            \
	})
