/*
 * kindling check-kernel: what a kernel's configuration lacks of what an image needs.
 */
#include "complain.h"
#include "config.h"
#include "host.h"
#include "memory.h"
#include "needs.h"
#include "report.h"
#include "../lib/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum status { HAS_ALL = 0, LACKS = 1, FAILED = 2 };

/* The one of a row's symbols that the kernel has, else the first. *modules: its own. */
static char *symbol_of(const struct need *need, const struct kernel_config *kernel, char **modules)
{
	const char *symbols = need->symbols;
	char *name, *first = NULL, *own;

	while (needs_symbol(&symbols, &name, &own)) {
		if (kernel && kernel_config_value(kernel, name)) {
			*modules = own;
			return name;
		}
		if (!first) {
			first = name;
			*modules = own;
		}
	}
	return first;
}

/* The others of a row's symbols, with commas between. */
static char *others(const struct need *need, const char *chosen)
{
	const char *symbols = need->symbols;
	char *text = copy(""), *name, *modules;

	while (needs_symbol(&symbols, &name, &modules))
		if (!str_same(name, chosen))
			text = copyf("%s%s%s", text, *text ? ", " : "", name);
	return text;
}

/* What else there is to say of a row that is not met. */
static char *hint(const struct need *need, const struct built *image, const struct kernel_config *kernel)
{
	char *modules, *chosen = symbol_of(need, kernel, &modules), *other = others(need, chosen);
	char *text = *other ? copyf(" (or %s)", other) : copy("");

	if (!kernel_config_value(kernel, chosen))
		return text;
	text = copyf("%s; it is =m: set it =y", text);
	if (!*modules || !CONFIG_MODULES)
		return text;
	if (strrchr(modules, ','))
		modules = strrchr(modules, ',') + 1;
	return image->folder ? copyf("%s, or name %s in %s/modules", text, modules, image->folder) :
			       copyf("%s, or name %s in MODULES_LIST", text, modules);
}

/* ---- what is said ---- */

static char *roots_text(const struct params *params)
{
	char *text = params->root ? copyf("root=%s", params->root) : copy("");

	for (int i = 0; CONFIG_ROOTFALLBACK && i < FALLBACKS_MAX && params->fallback[i]; i++)
		text = copyf("%s%sroot=%s", text, *text ? " " : "", params->fallback[i]);
	return *text ? text : copy("no root=");
}

/* A step of one line, behind a margin. */
__attribute__((format(printf, 4, 5))) static void say(const char *name, const char *margin, const char *keys,
						      const char *format, ...)
{
	va_list args;

	report_step(name);
	va_start(args, format);
	report_list(margin, NULL, keys, format, args);
	va_end(args);
}

#define note(...) say("note", "  NOTE    ", __VA_ARGS__)

/* The modules that meet rows, each once, with the last symbol that it brings. */
static bool show_modules(const struct needs *needs, const char **met, const struct kernel_config *kernel)
{
	bool any = false;

	for (size_t i = 0; i < needs->count; i++) {
		const struct need *last = &needs->all[i];
		char *modules;

		if (!met[i] || str_same(met[i], "y"))
			continue;
		any = true;
		for (size_t j = i + 1; j < needs->count; j++)
			if (met[j] && str_same(met[j], met[i])) {
				last = &needs->all[j];
				met[j] = "y";
			}
		say("module", "  module  ", "symbol module", "%-24s %s is in the image, when it is made with MODULES=",
		    symbol_of(last, kernel, &modules), met[i]);
	}
	return any;
}

static bool is_set(const struct kernel_config *kernel, const char *symbol)
{
	return kernel_config_value(kernel, symbol);
}

/* What this kernel does by its own configuration, which /init cannot see. */
static void show_beyond(const struct params *params, const struct kernel_config *kernel)
{
	static const char *const forces[] = { "CMDLINE_FORCE", "CMDLINE_OVERRIDE" };
	char *init = kernel_config_string(kernel, "DEFAULT_INIT"), *line = kernel_config_string(kernel, "CMDLINE");

	if (init && !params->init)
		note("default_init",
		     "DEFAULT_INIT is %s: of the kernel alone; /init starts it when the command line has "
		     "init=%s", init, init);
	if (is_set(kernel, "INITRAMFS_FORCE"))
		note("- initramfs_force",
		     "INITRAMFS_FORCE: the kernel passes over what a bootloader loads; only an image "
		     "within the kernel starts");
	for (size_t i = 0; i < sizeof(forces) / sizeof(*forces); i++)
		if (is_set(kernel, forces[i]))
			note("- cmdline", "%s: the bootloader's command line is passed over for '%s'", forces[i],
			     line ? line : "");
}

static void show_notes(const struct built *image, const struct kernel_config *kernel, bool has_modules)
{
	const struct params *params = &image->line.params;

	if (is_set(kernel, "DEVTMPFS") && !is_set(kernel, "DEVTMPFS_MOUNT") && !params->devtmpfs)
		note("without_devtmpfs_mount",
		     "without DEVTMPFS_MOUNT the kernel alone leaves root's own /dev as it is; "
		     "/init cannot see that, and mounts devtmpfs there: devtmpfs.mount=0 on the command line keeps it "
		     "from that");
	if (has_modules && !is_set(kernel, "MODULE_DECOMPRESS"))
		note("without_module_decompress",
		     "without MODULE_DECOMPRESS the modules are not compressed one by one");
	show_beyond(params, kernel);
}

