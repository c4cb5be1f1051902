# kindling: the only makefile a user calls. `make help` explains it. It is an index: what builds a part
# stands in the part's own folder.

# The first line of .config, which kconfig/conf writes, names the board that it was made for.
configured-for = $(shell sed -n '1s/.* of BOARD=\([^;]*\);.*/\1/p' '$(O)/.config' 2>/dev/null)
ifeq ($(origin BOARD),undefined)
BOARD := $(or $(if $(O),$(configured-for)),qemu-x86_64)
endif
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
# Boards are looked for in the folders of BOARD_PATH, a:b:c, then in boards/.
export BOARD_PATH
board-path := $(subst :, ,$(BOARD_PATH)) boards
board := $(patsubst %/,%,$(dir $(firstword $(wildcard $(board-path:=/$(BOARD)/defconfig)))))
goals := $(or $(MAKECMDGOALS),all)

.DEFAULT_GOAL := all

.PHONY: FORCE

# ---- for a machine that has only git and make --------------------------------------------------

.PHONY: help deps list-boards
help:
	@cat help.txt

list-boards:
	@sed -sn '1s/^# //p' $(wildcard $(board-path:=/*/README.md))

# The other goals wait for a make of their own, which finds what was installed.
ifneq ($(filter deps,$(MAKECMDGOALS)),)
others := $(filter-out deps,$(MAKECMDGOALS))
deps:
	$(Q)packages/deps
	$(Q)$(if $(others),MAKELEVEL=0 $(MAKE) $(others))
.PHONY: $(others)
$(others): deps
	@:
else ifneq ($(filter-out help list-boards,$(goals)),)

# ---- for any machine ---------------------------------------------------------------------------

# Goals that do not build for a board; the parts add theirs.
unconfigured := help list-boards flash flags dist clean

version := $(shell sed -n 's/^\#define VERSION "\(.*\)"/\1/p' init/init.h)

include packages/variables.mk	# the user's: values that cannot be, and path
include kconfig/kconfig.mk	# defconfig menuconfig olddefconfig savedefconfig
include init/host/host.mk	# host install: the tool kindling(1)
include man/pages.mk		# readme words options: pages that a command writes
include tests/tests.mk		# check check-long matrix bench

# Of the card that is there: with sudo, nothing is built.
.PHONY: flash
flash:
	$(Q)image/flash $(images)/disk.img "$${DEV-}" $(if $(filter 1,$(FIXED)),--fixed) $(if $(filter 1,$(YES)),--yes)

# init/flags anew: what each compiler flag gains.
.PHONY: flags
flags:
	$(Q)init/measure-flags

# A release: what is committed, as a tarball. The same commit gives the same bytes.
release := build/kindling-$(version)
.PHONY: dist
dist:
	$(Q)mkdir -p build
	$(Q)git --git-dir=.git -c tar.umask=022 archive --prefix=$(notdir $(release))/ -o $(release).tar HEAD
	$(Q)[ -z "$$(git --git-dir=.git status --porcelain)" ] || echo "make: dist: what is not committed is not in it" >&2
	$(Q)xz -9ef -T1 $(release).tar
	@printf '  %-7s %s bytes: %s\n' READY "$$(wc -c <$(release).tar.xz)" $(release).tar.xz

.PHONY: clean
clean:
	$(Q)rm -rf $(O)/config $(O)/init $(O)/images $(O)/modules $(O)/layers $(O)/toybox $(O)/verity.der $(O)/*.img $(O)/.config $(O)/kernel.fragment

# ---- for a board -------------------------------------------------------------------------------

# What was configured for one board is not built, shown or written to a card as another's.
ifneq ($(filter-out defconfig %_defconfig $(filter-out %defconfig menuconfig flash,$(unconfigured)),$(goals)),)
ifneq ($(filter-out $(BOARD),$(configured-for)),)
$(error O=$(O): configured for BOARD=$(configured-for), not $(BOARD); name that one, another O=, or \
	configure it anew: make BOARD=$(BOARD) O=$(O) defconfig)
endif
endif

ifneq ($(filter-out $(unconfigured),$(goals)),)
ifneq ($(filter %defconfig menuconfig,$(MAKECMDGOALS)),)
$(error first configure, then build: in two commands)
endif
include $(config)/auto.mk

include init/init.mk		# /init
include image/kernel.mk		# board-check kernel-check kernel-fragment: the kernel that the image is for
include image/modules.mk	# the modules that it takes along
include image/layers.mk		# root's tree of hashes, a writable layer, and the card's command line with both
include image/forms.mk		# uInitrd, FIT and UKI: what bootloaders load
include image/image.mk		# all size: the archive
include image/card.mk		# image: root and bootloader too
include qemu/qemu.mk		# qemu
endif

include kconfig/options.mk	# an option that nobody takes is an error
endif
