"""What kindling is measured against: programs of Debian's packages, unpacked, never the machine's own."""
import os
import re
import subprocess
from pathlib import Path

import machine
from machine import LINK, TOP

SUITE = 'trixie'
LOADER = 'lib64/ld-linux-x86-64.so.2'
LIBRARIES = 'usr/lib/x86_64-linux-gnu'


def unpacked(folder, packages):
    """The packages, in one tree."""
    debs = machine.output(TOP / 'packages/apt', '-s', SUITE, '-a', 'amd64', 'download',
                          folder / 'debs', *packages).splitlines()
    for deb in debs:
        subprocess.run(['dpkg-deb', '-x', deb, folder / 'peers'], check=True)
    return folder / 'peers'


def busybox(top, applets):
    return {'bin/busybox': top / 'usr/bin/busybox', **{f'bin/{name}': LINK('busybox') for name in applets}}


def with_libraries(top, program):
    """A program of the tree and the libraries that it is linked with, and these, where they are."""
    tree, todo = {'lib64': LINK('usr/lib64'), f'usr/{LOADER}': top / f'usr/{LOADER}'}, [program]
    while todo:
        name = todo.pop()
        if name not in tree:
            tree[name] = Path(os.path.realpath(top / name))
            needed = re.findall(r'\(NEEDED\).*\[(.*)\]', machine.output('readelf', '-d', top / name))
            todo += [f'{LIBRARIES}/{each}' for each in needed if each != Path(LOADER).name]
    return tree
