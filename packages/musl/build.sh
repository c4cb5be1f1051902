# musl, static only: include/ with the kernel's headers, lib/ with musl-gcc.specs for
#     ${cross}gcc -specs $out/lib/musl-gcc.specs -static
# Run by packages/build. Sections of their own let the linker drop what a program does not use.

# without a launcher before it
target=${cross##* }
cd src
./configure --prefix="$out" --target="$(basename "${target%-}")" --disable-shared --enable-wrapper=gcc \
	--enable-optimize=size CROSS_COMPILE="$cross" CC="$cc" \
	CFLAGS="$cflags -ffunction-sections -fdata-sections \
		-fno-unwind-tables -fno-asynchronous-unwind-tables"
make -j"$(nproc)" lib/musl-gcc.specs all
make install-libs install-headers DESTDIR="$PWD/../root"
cp lib/musl-gcc.specs "../root$out/lib/"
cd ..
mv "root$out/include" "root$out/lib" out/

# The kernel's headers, from the first of the compiler's own directories that has them.
for part in linux asm asm-generic mtd; do
	$cc -xc -E -v - </dev/null 2>&1 | sed -n 's,^ /,/,p' | while read -r dir; do
		if [ -d "$dir/$part" ]; then
			cp -RL "$dir/$part" out/include/
			break
		fi
	done
	[ -d "out/include/$part" ]
done
