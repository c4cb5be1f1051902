"""`make image` with ROOTHASH= and OVERLAY=: the tree of hashes and the writable layer on a card, what the card is
held against, and the boot from it.
"""
import hashlib
import json
import os
import re
import runpy
import shutil
import subprocess

import pytest

import machine
from builds import built, make, settings
from machine import BUILD, FOLDERS, TOP, kernel_folder, output
from test_boards import root
from test_card import partitions, tree
from test_uboot import key

PATH = {**os.environ, 'PATH': f'{os.environ["PATH"]}:/usr/sbin:/sbin'}
CONFIG = 'CONFIG_LAYER_VERITY=y\nCONFIG_LAYER_OVERLAY=y\nCONFIG_MODULES_LIMIT=1999999\n' \
         'CONFIG_MODULES_LIST="dm_verity overlay ext4"\n'
MBR, GPT = 'orangepi-pc', 'x86_64-uefi'
WORDS = {MBR: [], GPT: ['BOOT=systemd-boot', f'KERNEL={kernel_folder("qemu/stock amd64")}']}
# where each has its command line
LINES = {MBR: 'extlinux/extlinux.conf', GPT: 'loader/entries/kindling.conf'}
BOTH = ['ROOTHASH=1', 'OVERLAY=1']
MIB = 1 << 20


def card(board, *words, lines=CONFIG):
    """Make one: what make said, and its folder."""
    out = BUILD / f'tests/verity-{board}'
    out.mkdir(parents=True, exist_ok=True)
    config = (FOLDERS[board] / 'defconfig').read_text() + lines
    if not (out / '.config').exists() or (out / '.config').read_text() != config:
        (out / '.config').write_text(config)
    return make(f'BOARD={board}', f'O={out}', 'image', *WORDS[board], *words), out


def made(*words, **more):
    result, out = card(*words, **more)
    assert result.returncode == 0 and re.search(r'READY.*disk\.img', result.stdout), result.stdout
    return result.stdout, out


def line_of(disk, board):
    """The command line that is on the card; root's partition is not always the last."""
    text = subprocess.run(['mtype', '-i', f'{disk}@@1M', f'::/{LINES[board]}'], check=True, text=True,
                          stdout=subprocess.PIPE).stdout
    return re.search(r'^\s*(?:append|options) (.*)$', text, re.M)[1]


def table(disk):
    return json.loads(output('sfdisk', '-J', disk))['partitiontable']['partitions']


def taken(disk, number, to):
    """The partition's bytes, as a file."""
    start, size = partitions(disk)[number - 1]
    with open(disk, 'rb') as file:
        file.seek(start)
        to.write_bytes(file.read(size))
    return to


def verified(disk, board, tmp_path):
    """veritysetup's own opinion: of the card, with the hash of its command line."""
    roothash = re.search(r'roothash=(\S+)', line_of(disk, board))[1]
    data = taken(disk, 2, tmp_path / 'data')
    place = [data, taken(disk, 3, tmp_path / 'tree')]
    if board == MBR:
        size = int.from_bytes(data.read_bytes()[40:48], 'little')
        place = [f'--hash-offset={size + -size % 4096}', data, data]
    return subprocess.run(['veritysetup', 'verify', *place, roothash], env=PATH, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


def checked(disk, out, board):
    """The card's own check, once more: None, or why it refuses."""
    words = {'CMDLINE': line_of(disk, board), 'ROOT': 'X', 'ROOTHASH': '1', 'CONFIG': str(out / '.config'),
             'KINDLING': str(BUILD / 'host/kindling'), 'MODULES_MADE': ''}
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TOP / 'image')
        patch.chdir(TOP)
        for name, value in words.items():
            patch.setenv(name, value)
        check = runpy.run_path(str(TOP / 'image/check.py'))
        try:
            checker = check['Check'](FOLDERS[board], {'root.img': out / 'layers/root.img'})
            checker.kind = 'squashfs'
            checker.whole(disk)
        except check['Refused'] as why:
            return str(why)


