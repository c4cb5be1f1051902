# The user's variables: values that cannot be, and paths as words of the shell.

ifneq ($(if $(findstring /,$(BOARD)),,$(words $(BOARD)) $(notdir $(board))),1 $(BOARD))
$(error BOARD=$(BOARD): no such board in $(strip $(board-path)); `make list-boards` lists them)
endif

# In a path make, the shell or the compiler would take them for something else; packages/env.sh sees to CACHE.
special := : ; ' " ` & | < > ( ) * ? = $$ % \ \#
unfit = $(filter-out 1,$(words x$1x))$(foreach mark,$(special),$(findstring $(mark),$1))

$(foreach name,CURDIR O H,$(if $(strip $(call unfit,$($(name)))), \
	$(error $(name)=$($(name)): no build in a path with a space, quote or the like; use another)))
ifneq ($(filter command override,$(origin CC)),)
$(error CC=$(CC): kindling is built with gcc; CROSS_COMPILE=PREFIX says which, HOSTCC= is the host tool's compiler)
endif

# A user's path may have them: without ~, as one word of the shell, and for wildcard.
home = $(if $(filter ~/%,$(firstword $1)),$(subst ~/,$(HOME)/,$1),$1)
path = '$(subst ','\'',$(call home,$1))'
empty :=
escaped = $(subst $(empty) $(empty),\ ,$1)

# folder: is $1=, which is $2 by itself, a folder to build in? Among the sources `make clean` would take these along.
sources-in := $(addprefix $(CURDIR)/,boards external image init kconfig man packages qemu tests)
folder = $(if $($1),,$(error $1=: empty; name a folder, or leave it out for $2)) \
	$(if $(filter $(CURDIR) $(sources-in) $(sources-in:=/%),$(or $(realpath $($1)),$(abspath $($1)))), \
		$(error $1=$($1): that is among the sources; build in $2, or outside of the tree)) \
	$(if $(and $(wildcard $($1)),$(if $(wildcard $($1)/.),,file)),$(error $1=$($1): that is a file, not a folder))
