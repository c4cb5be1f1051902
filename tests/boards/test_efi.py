"""Unified kernel images as the firmware loads them, and what image/efi says of bad input."""
import os
import struct
import subprocess
from collections import namedtuple
from pathlib import Path

import pytest

import machine
from machine import TOP

# architecture -> systemd's stub, and who copies its format
STUBS = {
    'x86_64': (lambda: '/usr/lib/systemd/boot/efi/linuxx64.efi.stub', 'x86_64-linux-gnu-objcopy'),
    'aarch64': (lambda: machine.output(TOP / 'packages/deb', 'trixie', 'arm64', 'systemd-boot-efi') +
                '/usr/lib/systemd/boot/efi/linuxaa64.efi.stub', 'aarch64-linux-gnu-objcopy'),
}
PAGE = 4096
Section = namedtuple('Section', 'name at size data')


def efi(*words, cmdline=' console=ttyS0 root=PARTLABEL=a\n'):
    return subprocess.run([TOP / 'image/efi', *map(str, words)], env=os.environ | {'CMDLINE': cmdline},
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def sections(program):
    """Those of a PE program, and the size that it says it has in memory."""
    data = program.read_bytes()
    pe, = struct.unpack_from('<I', data, 0x3c)
    count, = struct.unpack_from('<H', data, pe + 6)
    optional, = struct.unpack_from('<H', data, pe + 20)
    size_of_image, = struct.unpack_from('<I', data, pe + 24 + 56)
    found = []
    for number in range(count):
        name, size, at, stored, where = struct.unpack_from('<8sIIII', data, pe + 24 + optional + 40 * number)
        found.append(Section(name.rstrip(b'\0').decode(), at, size, data[where:where + min(size, stored)]))
    return found, size_of_image


@pytest.fixture
def parts(tmp_path):
    """A kernel and an initramfs that are not whole pages."""
    kernel, initramfs = tmp_path / 'kernel', tmp_path / 'initramfs'
    kernel.write_bytes(os.urandom(3 * PAGE + 17))
    initramfs.write_bytes(os.urandom(2 * PAGE + 1))
    return kernel, initramfs


@pytest.mark.parametrize('arch', STUBS)
@pytest.mark.parametrize('release', ['6.12.0-test', ''])
def test_sections(arch, release, parts, tmp_path):
    stub, objcopy = STUBS[arch]
    stub, out = Path(stub()), tmp_path / 'kindling.efi'
    result = efi(out, stub, objcopy, release, *parts)
    assert (result.returncode, result.stdout) == (0, '')
    found, whole = sections(out)
    stubs = [section.name for section in sections(stub)[0]]
    ours = {section.name: section.data for section in found[len(stubs):]}
    kernel, initramfs = parts
    assert [section.name for section in found[:len(stubs)]] == stubs
    assert ours == {'.osrel': b'ID=kindling\nPRETTY_NAME=kindling\n',
                    **({'.uname': release.encode()} if release else {}),
                    '.cmdline': b'console=ttyS0 root=PARTLABEL=a',
                    '.initrd': initramfs.read_bytes(), '.linux': kernel.read_bytes()}
    assert list(ours)[-1] == '.linux'
    ends = [section.at + section.size for section in found]
    assert all(end <= section.at for end, section in zip(ends, found[1:])), 'they overlap'
    assert all(section.at % PAGE == 0 for section in found[len(stubs):])
    assert whole >= ends[-1]


def test_same_bytes(parts, tmp_path):
    stub, objcopy = STUBS['x86_64']
    for name in 'a', 'b':
        assert efi(tmp_path / name, stub(), objcopy, 'x', *parts).returncode == 0
        os.utime(parts[0], (0, 0))
    assert (tmp_path / 'a').read_bytes() == (tmp_path / 'b').read_bytes()


def test_bad_input(parts, tmp_path):
    stub, objcopy = STUBS['x86_64']
    kernel, initramfs = parts
    gone, out = tmp_path / 'gone', tmp_path / 'out.efi'
    for words, said in (((gone, objcopy, 'x', kernel, initramfs), f'{gone}: no such file'),
                        ((stub(), objcopy, 'x', gone, initramfs), f'{gone}: no such file'),
                        ((stub(), objcopy, 'x', kernel, gone), f'{gone}: no such file'),
                        ((kernel, objcopy, 'x', kernel, initramfs), f'{kernel}: not a PE program')):
        result = efi(out, *words)
        assert result.returncode == 1 and result.stdout == f'efi: {said}; no image made\n'
        assert not out.exists()
