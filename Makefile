# kindling: the only makefile a user calls. `make help` explains it. It is an index: what builds a part
# stands in the part's own folder.

BOARD ?= qemu-x86_64
O ?= build/$(BOARD)

# Debian's own: another python3 in PATH may not see Debian's modules.
PYTHON ?= /usr/bin/python3
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

.PHONY: FORCE

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

# ---- for any machine ---------------------------------------------------------------------------

# Goals that do not build for a board; the parts add theirs.
unconfigured := help list-boards flash flags readme words clean

include packages/variables.mk	# the user's: values that cannot be, and path
include kconfig/kconfig.mk	# defconfig menuconfig olddefconfig savedefconfig
include init/host/host.mk	# host install: the tool kindling(1)
include tests/tests.mk		# check check-long matrix bench

# Of the card that is there: with sudo, nothing is built.
.PHONY: flash
flash:
	$(Q)image/flash $(images)/disk.img "$${DEV-}" $(if $(filter 1,$(FIXED)),--fixed) $(if $(filter 1,$(YES)),--yes)

# Files that a command writes anew: what each compiler flag gains, the README's size table, the page of
# other systems' words.
.PHONY: flags readme words
flags:
	$(Q)init/measure-flags

readme:
	$(Q)mkdir -p build
	$(Q)image/table >build/table.md
	$(Q)sed -i -e '/^<!-- sizes -->/,/^<!-- end/{//!d}' -e '/^<!-- sizes -->/r build/table.md' README.md

words:
	$(Q)init/host/words >WORDS.md.tmp
	$(Q)mv WORDS.md.tmp WORDS.md

.PHONY: clean
clean:
	$(Q)rm -rf $(O)/config $(O)/init $(O)/images $(O)/modules $(O)/toybox $(O)/*.img $(O)/.config $(O)/kernel.fragment

# ---- for a board -------------------------------------------------------------------------------

ifneq ($(filter-out $(unconfigured),$(or $(MAKECMDGOALS),all)),)
ifneq ($(filter %defconfig menuconfig,$(MAKECMDGOALS)),)
$(error first configure, then build: in two commands)
endif
include $(config)/auto.mk

include init/init.mk		# /init
include image/kernel.mk		# kernel-check kernel-fragment: the kernel that the image is for
include image/modules.mk	# the modules that it takes along
include image/forms.mk		# uInitrd, FIT and UKI: what bootloaders load
include image/image.mk		# all size: the archive
include image/card.mk		# image: root and bootloader too
include qemu/qemu.mk		# qemu
endif

endif
