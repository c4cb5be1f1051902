/*
 * What media store as bytes, as text.
 */
#ifndef PLAN_TEXT_H
#define PLAN_TEXT_H

#include <stdbool.h>

/* With the NUL. */
#define TEXT_UUID 37

/*
 * 16 bytes as 8-4-4-4-12 hex digits, lower case, into out, which holds
 * TEXT_UUID. `mixed`: the first three fields are little endian, as in a GPT.
 */
void text_uuid(char *out, const unsigned char *bytes, bool mixed);

/*
 * At most `units` UTF-16 units, little endian and up to a NUL, as UTF-8 into out, which holds
 * units * 3 + 1 bytes. Surrogate pairs as libblkid treats them.
 */
void text_utf8(char *out, const unsigned char *utf16, unsigned units);

/* The lowest `digits` hex digits of a number, with the digits' case, into out; no NUL. Returns its end. */
char *text_hex(char *out, unsigned long long number, int digits, bool upper);

#endif
