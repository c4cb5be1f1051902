/*
 * Processors whose calls take their arguments in REGISTER 0 to 5 and answer in REGISTER 0. Which letter that is, where
 * the call's NUMBER goes, and the instruction that TRAPs into the kernel, says the header that includes this one.
 */

#define in_(i, value) register __typeof__((value) + 0) in##i##_ __asm__(REGISTER #i) = value
#define trap_(n, a, ...)                                                       \
	register __typeof__((n) + 0) n_ __asm__(NUMBER) = n;                   \
	register long in0_ __asm__(REGISTER "0") = (long)(a);                  \
	__asm__ volatile(TRAP : "+r"(in0_) : "r"(n_), ##__VA_ARGS__ : "memory"); \
	in0_;

#define call1(n, a) ({ trap_(n, a) })
#define call2(n, a, b)                                                         \
	({                                                                     \
		in_(1, b);                                                     \
		trap_(n, a, "r"(in1_))                                         \
	})
#define call3(n, a, b, c)                                                      \
	({                                                                     \
		in_(1, b);                                                     \
		in_(2, c);                                                     \
		trap_(n, a, "r"(in1_), "r"(in2_))                              \
	})
#define call4(n, a, b, c, d)                                                   \
	({                                                                     \
		in_(1, b);                                                     \
		in_(2, c);                                                     \
		in_(3, d);                                                     \
		trap_(n, a, "r"(in1_), "r"(in2_), "r"(in3_))                   \
	})
#define call5(n, a, b, c, d, e)                                                \
	({                                                                     \
		in_(1, b);                                                     \
		in_(2, c);                                                     \
		in_(3, d);                                                     \
		in_(4, e);                                                     \
		trap_(n, a, "r"(in1_), "r"(in2_), "r"(in3_), "r"(in4_))        \
	})
#define call6(n, a, b, c, d, e, f)                                             \
	({                                                                     \
		in_(1, b);                                                     \
		in_(2, c);                                                     \
		in_(3, d);                                                     \
		in_(4, e);                                                     \
		in_(5, f);                                                     \
		trap_(n, a, "r"(in1_), "r"(in2_), "r"(in3_), "r"(in4_), "r"(in5_)) \
	})
