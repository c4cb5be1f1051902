"""The Raspberry Pi's card: what the user alone can give, and what qemu/firmware-raspberrypi says where
the firmware would not find something."""
import subprocess

import pytest

import machine
from builds import built, make
from machine import TOP

BOARD = 'raspi-zero'
OURS = ['bootcode.bin', 'start.elf', 'fixup.dat']
# where the boot partition is
FAT = '@@1M'


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp('root')
    (folder / 'sbin').mkdir()
    machine.program('armv5', TOP / 'tests/boot/init.c', folder / 'sbin/init')
    return folder


def card(root, **variables):
    """(the card, what make said)"""
    out = built(BOARD, folder=f'card-{BOARD}').out
    result = make(f'BOARD={BOARD}', f'O={out}', f'ROOT={root}', 'image', **variables)
    assert result.returncode == 0, result.stdout
    return out / 'images/disk.img', result.stdout


def files(image):
    return machine.output('mdir', '-b', '-i', f'{image}{FAT}', '::').replace('::/', '').split()


def test_the_gpus_programs(root, tmp_path):
    image, said = card(root)
    assert not set(OURS) & set(files(image))
    assert (f'card: {", ".join(OURS)}: not in BOOTLOADER=, which should have what Debian may not ship; '
            f'made without: see boards/{BOARD}/README.md') in said
    loaders = tmp_path / 'loaders'
    (loaders / 'overlays').mkdir(parents=True)
    for name in OURS:
        (loaders / name).write_text(name)
    image, said = card(root, BOOTLOADER=str(loaders))
    assert set(OURS) <= set(files(image)) and 'card: ' not in said
    for name in OURS:
        assert machine.output('mtype', '-i', f'{image}{FAT}', f'::{name}') == name


def test_something_lacks(root):
    image, _ = card(root)
    broken = image.with_name('broken.img')
    for name, why in (('kernel', ', and config.txt names it'), ('initramfs', ', and config.txt names it'),
                      ('board.dtb', ', and config.txt names it'), ('cmdline.txt', ''), ('config.txt', '')):
        broken.write_bytes(image.read_bytes())
        subprocess.run(['mdel', '-i', f'{broken}{FAT}', f'::{name}'], check=True)
        result = subprocess.run([TOP / 'qemu/run', BOARD, '--card', broken], text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert result.returncode == 1
        assert result.stdout == f'firmware-raspberrypi: {broken}: no {name} on it{why}; nothing is started\n'
    broken.unlink()
