# ROOTHASH=1 and OVERLAY=1: the tree of hashes and the writable layer of a card, and its command line with both.

export ROOTHASH OVERLAY OVERLAY_SIZE

is-1 = $(if $(filter-out 1,$($1)),$(error $1=$($1): it is 1, or not given; $2))
$(call is-1,ROOTHASH,make computes the hash and says it)
$(call is-1,OVERLAY,OVERLAY_SIZE= says how large it is)

folder-of-layers := $(if $(filter image qemu,$(goals)),$(if $(ROOTHASH)$(OVERLAY),$(O)/layers))
layers := $(folder-of-layers:=/cmdline)
# the root of the card, with its tree where that stands behind it
card-root := $(or $(folder-of-layers),$(O))/root.img
card-layers = $(if $(layers),$(foreach name,genimage.cfg root.verity overlay.img, \
	$(name)=$$([ ! -e $(O)/layers/$(name) ] || echo $(O)/layers/$(name))))

# A line that the signature of the FIT does not cover would be no verification; the image may hold the hash itself.
is-unsigned = $(and $(ROOTHASH),$(KEY),$(filter kindling.itb,$(forms)),$(if \
	$(and $(filter 1,$(CONFIG_DTB_CMDLINE)),$(dtb)),,yes),$(if $(CONFIG_VERITY_ROOTHASH),,yes))
no-layers = echo "make: $1; no image made (make menuconfig)" >&2; exit 1

$(O)/layers/cmdline: $(O)/root.img $(H)/kindling FORCE
	@$(if $(ROOTHASH),$(if $(filter 1,$(CONFIG_LAYER_VERITY)),,$(call no-layers,ROOTHASH=1: this /init \
		verifies nothing: set CONFIG_LAYER_VERITY=y)))
	@$(if $(OVERLAY),$(if $(filter 1,$(CONFIG_LAYER_OVERLAY)),,$(call no-layers,OVERLAY=1: this /init \
		makes no writable layer: set CONFIG_LAYER_OVERLAY=y)))
	@$(if $(is-unsigned),$(call no-layers,KEY=$(KEY): ROOTHASH=1: the root hash would not be in what is signed: \
		set CONFIG_DTB_CMDLINE=y, with a device tree (CONFIG_DTB or DTB=)))
	@$(if $(and $(ROOTHASH),$(KEY)),cd $(card) && for file in $$(grep -l @CMDLINE@ *); do \
		printf '  %-7s %s\n' NOTE "$(card)/$$file gives a command line with the root hash that KEY= does not sign"; done)
	@echo "  LAYERS  $(@D)"
	$(Q)$(board-cmdline) ROOT=$(call path,$(ROOT)) KINDLING=$(H)/kindling ARCH=$(CONFIG_ARCH) \
		ROOT_TYPE=$(CONFIG_ROOT_TYPE) image/layers $(@D) $(O)/root.img $(card)
