#include "report.h"
#include "memory.h"
#include "print.h"
#include "../lib/str.h"

#include <stdlib.h>
#include <string.h>

/* The step that is told; as JSON it is printed when it is over. */
static struct {
	bool json, is_open;
	unsigned steps;
	struct piece {
		const char *key; /* of an array; NULL: there is none yet */
		char *text;
		size_t size;
		FILE *out;
	} fields, lists[4]; /* the first one is `text` */
} now;

#define LISTS (sizeof(now.lists) / sizeof(*now.lists))

static void open_piece(struct piece *piece, const char *key)
{
	piece->key = key;
	piece->out = checked(open_memstream(&piece->text, &piece->size));
}

static void close_piece(struct piece *piece)
{
	if (piece->out)
		fclose(piece->out);
	free(piece->text);
	*piece = (struct piece){ 0 };
}

static void end_step(void)
{
	if (!now.is_open)
		return;
	fflush(now.fields.out);
	printf("%s\n\t{%s", now.steps++ ? "," : "", now.fields.text);
	for (struct piece *list = now.lists; list < now.lists + LISTS; list++)
		if (list->key) {
			fflush(list->out);
			printf(", \"%s\": [%s]", list->key, list->text);
		}
	putchar('}');
	close_piece(&now.fields);
	for (struct piece *list = now.lists; list < now.lists + LISTS; list++)
		close_piece(list);
	now.is_open = false;
}

bool report_is_json(void)
{
	return now.json;
}

void report_begin(bool json)
{
	now.json = json;
	if (json)
		fputs("{\"steps\": [", stdout);
}

void report_step(const char *name)
{
	if (!now.json)
		return;
	end_step();
	now.is_open = true;
	open_piece(&now.fields, NULL);
	print_json_field(now.fields.out, "step", name);
	open_piece(&now.lists[0], "text");
}

int report_end(int status)
{
	if (now.json) {
		end_step();
		printf("\n], \"status\": %d}\n", status);
	}
	return status;
}

/* ---- for programs ---- */

FILE *report_value(const char *key)
{
	fprintf(now.fields.out, ", \"%s\": ", key);
	return now.fields.out;
}

FILE *report_element(const char *key)
{
	struct piece *list = now.lists;

	while (list->key && !str_same(list->key, key))
		list++;
	if (!list->key)
		open_piece(list, key);
	else if (ftell(list->out) > 0)
		fputs(", ", list->out);
	return list->out;
}

void report_string(const char *key, const char *value)
{
	if (!now.json)
		return;
	fputs(", ", now.fields.out);
	print_json_field(now.fields.out, key, value);
}

void report_number(const char *key, unsigned long long value)
{
	if (now.json)
		fprintf(report_value(key), "%llu", value);
}

/* The next conversion of a format, or NULL: its letter, l for %llu; *precision: that of %.*s, or -1. */
static const char *next_value(const char **format, int *precision, va_list *args)
{
	const char *c = strchr(*format, '%');

	if (!c)
		return NULL;
	*precision = -1;
	for (c++; strchr("-.*0123456789", *c); c++)
		if (*c == '*')
			*precision = va_arg(*args, int);
	*format = c + 1;
	return c;
}

/* The values by their keys, into an object: ", KEY: VALUE" each. */
static void print_values(FILE *out, const char *keys, const char *format, va_list list)
{
	char key[32];
	va_list args;

	va_copy(args, list);
	while (str_item(&keys, ' ', key, sizeof(key))) {
		int precision;
		const char *c = next_value(&format, &precision, &args);
		unsigned long long n = !c ? 0 : *c == 'u' ? va_arg(args, unsigned) : *c == 'd' ?
			(unsigned long long)va_arg(args, int) : *c == 'l' ? va_arg(args, unsigned long long) : 0;
		const char *s = c && *c == 's' ? va_arg(args, const char *) : NULL;

		if (str_same(key, "-"))
			continue;
		fputs(", ", out);
		if (s)
			print_json_field(out, key, precision < 0 ? s : copyf("%.*s", precision, s));
		else if (c)
			fprintf(out, "\"%s\": %lld", key, (long long)n);
		else
			fprintf(out, "\"%s\": true", key);
	}
	va_end(args);
}

/* ---- for both ---- */

static void tell(const char *list, const char *keys, const char *format, va_list args)
{
	char *text, *object = NULL;
	size_t size;
	va_list again;
	FILE *out;

	va_copy(again, args);
	text = copyf_list(format, again);
	va_end(again);
	print_json(report_element("text"), text);
	free(text);
	if (!keys)
		return;
	out = list ? checked(open_memstream(&object, &size)) : now.fields.out;
	print_values(out, keys, format, args);
	if (list) {
		fclose(out);
		/* without the comma before the first */
		fprintf(report_element(list), "{%s}", object + 2);
		free(object);
	}
}

void report_list(const char *margin, const char *list, const char *keys, const char *format, va_list args)
{
	char *text;

	if (now.json) {
		tell(list, keys, format, args);
		return;
	}
	text = copyf_list(format, args);
	fputs(margin, stdout);
	print_safe(stdout, text);
	putchar('\n');
	free(text);
}

void report(const char *keys, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_list("", NULL, keys, format, args);
	va_end(args);
}

void report_each(const char *list, const char *keys, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	report_list("", list, keys, format, args);
	va_end(args);
}

void report_heading(const char *line)
{
	if (!now.json)
		puts(line);
}
