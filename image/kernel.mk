# The kernel that is given or found, and what the image needs of it.

# BOOT= is one of the ways in boards/BOARD/boot, CMDLINE= the kernel's command line, in which DISKID takes
# the place of every card's id. That of a card with layers has their words too.
BOOT ?= $(CONFIG_BOOT)
export CMDLINE
board-cmdline = CMDLINE="$$(echo "$${CMDLINE:-$$(cat $(board)/cmdline)}" | sed "s/6b696e64/$${DISKID:-6b696e64}/g")"
cmdline = $(if $(layers),CMDLINE="$$(cat $(layers))",$(board-cmdline))

# KERNEL= is a folder with a kernel, its device trees and its modules, as qemu/kernel and qemu/stock print
# one, or a kernel alone; else it is that of the first line of boards/BOARD/kernel.
with-kernel := $(or $(KERNEL),$(filter image qemu board-check %kindling.itb %kindling.efi,$(MAKECMDGOALS)), \
	$(filter 1,$(CONFIG_FORM_FIT) $(CONFIG_FORM_EFI)))
ifneq ($(with-kernel),)
find-kernel := $(shell sed '/^\#/d' $(board)/kernel 2>/dev/null | head -n 1)
given-folder := $(if $(wildcard $(call escaped,$(KERNEL))/kernel),$(call home,$(KERNEL)))
kernel-folder := $(if $(KERNEL),$(given-folder),$(shell $(find-kernel)))
kernel := $(if $(kernel-folder),$(kernel-folder)/kernel,$(KERNEL))
found-dtb := $(or $(DTB),$(if $(CONFIG_DTB),$(if $(kernel-folder),$(kernel-folder)/dtbs/$(CONFIG_DTB).dtb)))
dtb := $(if $(filter 1,$(CONFIG_DTB_CMDLINE)),$(if $(found-dtb),$(images)/board.dtb),$(found-dtb))
found-modules := $(if $(wildcard $(call escaped,$(kernel-folder))/modules),$(kernel-folder)/modules)
MODULES ?= $(if $(wildcard $(board)/modules)$(MODULES_FOR),$(found-modules))
endif

# What is left in a board's folder of the one that it was copied from.
.PHONY: board-check
board-check:
	$(Q)$(PYTHON) image/board-check $(board) $(if $(kernel-folder),$(call path,$(kernel-folder)))

# kindling(1) check-kernel, for the image that is configured here
check-kernel = $(cmdline); $(H)/kindling check-kernel --board $(BOARD) --config $(O)/.config --cmdline "$$CMDLINE" \
	$(if $(MODULES_FOR),--modules '*') $(if $(KCONFIG),$(call path,$(KCONFIG)))
.PHONY: kernel-check kernel-fragment
kernel-check: $(H)/kindling
	@[ $(if $(KCONFIG),y) ] || { echo "kernel-check: KCONFIG= not given: it is a kernel's .config," \
		"/boot/config-VERSION or /proc/config.gz" >&2; exit 2; }
	$(Q)$(check-kernel)

kernel-fragment: $(H)/kindling
	$(Q)rm -f $(O)/kernel.fragment
	$(Q)$(check-kernel) --fragment >$(O)/kernel.fragment.tmp
	$(Q)mv $(O)/kernel.fragment.tmp $(O)/kernel.fragment
	@echo "  READY   $$(grep -c ^CONFIG_ $(O)/kernel.fragment) symbols: $(O)/kernel.fragment"