@pytest.mark.parametrize('board', [MBR, GPT])
def test_card(board, tmp_path):
    """Same bytes, right names, what veritysetup says, and one byte that is another."""
    said, out = made(board, *BOTH)
    disk = (out / 'images/disk.img').rename(tmp_path / 'disk.img')
    whole = hashlib.sha256(disk.read_bytes()).digest()
    assert re.search(r'roothash=[0-9a-f]{64}: verified, all \d+ blocks', said), said
    line, rows = line_of(disk, board), table(disk)
    roothash = re.search(r'(?:^| )roothash=([0-9a-f]{64}) ', line)[1]
    if board == MBR:
        assert 'root=PARTUUID=6b696e64-02 ' in line and 'rd.overlay=PARTUUID=6b696e64-03 ' in line
        assert len(rows) == 3 and ' systemd.verity=no ' in line
    else:
        halves = [re.sub(r'(.{8})(.{4})(.{4})(.{4})(.{12})', r'\1-\2-\3-\4-\5', half)
                  for half in (roothash[:32], roothash[32:])]
        assert f' root=PARTUUID={halves[0]} ' in line and line.count('root=') == 1
        assert [(row['uuid'].lower(), row['type']) for row in rows[1:3]] == list(zip(halves, [
            '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709', '2C7357ED-EBD2-46D9-AEC1-23D437EC2BF5']))
        assert f'rd.overlay=PARTUUID={rows[3]["uuid"].lower()} ' in line and rows[3]['name'] == 'overlay'
    upper = taken(disk, len(rows), tmp_path / 'upper')
    assert upper.stat().st_size == 16 * MIB
    assert 'LABEL=overlay\n' in output(BUILD / 'host/kindling', 'probe', upper) + '\n'
    subprocess.run(['e2fsck', '-fn', upper], env=PATH, check=True, stdout=subprocess.DEVNULL)
    result = verified(disk, board, tmp_path)
    assert result.returncode == 0, result.stdout
    assert checked(disk, out, board) is None
    # a byte of the data, one of the tree, one of the hash on the command line
    data = partitions(disk)[1]
    root_at, size = data[0], (out / 'layers/root.img').stat().st_size
    tree_at = partitions(disk)[2][0] if board == GPT else root_at + size - 4096
    for at in root_at + 5 * 4096, tree_at + (4096 if board == GPT else 0) + 40:
        content = bytearray(disk.read_bytes())
        content[at] ^= 1
        (tmp_path / 'changed').write_bytes(content)
        assert verified(tmp_path / 'changed', board, tmp_path).returncode != 0
        assert 'this card has not the root that its command line asks for' in \
            checked(tmp_path / 'changed', out, board)
    # the same again
    made(board, *BOTH)
    assert hashlib.sha256((out / 'images/disk.img').read_bytes()).digest() == whole
    assert (out / 'images/disk.img.bmap').exists()


@pytest.mark.parametrize('board', [MBR, GPT])
def test_another_root(board, tmp_path):
    """It has another hash, in ext4 and in a squashfs with more behind it."""
    root = tree(tmp_path / 'tree')
    hashes = set()
    for kind in 'ext4', 'squashfs':
        subprocess.run([TOP / 'qemu/disk', tmp_path / kind, root, kind], check=True)
        with open(tmp_path / kind, 'ab') as file:
            file.write(bytes(3 * MIB + 512))
        _, out = made(board, 'ROOTHASH=1', f'ROOT={tmp_path / kind}')
        hashes.add(line_of(out / 'images/disk.img', board).split()[0])
    assert len(hashes) == 2


