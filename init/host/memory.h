/*
 * Memory, or the end of the program. Callers free it, or leave that to the end.
 */
#ifndef HOST_MEMORY_H
#define HOST_MEMORY_H

#include <stdarg.h>
#include <stddef.h>

void *checked(void *memory);
void *allocate(size_t size);
char *copy(const char *s);
__attribute__((format(printf, 1, 2))) char *copyf(const char *format, ...);
__attribute__((format(printf, 1, 0))) char *copyf_list(const char *format, va_list args);

#endif
