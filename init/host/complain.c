#include "complain.h"
#include "memory.h"
#include "print.h"

#include <stdarg.h>
#include <stdlib.h>

static void complain_list(const char *format, va_list args)
{
	char *text = copyf_list(format, args);

	fflush(stdout);
	fputs("kindling: ", stderr);
	print_safe(stderr, text);
	fputc('\n', stderr);
	free(text);
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_list(format, args);
	va_end(args);
}

int usage(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_list(format, args);
	va_end(args);
	fputs("`kindling --help` shows what can be said\n", stderr);
	return EXIT_USAGE;
}
