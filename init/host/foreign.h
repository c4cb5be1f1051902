/*
 * The words of other initramfs systems (plan/foreign.def), with what they do there.
 */
#ifndef HOST_FOREIGN_H
#define HOST_FOREIGN_H

#include <stdbool.h>

struct foreign {
	const char *name;  /* a '*' at its end: all that begin so */
	bool refused;      /* /init ends the boot */
	const char *owner; /* whose word it is */
	const char *text;  /* what it does there; what to do here */
};

/* The row of a word of that name, without its value; NULL when nobody's that we know. */
const struct foreign *foreign_find(const char *name);

#endif
