# The configuration of a board: O/.config, and O/config/ for make and the compiler.

unconfigured += %defconfig menuconfig

$(call folder,O,build/$(BOARD))
configured-for := $(configured-for)

kconf := $(PYTHON) kconfig/conf
kconfig-files := $(wildcard kconfig/*)

.PHONY: defconfig menuconfig olddefconfig savedefconfig
defconfig:
	$(Q)mkdir -p $(O)
	$(Q)$(kconf) defconfig $(O)/.config $(board)/defconfig
	$(Q)$(if $(filter-out $(BOARD),$(configured-for)),rm -rf $(images))
	@echo "  CONFIG  $(O)/.config; next: make $(if $(filter build/$(BOARD),$(O)),BOARD=$(BOARD),O=$(O))"

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
	@touch $@
