/* Prints every option of the .config that is named, as the host tool understands it. */
#include "host/complain.h"
#include "host/config.h"
#include "host/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char *copy(const char *s)
{
	return strdup(s);
}

char *copyf(const char *format, ...)
{
	return strdup(format);
}

void complain(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

#define FORMAT_BOOL "%d"
#define FORMAT_INT "%d"
#define FORMAT_STRING "\"%s\""
#define PRINT(name, kind, choice, settable, otherwise) \
	printf(#name " " FORMAT_##kind "\n", host_options.name);

int main(int argc, char **argv)
{
	int err = argc == 2 ? config_load(argv[1]) : -1;

	OPTIONS(PRINT)
	return !!err;
}
