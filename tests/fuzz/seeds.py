"""What the fuzzer begins with: texts, and of each image of tests/images.py what is read of it."""
import os
import re
import struct
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import disks
from images import images
from machine import DIR, TOP

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


# fuzz_overlay.c: overlayroot=, rd.overlay=; "-" is not given
WRITABLE = ['tmpfs', 'tmpfs:swap=1,size=64k,recurse=0', 'device:dev=LABEL=other,dir=/a/b,timeout=3', 'device:dir=x', '/dev/vdb',
            'PARTLABEL=data:/upper', '179:2', 'ubi0:data:/d', 'crypt:dev=/dev/vdb', 'disabled', '1', '', '-',
            'device:dev=LABEL="a,b",timeout=x', 'UUID=' + 'f' * 250]
HASH = '0123456789abcdef' * 4
# fuzz_verity.c: systemd.verity_root_options=
OPTIONS = ['', 'restart-on-corruption,ignore-zero-blocks,check-at-most-once', 'panic-on-corruption,restart-on-error,panic-on-error',
           'fec-device=/dev/vdb,fec-offset=1048576,fec-roots=24', 'fec-device=/dev/vdb,fec-roots=1', 'fec-offset=18446744073709551616',
           'ignore-corruption', 'fec-device=' + 'x' * 80]


def writable():
    for value in WRITABLE:
        yield f'{value}\n-\n-\n-\n{HASH}\n\nhead'
        yield f'-\n{value}\n1\n1\n-\n0f41ce9b-ff38-4105-b9e8-e94979457d48\n'
    yield f'\ntmpfs\n0\n-\n{HASH.upper()}\n\n'


def verified(folder):
    """Each superblock that veritysetup makes of the disks of tests/boot: where it stands, and what else is read there."""
    for name in disks.FORMS:
        if 'squashfs verified' not in name and name != 'tree of squashfs' or name.startswith('holder'):
            continue
        out = folder / 'disk'
        disks.make(name, out, {'dev': DIR})
        data, root_hash = out.read_bytes(), Path(f'{out}.roothash').read_text()
        at = data.find(b'verity\0\0')
        claims = disks.claimed(out) if at > 0 else 4096
        block, = struct.unpack_from('<I', data, at + 64)
        at = at if at >= 0 else -(-claims // block) * block
        # its size; a piece
        medium = struct.pack('<QQ', len(data), at) + data[at:at + 512]
        for options in OPTIONS:
            for signature in ('', '/hash.p7s'):
                head = f'{root_hash}\n{options}\n{signature}\n'.encode()
                yield head + struct.pack('<Q', claims) + medium
        for path in folder.iterdir():
            if path.is_file():
                path.unlink()


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
    'overlay': writable,
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
    if target == 'verity':
        with tempfile.TemporaryDirectory() as work:
            for number, data in enumerate(verified(Path(work))):
                (folder / str(number)).write_bytes(data)
        return
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda row: subprocess.run([program, target, row[1], folder / row[0]], check=True),
                      images().items()))
