# The card: bootloader, kernel, image and root, as boards/BOARD/boot/BOOT/genimage.cfg says.

export DISKID SIZE BOOTLOADER CHECK

# An older card would only be flashed by mistake when this one cannot be made.
.PHONY: image no-old-card
no-old-card:
	@rm -f $(images)/disk.img $(images)/disk.img.bmap

image: no-old-card all $(O)/initramfs $(or $(layers),$(O)/root.img) $(H)/kindling
	@[ -f $(card)/genimage.cfg ] || { echo "make: BOOT=$(BOOT): $(BOARD) has no such card;" \
		"there are: $(notdir $(wildcard $(board)/boot/*))" >&2; exit 1; }
	@echo "  CARD    $(images)/disk.img"
	$(Q)$(cmdline) ROOT=$(call path,$(ROOT)) KINDLING=$(H)/kindling CONFIG=$(O)/.config MODULES_MADE=$(with-modules) \
		image/card $(board) $(BOOT) $(images)/disk.img kernel=$(call path,$(kernel)) board.dtb=$(call path,$(dtb)) \
		initramfs=$(O)/initramfs root.img=$(card-root) $(card-layers) \
		$(foreach form,$(forms),$(form)=$(images)/$(form))
	@printf '  %-7s %s bytes: %s\n' $(if $(filter n,$(CHECK)),MADE,READY) "$$(wc -c <$(images)/disk.img)" $(images)/disk.img
