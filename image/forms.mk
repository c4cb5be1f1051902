# What bootloaders load, made of the archive.

# As mkimage calls it.
uboot-i386 := x86
uboot-armv5 := arm
uboot-aarch64 := arm64
uboot-riscv64 := riscv
uboot-arch := $(or $(uboot-$(CONFIG_ARCH)),$(CONFIG_ARCH))

$(images)/uInitrd: $(O)/initramfs
	$(Q)SOURCE_DATE_EPOCH=1 mkimage -A $(uboot-arch) -O linux -T ramdisk -C none -n kindling -d $< $@ >/dev/null

# The command line in the device tree, for a bootloader that gives none.
$(images)/kindling.dtbo: $(layers) FORCE
	@mkdir -p $(@D)
	$(Q)$(cmdline) image/dtbo $@

$(images)/board.dtb: $(images)/kindling.dtbo
	$(Q)dtc=$$(packages/build dtc host); "$$dtc/fdtoverlay" -i $(call path,$(found-dtb)) -o $@ $<

$(images)/kindling.itb: $(O)/initramfs $(filter $(images)/%,$(dtb)) FORCE
	$(Q)image/fit $@ $(uboot-arch) $(call path,$(kernel)) $(call path,$(dtb)) $< \
		$(call path,$(KEY)) $(call path,$(CONTROL_DTB))

stub-x86_64 := /usr/lib/systemd/boot/efi/linuxx64.efi.stub
stub-aarch64 = $$(packages/deb trixie arm64 systemd-boot-efi)/usr/lib/systemd/boot/efi/linuxaa64.efi.stub
$(images)/kindling.efi: $(O)/initramfs $(layers) FORCE
	$(Q)$(cmdline) image/efi $@ $(or $(stub-$(CONFIG_ARCH)),no-stub-for-$(CONFIG_ARCH)) '$(cross)objcopy' \
		"$$(cat $(call path,$(kernel-folder)/release) 2>/dev/null)" $(call path,$(kernel)) $<

# The configuration's own form, and those that the card's genimage.cfg names.
all-forms := uInitrd kindling.itb kindling.efi
card := $(board)/boot/$(BOOT)
card-words := $(if $(filter image qemu,$(MAKECMDGOALS)),$(wildcard $(card)/genimage.cfg))
card-words := $(if $(card-words),$(shell tr -c a-zA-Z. ' ' <$(card-words)))
forms := $(sort $(filter $(all-forms),$(card-words)) \
	$(if $(filter 1,$(CONFIG_FORM_UINITRD)),uInitrd) \
	$(if $(filter 1,$(CONFIG_FORM_FIT)),kindling.itb) \
	$(if $(filter 1,$(CONFIG_FORM_EFI)),kindling.efi)) \
	$(if $(filter 1,$(CONFIG_DTB_CMDLINE)),kindling.dtbo $(notdir $(dtb)))

# Of another configuration: it would only be flashed by mistake.
stale = $(filter-out $(image) $(addprefix $(images)/,$(forms) $(patsubst %.itb,%.its,$(filter %.itb,$(forms)))), \
	$(wildcard $(images)/initramfs.cpio.* $(addprefix $(images)/,$(all-forms) kindling.its kindling.dtbo board.dtb) \
	$(if $(with-apart),,$(images)/modules-*)))
