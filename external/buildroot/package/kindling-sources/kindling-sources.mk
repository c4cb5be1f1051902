################################################################################
#
# kindling-sources
#
################################################################################

# What kindling is built from: Buildroot downloads nothing for a package whose source is a folder.
HOST_KINDLING_SOURCES_VERSION = 1.2.5
HOST_KINDLING_SOURCES_SITE = https://musl.libc.org/releases
HOST_KINDLING_SOURCES_SOURCE = musl-$(HOST_KINDLING_SOURCES_VERSION).tar.gz
HOST_KINDLING_SOURCES_EXTRA_DOWNLOADS = https://landley.net/toybox/downloads/toybox-0.8.9.tar.gz \
	https://www.kernel.org/pub/software/utils/dtc/dtc-1.7.2.tar.xz
HOST_KINDLING_SOURCES_LICENSE = MIT (musl), 0BSD (toybox), GPL-2.0+ (dtc)

$(eval $(host-generic-package))
