/*
 * What the compiler calls by itself: for a structure that is copied or cleared, and for __builtin_ctz() where the
 * processor has no such instruction. The libraries' own are fast, and ten times as large. Weak, because on x86-64
 * musl's memmove(), which the linker looks at too, brings its memcpy() along.
 */
#include <string.h>

#define CALLED __attribute__((used, weak))
int __ctzsi2(unsigned value);
int __ctzdi2(unsigned long long value);

/* Else the compiler sees what the loop does, and calls for it the function that it is in. */
#define HIDE(value) __asm__("" : "+r"(value))

CALLED void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	char *t = to;
	const char *f = from;

	while (size--) {
		*t++ = *f++;
		HIDE(t);
	}
	return to;
}

CALLED void *memset(void *to, int byte, size_t size)
{
	char *t = to;

	while (size--) {
		*t++ = (char)byte;
		HIDE(t);
	}
	return to;
}

#define COUNT_ZEROS(value)                                                     \
	({                                                                     \
		int log_ = 0;                                                  \
		for (; !((value) & 1); (value) >>= 1) {                        \
			log_++;                                                \
			HIDE(log_);                                            \
		}                                                              \
		log_;                                                          \
	})

CALLED int __ctzsi2(unsigned value)
{
	return COUNT_ZEROS(value);
}

CALLED int __ctzdi2(unsigned long long value)
{
	return COUNT_ZEROS(value);
}
