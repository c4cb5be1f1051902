/*
 * dm-verity: the root hash, the superblock before the tree (cryptsetup's wiki, DMVerity, "verity superblock
 * format"), and the table of the kernel's target (Documentation/admin-guide/device-mapper/verity.rst).
 */
#ifndef PLAN_LAYER_VERITY_H
#define PLAN_LAYER_VERITY_H

#include "../layer.h"
#include "../reader.h"

#define VERITY_SUPERBLOCK 512
#define VERITY_SHIFT_MIN 9
#define VERITY_SHIFT_MAX 16
#define VERITY_SHIFTS (VERITY_SHIFT_MAX - VERITY_SHIFT_MIN + 1)
/* Two devices as MAJ:MIN, numbers, the digits of root hash and salt, options. */
#define VERITY_TABLE_MAX 1408
/* Of an option: room enough for a device by its PARTUUID. */
#define VERITY_OPTION_MAX 80
/* systemd's, with 16 bytes of the superblock's UUID as digits and the device's name. */
#define VERITY_UUID_MAX sizeof("CRYPT-VERITY-0123456789abcdef0123456789abcdef-root")
/* The signature is in the key of this name. */
#define VERITY_KEY "kindling:roothash"

/* The kernel's keyring for root hashes, and the image's certificate for it. */
#define VERITY_KEYRING_NAME ".dm-verity"
#define VERITY_CERTIFICATE_PATH "/verity.der"

struct verity {
	const char *root_hash;   /* roothash=, whole: hex digits */
	char *hash_device;       /* verityhash=: a root= form; NULL: behind the data */
	const char *options;     /* as systemd names them, with commas between */
	char optional[400];      /* as the target names them: its optional parameters, each with a space before it */
	unsigned optionals;      /* so many words there are */
	const char *signature;   /* roothashsig=: a file of the image, or NULL */
	const char *algorithm;   /* "sha256" or "sha512" */
	const unsigned char *uuid, *salt;
	unsigned salt_size;
	unsigned data_shift, hash_shift; /* a block has 1 << so many bytes */
	unsigned data_blocks;    /* of data */
	unsigned tree;           /* where the tree begins, in blocks of the tree */
	/* CONFIG_VERITY_FEC: what corrects errors, a root= form, "" for none; where on it; the tree's device has so many bytes */
	char fec_device[VERITY_OPTION_MAX];
	unsigned long long fec_offset, hash_size;
	unsigned fec_roots;
};

/*
 * The partition that the root hash names by its first 128 bits, the data, or its last, the tree: as a root= form, into
 * text of LAYER_ROOT_MAX bytes (systemd-veritysetup-generator(8)).
 */
void verity_partition(char *text, const char *root_hash, bool tree);

/* The image's own, else roothash=; "" when there is none. */
const char *verity_root_hash(const struct layer_words *words);

/* What is asked for: NULL, or why the words cannot be meant. */
const char *verity_wanted(struct verity *v, const struct layer_words *words);

/* What is said where there is none at all, and of one whose hash is another than the root hash's. */
extern const char verity_none[], verity_other[];

/*
 * Reads the superblock that stands at this offset of a device of so many bytes. NULL, or why it cannot be used.
 * The values point into it.
 */
const char *verity_superblock(struct verity *v, const unsigned char *at, unsigned long long offset,
			      unsigned long long size);

/* The first offset from size on where a block of 1 << shift bytes begins: there the superblock stands behind data of so
 * many bytes. */
static inline unsigned long long verity_behind(unsigned long long size, unsigned shift)
{
	return ((size - 1) | ((1U << shift) - 1)) + 1;
}

/* The same of what is read there, into `at` of VERITY_SUPERBLOCK bytes. */
const char *verity_read(struct verity *v, struct reader *r, unsigned char *at, unsigned long long offset);

/* The same of what stands behind a file system of so many bytes, where blocks of its data's size begin. */
const char *verity_search(struct verity *v, struct reader *r, unsigned char *at, unsigned long long size);

/* The target's parameters into text of VERITY_TABLE_MAX bytes; devices as MAJ:MIN, fec NULL for none. NULL, or why not. */
const char *verity_table(char *text, struct verity *v, const char *data, const char *hash, const char *fec);

/*
 * The number of the kernel's keyring, in some of the text of /proc/keys (proc_keys(5)); 0 when it is not there. *rest is
 * then the line that does not end in it.
 */
int verity_keyring(const char *keys, const char **rest);

/* The device's uuid into text of VERITY_UUID_MAX bytes. */
void verity_uuid(char *text, const struct verity *v);

#endif
