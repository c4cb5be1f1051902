#include "explain.h"
#include "memory.h"
#include "verity.h"

/* ---- an image file ---- */

void explain_loop(const struct layers *l)
{
	step("loop", "file", "root is in its file %s; no part of this path may be a link or ..", l->file);
	if (l->is_verified)
		step("", "is_verified",
		     "the file becomes a loop device, read-only; it is verified, what holds it is not");
	else
		step("", NULL, "an erofs is mounted from the file where the kernel can (Linux 6.12, "
		     "CONFIG_EROFS_FS_BACKED_BY_FILE); else the file becomes a loop device, read-only");
	if (CONFIG_LOOP_HOLDER_RW)
		step("", "holder_rw",
		     "what holds it is mounted for writing; if the kernel refuses, it stays read-only");
	if (*CONFIG_LOOP_HOLDER)
		step("", "holder",
		     "what holds it is at %s when init starts, if root has that directory", CONFIG_LOOP_HOLDER);
	else
		step("", "- holder_hidden", "what holds it is hidden when init starts%s", CONFIG_LOOP_HOLDER_RW
		     ? "" : ": nobody can mount it for writing then (EBUSY)");
}

/* ---- dm-verity ---- */

static void explain_tree(const struct params *params, const struct layers *l)
{
	if (l->tree_file) {
		step("", "tree_file",
		     "its tree is the file %s beside it, with the superblock at the start", l->tree_file);
	} else if (l->has_tree) {
		step("", NULL, "its tree is on a device of its own, with the superblock at the start:");
		explain_device("", "tree_", &l->tree);
		if (l->tree_by_hash)
			step("", "tree_by_roothash",
			     "by the last 128 bits of the root hash, as verityhash= does not say it");
		explain_wait("tree_", params, NOT_GIVEN);
	} else {
		step("", "tree_on_same", "its tree is on the same device: the superblock stands where the file system "
		     "ends, rounded up to a block of the data");
	}
	if (!l->tree_by_hash)
		step("", NULL, "a systemd in root looks for partitions by the halves of the root hash, and for want of "
		     "them a unit fails after 90 s; systemd.verity=no spares it that");
}

/* What the kernel does at once leaves /init nothing to do. */
static const char *ending(const struct verity *v, const char *restart, const char *panic)
{
	return verity_has(v, restart) ? "the kernel restarts at once, and no other root is tried" :
	       verity_has(v, panic) ? "the kernel panics at once, and no other root is tried" : "a read error";
}

void explain_verity(const struct params *params, const struct layers *l)
{
	const struct verity *v = &l->verity;

	step("verity", "roothash algorithm", "each block that is read is held against the root hash %s (%s)",
	     v->root_hash, v->algorithm);
	if (*CONFIG_VERITY_ROOTHASH)
		step("", "own", "the image's own, whatever roothash= says");
	explain_tree(params, l);
	if (*v->options)
		step("", "options", "options: %s", v->options);
	if (CONFIG_VERITY_FEC && *v->fec_device) {
		step("", "fec_roots fec_offset",
		     "before that it is corrected, where it can be (%u bytes of 255), by what is from byte %llu on on",
		     v->fec_roots, v->fec_offset);
		explain_device("", "fec_", &l->fec);
	}
	step("", "on_corruption",
	     "a block that does not match: %s", ending(v, "restart-on-corruption", "panic-on-corruption"));
	step("", "on_error", "a block that cannot be read: %s", ending(v, "restart-on-error", "panic-on-error"));
	if (v->signature)
		step("", "signature",
		     "the kernel holds the signature in the image's file %s against the certificates that it "
		     "trusts", v->signature);
	if (CONFIG_VERITY_KEYRING && v->signature) {
		step("", "certificate",
		     "and against the image's file %s, a certificate that goes into its keyring " VERITY_KEYRING_NAME ", which "
		     "is sealed then; this root has failed where the kernel has none (before Linux 7.0), or a sealed one",
		     VERITY_CERTIFICATE_PATH);
		step("", NULL, "where dm-verity is no module it is sealed without dm_verity.keyring_unsealed=1");
	}
}

/* ---- a writable layer ---- */

/* The directory of this root's layer, below the one that was asked for. */
static void explain_directory(const struct layers *l)
{
	const struct overlay *o = &l->overlay;
	const char *dir = o->dir;

	while (*dir == '/')
		dir++;
	if (!*l->name)
		step("", "below",
		     "in a directory of /%s that is called by root's UUID, else by a checksum of its superblock: "
		     "another root has another layer", dir);
	else
		step("", "directory", "in %s, %s", copyf("/%s%s%s", dir, *dir ? "/" : "", l->name), l->is_verified
		     ? "by the root hash: another root hash has another layer"
		     : "whichever root it is: after a change of root the layer is the same");
	if (CONFIG_OVERLAY_REFUSE)
		step("", "refuses_other", "refused where the layer of another root is there");
}

static void explain_upper(const struct params *params, const struct layers *l)
{
	const struct overlay *o = &l->overlay;

	if (o->readonly)
		step("overlay", "readonly",
		     "root stays as it is; what is written goes to memory, over the layer on a device, "
		     "which stays as it is:");
	else
		step("overlay", NULL, "root stays as it is; what is written goes to another device:");
	explain_device("", "", &l->upper);
	explain_wait("", params, o->timeout);
	explain_types("", "", l->upper.types);
	explain_directory(l);
	if (o->reset)
		step("", "- reset", "rd.overlay.reset: %s", o->readonly ? "without what is in that layer"
		     : "begins a new one; the old one gets .old-N behind its name");
	step("", "otherwise", "if that cannot be had: %s", CONFIG_OVERLAY_VOLATILE ? "what is written goes to memory" :
	     CONFIG_OVERLAY_READONLY ? "goes on without a layer, read-only" : "this root has failed");
}

void explain_overlay(const struct params *params, const struct layers *l)
{
	const struct overlay *o = &l->overlay;

	if (l->without_upper)
		step("overlay", "why", "%s; %s", l->without_upper, CONFIG_OVERLAY_VOLATILE
		     ? "root stays as it is, what is written goes to memory" : "goes on without a layer, read-only");
	else if (o->device)
		explain_upper(params, l);
	else
		step("overlay", "in_memory", "root stays as it is; what is written goes to memory");
	if (!o->device && o->options && *o->options)
		step("", "data", "the tmpfs gets: %s", o->options);
	if (!l->without_upper || CONFIG_OVERLAY_VOLATILE)
		step("", "- rw",
		     "/ is read-write then; ro does not count%s", o->device && !o->readonly && !l->without_upper
		     ? "" : "; what was written is gone after this boot");
}
