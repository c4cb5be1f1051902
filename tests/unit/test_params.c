/* plan/params: what each word does, which of several wins, and what is said of the others. */
#include "plan/params.h"
#include "unit.h"

/* All notes of a case, "name=value: text;". */
static char notes[1024];

static void take_note(const char *name, const char *value, const char *text)
{
	sprintf(notes + strlen(notes), "%s%s%s: %s;", name, value ? "=" : "", value ? value : "",
		text);
}

/* The first text is the image's own: nothing is locked there. */
static struct params parse_by(const char *first, const char *second, struct params_lock lock)
{
	struct params params = PARAMS_NONE;

	row_is(0, first);
	notes[0] = '\0';
	params_parse(&params, own(first), NULL, take_note);
	params_parse(&params, own(second), &lock, take_note);
	return params;
}

static struct params parse_locked(const char *first, const char *second, const char *locked)
{
	return parse_by(first, second, (struct params_lock){ "", locked });
}

static struct params parse_allowed(const char *first, const char *second, const char *allowed)
{
	return parse_by(first, second, (struct params_lock){ allowed, "" });
}

static struct params parse2(const char *first, const char *second)
{
	return parse_locked(first, second, "");
}

static struct params parse(const char *text)
{
	return parse2(text, "");
}

#define assert_silent() assert_string_equal(notes, "")
#define assert_noted(text) assert_non_null(strstr(notes, text))

static void nothing_given(void **state)
{
	struct params p = parse("");

	(void)state;
	assert_null(p.root);
	assert_null(p.rootfstype);
	assert_null(p.rootflags);
	assert_null(p.init);
	assert_null(p.fallback[0]);
	assert_null(p.modules);
	assert_int_equal(p.stage, STAGE_NONE);
	assert_null(p.refused);
	assert_int_equal(p.emergency, NOT_GIVEN);
	assert_int_equal(p.rootwait, NOT_GIVEN);
	assert_int_equal(p.rootdelay, NOT_GIVEN);
	assert_int_equal(p.panic, NOT_GIVEN);
	assert_false(p.rw);
	assert_false(p.shell);
	assert_int_equal(p.module_word_count, 0);
	assert_silent();
	assert_int_equal(params_wait(&p), CONFIG_ROOTWAIT_SECONDS * 1000);
}

