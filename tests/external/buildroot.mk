# What Buildroot does with a package, as far as external/buildroot needs it. Given: BASE_DIR, TARGET_CROSS,
# BR2_EXTERNAL_KINDLING_PATH, MIRROR (a folder to download from) and the options.

BUILD_DIR := $(BASE_DIR)/build
BINARIES_DIR := $(BASE_DIR)/images
DL_DIR := $(BASE_DIR)/dl
INSTALL := install
TARGET_MAKE_ENV := PATH="$(PATH)"
qstrip = $(strip $(subst ",,$(1)))
pkgdir = $(dir $(lastword $(MAKEFILE_LIST)))
pkgname = $(notdir $(patsubst %/,%,$(pkgdir)))
upper = $(shell echo '$(1)' | tr a-z- A-Z_)

# package: its name, its name in variables, its folder
define package
ALL += $(1)
$(2)_DL_DIR = $$(DL_DIR)/$(patsubst host-%,%,$(1))
$(2)_DIR = $$(BUILD_DIR)/$(1)

ifeq ($$($(2)_SITE_METHOD),local)
$(1)-source:
	mkdir -p $$($(2)_DIR)
	rsync -au --chmod=u=rwX,go=rX $$($(2)_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS) --exclude .git \
		$$($(2)_SITE)/ $$($(2)_DIR)
else
$(1)-source:
	mkdir -p $$($(2)_DL_DIR)
	for file in $$($(2)_SOURCE) $$(notdir $$($(2)_EXTRA_DOWNLOADS)); do \
		grep "^sha256  [0-9a-f]*  $$$$file$$$$" $(3)$(patsubst host-%,%,$(1)).hash || exit 1; \
		[ ! -e $(MIRROR)/$$$$file ] || cp $(MIRROR)/$$$$file $$($(2)_DL_DIR); \
	done
	cd $$($(2)_DL_DIR) && sed -n 's/^sha256  //p' $(3)$(patsubst host-%,%,$(1)).hash | \
		sha256sum --check --ignore-missing
endif

# $$(@D) is the package's folder in its commands
$$(BUILD_DIR)/$(1)/.stamp_built: $(1)-source $$($(2)_DEPENDENCIES)
	mkdir -p $$(@D)
	$$($(2)_CONFIGURE_CMDS)
	+$$($(2)_BUILD_CMDS)
	touch $$@

$$(BUILD_DIR)/$(1)/.stamp_images_installed: $$(BUILD_DIR)/$(1)/.stamp_built
	mkdir -p $$(BINARIES_DIR)
	+$$($(2)_INSTALL_IMAGES_CMDS)

$(1): $$(BUILD_DIR)/$(1)/$$(if $$(filter YES,$$($(2)_INSTALL_IMAGES)),.stamp_images_installed,.stamp_built)
endef
generic-package = $(call package,$(pkgname),$(call upper,$(pkgname)),$(pkgdir))
host-generic-package = $(call package,host-$(pkgname),HOST_$(call upper,$(pkgname)),$(pkgdir))

all:
include $(BR2_EXTERNAL_KINDLING_PATH)/external.mk

all: $(ALL)

# print-NAME: the value of a variable
print-%:
	@echo '$($*)'