/* ---- what is lacking ---- */

/* What each row is met by, or NULL. */
static const char **all_met(const struct needs *needs, const struct built *image, const struct kernel_config *kernel)
{
	const char **met = allocate((needs->count + 1) * sizeof(*met));

	for (size_t i = 0; i < needs->count; i++)
		met[i] = needs_met(&needs->all[i], image, kernel);
	return met;
}

/* Of the rows those that are not met, or of these those without which nothing else counts. */
static struct needs lacking(const struct needs *needs, const char **met)
{
	struct needs rows = { allocate((needs->count + 1) * sizeof(*rows.all)), 0 };
	bool stops = false;

	for (size_t i = 0; i < needs->count; i++)
		stops |= !met[i] && needs->all[i].kind == '!';
	for (size_t i = 0; i < needs->count; i++)
		if (!met[i] && (!stops || needs->all[i].kind == '!'))
			rows.all[rows.count++] = needs->all[i];
	return rows;
}

static void show_lacking(const struct need *need, const struct built *image, const struct kernel_config *kernel)
{
	bool is_advice = need->kind == '?';
	char *modules;

	say(is_advice ? "advice" : "must", is_advice ? "  advice  " : "  must    ", "symbol why hint", "%-24s %s%s",
	    symbol_of(need, kernel, &modules), need->why, hint(need, image, kernel));
	report_string("symbols", need->symbols);
	report_string("when", need->when);
}

static int check(const struct built *image, const char *name, const struct kernel_config *kernel, const char *path)
{
	struct needs needs = { 0 }, rows;
	const char **met;
	unsigned count = 0;

	if (needs_of(&needs, image, kernel))
		return FAILED;
	met = all_met(&needs, image, kernel);
	rows = lacking(&needs, met);
	say("kernel", "  KERNEL  ", "kernel image roots types", "%s; for %s, %s (%s)", kernel->name, name,
	    roots_text(&image->line.params), needs_types(image));
	if (!image->folder || access(copyf("%s/symbols", image->folder), F_OK))
		note("- without_board", "%s, so no driver is looked at",
		     image->folder ? copyf("%s/symbols: there is none", image->folder) : "--board is not given");
	for (size_t i = 0; i < rows.count; i++) {
		show_lacking(&rows.all[i], image, kernel);
		count += rows.all[i].kind != '?';
	}
	show_notes(image, kernel, show_modules(&needs, met, kernel));
	if (count) {
		complain("%s: it lacks %u of what the image must have, see above; set them =y in this order, or merge what "
			 "--fragment prints", path, count);
		return LACKS;
	}
	say("ready", "  READY   ", "file", "%s: it has all that the image must have", path);
	return HAS_ALL;
}

/* For the kernel's merge_config.sh: all, or what this kernel lacks. */
static int fragment(const struct built *image, const char *name, const struct kernel_config *kernel)
{
	struct needs rows = { 0 };

	if (needs_of(&rows, image, kernel))
		return FAILED;
	if (kernel)
		rows = lacking(&rows, all_met(&rows, image, kernel));
	printf("# What the image of %s needs of its kernel%s%s%s. In the kernel's tree:\n"
	       "#     scripts/kconfig/merge_config.sh .config THIS-FILE\n", name, kernel ? ", and " : "",
	       kernel ? kernel->name : "", kernel ? " lacks" : "");
	for (size_t i = 0; i < rows.count; i++) {
		char *modules, *symbol = symbol_of(&rows.all[i], kernel, &modules);
		bool is_written = false;

		for (size_t j = 0; j < i; j++)
			is_written |= str_same(symbol_of(&rows.all[j], kernel, &modules), symbol);
		if (!is_written)
			printf("# %s%s\nCONFIG_%s=y\n", rows.all[i].why, rows.all[i].kind == '?' ? " (advice)" : "",
			       symbol);
	}
	return HAS_ALL;
}

/* ---- the command ---- */

/* The first line of the board's cmdline, as a card has it; "" where there is none. */
static char *cmdline_of(const char *folder)
{
	FILE *file = folder ? fopen(copyf("%s/cmdline", folder), "r") : NULL;
	char *line = NULL;
	size_t size = 0;

	if (!file || getline(&line, &size, file) < 0)
		line = copy("");
	if (file)
		fclose(file);
	*str_find(line, '\n') = '\0';
	return line;
}

int check_kernel(const struct options *o, char **words)
{
	static struct built image;
	struct kernel_config kernel;
	const char *file, *name;
	char *modules;

	if (!words[0] && !o->fragment) {
		usage("check-kernel: which kernel? Its .config, /boot/config-VERSION or /proc/config.gz");
		return FAILED;
	}
	if (config_take(o->board, o->config, &file) || (o->board && !(image.folder = config_folder(o->board))))
		return FAILED;
	name = o->board ? o->board : file ? file : "the options that Kconfig gives by default";
	modules = copy(o->modules ? o->modules : needs_modules(image.folder));
	str_change(modules, ',', ' ');
	image.modules = CONFIG_MODULES ? modules : "";
	image.type = o->type;
	line_read(&image.line, o->cmdline ? o->cmdline : cmdline_of(image.folder));
	if (words[0] && kernel_config_read(&kernel, words[0]))
		return FAILED;
	if (o->fragment)
		return fragment(&image, name, words[0] ? &kernel : NULL);
	report_begin(o->json);
	return report_end((int)check(&image, name, &kernel, words[0]));
}
