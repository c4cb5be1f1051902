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
strip-modules = $(if $(filter 1,$(CONFIG_MODULES_STRIP)),--strip "$${CMDLINE:-$$(cat $(board)/cmdline)}")
chosen-by = "$$MODULES|$$MODULES_FOR|$$FIRMWARE$(if $(MODULES_FOR),|$$CMDLINE)" '$(CONFIG_MODULES_LIST)' \
	$(board-list) $(CONFIG_COMPRESS) '$(asked-by-name)' $(strip-modules)
# Those that no alias leads to: /init asks for them by name.
asked-by-name := $(if $(filter 1,$(CONFIG_LAYER_VERITY)),dm_mod dm_verity sha256 sha512)

# The lists that nobody obeys. The folder of a kernel that brings no modules has them built in.
obeyed := $(MODULES)$(kernel-folder)$(and $(with-apart),$(wildcard $(images)/modules-*))
forgotten := $(strip $(if $(filter 1,$(CONFIG_MODULES)),$(if $(obeyed),, \
	$(board-list) $(if $(CONFIG_MODULES_LIST),MODULES_LIST))))
define forgotten-note
make: MODULES= not given: the image has none of the modules that $(subst $() $(), and ,$(forgotten)) names; \
give MODULES=WHERE with each make (image/README.md), unless your kernel has them built in
endef

$(config)/modules: FORCE
	@mkdir -p $(@D)
	@printf '%s\n' $(chosen-by) | cmp -s - $@ || printf '%s\n' $(chosen-by) >$@

$(modules)/modules.list: $(config)/modules $(config)/options/MODULES $(board-list) \
		$(addprefix image/,modules kmod.py board.py signatures.py requests mkcpio compress)
	@$(if $(filter 1,$(CONFIG_MODULES)),,echo "make: MODULES=$$MODULES: this /init loads no modules;" \
		"set CONFIG_MODULES=y (make menuconfig)" >&2; exit 1)
	@echo "  MODULES $@"
	$(Q)$(PYTHON) image/modules pack "$$MODULES" $(modules) --names '$(CONFIG_MODULES_LIST)' \
		--list '$(board-list)' --capture "$$MODULES_FOR" --cmdline "$$CMDLINE" \
		--firmware "$$FIRMWARE" --compress $(CONFIG_COMPRESS) --asked '$(asked-by-name)' \
		--objcopy '$(cross)objcopy' $(strip-modules)
-include $(if $(MODULES),$(wildcard $(modules)/modules.d))
