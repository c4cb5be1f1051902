# The host tool, kindling(1), and what is installed.

# Not in O: it is built for this machine and knows all options.
H ?= build/host
$(call folder,H,build/host)
HOSTCC ?= gcc
PREFIX ?= /usr/local
# A packager who strips by himself: INSTALL='install --strip-program=true', as Debian's dh gives it.
INSTALL ?= install
host-cflags := -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O2 -g -Wall -Wextra
host-sources := $(wildcard init/host/*.c init/plan/*.c init/plan/super/*.c init/plan/layer/*.c) init/lib/str.c
host-objects := $(patsubst init/%.c,$(H)/%.o,$(host-sources))

unconfigured += host install deb

.PHONY: host install deb
host: $(H)/kindling

$(H)/options.h: $(kconfig-files)
	@mkdir -p $(@D)
	$(Q)$(kconf) host $@

# The rows of image/symbols as a string.
$(H)/symbols.h: image/symbols init/host/host.mk
	@mkdir -p $(@D)
	$(Q)sed '/^#/d; s/[\\"?]/\\&/g; s/.*/"&\\n"/' $< >$@

$(H)/host/needs.o: $(H)/symbols.h
$(H)/%.o: init/%.c $(H)/options.h init/host/host.mk
	@mkdir -p $(@D)
	@echo "  HOSTCC  $<"
	$(Q)$(HOSTCC) $(host-cflags) -I$(H) \
		-include $(H)/options.h \
		-MMD -MP -c $< -o $@
-include $(host-objects:.o=.d)

$(H)/kindling: $(host-objects)
	@echo "  HOSTLD  $@"
	$(Q)$(HOSTCC) $(host-objects) -o $@

share = $(call path,$(DESTDIR)$(PREFIX)/share)
# What --board reads, where there is no tree.
installed-boards := $(foreach file,defconfig cmdline modules symbols,$(wildcard boards/*/$(file)))
install: $(H)/kindling
	$(Q)$(INSTALL) -D -s -m 755 $< $(call path,$(DESTDIR)$(PREFIX)/bin/kindling)
	$(Q)for page in $(wildcard man/kindling.?); do \
		$(INSTALL) -D -m 644 $$page $(share)/man/man$${page##*.}/$${page##*/}; \
	done
	$(Q)$(INSTALL) -D -m 644 init/host/completion/kindling.bash $(share)/bash-completion/completions/kindling
	$(Q)$(INSTALL) -D -m 644 init/host/completion/kindling.zsh $(share)/zsh/site-functions/_kindling
	$(Q)$(INSTALL) -D -m 644 init/host/completion/kindling.fish $(share)/fish/vendor_completions.d/kindling.fish
	$(Q)for file in $(installed-boards); do $(INSTALL) -D -m 644 "$$file" $(share)/kindling/"$$file"; done

# Nothing in it tells where or when it was built.
host-cflags += -ffile-prefix-map=$(CURDIR)=. -ffile-prefix-map=$(H)=.
deb: $(H)/kindling
	$(Q)rm -rf $(H)/deb
	$(Q)$(MAKE) -s install DESTDIR=$(H)/deb PREFIX=/usr
	@printf '  READY   '
	$(Q)init/host/mkdeb $(version) $(H)/deb $(H)
