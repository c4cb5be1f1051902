"""One bit of a verified root is another, anywhere: /init refuses it, a read fails, or root is the same byte for byte.

The tracer's guest (test_faults.py) runs /init on a disk in which the host changes a bit before each run; when it has
started root's init, all of root's device is read. Nothing else may happen: no other byte, no unverified mount.
"""
import contextlib
import random
from collections import Counter
from pathlib import Path

import disks
import machine
import pytest
from builds import built
from machine import CONSOLE, DIR, TOP
from test_faults import BOARD, HERE, Guest

CONFIG = 'CONFIG_LAYER_VERITY=y\nCONFIG_GUARD=n'
# of this call no run has so many: none fails, and none is told
NONE = 10 ** 6
# blocks of data and of the tree
FORMS = {'squashfs verified': (4096, 4096), 'ext4 verified': (4096, 4096), 'squashfs verified in small blocks': (1024, 512)}


class Disk:
    def __init__(self, folder, form):
        self.path = folder / 'root'
        init = machine.program('x86_64', TOP / 'tests/boot/init.c', folder / 'init')
        disks.make(form, self.path, {'sbin/init': init, 'dev': DIR, 'proc': DIR, 'sys': DIR})
        self.data = self.path.read_bytes()
        self.root_hash = Path(f'{self.path}.roothash').read_text()
        block, hash_block = FORMS[form]
        # where its superblock stands, where it begins and ends
        self.super = -(-disks.claimed(self.path) // block) * block
        self.tree = self.super + hash_block
        self.end = -(-len(self.data.rstrip(b'\0')) // hash_block) * hash_block

    def flip(self, bit):
        with open(self.path, 'r+b') as file:
            file.seek(bit // 8)
            file.write(bytes([self.data[bit // 8] ^ 1 << bit % 8]))

    def restore(self, bit):
        with open(self.path, 'r+b') as file:
            file.seek(bit // 8)
            file.write(self.data[bit // 8:bit // 8 + 1])


def bits(disk, rng, count):
    """(place, bit): of the root hash, the superblock, the tree and the data, as many of each; and what is between."""
    spans = {'root hash': (0, 32), 'superblock': (disk.super, disk.super + 512), 'slack': (disk.super + 512, disk.tree),
             'tree': (disk.tree, disk.end), 'data': (0, disk.super)}
    for place, (first, end) in spans.items():
        for _ in range(0 if first == end else 8 if place == 'slack' else count // 4):
            yield place, rng.randrange(8 * first, 8 * end)


def outcome(run, whole):
    if run.end == 'started':
        assert run.root == 'dm-0', run.root
        if run.data.startswith('error'):
            return 'read error'
        assert run.data == whole, 'other data is read'
        return 'the same'
    assert run.end == 'reboot' and run.errors, run.end
    return 'refused'


def test_then_another_root(tmp_path):
    """What is refused is never the end where there is another root."""
    rng, folders = random.Random(2), [tmp_path / name for name in 'ab']
    for folder in folders:
        folder.mkdir()
    a, b = Disk(folders[0], 'squashfs verified'), Disk(folders[1], 'ext4 verified')
    with contextlib.ExitStack() as stack:
        guest = Guest(stack, initrd(tmp_path), [a.path, b.path])

        def run(*roots):
            first, *rest = roots
            return guest.run(0, f'quiet panic=-1 rootwait=1 root={first} ' + ' '.join(f'rootfallback={root}' for root in rest), index=NONE)
        roots = [f'/dev/vd{disk},roothash={root_hash}' for disk, root_hash in (('a', a.root_hash), ('b', b.root_hash))]
        wholes = [run(root).data for root in roots]
        for _ in range(20):
            # of its first block, which every mount reads
            bit = rng.randrange(8 * 96)
            a.flip(bit)
            assert run(*roots).data == wholes[1], bit
            a.restore(bit)
        assert run(*roots).data == wholes[0]


def initrd(folder):
    tracer = machine.program('x86_64', HERE / 'tracer.c', folder / 'tracer')
    return machine.cpio(folder / 'initrd', {**CONSOLE, 'init': tracer, 'proc': DIR, 'sys': DIR,
                                            'images/0': built(BOARD, CONFIG).out / 'init/init'})


@pytest.mark.parametrize('form, count', [
    ('squashfs verified', 100), *(pytest.param(form, 3400, marks=pytest.mark.long) for form in FORMS)])
def test_flips(form, count, tmp_path, capsys):
    disk, rng, found = Disk(tmp_path, form), random.Random(form), Counter()
    with contextlib.ExitStack() as stack:
        guest = Guest(stack, initrd(tmp_path), [disk.path])

        def run(root_hash):
            return guest.run(0, f'quiet panic=-1 rootwait=1 root=/dev/vda roothash={root_hash}', index=NONE)
        whole = run(disk.root_hash).data
        assert whole and not whole.startswith('error')
        for place, bit in bits(disk, rng, count):
            root_hash = disk.root_hash
            if place == 'root hash':
                digit = bit // 4
                root_hash = f'{root_hash[:digit]}{int(root_hash[digit], 16) ^ 1 << bit % 4:x}{root_hash[digit + 1:]}'
            else:
                disk.flip(bit)
            try:
                found[place, outcome(run(root_hash), whole)] += 1
            except AssertionError as wrong:
                raise AssertionError(f'{place}, bit {bit}: {wrong}') from None
            finally:
                if place != 'root hash':
                    disk.restore(bit)
        assert run(disk.root_hash).data == whole
    # the UUID, and what no field of the superblock says, may be anything
    assert {place for place, what in found if what == 'the same'} <= {'superblock', 'slack'}
    assert disk.path.read_bytes() == disk.data
    with capsys.disabled():
        print(f'\n  {form}: ' + ', '.join(f'{place} {what} {count}' for (place, what), count in sorted(found.items())))
