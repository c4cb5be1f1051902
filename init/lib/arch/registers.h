/*
 * What the two ARM have in common: `svc 0` and, in the registers REGISTER 0 to 5, the arguments. Which letter that
 * is, and where the call's NUMBER goes, says the header that includes this one.
 */

#define in_(i, value) register __typeof__((value) + 0) in##i##_ __asm__(REGISTER #i) = value
#define svc_(n, a, ...)                                                        \
	register __typeof__((n) + 0) n_ __asm__(NUMBER) = n;                   \
	register long in0_ __asm__(REGISTER "0") = (long)(a);                  \
	__asm__ volatile("svc 0" : "+r"(in0_) : "r"(n_), ##__VA_ARGS__ : "memory"); \
	in0_;

#define call1(n, a) ({ svc_(n, a) })
#define call2(n, a, b)                                                         \
	({                                                                     \
		in_(1, b);                                                     \
		svc_(n, a, "r"(in1_))                                          \
	})
#define call3(n, a, b, c)                                                      \
	({                                                                     \
		in_(1, b);                                                     \
		in_(2, c);                                                     \
		svc_(n, a, "r"(in1_), "r"(in2_))                               \
	})
#define call4(n, a, b, c, d)                                                   \
	({                                                                     \
		in_(1, b);                                                     \
		in_(2, c);                                                     \
		in_(3, d);                                                     \
		svc_(n, a, "r"(in1_), "r"(in2_), "r"(in3_))                    \
	})
#define call5(n, a, b, c, d, e)                                                \
	({                                                                     \
		in_(1, b);                                                     \
		in_(2, c);                                                     \
		in_(3, d);                                                     \
		in_(4, e);                                                     \
		svc_(n, a, "r"(in1_), "r"(in2_), "r"(in3_), "r"(in4_))         \
	})
#define call6(n, a, b, c, d, e, f)                                             \
	({                                                                     \
		in_(1, b);                                                     \
		in_(2, c);                                                     \
		in_(3, d);                                                     \
		in_(4, e);                                                     \
		in_(5, f);                                                     \
		svc_(n, a, "r"(in1_), "r"(in2_), "r"(in3_), "r"(in4_), "r"(in5_)) \
	})
