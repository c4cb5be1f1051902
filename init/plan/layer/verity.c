#include "verity.h"
#include "../bytes.h"
#include "../text.h"
#include "../../lib/str.h"

#include <stddef.h>

LAYER_WORD(root_hash, "roothash", "roothash");
LAYER_WORD(hash_device, "verityhash systemd.verity_root_hash", "verityhash");
LAYER_WORD(data_device, "systemd.verity_root_data", NULL);
LAYER_WORD(options, "systemd.verity_root_options", NULL);
LAYER_WORD(signature, "roothashsig", "roothashsig");

const char *verity_root_hash(const struct layer_words *words)
{
	const char *hash = LAYER_VALUE(words, root_hash);

	return *CONFIG_VERITY_ROOTHASH ? CONFIG_VERITY_ROOTHASH : hash ? hash : "";
}

static bool is_wanted(const struct layer_words *words)
{
	return CONFIG_VERITY_ONLY || *verity_root_hash(words);
}

void verity_partition(char *text, const char *root_hash, bool tree)
{
	char *end = str_print(text, LAYER_ROOT_MAX, "PARTUUID=");
	const char *digit = str_find(root_hash, '\0') - 32;

	if (!tree)
		digit = root_hash;
	for (int i = 0; i < 32; i++) {
		if (i == 8 || i == 12 || i == 16 || i == 20)
			*end++ = '-';
		*end++ = *digit++;
	}
	*end = '\0';
}

static char *where(char *text, const char *root, const struct layer_words *words)
{
	const char *hash = verity_root_hash(words);
	char *data = LAYER_VALUE(words, data_device);

	if (data && *data)
		return data;
	if (root && *root && !str_listed("/dev/mapper/root,gpt-auto", ',', root))
		return NULL;
	/* of one that is too short it is said that it is */
	verity_partition(text, str_find(hash, '\0') - hash < 32 ? "00000000000000000000000000000000" : hash, false);
	return text;
}

/* By their digests' hex digits. */
static const char *algorithm(unsigned digits)
{
	return digits == 64 ? "sha256" : digits == 128 ? "sha512" : NULL;
}

const char *verity_wanted(struct verity *v, const struct layer_words *words)
{
	static const char known[] = "restart-on-corruption panic-on-corruption restart-on-error panic-on-error"
				    " ignore-zero-blocks check-at-most-once";
	const char *c = v->root_hash = verity_root_hash(words), *rest;
	char option[32];

	v->hash_device = LAYER_VALUE(words, hash_device);
	v->options = LAYER_VALUE(words, options);
	v->signature = CONFIG_VERITY_SIGNATURE ? LAYER_VALUE(words, signature) : NULL;
	if (!CONFIG_VERITY_SIGNATURE && LAYER_VALUE(words, signature))
		return "its signature (roothashsig=) is not held against it by this image";
	if (!v->options)
		v->options = CONFIG_VERITY_OPTIONS;
	for (rest = v->options; str_item(&rest, ',', option, sizeof(option));)
		if (!*option || !str_listed(known, ' ', option))
			return "an option that is not in this image";
	while (str_digit(*c) < 16)
		c++;
	v->algorithm = algorithm((unsigned)(c - v->root_hash));
	return *c || !v->algorithm ? "not 64 or 128 hex digits" : NULL;
}

static const char *refuses(const struct layer_words *words)
{
	struct verity v;

	return verity_wanted(&v, words);
}

DEFINE_LAYER(verity, .word = "roothash", .where = where, .refuses = refuses, .order = 1, .takes = MADE_DEVICE,
	     .gives = MADE_DEVICE, .is_wanted = is_wanted);

/* Of a power of two; 0 when it is none, or no block's. */
static unsigned shift_of(unsigned size)
{
	for (unsigned shift = VERITY_SHIFT_MIN; shift <= VERITY_SHIFT_MAX; shift++)
		if (size == 1U << shift)
			return shift;
	return 0;
}

const char verity_none[] = "no verity superblock", verity_other[] = "its verity tree is of another hash";

const char *verity_superblock(struct verity *v, const unsigned char *at, unsigned long long offset,
			      unsigned long long size)
{
	unsigned long long blocks = le64(at + 72), tree;

	if (le64(at) != 0x797469726576) /* "verity" */
		return verity_none;
	if (le32(at + 8) != 1 || le32(at + 12) != 1)
		return "its verity superblock is of another version";
	if (!str_same((const char *)at + 32, v->algorithm))
		return verity_other;
	v->data_shift = shift_of(le32(at + 64));
	v->hash_shift = shift_of(le32(at + 68));
	v->uuid = at + 16;
	v->salt_size = le16(at + 80);
	v->salt = at + 88;
	if (!v->data_shift || !v->hash_shift || v->salt_size > 256)
		return "its verity superblock is damaged";
	tree = verity_behind(offset + VERITY_SUPERBLOCK, v->hash_shift);
	v->data_blocks = (unsigned)blocks;
	v->tree = (unsigned)(tree >> v->hash_shift);
	if (!blocks || blocks != v->data_blocks || tree >= size || tree >> v->hash_shift != v->tree)
		return "its verity superblock tells of more than there is";
	return NULL;
}

const char *verity_read(struct verity *v, struct reader *r, unsigned char *at, unsigned long long offset)
{
	r->error = 0;
	if (!reader_get(r, at, VERITY_SUPERBLOCK, offset))
		return r->error ? str_error(r->error) : verity_none;
	return verity_superblock(v, at, offset, r->size);
}

const char *verity_search(struct verity *v, struct reader *r, unsigned char *at, unsigned long long size)
{
	const char *found = verity_none, *why;

	for (unsigned shift = VERITY_SHIFT_MIN; shift <= VERITY_SHIFT_MAX; shift++) {
		unsigned long long offset = verity_behind(size, shift);

		why = verity_read(v, r, at, offset);
		/* squashfs pads what has smaller blocks to 4 KiB */
		if (!why && (unsigned long long)v->data_blocks << v->data_shift == offset)
			return NULL;
		if (why != verity_none)
			found = why;
	}
	return found ? found : "its verity superblock is not where the file system ends";
}

static char *digits(char *text, const unsigned char *bytes, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		text = text_hex(text, bytes[i], 2, false);
	*text = '\0';
	return text;
}

bool verity_table(char *text, const struct verity *v, const char *data, const char *hash)
{
	unsigned count = v->signature ? 2 : 0;
	char salt[2 * 256 + 1] = "-", options[320];

	digits(v->salt_size ? salt : salt + 1, v->salt, v->salt_size);
	if (!str_print(options, sizeof(options), "%s%s", *v->options ? " " : "", v->options))
		return false;
	str_change(options, '-', '_');
	str_change(options, ',', ' ');
	for (const char *c = options; *c; c++)
		count += *c == ' ';
	return str_print(text, VERITY_TABLE_MAX, "1 %s %s %u %u %u %u %s %s %s %u%s%s", data, hash, 1U << v->data_shift,
			 1U << v->hash_shift, v->data_blocks, v->tree, v->algorithm, v->root_hash, salt, count,
			 options, v->signature ? " root_hash_sig_key_desc " VERITY_KEY : "");
}

void verity_uuid(char *text, const struct verity *v)
{
	str_copy(digits(str_print(text, VERITY_UUID_MAX, "CRYPT-VERITY-"), v->uuid, 16), sizeof("-root"), "-root");
}
