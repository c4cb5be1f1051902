SUMMARY = "An initramfs in one small static C program"
DESCRIPTION = "Finds, checks and mounts the root file system that the kernel command line names, and vanishes."
LICENSE = "MIT"
LIC_FILES_CHKSUM = "file://LICENSE;md5=6bda234ee1833ae3a0056ddce6f3ee12"

# musl, toybox and dtc are built by kindling's own packages/build, which takes them from DL_DIR.
SRC_URI = "git://${KINDLING_TREE};protocol=file;usehead=1;destsuffix=${BP} \
    https://musl.libc.org/releases/musl-1.2.5.tar.gz;name=musl;unpack=0 \
    https://landley.net/toybox/downloads/toybox-0.8.9.tar.gz;name=toybox;unpack=0 \
    https://www.kernel.org/pub/software/utils/dtc/dtc-1.7.2.tar.xz;name=dtc;unpack=0"
SRCREV = "${AUTOREV}"
SRC_URI[musl.sha256sum] = "a9a118bbe84d8764da0ea0d28b3ab3fae8477fc7e4085d90102b8596fc7c75e4"
SRC_URI[toybox.sha256sum] = "06913dde3de7139b40f947bd7f23869dfc8796e9c6ff39de02719f8b7b2d47ad"
SRC_URI[dtc.sha256sum] = "92d8ca769805ae1f176204230438fe52808f4e1c7944053c9eec0e649b237539"

inherit deploy nopackages

PACKAGE_ARCH = "${MACHINE_ARCH}"
B = "${WORKDIR}/build"

# The board of QEMU with this processor. ARMv5 code runs on ARMv6, and on ARMv7 without hard float, too.
def kindling_board(d):
    arch = d.getVar('TARGET_ARCH')
    if arch == 'arm':
        versions = {'armv5', 'armv6', 'armv7a', 'armv7ve', 'armv8a'} & set(d.getVar('MACHINEOVERRIDES').split(':'))
        if not versions:
            return ''
        has_hard_float = 'callconvention-hard' in d.getVar('TUNE_FEATURES').split()
        return 'qemu-arm' if has_hard_float and not versions & {'armv5', 'armv6'} else 'versatilepb'
    return {'x86_64': 'qemu-x86_64', 'i586': 'qemu-i386', 'i686': 'qemu-i386', 'aarch64': 'qemu-aarch64',
            'riscv64': 'qemu-riscv64'}.get(arch, '')

KINDLING_BOARD ?= "${@kindling_board(d)}"
KINDLING_BOARD_PATH ?= ""
KINDLING_CONFIG ?= ""

python () {
    if not d.getVar('KINDLING_BOARD'):
        raise bb.parse.SkipRecipe("no board of kindling's has the processor of %s (%s): those have x86-64, x86 from "
            "i586 on, ARM from v5 on with an MMU, ARM64 and RISC-V of 64 bits, all little-endian"
            % (d.getVar('MACHINE'), d.getVar('TARGET_ARCH')))
}

# Of the tuning only the ABI counts, which that of the compiler's own libgcc is.
KINDLING_ABI = ""
KINDLING_ABI:arm = "${@' '.join(word for word in d.getVar('TUNE_CCARGS').split() \
    if word.startswith(('-mfpu=', '-mfloat-abi=')))}"

EXTRA_OEMAKE = "-C ${S} O=${B}/out BOARD=${KINDLING_BOARD} BOARD_PATH=${KINDLING_BOARD_PATH} CROSS_COMPILE=${B}/cross/${TARGET_PREFIX} \
    CACHE=${B}/cache DL_DIR=${DL_DIR}"

# The compiler of a recipe has options where kindling wants a prefix: so these are programs.
do_configure() {
	rm -rf ${B}/out ${B}/cross
	mkdir -p ${B}/out ${B}/cross
	for tool in ar as ld nm objcopy ranlib strip; do
		printf '#!/bin/sh\nexec ${TARGET_PREFIX}%s "$@"\n' "$tool" >${B}/cross/${TARGET_PREFIX}$tool
	done
	printf '#!/bin/sh\nexec ${TARGET_PREFIX}gcc ${TOOLCHAIN_OPTIONS} ${KINDLING_ABI} "$@"\n' >${B}/cross/${TARGET_PREFIX}gcc
	chmod +x ${B}/cross/*
	if [ -n "${KINDLING_CONFIG}" ]; then
		cp "${KINDLING_CONFIG}" ${B}/out/.config
	else
		oe_runmake defconfig
	fi
}

do_compile() {
	oe_runmake
}

do_install[noexec] = "1"

# Under the name that INITRAMFS_IMAGE = "kindling" makes the kernel look for.
do_deploy() {
	for file in ${B}/out/images/initramfs.cpio*; do
		install -m 0644 "$file" "${DEPLOYDIR}/kindling-${MACHINE}${file##*/initramfs}"
	done
}
addtask deploy after do_compile before do_build

# What the kernel's recipe waits for then.
do_image_complete[noexec] = "1"
do_image_complete() {
	:
}
addtask image_complete after do_deploy before do_build
