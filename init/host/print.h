/*
 * Bytes of media and command lines, for a terminal and for programs.
 */
#ifndef HOST_PRINT_H
#define HOST_PRINT_H

#include <stdbool.h>
#include <stdio.h>

/* How many bytes of s are one character in UTF-8: 0 when they are none, or s is at its end. */
int utf8_length(const char *s);
bool is_utf8(const char *s);

/* The bytes as they are, but control bytes as \xNN. */
void print_raw(FILE *out, const char *s);

/* So that no terminal obeys it: control characters, and what is no UTF-8, as \xNN. */
void print_safe(FILE *out, const char *s);

/* The same as a string, to be freed. */
char *safe(const char *s);

/* A string of JSON with its quotes, in ASCII but for UTF-8; other bytes as U+FFFD. */
void print_json(FILE *out, const char *s);

/*
 * A member of an object. What is no UTF-8 cannot be in JSON: then all bytes come in hex too, as a further
 * member with _HEX behind its key.
 */
void print_json_field(FILE *out, const char *key, const char *value);

#endif
