"""The contract on roots in layers: what init sees is a mount of what the layer gives, and nothing else of it.

For dm-verity the kernel alone can make the same device (dm-mod.create=). For the others it is compared with the root
that stands below, mounted by the kernel: there / itself may differ, and the memory that its file systems take.
"""
import re
from pathlib import Path

import disks as forms
import machine
import pytest
from builds import built
from machine import DIR
from test_contract import HERE, ROOTS, compare, report

BOARD, KERNEL = 'qemu-x86_64', 'x86_64'
LAYERS = {
    'image file': 'loop=/images/root.img',
    'overlay in memory': 'overlayroot=tmpfs',
    'overlay on a device': 'rd.overlay=/dev/vdb',
    'overlay over an image file': 'loop=/images/root.img rd.overlay=/dev/vdb',
}


@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    state = machine.program('x86_64', HERE / 'state.c', tmp_path_factory.mktemp('layers') / 'state')
    return {'sbin/init': state, **dict.fromkeys(ROOTS['whole'], DIR)}


def boot(disks, words, config=None):
    drives = [word for path in disks for word in ('-drive', f'file={path},format=raw,if=virtio,snapshot=on')]
    with machine.boot(BOARD, kernel=machine.kernel(KERNEL), initrd=config and built(BOARD, config).image,
                      cmdline=f'console=ttyS0 panic=-1 {words}', qemu=drives) as guest:
        return report(guest.wait())


def table(path):
    """dm-mod.create= for the tree behind this ext4, as veritysetup's superblock describes it."""
    size = forms.claimed(path)
    block = path.read_bytes()[size:size + 512]
    salt = block[88:88 + int.from_bytes(block[80:82], 'little')].hex()
    return (f'root,,,ro,0 {size // 512} verity 1 254:0 254:0 4096 4096 {size // 4096} {size // 4096 + 1} sha256 '
            f'{Path(f"{path}.roothash").read_text()} {salt}')


@pytest.mark.parametrize('option', ['', 'CONFIG_VERITY_UDEV=y'])
def test_verity(option, tree, tmp_path):
    disk = tmp_path / 'root'
    forms.make('ext4 verified', disk, tree)
    # what stands on the command line is init's too: both get the same
    config = f'CONFIG_LAYER_VERITY=y\n{option}\nCONFIG_CMDLINE_APPEND="root=/dev/vda roothash={Path(f"{disk}.roothash").read_text()}"'
    alone = boot([disk], f'ro dm-mod.create="{table(disk)}" root=/dev/dm-0 rootflags=noload')
    kindling = boot([disk], 'ro root=/dev/dm-0 rootflags=noload', config)
    own = r'[-+](mount / source: /dev/(root|dm-0)$|proc cmdline: )|@@|---|\+\+\+'
    if option:
        # the one mount that is left, with udev's note
        own += r'|[-+](mount|statfs|file) /run\b'
    difference = [line for line in compare(alone, kindling) if not re.match(own, line)]
    assert not difference, '\n'.join(difference)


@pytest.mark.parametrize('name', LAYERS)
def test_layer(name, tree, tmp_path):
    root, image, upper = (tmp_path / part for part in ('root', 'image', 'upper'))
    forms.make('good', root, tree)
    forms.make('holder of ext4', image, tree)
    forms.make('other', upper, {'data': DIR})
    config = 'CONFIG_LAYER_LOOP=y\nCONFIG_LAYER_OVERLAY=y\nCONFIG_CMDLINE_APPEND="{}"'.format(LAYERS[name])
    alone = boot([root, upper], 'root=/dev/vda')
    kindling = boot([image if 'loop=' in LAYERS[name] else root, upper], 'root=/dev/vda', config)
    # root's mount is another, and what lies on it
    own = r'[-+](mount /( |:)|statfs /( |:)|file (/|/dev|/dev/loop0): |statfs /dev inodes used|memory free)|@@|---|\+\+\+'
    difference = [line for line in compare(alone, kindling) if not re.match(own, line)]
    assert not difference, '\n'.join(difference)
