# /init: O/init/init, with debug information in O/init/init.debug.

arch-row := $(shell awk '$$1 == "$(CONFIG_ARCH)"' packages/arches)
# Not exported: a build for another board has another.
cross := $(or $(CROSS_COMPILE),$(word 2,$(arch-row)))
CC := $(cross)gcc

# Thumb-1 has no code for the hard float ABI, which a compiler for ARMv6 may have.
not-here := $(if $(filter armv5,$(CONFIG_ARCH)),$(shell $(CC) $(wordlist 3,99,$(arch-row)) -dM -E -x c /dev/null \
	2>/dev/null | sed -n 's/.*__ARM_PCS_VFP.*/-mthumb/p'))

# Of init/flags those of this processor; all but one for init/measure-flags, which sets WITHOUT.
smaller := $(filter-out $(WITHOUT) $(not-here),$(shell awk -v arch=$(CONFIG_ARCH) ' \
	/^# flag/ { for (i = 3; i <= NF; i++) if ($$i == arch) column = i - 1 } \
	column && !/^\#/ && $$column != "-" { print $$1 }' init/flags))

cflags := $(wordlist 3,99,$(arch-row)) -std=gnu11 -D_GNU_SOURCE -Os -flto -g \
	-Wall -Wextra -Wno-maybe-uninitialized \
	-ffunction-sections -fdata-sections -fno-pie -fomit-frame-pointer -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-jump-tables \
	$(smaller) \
	-ffile-prefix-map=$(CURDIR)=. -include $(config)/autoconf.h
ldflags := -static -no-pie -nostartfiles \
	-Wl,--gc-sections,--build-id=none,-z,noseparate-code,-z,norelro,-z,noexecstack
# The processor's own layout, where it has one.
layout := $(wildcard init/lib/arch/$(CONFIG_ARCH).ld)

# A format of init/plan/super/ is in when its option is on: CONFIG_FS_EXT is ext.c.
format-options := $(filter CONFIG_FS_%,$(.VARIABLES))
formats := $(foreach option,$(format-options),$(if $(filter 1,$($(option))),$(option:CONFIG_FS_%=%)))
formats := $(shell echo '$(formats)' | tr A-Z a-z)
# A layer of init/plan/layer/ and init/boot/layer/ likewise: CONFIG_LAYER_VERITY is verity.c.
layer-options := $(filter CONFIG_LAYER_%,$(.VARIABLES))
layers := $(foreach option,$(layer-options),$(if $(filter 1,$($(option))),$(option:CONFIG_LAYER_%=%)))
layers := $(shell echo '$(layers)' | tr A-Z a-z)
sources := $(wildcard init/*.c init/plan/*.c init/boot/*.c init/lib/*.c $(foreach layer,$(layers), \
	init/plan/layer/$(layer).c init/boot/layer/$(layer).c)) $(formats:%=init/plan/super/%.c)
objects := $(patsubst init/%.c,$(O)/init/%.o,$(sources))

# The compiler that the objects were made with; another one makes them anew.
$(config)/compiler: FORCE
	@mkdir -p $(@D)
	@echo '$(CC)' | cmp -s - $@ || echo '$(CC)' >$@

# The C library of this architecture, built when missing, in the cache too.
gone := $(if $(wildcard $(shell cat $(config)/musl 2>/dev/null)/lib/musl-gcc.specs),,FORCE)
$(config)/musl: $(wildcard packages/musl/*) packages/arches packages/build $(config)/compiler \
		$(config)/options/ARCH $(gone)
	$(Q)packages/build musl $(CONFIG_ARCH) >$@.tmp
	$(Q)mv $@.tmp $@
specs = -specs $$(cat $(config)/musl)/lib/musl-gcc.specs

# An object depends on the options that its sources name, and on no other: not on autoconf.h,
# which changes with each of them.
$(O)/init/%.o: init/%.c init/init.mk init/flags $(config)/musl
	@mkdir -p $(@D)
	@echo "  CC      $<"
	$(Q)$(CC) $(specs) $(cflags) -MMD -MF $@.d -c $< -o $@
	@sources=$$(sed -e 's/^[^:]*://' -e 's/\\$$//' -e 's/[^ ]*autoconf\.h//' $@.d); \
	options=$$(grep -oh 'CONFIG_[A-Z0-9_]*' $$sources | sed 's|CONFIG_|$(config)/options/|' | sort -u); \
	echo $@: $$sources $$options >$@.d
-include $(addsuffix .d,$(objects))

# An option or a header that is gone makes its users compile again.
$(config)/options/% init/%.h init/%.def: ;

$(O)/init/init.debug: $(objects) $(layout) $(patsubst CONFIG_%,$(config)/options/%,$(format-options) $(layer-options))
	@echo "  LD      $@"
	$(Q)$(CC) $(specs) $(cflags) $(ldflags) $(addprefix -T ,$(layout)) $(objects) -o $@

$(O)/init/init: $(O)/init/init.debug image/strip
	$(Q)$(cross)objcopy -S -R .comment -R '.note*' -R .ARM.attributes $< $@.tmp
	$(Q)image/strip $@.tmp $@
	$(Q)chmod +x $@ && rm $@.tmp
