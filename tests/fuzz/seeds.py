"""What the fuzzer begins with: texts, and of each image of tests/images.py what is read of it."""
import os
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

from images import images
from machine import TOP

ROOTS = r'''
/dev/vda2
/dev/disk/by-uuid/0F41CE9B-FF38-4105-B9E8-E94979457D48
/dev/disk/by-label/my\x20root
/dev/ram
/dev/cciss/c0d0p1
/dev/mapper/root
179:2
8:1:0
b302
0xb302
UUID=0f41ce9b-ff38-4105-b9e8-e94979457d48
UUID="1234-ABCD"
LABEL=rootfs
LABEL=a,b,rootfstype=xfs,erofs,rootflags=x,y
LABEL="a,rootflags=b",loop=x
PARTUUID=a1d0c3e5-02
PARTUUID=0f41ce9b-ff38
PARTUUID=a1d0c3e5-01/PARTNROFF=1
PARTUUID=0f41ce9b-ff38-4105-b9e8-e94979457d48/PARTNROFF=-3
PARTLABEL=system
mtd:rootfs
mtd3
mtd:rootfs,rootfstype=jffs2
ubi0:rootfs
ubi1!rootfs
ubi0_1
ubi3
/dev/nfs
/dev/cifs
'''.split()
VALUES = ['0f41ce9b-ff38-4105-b9e8-e94979457d48', 'my root', 'rotfs', 'a1d0c3e5-02', '1234-ABCD']

EVENTS = ['add@/devices/pci0000:00/0000:00:03.0/virtio1/block/vda/vda2\0ACTION=add\0'
          'DEVPATH=/devices/pci0000:00/0000:00:03.0/virtio1/block/vda/vda2\0SUBSYSTEM=block\0'
          'MAJOR=254\0MINOR=2\0DEVNAME=vda2\0DEVTYPE=partition\0DISKSEQ=9\0PARTN=2\0'
          'PARTNAME=root\0SEQNUM=1207\0',
          'remove@/devices/virtual/net/lo\0ACTION=remove\0SUBSYSTEM=net\0',
          'libudev\0\xfe\xed\xca\xfe']

INDEX = """\
virtio virtio_ring virtio_blk = virtio_blk virtio:d00000002v*
= ext4 fs-ext4 fs-ext2
nls_cp437 = nls_cp437 fs-vfat
fat vfat = vfat fs-vfat
libahci ahci = ahci pci:v*d*sv*sd*bc01sc06i01* pci:v0000105Ad*sv*sd*bc01sc06i01*
usb_storage uas = uas usb:v*p*d*dc*dsc*dp*ic08isc06ip[0-9a-f]*in*
"""
ASKED = ['virtio:d00000002v00001AF4', 'ext4', 'fs-vfat', 'fs-ext2', 'ahci', 'virtio-blk', 'uas',
         'usb:v0BC2p3312d0100dc00dsc00dp00ic08isc06ip62in00', 'none']
WORDS = ['ahci.mobile_lpm_policy=3 quiet uas.quirks="a b" uas.debug', 'modprobe.blacklist=uas,ahci',
         'virtio_blk.queue-depth=1 virtio-blk.x= module_blacklist=vfat', '']
# fuzz_pattern.c: what makes a pattern, and a text
PATTERNS = ['abc\0_:-', '*ab\0aab', '?[A[ab*\0a5:zz', '[z[a\0f9', '*a*b?[!\0zabcz', '\0', '*\0']


def command_lines():
    for path in TOP.glob('boards/*/cmdline'):
        yield path.read_text()
    for path in TOP.glob('tests/boot/*.toml'):
        yield from re.findall(r'''^(?:words|cmdline) = ["'](.*)["']$''', path.read_text(), re.M)


TEXTS = {
    'cmdline': command_lines,
    'rootspec': lambda: [f'{types}\n{root}\n{value}' for types, root, value in
                         [*(('', root, value) for root in ROOTS for value in VALUES),
                          ('9p', 'share', '')]],
    'uevent': lambda: [f'{key}\0{event}' for key in ('MODALIAS=', 'DEVNAME=') for event in EVENTS],
    'pattern': lambda: PATTERNS,
    'modules': lambda: [f'{asked}\n{words}\n{INDEX}' for asked in ASKED for words in WORDS],
}


def make(target, folder, program):
    """Fills the folder with the seeds of a target; `program` is seed.c, built."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    if target in TEXTS:
        for number, text in enumerate(TEXTS[target]()):
            (folder / str(number)).write_text(text)
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda row: subprocess.run([program, target, row[1], folder / row[0]], check=True),
                      images().items()))