@pytest.mark.parametrize('words, lines, complaint', [
    (['ROOTHASH=1'], CONFIG.replace('CONFIG_LAYER_VERITY=y\n', ''),
     'ROOTHASH=1: this /init verifies nothing: set CONFIG_LAYER_VERITY=y; no image made'),
    (['OVERLAY=1'], CONFIG.replace('CONFIG_LAYER_OVERLAY=y\n', ''),
     'OVERLAY=1: this /init makes no writable layer: set CONFIG_LAYER_OVERLAY=y; no image made'),
    (['ROOTHASH=yes'], CONFIG, 'ROOTHASH=yes: it is 1, or not given'),
    (['ROOTHASH=1', 'ROOT={}/vfat'], CONFIG, r'ROOTHASH=1: ROOT=\S+/vfat: vfat; a root with a tree of hashes is'),
    (['ROOTHASH=1', 'ROOT={}/text'], CONFIG, r'ROOT=\S+/text: no file system that kindling knows'),
    (['ROOTHASH=1', 'ROOT={}/cut'], CONFIG, r'ROOT=\S+/cut: it is cut short: squashfs claims \d+ bytes'),
    (['ROOTHASH=1', f'CMDLINE=root=PARTUUID=6b696e64-02 roothash={"a" * 64}'], CONFIG,
     'ROOTHASH=1: roothash=a+ is on the command line, and would be said twice'),
    (['OVERLAY=1', 'CMDLINE=root=PARTUUID=6b696e64-02 rd.overlay'], CONFIG, 'OVERLAY=1: rd.overlay is on the command'),
    (['OVERLAY_SIZE=1G'], CONFIG, 'OVERLAY_SIZE=1G: .* takes no notice of it here; it is for: OVERLAY'),
    (['OVERLAY=1', 'OVERLAY_SIZE=1M'], CONFIG, 'OVERLAY_SIZE=1M: less than 8M; no image made'),
    (['OVERLAY=1', 'OVERLAY_SIZE=much'], CONFIG, 'OVERLAY_SIZE=much: neither bytes nor a number'),
    (['OVERLAY=1', 'DISKID=card'], CONFIG, 'DISKID=card: not 8 hex digits'),
    # the image has a command line of its own, and the hash is not in it
    (['ROOTHASH=1'], CONFIG + 'CONFIG_CMDLINE="root=PARTUUID=6b696e64-02"\nCONFIG_CMDLINE_OVERRIDE=y\n',
     'ROOTHASH=1: the image would start this root without verifying it'),
    # the kernel
    (['ROOTHASH=1'], CONFIG.replace('dm_verity ', ''),
     'must +DM_VERITY +roothash=; it is =m: set it =y, or name dm_verity in'),
    (['OVERLAY=1'], CONFIG.replace('overlay ext4', 'ext4'), 'must +OVERLAY_FS '),
    (['OVERLAY=1'], CONFIG.replace(' ext4', ''), 'must +EXT4_FS +the file system of the writable layer'),
    # the line is in boot.scr, which nobody signs
    (['ROOTHASH=1', 'BOOT=fit', 'KEY={}/dev'], CONFIG, 'the root hash would not be in what is signed'),
])
def test_complaints(words, lines, complaint, tmp_path):
    (tmp_path / 'text').write_text('no root\n')
    subprocess.run(['mkfs.vfat', '-C', tmp_path / 'vfat', '2048'], env=PATH, check=True, stdout=subprocess.DEVNULL)
    (tree(tmp_path / 'tree') / 'noise').write_bytes(os.urandom(MIB))
    subprocess.run([TOP / 'qemu/disk', tmp_path / 'cut', tmp_path / 'tree', 'squashfs'], check=True)
    os.truncate(tmp_path / 'cut', MIB // 2)
    if 'BOOT=fit' in words:
        shutil.copytree(key(tmp_path / 'key').parent, tmp_path, dirs_exist_ok=True)
    result, out = card(MBR, *(word.format(tmp_path) for word in words), lines=lines)
    assert result.returncode != 0 and re.search(complaint, result.stdout), result.stdout
    assert 'Traceback' not in result.stdout and not (out / 'images/disk.img').exists()


def test_words_before_those_of_init():
    _, out = made(MBR, *BOTH, 'CMDLINE=root=PARTUUID=6b696e64-02 -- single')
    assert re.fullmatch(r'roothash=\S+ systemd\.verity=no rd\.overlay=\S+ root=PARTUUID=6b696e64-02 -- single',
                        line_of(out / 'images/disk.img', MBR))


def test_signed(tmp_path):
    """The hash is in the device tree of the signed FIT; what gives U-Boot another line is told of."""
    own = key(tmp_path / 'key')
    said, out = made(MBR, 'ROOTHASH=1', 'BOOT=fit', f'KEY={own}', lines=CONFIG + 'CONFIG_DTB_CMDLINE=y\n')
    assert re.search('^  NOTE    .*boot/fit/boot.cmd gives a command line with the root hash that KEY= does not sign$', said, re.M)
    line = (out / 'layers/cmdline').read_text().strip()
    assert re.search(r'roothash=[0-9a-f]{64} ', line)
    assert output(machine.dtc('fdtget'), out / 'images/board.dtb', '/chosen', 'bootargs') == line
    assert line.encode() in (out / 'images/kindling.itb').read_bytes()
    assert 'Sign algo:    sha256,rsa2048:dev' in output('dumpimage', '-l', out / 'images/kindling.itb')


@pytest.mark.parametrize('udev, rule, noted', [
    ('usr/lib/systemd/systemd-udevd', '', True), ('lib/udev/rules.d/x', '', True), ('usr/bin/mdevd', '', False),
    ('usr/lib/systemd/systemd-udevd', 'etc/udev/rules.d/09-kindling.rules', False),
])
def test_udev(udev, rule, noted, tmp_path):
    """Its rule is missed where it is needed."""
    root = tree(tmp_path / 'tree')
    for name in filter(None, (udev, rule)):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    said, _ = made(MBR, 'ROOTHASH=1', f'ROOT={root}')
    assert ('has no /etc/udev/rules.d/09-kindling.rules' in said) == noted, said


# ---- the boot --------------------------------------------------------------------------------------

BOOTS = {'x86_64-uefi uki': 'amd64', 'x86_64-bios syslinux': 'amd64', 'qemu-arm-uboot extlinux': 'armmp'}


@pytest.mark.parametrize('row', [pytest.param(row, marks=[] if row.startswith('x86_64-uefi') else [pytest.mark.long])
                                 for row in BOOTS])
def test_boot(row, tmp_path):
    """From power-on: root is verified, what is written goes to the layer; one byte that is another ends the boot."""
    board, way = row.split()
    folder = kernel_folder(f'qemu/stock {BOOTS[row]}')
    line = (FOLDERS[board] / 'cmdline').read_text().strip()
    words = 'image', f'BOOT={way}', f'KERNEL={folder}', *BOTH, f'CMDLINE={line} -- write=/written', \
        f'ROOT={root(settings(board)["ARCH"])}'
    out = built(board, CONFIG, words, folder=f'verity-boot-{board}').out
    disk = (out / 'images/disk.img').rename(tmp_path / 'disk.img')
    with machine.guest([TOP / 'qemu/run', board, '--card', disk, '--']) as guest:
        guest.expect('INIT end|Rebooting in|Kernel panic')
        for words in r'kindling: root /dev/\S+', 'INIT mount overlay / overlay ', 'INIT wrote /written', 'INIT end':
            assert re.search(words, guest.text), guest.text
    start, _ = partitions(disk)[1]
    with open(disk, 'r+b') as file:
        file.seek(start + 96)
        head = file.read(1)
        file.seek(start + 96)
        file.write(bytes([head[0] ^ 1]))
    with machine.guest([TOP / 'qemu/run', board, '--card', disk, '--']) as guest:
        guest.expect('INIT end|[Rr]ebooting in|Kernel panic')
        assert re.search(r'kindling: roothash=\S+: read error; rebooting', guest.text), guest.text
        assert 'INIT end' not in guest.text
