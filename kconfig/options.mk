# Variables on make's command line. help.txt has each, with those who take it in brackets: goals, forms of the
# image, files of the card, another variable. To all others it would mean nothing, without a word.

# Of a make that calls this one the variables are here too.
given := $(if $(filter 0,$(MAKELEVEL)),$(foreach name,$(.VARIABLES), \
	$(if $(filter command,$(firstword $(origin $(name)))),$(if $($(name)),$(name)))))

# NAME, or NAME:TAKER,TAKER
options = $(shell sed -n '/^Variables/,$$ { s/^  \([A-Z_]*\)=[^ ]* *\[\(.*\)\].*/\1:\2/; t row; \
	s/^  \([A-Z_]*\)=.*/\1/; t row; b; : row; s/ //g; p }' help.txt)

comma := ,
making = $(forms) $(notdir $(goals))
# who is at work: where QEMU starts from a card, `qemu` is `image`
takers := $(notdir $(if $(with-card),$(patsubst qemu,image,$(goals)),$(goals))) $(card-words) $(given) \
	$(if $(filter kindling.itb,$(making)),FIT) $(if $(filter kindling.efi,$(making)),UKI) \
	$(if $(filter kindling.dtbo board.dtb,$(making)),DTB_CMDLINE) $(if $(MODULES),MODULES)

hint = $(if $(filter undefined,$(origin CONFIG_$1)),`make help` lists them,CONFIG_$1 is set by make menuconfig)
unknown = $(error $1=$($1): no such option; $(hint))
unused = $(error $1=$($1): `make $(goals)` takes no notice of it here; it is for: $2)
# NAME, its row, the words of that behind NAME
check-row = $(if $2,$(if $3,$(if $(filter $(takers),$3),,$(call unused,$1,$3))),$(call unknown,$1))
check-option = $(call check-row,$1,$2,$(wordlist 2,99,$(subst :, ,$(subst $(comma), ,$2))))

# Not by the configuration of before: make reads the new one first, and then all of this again.
old := $(if $(MAKE_RESTARTS),,$(if $(filter-out $(unconfigured),$(goals)),$(shell \
	find $(O)/.config $(kconfig-files) -newer $(config)/auto.mk 2>&1)))
$(if $(old),,$(foreach name,$(given),$(call check-option,$(name),$(filter $(name) $(name):%,$(options)))))
