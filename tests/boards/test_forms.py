"""What boards.toml's rows leave out: the forms that bootloaders load, and other places of the command
line.
"""
import os
import re
import subprocess
from pathlib import Path

import pytest

import machine
from builds import built, make
from machine import TOP, dtc, kernel_folder, output
from test_boards import root
from test_uboot import key, run

TREE = '/dts-v1/; / { compatible = "x"; chosen { stdout-path = "serial0"; }; };'


# ---- forms ---------------------------------------------------------------------------------------

@pytest.fixture
def fit(tmp_path):
    """fit(NAME, KEY...): the bytes of a FIT of small files."""
    kernel, tree, archive = (tmp_path / name for name in ('kernel', 'tree', 'archive'))
    kernel.write_bytes(b'zImage' * 5000)
    archive.write_bytes(b'cpio' * 100)
    subprocess.run([dtc('dtc'), '-q', '-O', 'dtb', '-o', tree], input=TREE, text=True, check=True)

    def made(name, *key):
        subprocess.run([TOP / 'image/fit', tmp_path / name, 'arm', kernel, tree, archive, *key], check=True)
        return (tmp_path / name).read_bytes()
    return made


def test_fit(fit, tmp_path):
    """Three parts, each with its hash, in one configuration; the kernel is the last."""
    data = fit('a.itb')
    shown = output('dumpimage', '-l', tmp_path / 'a.itb')
    for line in (r"Configuration 0 \(kindling\)", r'Type: +Kernel Image \(no loading done\)',
                 r'Type: +RAMDisk Image', r'Type: +Flat Device Tree', r'Kernel: +kernel',
                 r'Init Ramdisk: ramdisk', r'FDT: +fdt'):
        assert re.search(line, shown), shown
    assert len(re.findall('Hash algo: +sha256', shown)) == 3
    assert data.rindex(b'cpiocpio') < data.rindex(b'zImagezImage')
    assert (tmp_path / 'a.its').exists()


def test_fit_is_reproducible(fit, tmp_path):
    ours = key(tmp_path / 'key')
    assert fit('a.itb') == fit('b.itb')
    signed = fit('c.itb', ours)
    assert signed == fit('d.itb', ours) != fit('a.itb')


@pytest.mark.parametrize('change, words', [
    ('kernel', 'no such file; no kernel, no image made'),
    ('dev.key', 'dev.key; no image made'),
    ('dev.crt', 'dev.crt; no image made'),
    ('of another key', 'dev.crt is not of'),
    ('no key', 'openssl cannot read'),
    ('ECDSA', 'not an RSA key'),
    ('mkimage', 'mkimage did not sign'),
])
def test_fit_without(change, words, tmp_path, monkeypatch):
    """Never one without the signature that was asked for."""
    file = tmp_path / 'file'
    file.touch()
    ours = key(tmp_path / 'key')
    (ours.parent / change).unlink(missing_ok=True)
    if change == 'of another key':
        key(tmp_path / 'other').with_suffix('.crt').rename(f'{ours}.crt')
    elif change == 'no key':
        Path(f'{ours}.key').write_text('no key\n')
    elif change == 'ECDSA':
        run('openssl', 'req', '-batch', '-new', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1',
            '-nodes', '-subj', '/CN=test', '-keyout', f'{ours}.key', '-out', f'{ours}.crt')
    elif change == 'mkimage':
        # one that passes over the key, and ends well, as the real one does for some
        real = output('sh', '-c', 'command -v mkimage')
        (tmp_path / 'mkimage').write_text(f'#!/bin/sh\nexec {real} "$1" "$2" "$3" "$4" "$5" "${{9}}"\n')
        (tmp_path / 'mkimage').chmod(0o755)
        monkeypatch.setenv('PATH', f'{tmp_path}:{os.environ["PATH"]}')
    result = subprocess.run([TOP / 'image/fit', tmp_path / 'a.itb', 'arm',
                             tmp_path / 'none' if change == 'kernel' else file, '', file, ours],
                            text=True, capture_output=True, stdin=subprocess.DEVNULL)
    assert result.returncode and words in result.stderr, result.stdout + result.stderr
    assert 'Traceback' not in result.stderr and not (tmp_path / 'a.itb').exists()


