# dtc and its tools, libfdt linked in: a directory to put first in PATH. Run by packages/build.
# Without pkg-config it finds neither libyaml nor valgrind, and it asks git for no version.

tools='dtc fdtdump fdtget fdtoverlay fdtput'
cd src
make -j"$(nproc)" $tools PKG_CONFIG=false localver_full= LIBFDT_dep=libfdt/libfdt.a \
	CC="$cc" EXTRA_CFLAGS="$cflags -Wno-error" LDFLAGS=-s
cp $tools ../out/
