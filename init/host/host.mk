# The host tool, kindling(1), and what is installed.

# Not in O: it is built for this machine and knows all options.
H ?= build/host
$(call folder,H,build/host)
HOSTCC ?= gcc
PREFIX ?= /usr/local
# A packager who strips by himself: INSTALL='install --strip-program=true', as Debian's dh gives it.
INSTALL ?= install
# `kindling --version`
version := $(shell cat VERSION)
host-cflags := -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O2 -g -Wall -Wextra
host-sources := $(wildcard init/host/*.c init/plan/*.c init/plan/super/*.c init/plan/layer/*.c) init/lib/str.c
host-objects := $(patsubst init/%.c,$(H)/%.o,$(host-sources))

unconfigured += host install

.PHONY: host install
host: $(H)/kindling

$(H)/options.h: $(kconfig-files)
	@mkdir -p $(@D)
	$(Q)$(kconf) host $@

$(H)/%.o: init/%.c $(H)/options.h init/host/host.mk
	@mkdir -p $(@D)
	@echo "  HOSTCC  $<"
	$(Q)$(HOSTCC) $(host-cflags) $(if $(filter %/main.o,$@),-DVERSION='"$(version)"') -include $(H)/options.h \
		-MMD -MP -c $< -o $@
$(H)/host/main.o: VERSION
-include $(host-objects:.o=.d)

$(H)/kindling: $(host-objects)
	@echo "  HOSTLD  $@"
	$(Q)$(HOSTCC) $(host-objects) -o $@

install: $(H)/kindling
	$(Q)$(INSTALL) -D -s -m 755 $< $(call path,$(DESTDIR)$(PREFIX)/bin/kindling)
	$(Q)for page in $(wildcard man/kindling.?); do \
		$(INSTALL) -D -m 644 $$page $(call path,$(DESTDIR)$(PREFIX)/share/man)/man$${page##*.}/$${page##*/}; \
	done
