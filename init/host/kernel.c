#include "kernel.h"
#include "memory.h"
#include "../lib/str.h"

#include <string.h>

/* Of Documentation/admin-guide/kernel-parameters.txt what command lines have. */
static const char known[] =
	"root rootfstype rootflags rootwait rootdelay ro rw init rdinit initrd initrdmem noinitrd "
	"retain_initrd keepinitrd initramfs_async initramfs_options load_ramdisk prompt_ramdisk "
	"ramdisk_size ramdisk_start nfsroot nfsaddrs nfsrootdebug cifsroot ip md raid resume resume_offset "
	"resumewait resumedelay noresume hibernate nohibernate BOOT_IMAGE bootconfig console consoleblank "
	"console_msg_format earlycon earlyprintk quiet debug loglevel ignore_loglevel log_buf_len panic "
	"panic_on_warn panic_on_taint panic_print oops initcall_debug initcall_blacklist module_blacklist "
	"blkdevparts mtdparts ubi partitions cmdline mem memmap memblock memtest cma coherent_pool "
	"hugepages hugepagesz default_hugepagesz transparent_hugepage crashkernel reboot reset_devices "
	"nr_cpus maxcpus possible_cpus isolcpus nohz nohz_full rcu_nocbs irqaffinity irqpoll irqfixup nosmp "
	"nosmt acpi acpi_osi acpi_backlight acpi_enforce_resources noapic nolapic pci pcie_aspm "
	"pcie_port_pm pcie_ports pnpacpi efi noefi add_efi_memmap iommu intel_iommu amd_iommu intremap "
	"nokaslr mitigations spectre_v2 nospectre_v1 nospectre_v2 l1tf mds tsx kpti pti nopti intel_pstate "
	"amd_pstate intel_idle idle clocksource tsc hpet nowatchdog nmi_watchdog watchdog_thresh "
	"softlockup_panic hung_task_panic lockdown lsm security selinux enforcing apparmor audit ima "
	"ima_policy ima_appraise evm integrity_audit fips cgroup_disable cgroup_no_v1 cgroup_enable psi "
	"swapaccount zswap video vga fbcon logo nomodeset vt tp_printk trace_event ftrace "
	"no_console_suspend clk_ignore_unused pd_ignore_unused regulator_ignore_unused "
	"deferred_probe_timeout fw_devlink driver_async_probe printk kgdboc kgdbwait slub_debug "
	"slab_nomerge init_on_alloc init_on_free page_poison randomize_kstack_offset vsyscall vdso rodata "
	"norandmaps threadirqs preempt skew_tick workqueue net netdev ether gpt libata pata_legacy usbcore "
	"hostname noxsave nox2apic";

bool kernel_knows(const char *name)
{
	return params_listed(known, name);
}

static void keep(struct kernel_skip *skip, const struct line_word *word, bool certain, char *text)
{
	if (!skip->text || certain)
		*skip = (struct kernel_skip){ word, text, certain };
}

static void one_word(struct kernel_skip *skip, const struct line_word *at, const struct word *word)
{
	const char *value = word->value;

	if (!value) {
		if (cmdline_same_name(word->name, "noinitrd"))
			keep(skip, at, false,
			     copy("noinitrd: /init never runs where the kernel's own EFI stub loads the image; what a "
				  "bootloader loads is unpacked all the same"));
		return;
	}
	if (cmdline_same_name(word->name, "initcall_blacklist") && strstr(value, "populate_rootfs"))
		keep(skip, at, true,
		     copyf("initcall_blacklist=%s: the kernel does not unpack the image, so /init never runs", value));
}

/* The kernel makes room for so many words that it does not know, of each of the two kinds. */
#define ARGUMENTS_MAX 32
/* HOME= and TERM= are there already. */
#define VARIABLES_MAX 31

struct unknown {
	unsigned arguments, variables;
};

/* Is this one more than init can get? */
static bool is_too_many(struct unknown *unknown, const struct word *word)
{
	/* it forgets those that stand before */
	if (word->value && (cmdline_same_name(word->name, "init") || cmdline_same_name(word->name, "rdinit")))
		unknown->arguments = 0;
	if (strchr(word->name, '.') || kernel_knows(word->name))
		return false;
	return word->value ? ++unknown->variables == VARIABLES_MAX + 1 : ++unknown->arguments == ARGUMENTS_MAX + 1;
}

struct kernel_skip kernel_skips(const struct line *line)
{
	struct kernel_skip skip = { 0 };
	const struct line_word *rdinit = NULL;
	struct unknown unknown = { 0 };
	char *program = NULL;

	for (size_t i = 0; i < line->count; i++) {
		char *text = line_text(&line->words[i]);
		struct word word;

		/* behind -- each word is one argument more; their number is not looked at */
		if (line->words[i].for_init || !cmdline_next(&text, &word))
			continue;
		if (is_too_many(&unknown, &word))
			keep(&skip, &line->words[i], true,
			     copyf("%s: the kernel panics at this word, unless it knows some of those before: it takes "
				   "%u arguments and %u variables for init", word.name, ARGUMENTS_MAX, VARIABLES_MAX));
		one_word(&skip, &line->words[i], &word);
		if (word.value && cmdline_same_name(word.name, "rdinit")) {
			rdinit = &line->words[i];
			program = word.value;
		}
	}
	if (rdinit && !str_same(program, "/init"))
		keep(&skip, rdinit, true,
		     copyf("rdinit=%s: the kernel starts that in place of /init if an image has it, and else mounts "
			   "root= by itself; this is not done by kindling", program));
	return skip;
}