def test_overlay(tmp_path):
    """bootargs into a tree that has /chosen and into one that has none, whatever the words."""
    words = 'console=ttyS0 root=LABEL="my root" x=\\n'
    run('env', f'CMDLINE={words}', TOP / 'image/dtbo', tmp_path / 'k.dtbo')
    for text in TREE, '/dts-v1/; / { };':
        subprocess.run([dtc('dtc'), '-q', '-O', 'dtb', '-o', tmp_path / 'tree'], input=text, text=True, check=True)
        run(dtc('fdtoverlay'), '-i', tmp_path / 'tree', '-o', tmp_path / 'out', tmp_path / 'k.dtbo')
        assert output(dtc('fdtget'), tmp_path / 'out', '/chosen', 'bootargs') == words


def test_dtc_is_ours(fit, tmp_path, monkeypatch):
    """FIT, overlay and tree are made by packages/dtc, whatever the machine has."""
    (tmp_path / 'bin').mkdir()
    for name in 'dtc', 'fdtoverlay':
        (tmp_path / 'bin' / name).write_text('#!/bin/sh\nexit 9\n')
        (tmp_path / 'bin' / name).chmod(0o755)
    monkeypatch.setenv('PATH', f'{tmp_path / "bin"}:{os.environ["PATH"]}')
    assert subprocess.run(['dtc', '--version']).returncode == 9
    fit('a.itb')
    (tmp_path / '.config').write_text('CONFIG_ARM=y\nCONFIG_FORM_FIT=y\nCONFIG_DTB_CMDLINE=y\n')
    result = make('BOARD=qemu-arm', f'O={tmp_path}', f'KERNEL={tmp_path / "kernel"}', f'DTB={tmp_path / "tree"}')
    assert result.returncode == 0, result.stdout
    assert 'root=' in output(dtc('fdtget'), tmp_path / 'images/board.dtb', '/chosen', 'bootargs')


def test_forms_of_another_configuration_go(tmp_path):
    """What is in images/ is what the configuration asks for, and `make` names it with its size."""
    folder = kernel_folder('qemu/kernel arm32')
    given, line = [f'KERNEL={folder}'], ['DISKID=12345678', 'CMDLINE=root=PARTUUID=6b696e64-02']
    for form, files, words in (
        ('FORM_UINITRD=y', {'uInitrd'}, []),
        ('FORM_FIT=y\nCONFIG_DTB_CMDLINE=y', {'kindling.itb', 'kindling.its', 'kindling.dtbo', 'board.dtb'}, given + line),
        ('FORM_FIT=y', {'kindling.itb', 'kindling.its'}, given),
        ('FORM_CPIO=y', set(), []),
    ):
        (tmp_path / '.config').write_text(f'CONFIG_ARM=y\nCONFIG_DTB="vexpress-v2p-ca9"\nCONFIG_{form}\n')
        result = make('BOARD=qemu-arm', f'O={tmp_path}', *words)
        assert result.returncode == 0, result.stdout
        there = {file.name for file in (tmp_path / 'images').iterdir()}
        assert there == files | {'initramfs.cpio', 'initramfs.cpio.gz', 'initramfs.list'}
        shown = {Path(line.split(': ')[1]).name for line in result.stdout.splitlines() if 'READY' in line}
        assert shown == files - {'kindling.its'} | {'initramfs.cpio.gz'}
        if 'board.dtb' in files:
            assert (output(dtc('fdtget'), tmp_path / 'images/board.dtb', '/chosen', 'bootargs') ==
                    'root=PARTUUID=12345678-02')


