# Variables on make's command line. help.txt has each, with those who take it in brackets: goals, forms of the
# image, files of the card, another variable. To all others it would mean nothing, without a word.

# Of a make that calls this one the variables are here too.
given := $(if $(filter 0,$(MAKELEVEL)),$(foreach name,$(.VARIABLES),$(if $(filter command,$(firstword $(origin $(name)))),$(if $($(name)),$(name)))))

# NAME, or NAME:TAKER,TAKER
options = $(shell sed -n '/^Variables/,$$ { s/^  \([A-Z_]*\)=[^ ]* *\[\(.*\)\].*/\1:\2/; t row; \
	s/^  \([A-Z_]*\)=.*/\1/; t row; b; : row; s/ //g; p }' help.txt)

comma := ,
goals := $(or $(MAKECMDGOALS),all)
# who is at work: where QEMU starts from a card, `qemu` is `image`
takers := $(notdir $(if $(with-card),$(patsubst qemu,image,$(goals)),$(goals))) $(card-words) $(given) \
	$(if $(filter kindling.itb,$(forms)),FIT) $(if $(filter kindling.efi,$(forms)),UKI) \
	$(if $(filter kindling.dtbo,$(forms)),DTB_CMDLINE) $(if $(MODULES),modules)

unknown-option = $(error $1=$($1): no such option; $(if $(filter undefined,$(origin CONFIG_$1)),`make help` lists \
	them,CONFIG_$1 is one of the configuration: make menuconfig))
unused-option = $(error $1=$($1): `make $(goals)` takes no notice of it here; it is for: $2)
check-option = $(if $2,$(if $(findstring :,$2),$(call check-takers,$1,$(subst $(comma), ,$(lastword $(subst :, ,$2))))),$(call \
	unknown-option,$1))
check-takers = $(if $(filter $(takers),$2),,$(call unused-option,$1,$2))

# Not by the configuration of before: make reads the new one first, and then all of this again.
old := $(if $(MAKE_RESTARTS),,$(if $(filter-out $(unconfigured),$(goals)),$(shell \
	find $(O)/.config $(kconfig-files) -newer $(config)/auto.mk 2>&1)))
$(if $(old),,$(foreach name,$(given),$(call check-option,$(name),$(filter $(name) $(name):%,$(options)))))
