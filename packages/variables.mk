# The user's variables: values that cannot be, and paths as words of the shell.

# In a path make, the shell or the compiler would take them for something else; packages/env.sh sees to CACHE.
special := : ; ' " ` & | < > ( ) * ? = $$ % \ \#
unfit = $(filter-out 1,$(words x$1x))$(foreach mark,$(special),$(findstring $(mark),$1))

ifneq ($(filter-out help list-boards,$(or $(MAKECMDGOALS),all)),)
$(foreach name,CURDIR O H,$(if $(strip $(call unfit,$($(name)))), \
	$(error $(name)=$($(name)): no build in a path with a space, quote or the like; use another)))
ifneq ($(filter command override,$(origin CC)),)
$(error CC=$(CC): kindling is built with gcc; CROSS_COMPILE=PREFIX says which, HOSTCC= is the host tool's compiler)
endif
endif

# A user's path may have them: without ~, as one word of the shell, and for wildcard.
home = $(if $(filter ~/%,$(firstword $1)),$(subst ~/,$(HOME)/,$1),$1)
path = '$(subst ','\'',$(call home,$1))'
empty :=
escaped = $(subst $(empty) $(empty),\ ,$1)
