# kindling: the only makefile a user calls. `make help` explains it.

BOARD ?= qemu-x86_64
O ?= build/$(BOARD)

# Debian's own: another python3 in PATH may not see Debian's modules.
PYTHON ?= /usr/bin/python3
export CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kindling
export DL_DIR ?= $(CACHE)/dl
export V
Q := $(if $(V),,@)
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh -eu
.DELETE_ON_ERROR:
.SECONDARY:

images := $(O)/images
config := $(O)/config
board := boards/$(BOARD)

.DEFAULT_GOAL := all

# ---- for a machine that has only git and make --------------------------------------------------

.PHONY: help deps list-boards
help:
	@cat help.txt

list-boards:
	@sed -sn '1s/^# //p' boards/*/README.md

# The other goals wait for a make of their own, which finds what was installed.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
others := $(filter-out deps,$(MAKECMDGOALS))
deps:
	$(Q)packages/deps
	$(Q)$(if $(others),$(MAKE) $(others))
.PHONY: $(others)
$(others): deps
	@:
else

# ---- configuration: kconfig/ -------------------------------------------------------------------

ifeq ($(wildcard $(board)/defconfig),)
$(error BOARD=$(BOARD): no such board; `make list-boards` lists them)
endif

kconf := $(PYTHON) kconfig/conf
kconfig-files := $(wildcard kconfig/*)

.PHONY: defconfig menuconfig olddefconfig savedefconfig
defconfig:
	$(Q)mkdir -p $(O)
	$(Q)$(kconf) defconfig $(O)/.config $(board)/defconfig
	@echo "  CONFIG  $(O)/.config; next: make BOARD=$(BOARD)"

%_defconfig:
	$(Q)$(MAKE) BOARD=$* defconfig

menuconfig olddefconfig: $(O)/.config
	$(Q)$(kconf) $@ $(O)/.config

savedefconfig: $(O)/.config
	$(Q)$(kconf) $@ $(O)/.config $(board)/defconfig

# Made when missing, kept when present.
$(O)/.config:
	$(Q)mkdir -p $(O)
	$(Q)$(kconf) defconfig $@ $(board)/defconfig

$(config)/auto.mk: $(O)/.config $(kconfig-files)
	$(Q)$(kconf) sync $< $(config)

# Read only by the goals that build for a board.
unconfigured := help list-boards %defconfig menuconfig host install flash readme words check check-long \
	bench bench-coldplug bench-ram clean
ifneq ($(filter-out $(unconfigured),$(or $(MAKECMDGOALS),all)),)
ifneq ($(filter %defconfig menuconfig,$(MAKECMDGOALS)),)
$(error first configure, then build: in two commands)
endif
include $(config)/auto.mk

# ---- /init: init/ ------------------------------------------------------------------------------

arch-row := $(shell awk '$$1 == "$(CONFIG_ARCH)"' packages/arches)
# Not exported: a build for another board has another.
cross := $(or $(CROSS_COMPILE),$(word 2,$(arch-row)))
CC := $(cross)gcc

# Each of these was measured on the compressed image: together 6 to 9 % less. An indirect call has
# the same bytes wherever it stands, so it packs better than a direct one.
smaller-x86_64 := -mgeneral-regs-only -mskip-rax-setup -mpreferred-stack-boundary=3 \
	-mforce-indirect-call -fno-inline-functions-called-once -fno-cse-follow-jumps \
	-fno-tree-dominator-opts -fno-shrink-wrap -fno-ipa-modref -fno-partial-inlining \
	-fno-ipa-vrp -fno-ipa-reference -fsched-pressure -fipa-pta
smaller-i386 := -mpreferred-stack-boundary=2 -mforce-indirect-call -fno-inline-functions-called-once \
	-fno-tree-dominator-opts -fno-shrink-wrap -fno-ipa-modref -fno-ipa-reference -fno-defer-pop \
	-fno-tree-tail-merge
smaller-arm := -fno-inline-small-functions -fno-reorder-blocks -fno-tree-tail-merge \
	-fno-guess-branch-probability -fipa-pta -fno-tree-slsr
smaller-armv5 := -mthumb -fno-reorder-blocks -fno-tree-tail-merge -fno-tree-ter
smaller-aarch64 := -mgeneral-regs-only -mcmodel=tiny
smaller := -fno-schedule-insns2 -fno-thread-jumps -fno-if-conversion -fno-move-loop-invariants \
	-fno-tree-scev-cprop -fno-forward-propagate -fno-ssa-phiopt -fno-caller-saves \
	-fno-optimize-sibling-calls -fno-tree-loop-im $(smaller-$(CONFIG_ARCH))

cflags := $(wordlist 3,99,$(arch-row)) -std=gnu11 -D_GNU_SOURCE -Os -flto -g \
	-Wall -Wextra -Wno-maybe-uninitialized \
	-ffunction-sections -fdata-sections -fno-pie -fomit-frame-pointer -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-jump-tables \
	$(smaller) \
	-ffile-prefix-map=$(CURDIR)=. -include $(config)/autoconf.h
ldflags := -static -no-pie -nostartfiles \
	-Wl,--gc-sections,--build-id=none,-z,noseparate-code,-z,norelro,-z,noexecstack

# A format of init/plan/super/ is in when its option is on: CONFIG_FS_EXT is ext.c.
format-options := $(filter CONFIG_FS_%,$(.VARIABLES))
formats := $(foreach option,$(format-options),$(if $(filter 1,$($(option))),$(option:CONFIG_FS_%=%)))
formats := $(shell echo '$(formats)' | tr A-Z a-z)
sources := $(wildcard init/*.c init/plan/*.c init/boot/*.c init/lib/*.c) $(formats:%=init/plan/super/%.c)
objects := $(patsubst init/%.c,$(O)/init/%.o,$(sources))

# The compiler that the objects were made with; another one makes them anew.
$(config)/compiler: FORCE
	@mkdir -p $(@D)
	@echo '$(CC)' | cmp -s - $@ || echo '$(CC)' >$@
.PHONY: FORCE

# The C library of this architecture, built when missing, in the cache too.
gone := $(if $(wildcard $(shell cat $(config)/musl 2>/dev/null)/lib/musl-gcc.specs),,FORCE)
$(config)/musl: $(wildcard packages/musl/*) packages/arches packages/build $(config)/compiler \
		$(config)/options/ARCH $(gone)
	$(Q)packages/build musl $(CONFIG_ARCH) >$@.tmp
	$(Q)mv $@.tmp $@
specs = -specs $$(cat $(config)/musl)/lib/musl-gcc.specs

# An object depends on the options that its sources name, and on no other: not on autoconf.h,
# which changes with each of them.
$(O)/init/%.o: init/%.c Makefile $(config)/musl
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(specs) $(cflags) -MMD -MF $@.d -c $< -o $@
	@sources=$$(sed -e 's/^[^:]*://' -e 's/\\$$//' -e 's/[^ ]*autoconf\.h//' $@.d); \
	options=$$(grep -oh 'CONFIG_[A-Z0-9_]*' $$sources | sed 's|CONFIG_|$(config)/options/|' | sort -u); \
	echo $@: $$sources $$options >$@.d
-include $(addsuffix .d,$(objects))

# An option or a header that is gone makes its users compile again.
$(config)/options/% init/%.h init/%.def: ;

$(O)/init/init.debug: $(objects) $(format-options:CONFIG_%=$(config)/options/%)
	@echo "  LD      $@"
	$(Q)$(CC) $(specs) $(cflags) $(ldflags) $(objects) -o $@

$(O)/init/init: $(O)/init/init.debug image/strip
	$(Q)$(cross)objcopy -S -R .comment -R '.note*' -R .ARM.attributes $< $@.tmp
	$(Q)image/strip $@.tmp $@
	$(Q)chmod +x $@ && rm $@.tmp

# ---- the image: image/ -------------------------------------------------------------------------

with-shell := $(filter 1,$(CONFIG_SHELL))

$(O)/toybox: $(wildcard packages/toybox/*) $(config)/musl
	$(Q)cp $$(packages/build toybox $(CONFIG_ARCH) rescue)/toybox $@

# BOOT= is one of the ways in boards/BOARD/boot, CMDLINE= the kernel's command line, in which DISKID takes
# the place of every card's id.
BOOT ?= $(CONFIG_BOOT)
export CMDLINE
cmdline = CMDLINE="$$(echo "$${CMDLINE:-$$(cat $(board)/cmdline)}" | sed "s/6b696e64/$${DISKID:-6b696e64}/g")"

# KERNEL= is a folder with a kernel, its device trees and its modules, as qemu/kernel and qemu/stock print
# one, or a kernel alone; else it is that of the first line of boards/BOARD/kernel.
with-kernel := $(or $(KERNEL),$(filter image qemu %kindling.itb %kindling.efi,$(MAKECMDGOALS)), \
	$(filter 1,$(CONFIG_FORM_FIT) $(CONFIG_FORM_EFI)))
ifneq ($(with-kernel),)
find-kernel := $(shell sed '/^\#/d' $(board)/kernel 2>/dev/null | head -n 1)
kernel-folder := $(if $(KERNEL),$(patsubst %/kernel,%,$(wildcard $(KERNEL)/kernel)),$(shell $(find-kernel)))
kernel := $(or $(addsuffix /kernel,$(kernel-folder)),$(KERNEL))
found-dtb := $(or $(DTB),$(if $(CONFIG_DTB),$(addsuffix /dtbs/$(CONFIG_DTB).dtb,$(kernel-folder))))
dtb := $(if $(filter 1,$(CONFIG_DTB_CMDLINE)),$(if $(found-dtb),$(images)/board.dtb),$(found-dtb))
MODULES ?= $(if $(wildcard $(board)/modules),$(wildcard $(addsuffix /modules,$(kernel-folder))))
endif

# MODULES=WHERE: the modules that image/modules chooses of that kernel. They are chosen anew when one
# of these words changes, and when a file does that they came from: modules.d names those.
export MODULES MODULES_FOR FIRMWARE
ifdef MODULES_LIST
$(error MODULES_LIST is an option of the configuration: make menuconfig, or boards/$(BOARD)/modules)
endif
modules := $(O)/modules
with-modules := $(if $(MODULES),$(modules)/modules.list)
with-apart := $(filter 1,$(CONFIG_MODULES_APART))
apart := $(and $(MODULES),$(with-apart))
board-list := $(wildcard $(board)/modules)
chosen-by = "$$MODULES|$$MODULES_FOR|$$FIRMWARE$(if $(MODULES_FOR),|$$CMDLINE)" '$(CONFIG_MODULES_LIST)' \
	$(board-list) $(CONFIG_COMPRESS)
$(config)/modules: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(chosen-by) | cmp -s - $@ || printf '%s\n' $(chosen-by) >$@

$(modules)/modules.list: $(config)/modules $(config)/options/MODULES $(board-list) \
		$(addprefix image/,modules kmod.py board.py requests mkcpio compress)
	@$(if $(filter 1,$(CONFIG_MODULES)),,echo "make: MODULES=$$MODULES: this /init loads no modules;" \
		"set CONFIG_MODULES=y (make menuconfig)" >&2; exit 1)
	@echo "  MODULES $@"
	$(Q)$(PYTHON) image/modules pack "$$MODULES" $(modules) --names '$(CONFIG_MODULES_LIST)' \
		--list '$(board-list)' --capture "$$MODULES_FOR" --cmdline "$$CMDLINE" \
		--firmware "$$FIRMWARE" --compress $(CONFIG_COMPRESS) --objcopy $(cross)objcopy
-include $(if $(MODULES),$(wildcard $(modules)/modules.d))

lists := image/core.list $(if $(with-shell),image/shell.list) $(if $(apart),,$(with-modules))
$(images)/initramfs.list: $(lists) $(config)/options/SHELL $(config)/options/MODULES_APART $(config)/modules
	@mkdir -p $(@D)
	@$(if $(MODULES)$(with-apart),,if [ -f $(modules)/release ]; then \
		echo "make: MODULES not given: the image is without the modules of $$(cat $(modules)/release);" \
			"repeat MODULES= with each make" >&2; \
		rm -r $(modules); \
	fi)
	$(Q)sed -e '/^#/d' -e 's|@OUT@|$(abspath $(O))|' $(lists) >$@

$(images)/initramfs.cpio: $(images)/initramfs.list image/mkcpio $(O)/init/init $(if $(with-shell),$(O)/toybox)
	$(Q)image/mkcpio $< $@

$(modules)/modules.cpio: $(modules)/modules.list
	$(Q)image/mkcpio $< $@

%.cpio.$(CONFIG_COMPRESS): %.cpio image/compress
	@echo "  IMAGE   $@"
	$(Q)image/compress $(CONFIG_COMPRESS) $<

packed := $(if $(CONFIG_COMPRESS_NONE:1=),.$(CONFIG_COMPRESS))
image := $(images)/initramfs.cpio$(packed)
modules-cpio = $(images)/modules-$$(cat $(modules)/release).cpio
modules-image = $(modules-cpio)$(packed)

# One file even where the modules are apart.
$(O)/initramfs: $(image) $(if $(apart),$(modules)/modules.cpio$(packed))
	$(Q)cat $^ >$@

# ---- what bootloaders load: image/ -------------------------------------------------------------

# As mkimage calls it.
uboot-i386 := x86
uboot-armv5 := arm
uboot-aarch64 := arm64
uboot-arch := $(or $(uboot-$(CONFIG_ARCH)),$(CONFIG_ARCH))

$(images)/uInitrd: $(O)/initramfs
	$(Q)SOURCE_DATE_EPOCH=1 mkimage -A $(uboot-arch) -O linux -T ramdisk -C none -n kindling -d $< $@ >/dev/null

# The command line in the device tree, for a bootloader that gives none.
$(images)/kindling.dtbo: FORCE
	@mkdir -p $(@D)
	$(Q)$(cmdline) image/dtbo $@

$(images)/board.dtb: $(images)/kindling.dtbo
	$(Q)fdtoverlay -i $(found-dtb) -o $@ $<

$(images)/kindling.itb: $(O)/initramfs $(filter $(images)/%,$(dtb)) FORCE
	$(Q)image/fit $@ $(uboot-arch) '$(kernel)' '$(dtb)' $< $(KEY) $(CONTROL_DTB)

stub-x86_64 := /usr/lib/systemd/boot/efi/linuxx64.efi.stub
stub-aarch64 = $$(packages/deb trixie arm64 systemd-boot-efi)/usr/lib/systemd/boot/efi/linuxaa64.efi.stub
$(images)/kindling.efi: $(O)/initramfs FORCE
	$(Q)$(cmdline) image/efi $@ $(or $(stub-$(CONFIG_ARCH)),no-stub-for-$(CONFIG_ARCH)) $(cross)objcopy \
		"$$(cat $(kernel-folder)/release 2>/dev/null)" '$(kernel)' $<

# The configuration's own form, and those that the card's genimage.cfg names.
all-forms := uInitrd kindling.itb kindling.efi
card := $(board)/boot/$(BOOT)
card-words := $(if $(filter image qemu,$(MAKECMDGOALS)),$(shell cat /dev/null $(wildcard $(card)/genimage.cfg) | tr -c a-zA-Z. ' '))
forms := $(if $(filter 1,$(CONFIG_FORM_UINITRD)),uInitrd) $(if $(filter 1,$(CONFIG_FORM_FIT)),kindling.itb) \
	$(if $(filter 1,$(CONFIG_FORM_EFI)),kindling.efi)
forms := $(sort $(forms) $(filter $(all-forms),$(card-words))) \
	$(if $(filter 1,$(CONFIG_DTB_CMDLINE)),kindling.dtbo $(notdir $(dtb)))

# Of another configuration: it would only be flashed by mistake.
stale = $(filter-out $(image) $(addprefix $(images)/,$(forms) $(patsubst %.itb,%.its,$(filter %.itb,$(forms)))), \
	$(wildcard $(images)/initramfs.cpio.* $(addprefix $(images)/,$(all-forms) kindling.its kindling.dtbo board.dtb) \
	$(if $(with-apart),,$(images)/modules-*)))

.PHONY: all
all: $(image) $(if $(apart),$(modules)/modules.cpio$(packed)) $(forms:%=$(images)/%)
	@rm -f $(stale) $(if $(apart),$(modules-cpio)*)
	@$(kconf) savedefconfig $(O)/.config $(config)/defconfig
	@$(if $(with-modules),$(if $(apart),,:)) image/budget $(images)/initramfs.cpio $(board)/budget \
		$(if $(CROSS_COMPILE),other,$$([ "$$(grep -v CONFIG_SHELL=y $(config)/defconfig)" = \
		"$$(grep -v CONFIG_SHELL=y $(board)/defconfig)" ] && echo $(if $(with-shell),shell,core) || echo other))
	@$(if $(apart),cp $(modules)/modules.cpio$(packed) $(modules-image))
	@$(if $(with-modules),image/sizes $(CONFIG_MODULES_LIMIT) $(modules) $(image) $(if $(apart),$(modules-image)))
	@for file in $(image) $(if $(apart),$(modules-image)) $(forms:%=$(images)/%); do \
		printf '  %-7s %s bytes: %s\n' READY "$$(wc -c <$$file)" $$file; done

.PHONY: size
size: $(images)/initramfs.cpio
	$(Q)image/size $(BOARD) $(O)

# ---- the kernel that it needs: image/ ----------------------------------------------------------

kernel-check := $(PYTHON) image/kernel-check $(board) $(O)/.config
.PHONY: kernel-check kernel-fragment
kernel-check:
	$(Q)$(cmdline) $(kernel-check) check $(if $(KCONFIG),'$(KCONFIG)')

kernel-fragment:
	$(Q)$(cmdline) $(kernel-check) fragment $(O)/kernel.fragment $(if $(KCONFIG),'$(KCONFIG)')

# ---- root, card, QEMU: qemu/ -------------------------------------------------------------------

# The demo root is made only when no ROOT is given.
ROOT ?= $(O)/demo.img
$(O)/demo.img: $(wildcard qemu/demo/* packages/toybox/*) qemu/disk $(config)/musl $(config)/options/CARD_FS
	$(Q)qemu/demo/make $@ $(CONFIG_ARCH) $(CONFIG_CARD_FS)

$(O)/root.img: FORCE $(filter $(O)/demo.img,$(ROOT))
	$(Q)qemu/disk $@ $(ROOT) $(CONFIG_CARD_FS)

export DISKID SIZE BOOTLOADER

# An older card would only be flashed by mistake when this one cannot be made.
.PHONY: image no-old-card
no-old-card:
	@rm -f $(images)/disk.img $(images)/disk.img.bmap

image: no-old-card all $(O)/initramfs $(O)/root.img
	@[ -f $(card)/genimage.cfg ] || { echo "make: BOOT=$(BOOT): $(BOARD) has no such card;" \
		"there are: $(notdir $(wildcard $(board)/boot/*))" >&2; exit 1; }
	@echo "  CARD    $(images)/disk.img"
	$(Q)$(cmdline) image/card $(board) $(BOOT) $(images)/disk.img kernel=$(kernel) board.dtb=$(dtb) \
		initramfs=$(O)/initramfs root.img=$(O)/root.img $(foreach form,$(forms),$(form)=$(images)/$(form))
	@printf '  %-7s %s bytes: %s\n' READY "$$(wc -c <$(images)/disk.img)" $(images)/disk.img

# A board that starts from a card is started from it.
.PHONY: qemu
ifneq ($(shell grep -s '^card' $(board)/qemu),)
qemu: image
	$(Q)qemu/run $(BOARD) --card $(images)/disk.img
else
qemu: all $(O)/initramfs $(O)/root.img
	$(Q)qemu/run $(BOARD) --initrd $(O)/initramfs --root $(O)/root.img --kernel $(kernel) \
		$(if $(dtb),--dtb $(dtb)) $(if $(CMDLINE),--cmdline "$$CMDLINE")
endif

endif

# ---- onto a card: image/flash ------------------------------------------------------------------

# Of what is there: with sudo, nothing is built.
.PHONY: flash
flash:
	$(Q)image/flash $(images)/disk.img "$${DEV-}" $(if $(filter 1,$(FIXED)),--fixed) $(if $(filter 1,$(YES)),--yes)

# ---- the host tool: init/host/ -----------------------------------------------------------------

# Not in O: it is built for this machine and knows all options.
H ?= build/host
HOSTCC ?= gcc
PREFIX ?= /usr/local
host-cflags := -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O2 -g -Wall -Wextra
host-sources := $(wildcard init/host/*.c init/plan/*.c init/plan/super/*.c) init/lib/str.c
host-objects := $(patsubst init/%.c,$(H)/%.o,$(host-sources))

.PHONY: host install
host: $(H)/kindling

$(H)/options.h: $(kconfig-files)
	@mkdir -p $(@D)
	$(Q)$(kconf) host $@

$(H)/%.o: init/%.c $(H)/options.h Makefile
	@mkdir -p $(@D)
	@echo "  HOSTCC  $<"
	$(Q)$(HOSTCC) $(host-cflags) -include $(H)/options.h -MMD -MP -c $< -o $@
-include $(host-objects:.o=.d)

$(H)/kindling: $(host-objects)
	@echo "  HOSTLD  $@"
	$(Q)$(HOSTCC) $(host-objects) -o $@

install: $(H)/kindling
	$(Q)install -D -m 755 $< $(DESTDIR)$(PREFIX)/bin/kindling
	$(Q)install -D -m 644 init/host/kindling.1 $(DESTDIR)$(PREFIX)/share/man/man1/kindling.1

# ---- the README's size table -------------------------------------------------------------------

.PHONY: readme
readme:
	$(Q)mkdir -p build
	$(Q)image/table >build/table.md
	$(Q)sed -i -e '/^<!-- sizes -->/,/^<!-- end/{//!d}' -e '/^<!-- sizes -->/r build/table.md' README.md

# ---- the page of other systems' words ----------------------------------------------------------

.PHONY: words
words:
	$(Q)init/host/words >WORDS.md.tmp
	$(Q)mv WORDS.md.tmp WORDS.md

# ---- tests: tests/ -----------------------------------------------------------------------------

.PHONY: check check-long bench bench-coldplug bench-ram
check check-long:
	$(Q)tests/run $@

bench:
	$(Q)tests/bench/bench

bench-coldplug:
	$(Q)tests/bench/coldplug

bench-ram:
	$(Q)tests/bench/ram

.PHONY: clean
clean:
	$(Q)rm -rf $(O)/config $(O)/init $(O)/images $(O)/modules $(O)/toybox $(O)/*.img $(O)/.config $(O)/kernel.fragment

endif
