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
179:2
b302
UUID=0f41ce9b-ff38-4105-b9e8-e94979457d48
UUID="1234-ABCD"
LABEL=rootfs
PARTUUID=a1d0c3e5-02
PARTUUID=a1d0c3e5-01/PARTNROFF=1
PARTUUID=0f41ce9b-ff38-4105-b9e8-e94979457d48/PARTNROFF=-3
PARTLABEL=system
mtd:rootfs
mtd3
ubi0:rootfs
ubi0_1
/dev/nfs
'''.split()
VALUES = ['0f41ce9b-ff38-4105-b9e8-e94979457d48', 'my root', 'rotfs', 'a1d0c3e5-02', '1234-ABCD']

EVENTS = ['add@/devices/pci0000:00/0000:00:03.0/virtio1/block/vda/vda2\0ACTION=add\0'
          'DEVPATH=/devices/pci0000:00/0000:00:03.0/virtio1/block/vda/vda2\0SUBSYSTEM=block\0'
          'MAJOR=254\0MINOR=2\0DEVNAME=vda2\0DEVTYPE=partition\0DISKSEQ=9\0PARTN=2\0'
          'PARTNAME=root\0SEQNUM=1207\0',
          'remove@/devices/virtual/net/lo\0ACTION=remove\0SUBSYSTEM=net\0',
          'libudev\0\xfe\xed\xca\xfe']


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
    'uevent': lambda: EVENTS,
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
