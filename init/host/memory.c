#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *checked(void *memory)
{
	if (memory)
		return memory;
	fputs("kindling: out of memory\n", stderr);
	exit(EXIT_FAILURE);
}

void *allocate(size_t size)
{
	return checked(calloc(1, size));
}

char *copy(const char *s)
{
	return checked(strdup(s));
}

char *copyf_list(const char *format, va_list args)
{
	char *text;

	return checked(vasprintf(&text, format, args) < 0 ? NULL : text);
}

char *copyf(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = copyf_list(format, args);
	va_end(args);
	return text;
}
