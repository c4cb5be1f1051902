################################################################################
#
# kindling
#
################################################################################

KINDLING_SITE = $(realpath $(BR2_EXTERNAL_KINDLING_PATH)/../..)
KINDLING_SITE_METHOD = local
KINDLING_OVERRIDE_SRCDIR_RSYNC_EXCLUSIONS = --exclude /build
KINDLING_LICENSE = MIT
KINDLING_LICENSE_FILES = LICENSE
KINDLING_DEPENDENCIES = host-kindling-sources
KINDLING_INSTALL_TARGET = NO
KINDLING_INSTALL_IMAGES = YES

KINDLING_CONFIG = $(call qstrip,$(BR2_PACKAGE_KINDLING_CONFIG))
KINDLING_MAKE = $(TARGET_MAKE_ENV) $(MAKE) -C $(@D) O=$(@D)/out \
	BOARD=$(call qstrip,$(BR2_PACKAGE_KINDLING_BOARD)) \
	BOARD_PATH=$(call qstrip,$(BR2_PACKAGE_KINDLING_BOARD_PATH)) CROSS_COMPILE="$(TARGET_CROSS)" \
	CACHE=$(@D)/cache DL_DIR=$(HOST_KINDLING_SOURCES_DL_DIR)

define KINDLING_CONFIGURE_CMDS
	$(if $(KINDLING_CONFIG),$(INSTALL) -D -m 0644 $(KINDLING_CONFIG) $(@D)/out/.config,$(KINDLING_MAKE) defconfig)
endef

define KINDLING_BUILD_CMDS
	$(KINDLING_MAKE)
endef

define KINDLING_INSTALL_IMAGES_CMDS
	$(INSTALL) -D -m 0644 -t $(BINARIES_DIR) $(@D)/out/images/*
endef

$(eval $(generic-package))
