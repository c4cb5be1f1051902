"""What rows ask for, and where they run: features.toml says what each feature is.

A target is a board's QEMU machine with a kernel. boards/BOARD/qemu declares it:

    features qemu/kernel arm32 virtio ext4 squashfs

A row runs on the first target that has all it needs and that `make check` has; with `each` on more of them: "check" on each board's first
one already in make check, "long" only in check-long. That has one more for each row, another one for each name,
and with ALL=1 every target.
"""
import os
import tomllib
import zlib
from pathlib import Path
from typing import NamedTuple

import pytest

import machine
from machine import BOARDS, LONG_KERNELS, TOP

FEATURES = tomllib.loads(Path(__file__).with_name('features.toml').read_text())


def marks(command):
    """Those of a test that needs the kernel which this line of boards/BOARD/kernel prints."""
    return [pytest.mark.long] if command in LONG_KERNELS else []


class Target(NamedTuple):
    board: str
    command: str       # prints the kernel's folder
    features: frozenset

    @property
    def name(self):
        return self.command.split()[-1]

    @property
    def folder(self):
        return machine.kernel_folder(self.command)

    def lacks(self, needs):
        return sorted(set(needs) - self.features)

    def modules(self, needs):
        """The names of those that bring what this kernel has not built in."""
        config = set((self.folder / 'config').read_text().splitlines())
        names = []
        for feature in sorted(needs):
            row = FEATURES[feature]
            if any(f'CONFIG_{symbol}=m' in config for symbol in symbols(row)):
                names += row['modules'].split()
        return ' '.join(dict.fromkeys(names))


def symbols(row):
    return row['config'].replace('|', ' ').split()


def declared(board):
    for line in (TOP / f'boards/{board}/qemu').read_text().splitlines():
        key, *words = line.split() or ['']
        if key == 'features':
            unknown = set(words[2:]) - set(FEATURES)
            assert not unknown, f'boards/{board}/qemu: no such features: {unknown}'
            yield Target(board, ' '.join(words[:2]), frozenset(words[2:]))


TARGETS = [target for board in BOARDS for target in declared(board)]


def places(name, needs, each=None):
    """[target, is it only in check-long] of a row, in the order of boards."""
    found = [target for target in TARGETS if not target.lacks(needs)]
    assert found, f'no target has all of {sorted(needs)}'
    usual = [target for target in found if target.command not in LONG_KERNELS]
    firsts = list({target.board: target for target in reversed(usual)}.values()) if each == 'check' else usual[:1]
    rest = [target for target in found if target not in firsts] if each or not usual else []
    if rest and not os.environ.get('ALL'):
        rest = [rest[zlib.crc32(name.encode()) % len(rest)]]
    for target in found:
        if target in firsts or target in rest:
            yield target, target in rest
