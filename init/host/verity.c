#include "verity.h"
#include "complain.h"
#include "memory.h"
#include "report.h"
#include "sha2.h"
#include "../lib/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The tree has no more levels: a block has 8 digests at least (512 bytes, SHA-512), and of data there are 2^32. */
#define LEVELS_MAX 11

/* So many blocks that do not match are named. */
#define NAMED_MAX 8

/* From so many bytes on it is said how far it is. */
#define PROGRESS_MIN (32ULL << 20)

const char *verity_look(struct verity *v, struct medium *medium, unsigned char *at, unsigned long long size)
{
	static const char *const all[] = { "sha256", "sha512" };
	const char *why = NULL;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		const char *other;

		v->algorithm = all[i];
		other = size ? verity_search(v, &medium->reader, at, size) : verity_read(v, &medium->reader, at, 0);
		if (!other)
			return NULL;
		/* of one that is damaged one of both knows the hash */
		if (!why || why == verity_other)
			why = other;
	}
	return why;
}

bool verity_has(const struct verity *v, const char *name)
{
	const char *rest = v->options;
	char option[32];

	while (str_item(&rest, ',', option, sizeof(option)))
		/* '-' or '_', as plan/layer/verity.c takes it */
		if (str_listed(name, ' ', option))
			return true;
	return false;
}

/* ---- the walk ---- */

struct walk {
	const struct verity *v;
	struct medium *data, *tree;
	unsigned digest;                /* bytes of one */
	unsigned fan;                   /* a block of the tree has 1 << so many digests */
	unsigned levels;                /* of the tree; 0: the root hash is that of the only block of data */
	uint64_t start[LEVELS_MAX];     /* the first block of each, the lowest level first */
	unsigned char *block[LEVELS_MAX], *piece;
	struct sha2 salted;             /* which each digest begins with */
	unsigned char zeros[SHA2_MAX];  /* the digest of a block of zeros: */
	bool skips_zeros;               /* the kernel reads none that has it */
	unsigned blocks;                /* of data that were looked at */
	unsigned bad;                   /* blocks of data and tree that do not match, */
	unsigned bad_below_top, below_top; /* and those whose digests the top block has, and all of these */
	bool wrong;                     /* the root hash is another one's */
	bool failed, shows;             /* a read failed; progress is shown */
};

static bool read_block(struct walk *w, struct medium *medium, unsigned shift, uint64_t number, unsigned char *to)
{
	size_t size = (size_t)1 << shift;
	int err = medium->reader.read(&medium->reader, to, size, number << shift);

	if (err)
		complain("read %s, block %llu of %zu bytes: %s", medium->image->path, (unsigned long long)number, size,
			 strerror(-err));
	w->failed |= err;
	return !err;
}

static void digest_of(const struct walk *w, const unsigned char *block, unsigned shift, unsigned char *digest)
{
	struct sha2 s = w->salted;

	sha2_add(&s, block, (size_t)1 << shift);
	sha2_end(&s, digest);
}

static uint64_t blocks_of(const struct walk *w, unsigned level)
{
	unsigned bits = (level + 1) * w->fan;

	return ((uint64_t)w->v->data_blocks + ((uint64_t)1 << bits) - 1) >> bits;
}

/* The levels lie one behind the other, the highest first. */
static void measure(struct walk *w)
{
	const struct verity *v = w->v;
	uint64_t at = v->tree;

	w->digest = str_same(v->algorithm, "sha512") ? 64 : 32;
	for (w->fan = 0; w->digest << (w->fan + 1) <= 1U << v->hash_shift;)
		w->fan++;
	while ((uint64_t)(v->data_blocks - 1) >> (w->levels * w->fan))
		w->levels++;
	for (unsigned level = w->levels; level--;) {
		w->start[level] = at;
		at += blocks_of(w, level);
	}
}

