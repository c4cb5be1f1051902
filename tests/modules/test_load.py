"""Modules of Debian's own kernel in QEMU: the order of loading and the parameters as the kernel shows
them, and what the command line forbids.
"""
import random
import re
from pathlib import Path

import pytest

from machine import DIR, TOP, boot, disk, image, program, stock
from test_kmod import HERE, OUT, SEED, module_of, programs, run

BOARD = 'qemu-x86_64'
# what needs no device; tcrypt tests ciphers and then refuses to be loaded
FOLDERS = ('crypto', 'fs', 'lib', 'net')
NEVER = {'tcrypt'}
ROOT = ['virtio_pci', 'virtio_blk', 'ext4']
# with the value of each on the command line, and what the kernel shows of it
PARAMETERS = {
    'loop.max_loop=5': ('loop/parameters/max_loop', '5'),
    'nfs.nfs4_unique_id="a b"': ('nfs/parameters/nfs4_unique_id', 'a b'),
    'ip-vs.conn_tab_bits=9': ('ip_vs/parameters/conn_tab_bits', '9'),
}


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp('root')
    init = program('x86_64', HERE / 'init.c', folder / 'init')
    return disk(folder / 'root.img', {'sbin/init': init, 'dev': DIR, 'proc': DIR, 'sys': DIR})


class Archive:
    """An initramfs with these modules, and its index."""

    def __init__(self, kernel, names, name):
        work = OUT / name
        run(TOP / 'image/modules', 'pack', kernel / 'modules', work, '--names', ' '.join(names))
        rows = [line.split() for line in (work / 'modules.list').read_text().splitlines()]
        self.index = next(row[2] for row in rows if row[1].endswith('/modules.index'))
        run(TOP / 'image/mkcpio', work / 'modules.list', work / 'modules.cpio')
        core = image(BOARD).with_suffix('')
        self.path = work / 'initramfs'
        self.path.write_bytes(core.read_bytes() + (work / 'modules.cpio').read_bytes())

    def emitted(self, names):
        """What /init loads for these names, each module at its first place."""
        (OUT / 'load.cmdline').write_text('ro\n')
        lines = run(programs()[0], self.index, OUT / 'load.cmdline', input=''.join(f'{name}\n' for name in names))
        return list(dict.fromkeys(lines.split()))


def booted(kernel, archive, root, words, *qemu):
    """The console, and the modules in the order in which they were loaded."""
    with boot(BOARD, kernel=kernel / 'kernel', initrd=archive.path, root=root,
              append=f'root=/dev/vda {words}', qemu=qemu) as machine:
        text = machine.wait()
    loaded = re.findall(r'^MODULE (\S+)', text, re.M)
    assert loaded, text
    return text, loaded[::-1]


def modules_of(kernel):
    """{module: its folder in the kernel's source}."""
    lines = next((kernel / 'modules/lib/modules').iterdir()).joinpath('modules.dep').read_text().splitlines()
    paths = [line.partition(':')[0] for line in lines]
    return {module_of(path): path.split('/')[1] for path in paths}


@pytest.mark.parametrize('name', ['cloud-amd64', pytest.param('amd64', marks=pytest.mark.long)])
def test_twenty(name, root):
    kernel = stock(name)
    folders = modules_of(kernel)
    some = [module for module, folder in folders.items() if folder in FOLDERS]
    rng = random.Random(SEED)
    asked = rng.sample(sorted(set(some) - NEVER), 20)
    print(f'seed {SEED}:', ','.join(asked))
    archive = Archive(kernel, [*asked, *ROOT], f'twenty-{name}')
    text, loaded = booted(kernel, archive, root, f'modules={",".join(asked)}')
    # a cipher for instructions that this processor lacks is none; and a few ask modprobe for more
    refused = set(re.findall(r'kindling: module (\S+):', text))
    print('refused:', refused)
    assert len(refused) <= 3, text
    expected = [module for module in archive.emitted(asked) if module not in refused and
                (module in loaded or folders[module] != 'arch')]
    # a device's driver comes behind all of them
    assert loaded[:len(expected)] == expected and 'virtio_blk' in loaded[len(expected):], text


def test_words(root):
    """Parameters, blacklists, a name that is built in and one that is nowhere, in one boot."""
    kernel = stock('cloud-amd64')
    names = ['loop', 'nfs', 'ip_vs', 'dm_snapshot', 'nbd', 'brd', 'virtio_rng', 'virtio_balloon']
    archive = Archive(kernel, [*names, *ROOT], 'words')
    # this kernel has it built in
    assert '\n= ext4\n' in Path(archive.index).read_text()
    files = ' '.join(f'/sys/module/{file}' for file, _ in PARAMETERS.values())
    text, loaded = booted(
        kernel, archive, root,
        f'modules=nfs,loop,ext4,no-such,ip-vs,,nbd,dm_snapshot,brd {" ".join(PARAMETERS)} '
        'module_blacklist=nfs module_blacklist=nbd,dm_bufio '
        f'modprobe.blacklist=virtio_rng modprobe.blacklist=brd -- {files}',
        '-device', 'virtio-rng-pci', '-device', 'virtio-balloon-pci')

    for file, value in PARAMETERS.values():
        assert f'\n/sys/module/{file} {value}\n' in text, text
    # the kernel has one module_blacklist=, the last; modprobe's is for aliases, not for names
    assert [module for module in loaded if module in names] == ['nfs', 'loop', 'ip_vs', 'brd', 'virtio_balloon']
    said = re.findall('kindling: (mod.*)', text)
    assert said == [
        'modules=no-such: no module of this image; ignored',
        'module nbd: blacklisted; not loaded',
        'module dm_bufio: blacklisted; not loaded',
        'module dm_snapshot: lacks a symbol of another module; going on without it',
        'module virtio_rng: blacklisted; not loaded',
    ], text
