/*
 * roothash= and its options, and a device with a verity superblock. The input is three texts, each ended by a newline:
 * roothash=, systemd.verity_root_options= and roothashsig=; then 8 bytes, how large the file system is, and a medium of
 * medium.h.
 */
#include "fuzz.h"
#include "medium.h"
#include "plan/bytes.h"
#include "plan/layer/verity.h"

#include <ctype.h>
#include <stdio.h>

static struct layer_words words;

/* The value of that word is the next text of the input, to be freed; an empty signature is none. */
static char *give(const char *name, const uint8_t **data, size_t *size)
{
	const uint8_t *end = memchr(*data, '\n', *size);
	size_t length = end ? (size_t)(end - *data) : *size;
	char *text = text_of(*data, length);

	words.value[layer_index(layer_word(name))] = *text || *name == 's' ? text : NULL;
	length += end != NULL;
	*data += length;
	*size -= length;
	return text;
}

static unsigned count(const char *text, char letter)
{
	unsigned n = 0;

	for (; *text; text++)
		n += *text == letter;
	return n;
}

static void check_wanted(const struct verity *v)
{
	size_t digits = strlen(v->root_hash);

	assert(digits == 64 ? !strcmp(v->algorithm, "sha256") : digits == 128 && !strcmp(v->algorithm, "sha512"));
	assert(strspn(v->root_hash, "0123456789abcdefABCDEF") == digits);
	assert(memchr(v->optional, '\0', sizeof(v->optional)) && !strstr(v->optional, "ignore_corruption"));
	assert(strspn(v->optional, "abcdefghijklmnopqrstuvwxyz_ ") == strlen(v->optional));
	assert(v->optionals == count(v->optional, ' '));
	assert(memchr(v->fec_device, '\0', sizeof(v->fec_device)) && v->fec_roots <= 24);
}

static void check_partition(const struct verity *v)
{
	char text[LAYER_ROOT_MAX];

	for (int tree = 0; tree < 2; tree++) {
		verity_partition(text, v->root_hash, tree);
		assert(strlen(text) == sizeof(text) - 1 && count(text, '-') == 4);
	}
}

/* What the superblock says is in the bounds of the device and of the kernel's target. */
static void check_superblock(const struct verity *v, const unsigned char *at, unsigned long long size)
{
	assert(v->data_shift >= VERITY_SHIFT_MIN && v->data_shift <= VERITY_SHIFT_MAX);
	assert(v->hash_shift >= VERITY_SHIFT_MIN && v->hash_shift <= VERITY_SHIFT_MAX);
	assert(v->data_blocks && v->tree && (unsigned long long)v->tree << v->hash_shift < size);
	assert(v->salt_size <= 256 && v->salt >= at && v->salt + v->salt_size <= at + VERITY_SUPERBLOCK);
	assert(v->uuid >= at && v->uuid + 16 <= at + VERITY_SUPERBLOCK);
	assert(v->hash_size == size);
}

/* The next word of a table; it begins behind one space. */
static const char *word(const char **table)
{
	static char text[600];
	size_t length = strcspn(*table, " ");

	assert(length && length < sizeof(text));
	memcpy(text, *table, length);
	text[length] = '\0';
	*table += length + ((*table)[length] == ' ');
	return text;
}

static void is_word(const char **table, const char *text)
{
	assert(!strcmp(word(table), text));
}

static void is_number(const char **table, unsigned number)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", number);
	is_word(table, text);
}

