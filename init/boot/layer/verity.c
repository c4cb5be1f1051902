/*
 * dm-verity: nothing of root's device is read from here on but through the tree of hashes, whose root is
 * roothash=.
 */
#include "../../lib/log.h"
#include "../../lib/str.h"
#include "../../lib/sys.h"
#include "../../plan/layer/verity.h"
#include "../device.h"
#include "../dm.h"
#include "../layers.h"
#include "../modules.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>

extern const struct layer verity_layer;

static struct verity v;

/* The tree's device, the one with what corrects errors, and the one that is made, as MAJ:MIN. */
static char tree_number[24], fec_number[24], made_number[24];

static _Noreturn void refuse_hash(struct boot *b, const char *why)
{
	refuse(b, "roothash=%s: %s: %s", v.root_hash, b->node, why);
}

static void number(char *text, int fd)
{
	unsigned long long n = sys_number(fd);

	if (!n)
		n = sys_number(fd);
	str_print(text, sizeof(tree_number), "%u:%u", (unsigned)(n >> 32), (unsigned)n);
}

/* The superblock, into which v points. */
static unsigned char superblock[VERITY_SUPERBLOCK];

static void read_tree(struct boot *b)
{
	struct reader r;
	const char *why;

	device_reader(&r, b->device);
	why = verity_read(&v, &r, superblock, 0);
	if (why)
		refuse_hash(b, why);
	number(tree_number, b->device);
}

static void take_number(struct boot *b)
{
	number(fec_number, b->device);
}

/*
 * A file system that takes blocks of other devices, which nobody verifies, where rootflags= says so: btrfs takes one with
 * a later generation for its own, erofs has its data there.
 */
static void refuse_others(struct boot *b)
{
	const char *flag = b->root.flags;

	while (flag && *flag) {
		if (str_after(flag, "device="))
			refuse(b, "rootflags=%s: device= is not verified", b->root.flags);
		flag = str_find(flag, ',');
		flag += *flag == ',';
	}
}

/* A key with what a file of the image holds. 0 or more, or -errno. */
static int add_key(const char *path, const char *type, const char *name, int keyring)
{
	static char data[8192];
	int size = sys_read_file(path, data, sizeof(data));

	return size < 0 ? size : sys_add_key(type, name, data, (unsigned)size, keyring);
}

/* By pieces, for it has a line for each hash that Secure Boot forbids, hundreds of them. */
static int find_keyring(void)
{
	static char keys[4096];
	const char *rest;
	char *end = keys;
	int fd = sys_open("/proc/keys", O_RDONLY), keyring = 0, n;

	while (!keyring && (n = sys_read(fd, end, (size_t)(keys + sizeof(keys) - 1 - end))) > 0) {
		end[n] = '\0';
		keyring = verity_keyring(keys, &rest);
		/* the line that goes on, to the front */
		end = str_print(keys, sizeof(keys), "%s", rest);
	}
	sys_close(fd);
	return keyring;
}

/* What the kernel says of a certificate and of its keyring, in its own words. */
#define TRUST_REASONS(row) \
	row(EPERM, VERITY_KEYRING_NAME " is sealed: no dm_verity.keyring_unsealed=1") \
	row(EBADMSG, "not X.509 in DER") \
	row(ENOKEY, "no keyring " VERITY_KEYRING_NAME " (that of Linux 7.0)")
STR_ROWS(trust_reasons, TRUST_REASONS);

/*
 * The image's certificate into the kernel's keyring, where the kernel looks only once nobody can add to it. It is sealed
 * whatever came of the certificate: init is not to find it open. Done once, for the first root that is signed.
 */
static void trust_certificate(struct boot *b)
{
	static int keyring;
	const char *why;
	int err, sealed;

	if (keyring)
		return;
	keyring = find_keyring();
	err = keyring ? add_key(VERITY_CERTIFICATE_PATH, "asymmetric", NULL, keyring) : -ENOKEY;
	sealed = sys_seal_keyring(keyring);
	if (err >= 0)
		err = sealed;
	if (err >= 0)
		return;
	why = STR_ROW(trust_reasons, -err);
	refuse(b, "certificate " VERITY_CERTIFICATE_PATH ": %s", why ? why : str_error(err));
}

/* A word for its module, behind all others: without it that keyring is sealed, and empty. */
static void unseal(struct params *p)
{
	static const struct word unsealed = { "dm_verity.keyring_unsealed", "1" };

	if (p->module_word_count < MODULE_WORDS_MAX)
		p->module_words[p->module_word_count++] = unsealed;
}