static uint64_t tree_end(const struct walk *w)
{
	return w->levels ? w->start[0] + blocks_of(w, 0) : w->v->tree;
}

static void show(const struct walk *w)
{
	unsigned all = w->v->data_blocks, percent = (unsigned)(100ULL * w->blocks / all);

	if (w->shows && percent != (unsigned)(100ULL * (w->blocks - 1) / all))
		fprintf(stderr, "\rverified: %u %%", percent);
}

static void name_block(struct walk *w, const struct medium *medium, const char *what, uint64_t number, unsigned shift)
{
	unsigned long long n = number;

	if (w->shows)
		fputs("\r\033[K", stderr);
	if (w->bad++ < NAMED_MAX)
		report_each("damaged", "of block bytes offset image",
			    "%s block %llu is damaged: %u bytes at offset %llu of %s",
			    what, n, 1U << shift, medium->base + (n << shift), medium->image->path);
}

/* A block of data, whose digest that is to be. */
static bool check_data(struct walk *w, uint64_t number, const unsigned char *digest)
{
	unsigned char found[SHA2_MAX];
	unsigned shift = w->v->data_shift;
	bool good = w->skips_zeros && !memcmp(digest, w->zeros, w->digest);

	if (!good && !read_block(w, w->data, shift, number, w->piece))
		return false;
	w->blocks++;
	show(w);
	if (good)
		return true;
	digest_of(w, w->piece, shift, found);
	good = !memcmp(found, digest, w->digest);
	if (!good)
		name_block(w, w->data, "data", number, shift);
	return good;
}

static bool check_tree(struct walk *w, unsigned level, uint64_t number, const unsigned char *digest);

/* What stands below the block of the tree that was read. */
static void check_below(struct walk *w, unsigned level, uint64_t number)
{
	uint64_t count = level ? blocks_of(w, level - 1) : w->v->data_blocks;

	uint64_t first = number << w->fan, end = first + (1ULL << w->fan);

	for (uint64_t child = first; child < end && child < count && !w->failed; child++) {
		const unsigned char *digest = w->block[level] + (child - first) * w->digest;
		bool good = level ? check_tree(w, level - 1, child, digest) : check_data(w, child, digest);

		if (level + 1 == w->levels) {
			w->below_top++;
			w->bad_below_top += !good;
		}
	}
}

/* Of a block that is damaged nothing is known of what stands below. */
static bool check_tree(struct walk *w, unsigned level, uint64_t number, const unsigned char *digest)
{
	unsigned char found[SHA2_MAX];
	unsigned shift = w->v->hash_shift;

	if (!read_block(w, w->tree, shift, w->start[level] + number, w->block[level]))
		return false;
	digest_of(w, w->block[level], shift, found);
	if (memcmp(found, digest, w->digest)) {
		name_block(w, w->tree, "tree", w->start[level] + number, shift);
		return false;
	}
	check_below(w, level, number);
	return true;
}

/* ---- the root hash ---- */

static char *hex(const unsigned char *bytes, unsigned count)
{
	char *text = allocate(2 * count + 1);

	for (unsigned i = 0; i < count; i++)
		sprintf(text + 2 * i, "%02x", bytes[i]);
	return text;
}

static void read_hash(const char *text, unsigned char *digest)
{
	for (; text[0]; text += 2)
		*digest++ = (unsigned char)(str_digit(text[0]) << 4 | str_digit(text[1]));
}

/* Makes the top block anew, from what stands below it, in the place of the one that was read. */
static void make_top(struct walk *w, unsigned char *made)
{
	unsigned top = w->levels - 1, shift = top ? w->v->hash_shift : w->v->data_shift;
	uint64_t count = top ? blocks_of(w, top - 1) : w->v->data_blocks;

	for (uint64_t i = 0; i < count && !w->failed; i++) {
		if (top)
			read_block(w, w->tree, shift, w->start[top - 1] + i, w->piece);
		else
			read_block(w, w->data, shift, i, w->piece);
		digest_of(w, w->piece, shift, made + i * w->digest);
	}
}

