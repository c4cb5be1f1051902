# Root, and QEMU.

# The demo root is made only when no ROOT is given.
ROOT ?= $(O)/demo.img
$(O)/demo.img: $(wildcard qemu/demo/* packages/toybox/*) qemu/disk qemu/mke2fs.conf $(config)/musl \
		$(config)/options/CARD_FS
	$(Q)qemu/demo/make $@ $(CONFIG_ARCH) $(CONFIG_CARD_FS)

$(O)/root.img: FORCE $(filter $(O)/demo.img,$(ROOT))
	$(Q)qemu/disk $@ $(call path,$(ROOT)) $(CONFIG_CARD_FS)

# A board that starts from a card is started from it.
.PHONY: qemu
ifneq ($(and $(filter qemu,$(goals)),$(if $(wildcard $(board)/qemu),,none)),)
$(error $(BOARD): no file $(board)/qemu: QEMU has no such board, as far as is known here (boards/README.md))
endif
with-card := $(shell grep -s '^card' $(board)/qemu)
ifneq ($(with-card),)
qemu: image
	$(Q)qemu/run $(BOARD) --card $(images)/disk.img
else
qemu: all $(O)/initramfs $(O)/root.img
	$(Q)qemu/run $(BOARD) --initrd $(O)/initramfs --root $(O)/root.img --kernel $(call path,$(kernel)) \
		$(if $(dtb),--dtb $(call path,$(dtb))) $(if $(CMDLINE),--cmdline "$$CMDLINE")
endif
