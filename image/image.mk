# The archive with /init in it, in the configured compression, and what `make` alone builds.

with-shell := $(filter 1,$(CONFIG_SHELL))

$(O)/toybox: $(wildcard packages/toybox/*) $(config)/musl
	$(Q)cp $$(packages/build toybox $(CONFIG_ARCH) rescue)/toybox $@

# The certificate that the kernel is to trust.
with-certificate := $(if $(CONFIG_VERITY_CERTIFICATE),$(O)/verity.der)
given-certificate = $(call path,$(CONFIG_VERITY_CERTIFICATE))
$(O)/verity.der: FORCE
	@case $$(head -c 1 $(given-certificate)) in 0) ;; *) echo "make: CONFIG_VERITY_CERTIFICATE="$(given-certificate)":" \
		"no DER; openssl x509 -outform der makes it of PEM" >&2; exit 1 ;; esac
	$(Q)cmp -s $(given-certificate) $@ || cp $(given-certificate) $@

lists := image/core.list $(if $(with-shell),image/shell.list) \
	$(if $(with-certificate),image/verity.list) $(if $(apart),,$(with-modules))
$(images)/initramfs.list: $(lists) $(config)/options/SHELL $(config)/options/VERITY_CERTIFICATE \
		$(config)/options/MODULES_APART $(config)/modules
	@mkdir -p $(@D)
	@$(if $(MODULES)$(with-apart),,if [ -f $(modules)/release ]; then \
		$(if $(forgotten),:,echo "make: MODULES= not given: the image is without the modules of" \
			"$$(cat $(modules)/release); repeat MODULES= with each make" >&2); \
		rm -r $(modules); \
	fi)
	$(Q)sed -e '/^#/d' -e 's|@OUT@|$(abspath $(O))|' $(lists) >$@

$(images)/initramfs.cpio: $(images)/initramfs.list image/mkcpio $(O)/init/init $(if $(with-shell),$(O)/toybox) $(with-certificate)
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

.PHONY: all
all: $(image) $(if $(apart),$(modules)/modules.cpio$(packed)) $(forms:%=$(images)/%)
	@rm -f $(stale) $(if $(apart),$(modules-cpio)*)
	@$(kconf) savedefconfig $(O)/.config $(config)/defconfig
	@$(if $(with-modules),$(if $(apart),,:)) image/budget $(images)/initramfs.cpio $(board)/budget \
		$(if $(CROSS_COMPILE),other,$$([ "$$(grep -v CONFIG_SHELL=y $(config)/defconfig)" = \
		"$$(grep -v CONFIG_SHELL=y $(board)/defconfig)" ] && echo $(if $(with-shell),shell,core) || echo other))
	@$(if $(apart),cp $(modules)/modules.cpio$(packed) $(modules-image))
	@$(if $(with-modules),image/sizes $(CONFIG_MODULES_LIMIT) $(modules) $(image) $(if $(apart),$(modules-image)))
	@$(if $(forgotten),echo "$(forgotten-note)" >&2)
	@for file in $(image) $(if $(apart),$(modules-image)) $(forms:%=$(images)/%); do \
		printf '  %-7s %s bytes: %s\n' READY "$$(wc -c <$$file)" $$file; done

.PHONY: size
size: $(images)/initramfs.cpio
	$(Q)image/size $(BOARD) $(O)