/* What the kernel reads in the table is what it is to do. */
static void check_table(const struct verity *was, const char *hash, const char *fec)
{
	char table[VERITY_TABLE_MAX];
	struct verity v = *was;
	const char *why = verity_table(table, &v, "7:0", hash, fec), *at = table;
	char salt[2 * 256 + 1] = "-";

	if (why) {
		assert(*why);
		return;
	}
	assert(memchr(table, '\0', sizeof(table)));
	for (const char *c = table; *c; c++)
		assert(isalnum((unsigned char)*c) || strchr(" :_-", *c));
	is_number(&at, 1);
	is_word(&at, "7:0");
	is_word(&at, hash);
	is_number(&at, 1U << v.data_shift);
	is_number(&at, 1U << v.hash_shift);
	is_number(&at, v.data_blocks);
	is_number(&at, v.tree);
	is_word(&at, v.algorithm);
	is_word(&at, v.root_hash);
	for (unsigned i = 0; i < v.salt_size; i++)
		sprintf(salt + 2 * i, "%02x", v.salt[i]);
	is_word(&at, salt);
	is_number(&at, was->optionals + (fec ? 8 : 0) + (v.signature ? 2 : 0));
	for (unsigned i = 0; i < was->optionals; i++)
		assert(strstr("restart_on_corruption panic_on_corruption restart_on_error panic_on_error"
			      " ignore_zero_blocks check_at_most_once", word(&at)));
	if (fec) {
		is_word(&at, "use_fec_from_device");
		is_word(&at, fec);
		is_word(&at, "fec_start");
		is_number(&at, (unsigned)(was->fec_offset >> v.data_shift));
		is_word(&at, "fec_blocks");
		assert(strspn(word(&at), "0123456789"));
		is_word(&at, "fec_roots");
		is_number(&at, was->fec_roots);
	}
	if (v.signature) {
		is_word(&at, "root_hash_sig_key_desc");
		is_word(&at, VERITY_KEY);
	}
	assert(!*at);
}

static void check_uuid(const struct verity *v)
{
	static const char before[] = "CRYPT-VERITY-", after[] = "-root";
	char uuid[VERITY_UUID_MAX];

	verity_uuid(uuid, v);
	assert(strlen(uuid) == sizeof(uuid) - 1 && !strncmp(uuid, before, strlen(before)));
	assert(strspn(uuid + strlen(before), "0123456789abcdef") == 32 && !strcmp(uuid + strlen(before) + 32, after));
}

/* It stands behind a file system of so many bytes, or with `alone` at the start of another device. */
static void look(const struct verity *wanted, unsigned long long claims, bool alone, const uint8_t *data, size_t size)
{
	unsigned char at[VERITY_SUPERBLOCK];
	struct verity v = *wanted;
	struct medium medium;
	const char *why;

	memset(at, 0xa5, sizeof(at));
	medium_open(&medium, data, size);
	why = alone ? verity_read(&v, &medium.reader, at, 0) : verity_search(&v, &medium.reader, at, claims);
	medium_check(&medium);
	assert(medium.reads <= (alone ? 1 : VERITY_SHIFTS));
	if (why) {
		assert(*why);
		return;
	}
	check_superblock(&v, at, medium.reader.size);
	if (!alone) {
		unsigned long long end = (unsigned long long)v.data_blocks << v.data_shift;

		/* all of the file system is verified, and nothing of the tree is */
		assert(end >= claims && end - claims < 1U << VERITY_SHIFT_MAX);
		assert((unsigned long long)v.tree << v.hash_shift > end);
	}
	check_uuid(&v);
	check_table(&v, alone ? "259:1048575" : "7:0", NULL);
	if (*v.fec_device) {
		check_table(&v, alone ? "8:1" : "7:0", "8:1");
		check_table(&v, alone ? "8:1" : "7:0", "254:16");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *hash = give("roothash", &data, &size), *options = give("systemd.verity_root_options", &data, &size);
	char *signature = give("roothashsig", &data, &size);
	unsigned long long claims = size < 8 ? 0 : le64(data);
	struct verity v;
	const char *why;

	memset(&v, 0xa5, sizeof(v));
	why = verity_wanted(&v, &words);
	if (why) {
		assert(*why);
	} else {
		check_wanted(&v);
		check_partition(&v);
		if (size >= 8) {
			look(&v, claims, false, data + 8, size - 8);
			look(&v, claims, true, data + 8, size - 8);
		}
	}
	free(hash);
	free(options);
	free(signature);
	return 0;
}