/* The kernel's own reading: a number, of which only 0 counts. Without a value it is another word. */
static void devtmpfs(void **state)
{
	static const struct {
		const char *text;
		bool mounts;
	} rows[] = {
		{ "", true }, { "devtmpfs.mount", true }, { "devtmpfs.mount=1", true }, { "devtmpfs.mount=2", true },
		{ "devtmpfs.mount=0", false }, { "devtmpfs.mount=00", false }, { "devtmpfs.mount=", false },
		{ "devtmpfs.mount=no", false }, { "devtmpfs.mount=y", false }, { "devtmpfs.mount=-1", false },
		{ "\"devtmpfs.mount=0\"", false }, { "devtmpfs.mount=1 devtmpfs.mount=0", false },
		{ "devtmpfs.mount=0 devtmpfs.mount=1", true }, { "x -- devtmpfs.mount=0", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct params p = parse(rows[i].text);

		assert_int_equal(params_mount_devtmpfs(&p), rows[i].mounts);
	}
}

static void texts(void **state)
{
	struct params p = parse("root=/dev/vda rootfstype=ext4,xfs init=/bin/x root-flags=y");

	(void)state;
	assert_string_equal(p.root, "/dev/vda");
	assert_string_equal(p.rootfstype, "ext4,xfs");
	assert_string_equal(p.init, "/bin/x");
	assert_null(p.rootflags); /* root-flags is another name than rootflags */
	assert_string_equal(notes, CONFIG_FOREIGN_WORDS ? "root-flags=y: not understood; ignored;" : "");

	p = parse("root= init rootfstype");
	assert_string_equal(p.root, "");
	assert_null(p.init);
	assert_null(p.rootfstype);
	assert_string_equal(notes, CONFIG_FOREIGN_WORDS ? "rootfstype: not understood; ignored;" : "");

	p = parse("rootflags=noatime");
	if (CONFIG_ROOTFLAGS) {
		assert_string_equal(p.rootflags, "noatime");
		assert_silent();
	} else {
		assert_null(p.rootflags);
		assert_noted("rootflags=noatime: not in this image; ignored;");
	}
}

static void last_wins(void **state)
{
	struct params p = parse("root=/dev/a root=/dev/b root=/dev/c");

	(void)state;
	assert_string_equal(p.root, "/dev/c");
	assert_noted("root=/dev/a: given again");
	assert_noted("root=/dev/b: given again");
	assert_null(strstr(notes, "root=/dev/c"));

	/* Over several texts: the image's default, the bootloader's, the image's appended one. */
	p = parse2("root=/dev/a ro rootwait=1 init=/a", "init=/b rw rootwait=2");
	assert_string_equal(p.root, "/dev/a");
	assert_string_equal(p.init, "/b");
	assert_true(p.rw);
	if (CONFIG_WAIT)
		assert_int_equal(p.rootwait, 2);
	assert_noted("init=/a: given again");
}

static void read_only_and_read_write(void **state)
{
	(void)state;
	assert_true(parse("rw").rw);
	assert_false(parse("ro").rw);
	assert_false(parse("rw ro").rw);
	assert_true(parse("ro rw").rw);
	assert_true(parse2("ro", "rw").rw);
	assert_false(parse2("rw", "ro").rw);
	/* With a value they are other words. */
	assert_true(parse("rw ro=1").rw);
	assert_false(parse("rw=1").rw);
	assert_false(parse("RW").rw);
	assert_silent();
}

static void waiting(void **state)
{
	static const struct {
		const char *text;
		int seconds; /* -1: for ever */
		const char *note;
	} rows[] = {
		{ "rootwait", -1, NULL },
		{ "rootwait=5", 5, NULL },
		{ "rootwait=0", 0, NULL },
		{ "rootwait=86400", 86400, NULL },
		{ "rootwait=86401", 86400, "rootwait=86401: more than a day" },
		{ "rootwait=99999999999", 86400, "rootwait=99999999999: more than a day" },
		{ "rootwait=abc", CONFIG_ROOTWAIT_SECONDS, "rootwait=abc: not a number" },
		{ "rootwait=-1", CONFIG_ROOTWAIT_SECONDS, "rootwait=-1: not a number" },
		{ "rootwait=", CONFIG_ROOTWAIT_SECONDS, "rootwait=: not a number" },
		{ "rootwait=3s", CONFIG_ROOTWAIT_SECONDS, "rootwait=3s: not a number" },
		{ "rootwait rootwait=4", 4, NULL },
		{ "rootwait=4 rootwait", -1, NULL },
		{ "rootwait=4 rootwait=x", CONFIG_ROOTWAIT_SECONDS, "rootwait=x" },
		{ "rootdelay=6", 6, NULL },
		{ "rootdelay=99999999999", 86400, "rootdelay=99999999999: more than a day" },
		{ "rootdelay=abc", CONFIG_ROOTWAIT_SECONDS, "rootdelay=abc: not a number" },
		/* rootdelay= is only a bound, so rootwait says it better. */
		{ "rootdelay=6 rootwait=7", 7, NULL },
		{ "rootwait=7 rootdelay=6", 7, NULL },
		{ "rootwait rootdelay=6", -1, NULL },
		{ "rootwait=x rootdelay=6", 6, "rootwait=x" },
	};

	(void)state;
	if (!CONFIG_WAIT) {
		parse("rootwait rootwait=5 rootdelay=6");
		assert_noted("rootwait: not in this image; ignored;");
		assert_noted("rootwait=5: not in this image; ignored;");
		assert_noted("rootdelay=6: not in this image; ignored;");
		return;
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct params p = parse(rows[i].text);
		unsigned seconds = (unsigned)rows[i].seconds;

		assert_int_equal(params_wait(&p),
				 rows[i].seconds < 0 ? WAIT_FOREVER : seconds * 1000);
		if (rows[i].note)
			assert_noted(rows[i].note);
		else
			assert_silent();
	}
	/* What is used instead is named. */
	parse("rootwait=abc");
	if (CONFIG_ROOTWAIT_SECONDS == 30)
		assert_noted("using 30");
}

static void panic(void **state)
{
	(void)state;
	assert_int_equal(parse("panic=5").panic, 5);
	assert_int_equal(parse("panic=0").panic, 0);
	assert_int_equal(parse("panic=-1").panic, -1);
	assert_int_equal(parse("panic=-5").panic, -1);
	assert_int_equal(parse("panic=-99999999999").panic, -1);
	assert_int_equal(parse("panic=5 panic=7").panic, 7);
	assert_int_equal(parse("panic").panic, NOT_GIVEN);
	assert_silent();
	assert_int_equal(parse("panic=x").panic, NOT_GIVEN);
	assert_noted("panic=x: not a number");
	assert_int_equal(parse("panic=").panic, NOT_GIVEN);
	assert_int_equal(parse("panic=-").panic, NOT_GIVEN);
	assert_int_equal(parse("panic=--1").panic, NOT_GIVEN);
	assert_int_equal(parse("panic=5 panic=x").panic, NOT_GIVEN);
	assert_int_equal(parse("panic=100000").panic, 86400);
	assert_noted("panic=100000: more than a day");
}

static void dracut_words(void **state)
{
	struct params p = parse("rd.break");

	(void)state;
	if (CONFIG_SHELL) {
		assert_int_equal(p.stage, STAGE_SWITCH);
		assert_int_equal(parse("rd.break=mount").stage, STAGE_MOUNT);
		assert_true(parse("rd.shell").shell);
		assert_silent();
		assert_int_equal(parse("rd.break=early").stage, STAGE_SWITCH);
		assert_noted("rd.break=early: none of find");
	} else {
		assert_int_equal(p.stage, STAGE_NONE);
		assert_noted("rd.break: not in this image; ignored;");
		assert_int_equal(parse("rd.break=mount").stage, STAGE_NONE);
		assert_noted("rd.break=mount: not in this image; ignored;");
		assert_false(parse("rd.shell").shell);
		assert_noted("rd.shell: not in this image; ignored;");
	}
	/* Any other word of that kind is for an initramfs, so one note; no other word is. */
	parse("rd.luks.uuid=1 rd.x");
	assert_noted("rd.luks.uuid=1: not in this image; ignored;");
	assert_noted("rd.x: not in this image; ignored;");
	parse("quiet rdinit=/x rd console=ttyS0 foo.rd.x=1");
	assert_silent();
}

static void fallbacks(void **state)
{
	struct params p = parse2("rootfallback=/dev/b rootfallback=LABEL=c", "rootfallback=d");

	(void)state;
	if (!CONFIG_ROOTFALLBACK) {
		assert_null(p.fallback[0]);
		assert_noted("rootfallback=/dev/b: not in this image; ignored;");
		return;
	}
	assert_string_equal(p.fallback[0], "/dev/b");
	assert_string_equal(p.fallback[1], "LABEL=c");
	assert_string_equal(p.fallback[2], "d");
	assert_null(p.fallback[3]);
	assert_null(parse("rootfallback").fallback[0]);
	assert_string_equal(notes, CONFIG_FOREIGN_WORDS ? "rootfallback: not understood; ignored;" : "");
	p = parse2("rootfallback=a rootfallback=b rootfallback=c rootfallback=d", "rootfallback=e");
	assert_string_equal(p.fallback[FALLBACKS_MAX - 1], "d");
	assert_noted("rootfallback=e: too many; ignored;");
}

static void emergency(void **state)
{
	static const char *const words[] = { "reboot", "poweroff", "halt", "panic", "shell" };
	char text[32];

	(void)state;
	for (int i = 0; i < (int)COUNT(words); i++) {
		struct params p;

		sprintf(text, "rd.emergency=%s", words[i]);
		p = parse(text);
		if (!CONFIG_EMERGENCY_WORD) {
			assert_int_equal(p.emergency, NOT_GIVEN);
			assert_noted("not in this image; ignored;");
		} else if (i == EMERGENCY_SHELL && !CONFIG_SHELL) {
			assert_int_equal(p.emergency, NOT_GIVEN);
			assert_noted("rd.emergency=shell: not reboot, poweroff, halt");
		} else {
			assert_int_equal(p.emergency, i);
			assert_silent();
		}
	}
	assert_int_equal(parse("rd.emergency=halt rd.emergency=Halt").emergency, NOT_GIVEN);
	assert_noted("rd.emergency=Halt: not");
}

/* What the image locks is noted and has no effect, but in the image's own words. */
static void locked(void **state)
{
	static const char list[] = "init rootflags panic rd.shell root";
	struct params p = parse_locked("init=/a rw", "init=/b init root=/dev/c ro panic=5 panic", list);

	(void)state;
	assert_string_equal(p.init, "/a");
	assert_null(p.root);
	assert_false(p.rw);
	assert_int_equal(p.panic, NOT_GIVEN);
	assert_string_equal(notes, "init=/b: not allowed by this image; ignored;"
				   "root=/dev/c: not allowed by this image; ignored;"
				   "panic=5: not allowed by this image; ignored;");
	parse_locked("", "roothash=x", "roothash");
	assert_noted("roothash=x: not allowed by this image; ignored;");
	assert_null(parse_locked("", "rootfstype=a", "root rootwait").root);
	assert_noted("rootfstype=a: not allowed by this image; ignored;");
}

/* The words of a boot that modules get, "NAME=VALUE ". */
static const char *module_words(const struct params *p)
{
	static char all[512];

	all[0] = '\0';
	for (unsigned i = 0; i < p->module_word_count; i++)
		sprintf(all + strlen(all), "%s%s%s ", p->module_words[i].name,
			p->module_words[i].value ? "=" : "",
			p->module_words[i].value ? p->module_words[i].value : "");
	return all;
}

/* A word of /init's, with a value where it takes one. */
static const char *as_given(const char *name)
{
	static char text[64];
	bool is_bare = !strcmp(name, "ro") || !strcmp(name, "rw") || !strcmp(name, "rd.shell") ||
		       !strcmp(name, "noresume");
	const char *value = !strcmp(name, "rd.emergency") ? "halt" : "5";
	char *family;

	sprintf(text, "%s%s%s", name, is_bare ? "" : "=", is_bare ? "" : value);
	family = strchr(text, '*');
	if (family)
		*family = 'x';
	return text;
}

/* Has it no effect, and is it named? */
static bool is_ignored(const char *word, struct params_lock lock)
{
	/* for `ro` */
	struct params before = { .rw = strcmp(word, "ro") == 0 }, after = before;

	notes[0] = '\0';
	params_parse(&after, own(word), &lock, take_note);
	return !memcmp(&before, &after, sizeof(after)) && strstr(notes, "not allowed by this image; ignored");
}

/* No word of the table escapes: with each list, those that are still obeyed are all named here. */
static void no_word_escapes(void **state)
{
	static const struct {
		struct params_lock lock;
		const char *left; /* "others": all REFUSE words of foreign.def too */
	} rows[] = {
		/* what the option's help once gave as its example */
		{ { "", "root rootflags init rd.break" },
		  "ro rw rootwait rootdelay panic modules resume noresume devtmpfs.mount" },
		{ { "", "root" },
		  "init ro rw rootwait rootdelay panic rd.emergency rd.break rd.shell modules resume noresume devtmpfs.mount" },
		{ { "", "rd.shell" },
		  "root rootfstype rootflags init ro rw rootwait rootdelay panic rootfallback modules "
		  "resume noresume devtmpfs.mount others" },
		{ { "", "rd.emergency rootdelay" },
		  "root rootfstype rootflags init ro rw panic rootfallback modules resume noresume devtmpfs.mount others" },
		{ { "", "panic rootwait modules init" },
		  "root rootfstype rootflags ro rw rootfallback rd.break rd.shell resume noresume devtmpfs.mount others" },
		{ { "", "rootfstype" },
		  "root rootflags init ro rw rootwait rootdelay panic rootfallback rd.emergency rd.break "
		  "rd.shell modules resume noresume devtmpfs.mount others" },
		{ { "none", "" }, "" },
		{ { "rootwait", "" }, "rootwait" },
		/* who may choose root may ask for one that there is not */
		{ { "root rootwait", "" }, "root rootwait others" },
		{ { "root rootwait", "rootwait" }, "root others" },
		{ { "root rootfstype init", "root" }, "init" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		bool own_words = true;

		for (unsigned n = 0; params_name(n); n++) {
			const char *name = params_name(n);
			bool is_left;

			/* behind our own the foreign ones begin */
			own_words &= strcmp(name, "boot") != 0;
			if (!own_words && !CONFIG_FOREIGN_WORDS)
				break;
			is_left = params_listed(rows[i].left, own_words ? name : "others");
			row_is(i, name);
			assert_int_equal(is_ignored(as_given(name), rows[i].lock), !is_left);
		}
	}
}

/* What is for modules: by one name for all, and each by its own. */
static void lists_and_modules(void **state)
{
	static const char words[] = "mod.b=2 mod-c.d=1 module_blacklist=m modprobe.blacklist=n";
	static const struct {
		struct params_lock lock;
		const char *kept;
	} rows[] = {
		{ { "", "modules" }, "" },
		{ { "", "init" }, "mod.b=2 mod-c.d=1 module_blacklist=m modprobe.blacklist=n " },
		{ { "", "mod_c.d module-blacklist" }, "mod.b=2 modprobe.blacklist=n " },
		{ { "root", "" }, "" },
		{ { "root modules", "" }, "mod.b=2 mod-c.d=1 module_blacklist=m modprobe.blacklist=n " },
		{ { "root mod_c.d", "" }, "mod-c.d=1 " },
		{ { "modules", "mod.b" }, "mod-c.d=1 module_blacklist=m modprobe.blacklist=n " },
	};

	(void)state;
	for (size_t i = 0; CONFIG_MODULES && i < COUNT(rows); i++) {
		struct params p = parse_by("", words, rows[i].lock);

		row_is(i, rows[i].kept);
		assert_string_equal(module_words(&p), rows[i].kept);
		assert_silent();
	}
}

/* A locked image starts its root, whatever the bootloader asks for besides. */
static void locked_foreign_words(void **state)
{
	(void)state;
	assert_null(parse_locked("root=/dev/a", "roothash=x boot=overlay overlaytmpfs", "root").refused);
	assert_string_equal(notes, CONFIG_FOREIGN_WORDS ? "roothash=x: not allowed by this image; ignored;"
							  "boot=overlay: not allowed by this image; ignored;"
							  "overlaytmpfs: not allowed by this image; ignored;"
							: "roothash=x: not allowed by this image; ignored;");
	assert_null(parse_allowed("root=/dev/a", "roothash=x", "rootwait").refused);
	assert_noted("roothash=x: not allowed");
	assert_string_equal(parse_allowed("", "roothash=x", "root").refused, "roothash");
	assert_string_equal(parse_allowed("", "loop=x", "loop").refused, "loop");
	/* the image's own words are not locked */
	assert_string_equal(parse_locked("roothash=x", "", "root").refused, "roothash");
}

static void listed(void **state)
{
	static const struct {
		const char *list, *word;
		bool is;
	} rows[] = {
		{ "", "root", false },
		{ "root", "root", true },
		{ "root", "roo", false },
		{ "root", "roots", false },
		{ "init root", "root", true },
		{ "root init", "root", true },
		{ "roots root", "root", true },
		{ "rooroot", "root", false },
		{ " root ", "root", true },
		{ "a  b", "b", true },
		{ "init rootflags", "root", false },
		{ "a-b c", "a_b", true },
		{ "a b", "a b", false },
		{ "a", "", false },
		{ "a b*", "bc", true },
		{ "ab* c", "a", false },
		{ "ab* c", "ab*c", true },
		{ "ab* c", "ab*", true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		row_is(i, rows[i].list);
		assert_int_equal(params_listed(rows[i].list, rows[i].word), rows[i].is);
	}
}

static void modules(void **state)
{
	struct params p = parse("modules=a,b modules");

	(void)state;
	if (!CONFIG_MODULES) {
		assert_null(p.modules);
		assert_noted("modules=a,b: not in this image; ignored;");
		assert_noted("modules: not in this image; ignored;");
		p = parse("mod.a=1 module_blacklist=b");
		assert_int_equal(p.module_word_count, 0);
		assert_silent();
		return;
	}
	assert_string_equal(p.modules, "a,b");
	assert_silent();
	assert_string_equal(parse2("modules=a", "modules=b").modules, "b");
	assert_noted("modules=a: given again");

	/* what may be a module's or forbids one is kept, over several texts, and said nothing of */
	p = parse2("quiet mod.a=1 mod.b root=/dev/vda x=a.b module-blacklist=m",
		   "mod.a=\"1 2\" modprobe.blacklist=x rd.mod.a=1 module_blacklists=z -- mod.c");
	assert_string_equal(module_words(&p),
			    "mod.a=1 mod.b module-blacklist=m mod.a=1 2 modprobe.blacklist=x ");
	assert_string_equal(notes, "rd.mod.a=1: not in this image; ignored;");
}

/* Who may not name modules may not give them parameters either. */
static void locked_modules(void **state)
{
	struct params p = parse_locked("mod.a=1", "mod.b=2 modules=x module_blacklist=m", "init modules");

	(void)state;
	assert_null(p.modules);
	assert_noted("modules=x: not");
	assert_null(strstr(notes, ".b"));
	assert_string_equal(module_words(&p), CONFIG_MODULES ? "mod.a=1 " : "");
	p = parse_locked("", "mod.b=2 module_blacklist=m", "init");
	assert_string_equal(module_words(&p), CONFIG_MODULES ? "mod.b=2 module_blacklist=m " : "");
}

static void too_many_module_words(void **state)
{
	char text[MODULE_WORDS_MAX * 4 + 8] = "";
	struct params p;

	(void)state;
	for (int i = 0; i < MODULE_WORDS_MAX; i++)
		strcat(text, "m.a ");
	strcat(text, "m.b=1");
	p = parse(text);
	if (CONFIG_MODULES) {
		assert_int_equal(p.module_word_count, MODULE_WORDS_MAX);
		assert_string_equal(notes, "m.b=1: too many; ignored;");
	} else {
		assert_silent();
	}
}

/* Words that would change what root is: the boot must not go on without them. */
static void refused(void **state)
{
	static const char *const names[] = {
		"overlayroot", "loop", "loopfstype", "roothash", "verityhash",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(names); i++) {
		char text[64];
		struct params p;

		sprintf(text, "root=/dev/vda %s=x", names[i]);
		p = parse(text);
		assert_string_equal(p.refused, names[i]);
		assert_string_equal(p.refused_value, "x");
		assert_silent();
	}
	/* They belong to init there, and mean something else here. */
	assert_null(parse("-- roothash=x").refused);
	assert_null(parse("loop.max_loop=8 myloop=1").refused);
}

static void foreign_words(void **state)
{
	static const struct {
		const char *text, *refused; /* NULL: it is not */
	} rows[] = {
		{ "boot=overlay", "boot" }, { "boot=casper", "boot" }, { "boot=live", "boot" },
		{ "boot=nfs", "boot" }, { "boot=zfs", "boot" }, { "boot=", "boot" },
		{ "boot=local", NULL }, { "boot=/dev/sda1", NULL }, { "boot=UUID=1234-5678", NULL },
		{ "boot.shell_on_fail", NULL }, { "BOOT_IMAGE=/vmlinuz", NULL }, { "bootdev=eth0", NULL },
		{ "systemd.volatile=yes", "systemd.volatile" }, { "systemd.volatile=overlay", "systemd.volatile" },
		{ "systemd.volatile=state", "systemd.volatile" }, { "systemd.volatile", "systemd.volatile" },
		{ "systemd.volatile=no", NULL }, { "systemd.volatile=0", NULL }, { "systemd.unit=rescue", NULL },
		{ "systemd.verity=no", NULL }, { "systemd.verity_root_data=/dev/a", "systemd.verity_root_data" },
		{ "roothash=", "roothash" }, { "roothash=0a", "roothash" }, { "roothashsig=x", "roothashsig" },
		{ "usrhash=x", "usrhash" }, { "mount.usr=/dev/vdb", "mount.usr" }, { "mount.usrflags=ro", NULL },
		{ "overlayroot=disabled", NULL }, { "overlayroot=tmpfs:swap=1", "overlayroot" },
		{ "overlayroot_cfgdisk=LABEL=x", "overlayroot_cfgdisk" }, { "overlayroot-cfgdisk=disabled", NULL },
		{ "overlaytmpfs", "overlaytmpfs" }, { "overlaytmpfs=no", NULL }, { "rootrw=/dev/vdb", "rootrw" },
		{ "rd.overlay", "rd.overlay" }, { "rd.overlay=0", NULL }, { "rd.overlay.reset=1", "rd.overlay.reset" },
		{ "rd.live.image", "rd.live.image" }, { "rd.live.image=0", NULL },
		{ "rd.live.overlay=UUID=x", "rd.live.overlay" },
		{ "ostree=/ostree/boot.1/x/y/0", "ostree" }, { "composefs=abc", "composefs" },
		{ "zfs=pool/root", "zfs" }, { "zfs.zfs_arc_max=1", NULL }, { "netroot=nbd:1.2.3.4:x", "netroot" },
		{ "real_root=/dev/vda2", "real_root" }, { "real-root=/dev/vda2", "real-root" }, { "cdroot", "cdroot" },
		{ "md=0,/dev/vda1,/dev/vdb1", "md" }, { "raid=part", "raid" }, { "raid=noautodetect", NULL },
		{ "dm=\"x none ro\"", "dm" }, { "dm-mod.create=x", NULL }, { "md_mod.start_ro=1", NULL },
		{ "androidboot.slot_suffix=_a", NULL }, { "rauc.slot=A", NULL }, { "ostree.x=1", NULL },
		{ "persistence", NULL }, { "toram", NULL }, { "cryptdevice=x:y", NULL },
	};

	(void)state;
	if (!CONFIG_FOREIGN_WORDS) {
		/* what kindling's own layers are asked for by, whatever the value */
		assert_null(parse("boot=overlay systemd.volatile ostree=x md=0").refused);
		assert_string_equal(parse("overlayroot=disabled").refused, "overlayroot");
		return;
	}
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct params p;

		row_is(i, rows[i].text);
		p = parse(rows[i].text);
		if (rows[i].refused)
			assert_string_equal(p.refused, rows[i].refused);
		else
			assert_null(p.refused);
		assert_silent();
	}
	/* One is enough: another one's no takes nothing back, and a value need not be there. */
	assert_string_equal(parse("roothash=x overlayroot=disabled").refused, "roothash");
	assert_string_equal(parse("overlayroot=tmpfs overlayroot=disabled").refused, "overlayroot");
	assert_null(parse("rd.overlay").refused_value);
}

static void resuming(void **state)
{
	static const struct {
		const char *text, *resume;
		bool noresume;
	} rows[] = {
		{ "resume=/dev/vdb", "/dev/vdb", false }, { "resume=/dev/a resume=/dev/b", "/dev/b", false },
		{ "resume=/dev/vdb noresume", "/dev/vdb", true }, { "noresume resume=UUID=x", "UUID=x", true },
		{ "resume=none", NULL, false }, { "resume=/dev/a resume=no", NULL, false }, { "resume", NULL, false },
		{ "resume=0", NULL, false }, { "resume=off", NULL, false }, { "resume_offset=4", NULL, false },
	};

	(void)state;
	for (size_t i = 0; CONFIG_FOREIGN_WORDS && i < COUNT(rows); i++) {
		struct params p;

		row_is(i, rows[i].text);
		p = parse(rows[i].text);
		assert_int_equal(p.noresume, rows[i].noresume);
		if (rows[i].resume)
			assert_string_equal(p.resume, rows[i].resume);
		else
			assert_null(p.resume);
		assert_silent();
	}
}

/* Slips that no other word is; what is near to our other names `kindling explain` knows. */
static void unknown_words(void **state)
{
	(void)state;
	if (!CONFIG_FOREIGN_WORDS) {
		parse("rootdealy=5 \xef\xbb\xbfroot=/dev/a");
		assert_silent();
		return;
	}
	parse("rootdealy=5");
	assert_string_equal(notes, "rootdealy=5: not understood; ignored;");
	parse("rootwiat");
	assert_string_equal(notes, "rootwiat: not understood; ignored;");
	assert_null(parse("\xef\xbb\xbfroot=/dev/a").root);
	assert_string_equal(notes, "\xef\xbb\xbfroot=/dev/a: not understood; ignored;");
	parse("roo=/dev/a quiet r=\xc3\xa9 -- rootdealy=5");
	assert_silent();
}

static void end_of_the_words(void **state)
{
	struct params p = parse("root=/dev/a -- root=/dev/b rw");

	(void)state;
	assert_string_equal(p.root, "/dev/a");
	assert_false(p.rw);
	assert_silent();
	/* Each text has an end of its own. */
	p = parse2("root=/dev/a --", "root=/dev/b");
	assert_string_equal(p.root, "/dev/b");
}

static void quotes(void **state)
{
	(void)state;
	assert_string_equal(parse("root=\"/dev/a b\" rw").root, "/dev/a b");
	assert_true(parse("root=\"/dev/a b\" rw").rw);
	assert_string_equal(parse("\"root=/dev/a b\"").root, "/dev/a b");
	assert_string_equal(parse("root=\"/dev/a rw quiet").root, "/dev/a rw quiet");
	assert_false(parse("root=\"/dev/a rw quiet").rw);
}

static void names(void **state)
{
	(void)state;
	assert_null(parse("Root=/dev/a").root);
	assert_null(parse("roo=/dev/a").root);
	assert_null(parse("roots=/dev/a").root);
	assert_null(parse("=root").root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_given),
		cmocka_unit_test(texts),
		cmocka_unit_test(devtmpfs),
		cmocka_unit_test(last_wins),
		cmocka_unit_test(read_only_and_read_write),
		cmocka_unit_test(waiting),
		cmocka_unit_test(panic),
		cmocka_unit_test(dracut_words),
		cmocka_unit_test(fallbacks),
		cmocka_unit_test(emergency),
		cmocka_unit_test(locked),
		cmocka_unit_test(no_word_escapes),
		cmocka_unit_test(lists_and_modules),
		cmocka_unit_test(locked_foreign_words),
		cmocka_unit_test(listed),
		cmocka_unit_test(modules),
		cmocka_unit_test(locked_modules),
		cmocka_unit_test(too_many_module_words),
		cmocka_unit_test(refused),
		cmocka_unit_test(foreign_words),
		cmocka_unit_test(resuming),
		cmocka_unit_test(unknown_words),
		cmocka_unit_test(end_of_the_words),
		cmocka_unit_test(quotes),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