/* The root hash's signature, where the kernel looks for it: in a key of the only thread, which ends with exec. */
static void offer_signature(struct boot *b)
{
	int err = add_key(v.signature, "user", VERITY_KEY, SYS_THREAD_KEYRING);

	if (err < 0)
		refuse(b, "roothashsig=%s: %d", v.signature, err);
}

/* What the kernel says of a signature, in its own words; of the first where it wants one and there is none, too. */
#define SIGNATURE_REASONS(row) \
	row(ENOKEY, "not signed by a key that this kernel trusts") \
	row(EKEYREJECTED, "its signature does not match") \
	row(EBADMSG, "its signature is not PKCS#7 in DER")
STR_ROWS(signature_reasons, SIGNATURE_REASONS);

static void make(struct boot *b)
{
	static char node[ROOTSPEC_NAME_MAX + 1], table[VERITY_TABLE_MAX], where[LAYER_ROOT_MAX];
	const char *why = NULL;
	char data[sizeof(tree_number)], uuid[VERITY_UUID_MAX];
	struct reader r;
	int err;

	/* plan_layers() has heard what it says */
	verity_wanted(&v, &b->root.words);
	if (CONFIG_VERITY_SIGNATURE && v.signature)
		offer_signature(b);
	number(data, b->device);
	verity_partition(where, v.root_hash, false);
	if (!v.hash_device && str_same(b->root.text, where)) {
		verity_partition(where, v.root_hash, true);
		v.hash_device = where;
	}
	if (v.hash_device) {
		with_other(b, "verityhash", v.hash_device, NOT_GIVEN, read_tree);
	} else {
		device_reader(&r, b->device);
		why = verity_search(&v, &r, superblock, b->contents.size);
		str_copy(tree_number, sizeof(tree_number), data);
	}
	if (CONFIG_VERITY_FEC && !why && *v.fec_device)
		with_other(b, "fec-device", v.fec_device, NOT_GIVEN, take_number);
	if (!why)
		why = verity_table(table, &v, data, tree_number, *v.fec_device ? fec_number : NULL);
	if (why)
		refuse_hash(b, why);
	if (CONFIG_MODULES) {
		if (CONFIG_VERITY_KEYRING && v.signature)
			unseal(&b->params);
		modules_ask(b, "dm-verity");
		modules_ask(b, v.algorithm);
	}
	if (CONFIG_VERITY_KEYRING && v.signature)
		trust_certificate(b);
	verity_uuid(uuid, &v);
	err = dm_create(b, "root", uuid, "verity", (unsigned long long)v.data_blocks << v.data_shift, table, node);
	if (err == -EINVAL && (v.data_shift > 12 || 1U << v.data_shift < sys_sector(b->device)))
		refuse(b, "roothash=%s: blocks of %u bytes: larger than a page, or smaller than a sector", v.root_hash,
		       1U << v.data_shift);
	if (CONFIG_VERITY_SIGNATURE)
		why = STR_ROW(signature_reasons, -err);
	if (err)
		refuse_hash(b, why ? why : str_error(err));
	sys_close(b->device);
	find_made(b, node, "roothash", v.root_hash);
	if (CONFIG_VERITY_UDEV)
		number(made_number, b->device);
	refuse_others(b);
}

#define RUN NEW_ROOT "/run/"

/*
 * udev believes what its database has of a device-mapper device (10-dm.rules of lvm2): that whoever made it told udev so.
 * The mount is systemd's own (src/shared/mount-setup.c), which lets one be that it finds.
 */
static void tell_udev(struct boot *b)
{
	static const char note[] = "E:DM_UDEV_PRIMARY_SOURCE_FLAG=1\n";
	char file[sizeof(RUN "udev/data/b") + sizeof(made_number)];
	int fd, err = mount_inside("run", "tmpfs", "tmpfs", MS_NOSUID | MS_NODEV | MS_STRICTATIME,
				   "mode=0755,size=20%,nr_inodes=800k");

	(void)b;
	if (!err) {
		sys_make_directory(RUN "udev");
		sys_make_directory(RUN "udev/data");
		str_print(file, sizeof(file), RUN "udev/data/b%s", made_number);
		sys_make_node(file, S_IFREG | 0644, 0, 0);
		fd = sys_open(file, O_WRONLY);
		err = sys_write(fd, note, sizeof(note) - 1);
		sys_close(fd);
	}
	if (err < 0)
		say(LOG_ERR, "/run: %d; udev takes root's device for not ready", err);
}

STEP(verity, make, dm_remove, CONFIG_VERITY_UDEV ? tell_udev : NULL);