/* Is the root hash wrong, or the block that it is of? What stands below can tell. */
static void judge_top(struct walk *w, const unsigned char *root, const unsigned char *found)
{
	unsigned top = w->levels - 1, shift = w->v->hash_shift;
	unsigned char *made = allocate((size_t)1 << shift), digest[SHA2_MAX];

	make_top(w, made);
	digest_of(w, made, shift, digest);
	if (w->failed)
		return;
	if (!memcmp(digest, root, w->digest)) {
		name_block(w, w->tree, "tree", w->start[top], shift);
		memcpy(w->block[top], made, (size_t)1 << shift);
		check_below(w, top, 0);
		return;
	}
	report("own_roothash", "roothash= is not of this tree, whose own root hash is %s", hex(found, w->digest));
	check_below(w, top, 0);
	if (!w->failed && w->bad_below_top == w->below_top)
		report(NULL, "nothing below it matches either: superblock or tree are of other data");
	w->wrong = true;
}

static void check_all(struct walk *w)
{
	unsigned char root[SHA2_MAX], found[SHA2_MAX];
	unsigned top = w->levels - 1;

	read_hash(w->v->root_hash, root);
	if (!w->levels) {
		if (!check_data(w, 0, root) && !w->failed)
			report(NULL, "it is the only one, without a tree: the root hash may be wrong instead");
		return;
	}
	if (!read_block(w, w->tree, w->v->hash_shift, w->start[top], w->block[top]))
		return;
	digest_of(w, w->block[top], w->v->hash_shift, found);
	if (memcmp(found, root, w->digest))
		judge_top(w, root, found);
	else
		check_below(w, top, 0);
}

/* Do both lie on their devices? The kernel makes no device otherwise. */
static bool fits_in(const struct walk *w)
{
	const struct verity *v = w->v;
	unsigned long long data = (unsigned long long)v->data_blocks << v->data_shift;
	unsigned long long tree = (unsigned long long)tree_end(w) << v->hash_shift;

	if (data > w->data->reader.size)
		report("data_bytes device_bytes",
		       "the tree is of %llu bytes, the device has %llu: it is cut short", data,
		       w->data->reader.size);
	else if (tree > w->tree->reader.size)
		report("tree_end device_bytes", "the tree ends at %llu, its device at %llu: it is cut short", tree,
		       w->tree->reader.size);
	else
		return true;
	return false;
}

static void begin(struct walk *w)
{
	const struct verity *v = w->v;
	unsigned most = v->data_shift > v->hash_shift ? v->data_shift : v->hash_shift;

	for (unsigned level = 0; level < w->levels; level++)
		w->block[level] = allocate((size_t)1 << v->hash_shift);
	w->piece = allocate((size_t)1 << most);
	sha2_begin(&w->salted, w->digest);
	sha2_add(&w->salted, v->salt, v->salt_size);
	digest_of(w, w->piece, v->data_shift, w->zeros);
	w->skips_zeros = verity_has(v, "ignore-zero-blocks");
	w->shows = isatty(STDERR_FILENO) && (unsigned long long)v->data_blocks << v->data_shift >= PROGRESS_MIN;
}

enum verity_found verity_check(const struct verity *v, struct medium *data, struct medium *tree, unsigned *blocks)
{
	struct walk w = { .v = v, .data = data, .tree = tree };

	measure(&w);
	if (!fits_in(&w))
		return VERITY_BAD;
	begin(&w);
	check_all(&w);
	if (w.shows)
		fputs("\r\033[K", stderr);
	if (w.bad > NAMED_MAX)
		report("damaged_in_all", "%u blocks are damaged in all", w.bad);
	*blocks = w.blocks;
	return w.failed ? VERITY_FAILED : w.bad || w.wrong ? VERITY_BAD : VERITY_GOOD;
}
