# toybox, static: out/toybox, stripped. $config lists the commands; a C file of the same name
# beside it is compiled in. Run by packages/build.

musl=${depends# }
extra=${config%.config}.c
cd src
[ ! -f "$extra" ] || cp "$extra" lib/
make allnoconfig KCONFIG_ALLCONFIG="$config"
# kconfig drops what it cannot give without a word
lost=$(grep '^CONFIG_' "$config" | grep -vxFf .config) || :
[ -z "$lost" ] || { echo "not in this toybox:" $lost; exit 1; }
# it wants a compiler of one word
printf '#!/bin/sh\nexec %s "$@"\n' "$cc" >compiler
chmod +x compiler
make toybox CROSS_COMPILE= CC="$PWD/compiler" STRIP="${cross}strip -R .comment" V= \
	CFLAGS="-specs $musl/lib/musl-gcc.specs $cflags -fno-pie -flto" \
	OPTIMIZE="-Os -ffunction-sections -fdata-sections -fno-strict-aliasing -fno-unwind-tables \
		-fno-asynchronous-unwind-tables -fno-stack-protector -fmerge-all-constants" \
	LDOPTIMIZE="-Wl,--gc-sections -Wl,--build-id=none -Wl,-z,noseparate-code -Wl,-z,norelro" \
	LDFLAGS="-static -no-pie"
cp toybox ../out/
chmod 755 ../out/toybox