@pytest.mark.long
def test_archive_of_the_list_boots(tmp_path):
    """As CONFIG_INITRAMFS_SOURCE packs it: the kernel's own tool, with images/initramfs.list."""
    home = os.environ.get('XDG_CACHE_HOME', os.path.expanduser('~/.cache'))
    cache = Path(os.environ.get('CACHE', f'{home}/kindling'))
    source = sorted(cache.glob('linux-source-*/usr/gen_init_cpio.c'))[-1]
    run('gcc', '-o', tmp_path / 'gen_init_cpio', source)
    listed = built('qemu-x86_64', 'CONFIG_FORM_LIST=y').out / 'images/initramfs.list'
    archive = tmp_path / 'cpio'
    archive.write_bytes(subprocess.run([tmp_path / 'gen_init_cpio', listed], check=True,
                                       stdout=subprocess.PIPE).stdout)
    tree = {'sbin/init': root('x86_64') / 'sbin/init', 'dev': machine.DIR, 'proc': machine.DIR}
    with machine.boot('qemu-x86_64', root=machine.disk(tmp_path / 'root', tree), initrd=archive) as guest:
        guest.expect('kindling: root /dev/vda')
        guest.expect('INIT end')


# ---- where a command line may stand, and modules of their own, through U-Boot ----------------------

BOARD = 'qemu-aarch64-uboot'
ROOT = 'root=PARTUUID=6b696e64-02 rootwait=30'


@pytest.mark.long
@pytest.mark.parametrize('name, lines, cmdline', [
    ('aarch64', f'CONFIG_CMDLINE="{ROOT}"', ''),
    ('aarch64', f'CONFIG_CMDLINE_APPEND="{ROOT}"', 'root=/dev/none'),
    ('aarch64', f'CONFIG_CMDLINE="{ROOT}"\nCONFIG_CMDLINE_OVERRIDE=y', 'root=/dev/none init=/none'),
    ('arm64', 'CONFIG_MODULES_APART=y', ROOT),
], ids=['default', 'append', 'override', 'modules apart'])
def test_card(name, lines, cmdline, tmp_path):
    folder = kernel_folder(f'qemu/{"stock" if name == "arm64" else "kernel"} {name}')
    out = built(BOARD, lines, ('image', 'BOOT=extlinux', f'KERNEL={folder}', f'ROOT={root("aarch64")}',
                               f'CMDLINE=console=ttyAMA0 {cmdline}'), folder='uboot-aarch64').out
    card = (out / 'images/disk.img').rename(tmp_path / 'disk.img')
    with machine.guest([TOP / 'qemu/run', BOARD, '--card', card, '--']) as guest:
        guest.expect('Found /extlinux/extlinux.conf')
        guest.expect('kindling: root /dev/vda2')
        guest.expect('INIT end')


@pytest.mark.long
def test_wandboards_modules_on_its_processor(tmp_path):
    """QEMU has another i.MX6Q board: what the Wandboard's image brings drives that one's card too."""
    out = built('wandboard', goals=('image', f'ROOT={root("arm")}'), folder='card-wandboard').out
    folder, card = kernel_folder('qemu/stock armmp'), tmp_path / 'card'
    card.write_bytes((out / 'images/disk.img').read_bytes())
    os.truncate(card, 32 << 20)
    with machine.guest(['qemu-system-arm', '-machine', 'sabrelite', '-m', '512', '-no-reboot',
                        '-display', 'none', '-serial', 'null', '-serial', 'mon:stdio',
                        '-kernel', folder / 'kernel',
                        '-dtb', folder / 'dtbs/imx6q-sabrelite.dtb', '-initrd', out / 'initramfs',
                        '-append', f'console=ttymxc1 {ROOT}', '-device', 'sd-card,drive=card',
                        '-drive', f'file={card},format=raw,if=none,id=card,snapshot=on']) as guest:
        guest.expect(r'kindling: root /dev/mmcblk\dp2')
        guest.expect('INIT end')
