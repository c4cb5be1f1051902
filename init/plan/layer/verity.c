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

/* Is it an option of error correction? */
static bool take_fec(struct verity *v, const char *option)
{
	const char *device = str_after(option, "fec-device="), *offset = str_after(option, "fec-offset="),
		   *roots = str_after(option, "fec-roots=");

	if (!CONFIG_VERITY_FEC)
		return false;
	if (device)
		return str_copy(v->fec_device, sizeof(v->fec_device), device);
	if (offset && str_digit(*offset) < 10) {
		v->fec_offset = str_number(&offset, 10);
		return !*offset;
	}
	/* drivers/md/dm-verity-fec.h: DM_VERITY_FEC_MIN_RSN is 231 of 255 */
	return roots && !str_uint(roots, 24, &v->fec_roots);
}

const char *verity_wanted(struct verity *v, const struct layer_words *words)
{
	static const char known[] = "restart-on-corruption panic-on-corruption restart-on-error panic-on-error"
				    " ignore-zero-blocks check-at-most-once";
	const char *c = v->root_hash = verity_root_hash(words), *rest;
	char option[VERITY_OPTION_MAX], *end = v->optional;

	v->hash_device = LAYER_VALUE(words, hash_device);
	if (v->hash_device && !*v->hash_device)
		v->hash_device = NULL;
	v->options = LAYER_VALUE(words, options);
	v->signature = CONFIG_VERITY_SIGNATURE ? LAYER_VALUE(words, signature) : NULL;
	if (!CONFIG_VERITY_SIGNATURE && LAYER_VALUE(words, signature))
		return "its signature (roothashsig=) is not held against it by this image";
	if (!v->options)
		v->options = CONFIG_VERITY_OPTIONS;
	if (CONFIG_VERITY_FEC) {
		v->fec_device[0] = '\0';
		v->fec_offset = 0;
		v->fec_roots = 2;
	}
	*end = '\0';
	v->optionals = 0;
	for (rest = v->options; str_item(&rest, ',', option, sizeof(option));) {
		if (take_fec(v, option))
			continue;
		if (!*option || !str_listed(known, ' ', option))
			return "an option that is not in this image";
		end = str_print(end, (size_t)(v->optional + sizeof(v->optional) - end), " %s", option);
		if (!end)
			return "too many options";
		v->optionals++;
	}
	str_change(v->optional, '-', '_');
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
	if (CONFIG_VERITY_FEC)
		v->hash_size = size;
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

	/* first what veritysetup has when nothing else is asked of it: 4 KiB */
	for (unsigned i = 0; i < VERITY_SHIFTS; i++) {
		unsigned long long offset = verity_behind(size, VERITY_SHIFT_MIN + (12 - VERITY_SHIFT_MIN + i) % VERITY_SHIFTS);

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

const char *verity_table(char *text, struct verity *v, const char *data, const char *hash, const char *fec)
{
	char salt[2 * 256 + 1] = "-", *end = str_find(v->optional, '\0');

	digits(v->salt_size ? salt : salt + 1, v->salt, v->salt_size);
	if (CONFIG_VERITY_FEC && fec) {
		/* it is of the data, and of the tree with what is behind that, to the device's end or to itself */
		unsigned long long end_of_tree = str_same(fec, hash) ? v->fec_offset : v->hash_size,
				   blocks = (end_of_tree >> v->hash_shift) - v->tree + v->data_blocks,
				   start = v->fec_offset >> v->data_shift;

		if (v->data_shift != v->hash_shift || start << v->data_shift != v->fec_offset || (start | blocks) >> 32)
			return "fec-offset= or its blocks are not those of the tree";
		end = str_print(end, (size_t)(v->optional + sizeof(v->optional) - end),
				" use_fec_from_device %s fec_start %u fec_blocks %u fec_roots %u", fec,
				(unsigned)start, (unsigned)blocks, v->fec_roots);
		v->optionals += 8;
	}
	if (v->signature)
		v->optionals += 2;
	if (!end || !str_print(text, VERITY_TABLE_MAX, "1 %s %s %u %u %u %u %s %s %s %u%s%s", data, hash,
			       1U << v->data_shift, 1U << v->hash_shift, v->data_blocks, v->tree, v->algorithm,
			       v->root_hash, salt, v->optionals, v->optional,
			       v->signature ? " root_hash_sig_key_desc " VERITY_KEY : ""))
		return "too many options";
	return NULL;
}

void verity_uuid(char *text, const struct verity *v)
{
	str_copy(digits(str_print(text, VERITY_UUID_MAX, "CRYPT-VERITY-"), v->uuid, 16), sizeof("-root"), "-root");
}

int verity_keyring(const char *keys, const char **rest)
{
	for (*rest = keys; *keys; keys++) {
		if (*keys == '\n')
			*rest = keys + 1;
		/* type, and what begins the description; the line begins with the number */
		if (str_after(keys, " keyring   " VERITY_KEYRING_NAME ":"))
			return (int)str_number(rest, 16);
	}
	return 0;
}
