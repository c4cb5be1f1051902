"""Cards that `make image` makes: what is on them and where, the same bytes again, complaints, and the
tutorial of boards/README.md followed to its end.
"""
import os
import random
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from builds import copied, make
from features import marks
from machine import BUILD, TOP, dtc, kernel_folder, kernels, output, stock
from test_uboot import key

# board -> what its ROM looks for: {offset on the card: the first bytes of the file there}
LOADERS = {
    'beaglebone-black': {128 << 10: 'MLO', 384 << 10: 'u-boot.img'},
    'wandboard': {1 << 10: 'SPL', 69 << 10: 'u-boot.img'},
    'rock64': {32 << 10: 'u-boot-rockchip.bin'},
    'visionfive2': {2 << 20: 'u-boot-spl.bin.normal.out', 4 << 20: 'u-boot.itb'},
}
# board -> the types of the partitions that it looks for
TYPES = {'visionfive2': ['2E54B353-1271-4842-806F-E436D6AF6985', 'BC13C2FF-59E6-4262-A352-B275FD6F7172']}
# The same, said by the loaders' own formats: a table of contents (AM335x), an IVT (i.MX), Rockchip's 0FF0AA55 through
# its RC4, and where the JH7110's SPL and its copy begin.
MAGIC = {
    'beaglebone-black': (128 << 10, bytes.fromhex('40000000')),
    'wandboard': (1 << 10, bytes.fromhex('d1')),
    'rock64': (32 << 10, bytes.fromhex('3b8cdcfc')),
    'visionfive2': (2 << 20, bytes.fromhex('4002000000002000')),
}
MIB = 1 << 20


def card(board, *words, out=None, top=TOP):
    """Make a card; returns make's result, and the folder of the images."""
    out = out or BUILD / f'tests/card-{board}-images'
    return make(f'BOARD={board}', f'O={out}', 'image', *words, top=top), out / 'images'


def made(board, *words, **more):
    result, images = card(board, *words, **more)
    assert result.returncode == 0, result.stdout
    return images


def tree(folder, program=b'#!/bin/sh\n', name='sbin/init'):
    """A root with one program, which is reached as in Debian's."""
    (folder / 'usr/sbin').mkdir(parents=True)
    (folder / 'sbin').symlink_to('usr/sbin')
    (folder / name).write_bytes(program)
    for path in [folder, *folder.rglob('*')]:
        path.chmod(0o755)
    return folder


def loader(board, name):
    row = next(line for line in (TOP / f'boards/{board}/bootloader').read_text().splitlines()
               if line.endswith(f'/{name}'))
    *package, file = row.split()
    return f'{output(TOP / "packages/deb", *package)}/{file}'


def partitions(disk):
    """[(start, size)] in bytes."""
    found = re.findall(r'start= *(\d+), size= *(\d+)', output('sfdisk', '-d', disk))
    return [(int(start) * 512, int(size) * 512) for start, size in found]


def read(disk, name):
    """A file of the boot partition, which is the one before root."""
    start, _ = partitions(disk)[-2]
    return subprocess.run(['mtype', '-i', f'{disk}@@{start}', f'::/{name}'], check=True,
                          stdout=subprocess.PIPE).stdout


@pytest.mark.parametrize('board', [
    pytest.param(board, marks=marks(kernels(board)[0])) for board in LOADERS])
def test_boards_that_are_not_run(board, tmp_path):
    """What a board's ROM, U-Boot and kernel look for is there."""
    images = made(board)
    disk = images / 'disk.img'
    data = disk.read_bytes()
    *before, (boot, _), (root, size) = partitions(disk)
    table = output('sfdisk', '-d', disk)
    assert re.findall('type=([^,]*)', table)[:len(before)] == TYPES.get(board, [])
    assert [start for start, _ in before] == [*LOADERS[board]][:len(before)]
    for offset, name in LOADERS[board].items():
        with open(loader(board, name), 'rb') as file:
            whole = file.read()
        assert data[offset:offset + len(whole)] == whole
        assert offset + len(whole) <= boot, f'{name} reaches into the first partition'
    offset, magic = MAGIC[board]
    assert data[offset:offset + len(magic)] == magic
    extlinux = read(disk, 'extlinux/extlinux.conf').decode()
    for word in 'kernel', 'fdt', 'initrd':
        name, = re.findall(rf'^\s*{word} /(\S+)$', extlinux, re.M)
        assert read(disk, name)
    line = re.search(r'append (.*)', extlinux)[1]
    assert line == (TOP / f'boards/{board}/cmdline').read_text().strip()
    uuid = re.search('uuid=([^,]*).*\\Z', table)[1].lower() if before else '6b696e64-02'
    assert f'root=PARTUUID={uuid} ' in line and (before or data[440:444] == bytes.fromhex('6b696e64')[::-1])
    (tmp_path / 'dtb').write_bytes(read(disk, 'board.dtb'))
    vendor = {'beaglebone-black': 'ti,am335x-bone-black', 'wandboard': 'wand,imx6q-wandboard',
              'rock64': 'pine64,rock64', 'visionfive2': 'starfive,visionfive-2-v1.3b'}
    assert vendor[board] in output(dtc('fdtget'), tmp_path / 'dtb', '/', 'compatible').split()
    archive = read(disk, 'initramfs')
    assert archive == next(images.glob('initramfs.cpio.*')).read_bytes() and len(archive) < 100000
    assert data[root:root + 4] == b'hsqs' and root + size <= len(data)


def test_same_bytes(tmp_path):
    """From two folders, with other times and another umask."""
    images = []
    for name, umask in ('a', '022'), ('b', '077'):
        tree(tmp_path / name)
        result = subprocess.run(
            ['sh', '-c', f'umask {umask}; exec make -C "$0" BOARD=orangepi-pc "$@" image', TOP,
             f'O={tmp_path / "out"}', f'ROOT={tmp_path / name}', 'BOOT=fit'], text=True,
            env=os.environ | {'TZ': f'Etc/GMT+{len(images) * 9}'}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert result.returncode == 0, result.stdout
        images.append([(tmp_path / 'out/images' / file).read_bytes()
                       for file in ('kindling.itb', 'disk.img', 'disk.img.bmap')])
        shutil.rmtree(tmp_path / 'out/images')
    assert images[0] == images[1]


def test_disk_id(tmp_path):
    """Two cards of one board have nothing in common that root could be found by."""
    images = made('orangepi-pc', 'DISKID=0badcafe')
    disk = images / 'disk.img'
    assert disk.read_bytes()[440:444] == bytes.fromhex('0badcafe')[::-1]
    assert b'root=PARTUUID=0badcafe-02' in read(disk, 'extlinux/extlinux.conf')


@pytest.mark.parametrize('words, complaint', [
    (['BOOT=floppy'], r'BOOT=floppy: orangepi-pc has no such card; there are: .*extlinux'),
    (['SIZE=8M'], r'disk\.img: \d+ bytes, and SIZE=8M is the card\'s: .*; no image made'),
    (['SIZE=much'], r'SIZE=much: neither bytes nor a number with K, M or G; no image made'),
    (['DISKID=card'], r'DISKID=card: not 8 hex digits'),
    (['DTB=/nowhere.dtb'], r'/nowhere\.dtb: no such file, and the card has it as board\.dtb; no image made'),
    (['KERNEL=/nowhere'], r'/nowhere: no such file, and the card has it as kernel; no image made'),
    (['ROOT=/nowhere'], r'/nowhere: no such file or directory'),
    (['BOOTLOADER=/nowhere'], r'/nowhere'),
])
def test_complaints(words, complaint):
    """And what is not made is not there: an older card would only be flashed by mistake."""
    made('orangepi-pc')
    result, images = card('orangepi-pc', *words)
    assert result.returncode != 0
    assert re.search(complaint, result.stdout), result.stdout
    assert 'Traceback' not in result.stdout
    assert not (images / 'disk.img').exists()


# ---- what a card is held against before it is READY ------------------------------------------------

def elf(machine, bits):
    """The head of a program for another processor: of its bits, and its number in <elf.h>."""
    return struct.pack('<4sBBB9xHHI', b'\x7fELF', bits // 32, 1, 1, 2, machine, 1).ljust(128, b'\0')


@pytest.fixture(scope='module')
def roots(tmp_path_factory):
    """Everything that somebody may give as ROOT=: {name: path}."""
    top = tmp_path_factory.mktemp('roots')
    good = tree(top / 'tree')
    tree(top / 'x86', elf(62, 64))
    tree(top / 'arm', elf(40, 32))
    tree(top / 'none', name='sbin/getty')
    loop = tree(top / 'loop', name='sbin/getty')
    (loop / 'sbin/init').symlink_to('../sbin/init')
    # a link that ext4 has in a block, to an absolute name
    (good / 'etc').symlink_to('/sbin' + '/.' * 60)
    for name in 'none', 'loop':
        subprocess.run([TOP / 'qemu/disk', top / f'{name}.ext4', top / name, 'ext4'], check=True)
    for kind in 'ext4', 'squashfs':
        subprocess.run([TOP / 'qemu/disk', top / kind, good, kind], check=True)
    os.setxattr(tree(top / 'attributes') / 'usr', 'user.note', b'kept')
    subprocess.run(['mksquashfs', good, top / 'zstd', '-comp', 'zstd', '-quiet', '-no-progress'], check=True)
    for kind, packer in ('squashfs', 'gzip'), ('squashfs', 'xz'), ('squashfs', 'zstd'):
        with open(top / f'{kind}.{packer}', 'wb') as file:
            subprocess.run([packer, '-c', top / kind], check=True, stdout=file)
    (tree(top / 'large') / 'noise').write_bytes(random.Random(1).randbytes(3 * MIB))
    subprocess.run([TOP / 'qemu/disk', top / 'whole', top / 'large', 'squashfs'], check=True)
    (top / 'cut').write_bytes((top / 'whole').read_bytes()[:2 * MIB])
    subprocess.run(['bsdtar', '--format', 'newc', '-cf', top / 'cpio', '-C', good, '.'], check=True)
    subprocess.run(['gzip', '-k', top / 'cpio'], check=True)
    (top / 'text').write_text('how to make a root\n')
    (top / 'empty').touch()
    (top / 'noise').write_bytes(random.Random(2).randbytes(MIB))
    (top / 'disk').write_bytes(bytes(4 * MIB))
    subprocess.run(['sfdisk', '-q', top / 'disk'], input='2048,\n', text=True, check=True)
    return top


def other_kernel(folder, words):
    """For KERNEL=poor one that by its configuration lacks parts of squashfs, and has ext4; for KERNEL=zImage one
    without any. Modules and device tree are those of the board's own kernel."""
    if not words or not words[0].startswith('KERNEL='):
        return words
    found = kernel_folder('qemu/stock armmp')
    (folder / 'poor').mkdir()
    (folder / 'poor/kernel').symlink_to(found / 'kernel')
    text = re.sub('CONFIG_SQUASHFS_(ZSTD|XATTR)=y\n', '', (found / 'config').read_text())
    (folder / 'poor/config').write_text(text.replace('CONFIG_EXT4_FS=m', 'CONFIG_EXT4_FS=y'))
    shutil.copy(found / 'kernel', folder / 'zImage')
    return [re.sub('=(poor|zImage)$', rf'={folder}/\1', words[0]), *words[1:], f'MODULES={found}/modules',
            f'DTB={found}/dtbs/sun8i-h3-orangepi-pc.dtb']


NO_FILE_SYSTEM = r'ROOT=\S+/{}: not a file system: {}.*: a directory, a tarball or the image of a file system'


@pytest.mark.parametrize('root, words, complaint', [
    ('cpio', [], NO_FILE_SYSTEM.format('cpio', 'ASCII cpio archive')),
    ('cpio.gz', [], NO_FILE_SYSTEM.format('cpio.gz', 'ASCII cpio archive')),
    ('text', [], NO_FILE_SYSTEM.format('text', 'ASCII text')),
    ('text', ['CMDLINE=root=/dev/mmcblk0p2 rootfstype=bcachefs'], NO_FILE_SYSTEM.format('text', 'ASCII text')),
    ('empty', [], NO_FILE_SYSTEM.format('empty', 'empty')),
    ('noise', [], NO_FILE_SYSTEM.format('noise', 'data')),
    ('disk', [], r'ROOT=\S+/disk: a disk with partitions, .*: give the root partition alone'),
    ('cut', [], r'ROOT=\S+/cut: it is cut short: squashfs claims \d+ KiB, the device has 2048'),
    # what drives it is in no kernel and no module
    ('ext4', [], r'  must    EXT4_FS +root\'s file system; .*name ext4 in boards/orangepi-pc/modules\n'
                 r'card: \S+/config: the kernel lacks what the image must have'),
    ('zstd', ['KERNEL=poor'], r'/config: root is packed with zstd, and the kernel lacks SQUASHFS_ZSTD'),
    # init
    ('x86', [], r'ROOT=\S+/x86: /usr/sbin/init is not for arm: ELF 64-bit LSB executable, x86-64; no image'),
    ('none', [], r'ROOT=\S+/none: there is no /sbin/init or /etc/init or /bin/init in it that can be run'),
    ('tree', ['CMDLINE=root=/dev/mmcblk0p2 init=/bin/sh'], r'there is no /bin/sh in it that can be run'),
    ('none.ext4', ['KERNEL=poor'], r'ROOT=\S+/none.ext4: there is no /sbin/init or .* in it that can be run'),
    ('loop.ext4', ['KERNEL=poor'], r'ROOT=\S+/loop.ext4: there is no /sbin/init or .* in it that can be run'),
    # the command line
    ('tree', ['CMDLINE=console=ttyS0'], r'no root= on the command line'),
    ('tree', ['CMDLINE=root=LABEL=ssd'], r'disk.img partition 2 .*squashfs(.*\n)+card: this card has not the root '
                                         r'that its command line asks for: root=LABEL=ssd; no image made'),
    ('tree', ['CMDLINE=root=/dev/mmcblk0p2 rootfstype=ext4'], r'partition 2 \(mmcblk0p2\) is squashfs but rootfstype=ext4'),
    ('tree', ['CMDLINE=root=/dev/mmcblk1p1'], r'PARTN=1\n(.*\n)+card: .* is another one than ROOT=: root=/dev/mmcblk1p1'),
    # the kernel
    ('tree', ['KERNEL=text'], r'KERNEL=text: not a kernel: ASCII text'),
    ('tree', ['KERNEL=arm64'], r'KERNEL=arm64: not for arm: Linux kernel ARM64 boot executable Image'),
    ('tree', ['DTB=text'], r'DTB=text: not a device tree: ASCII text'),
])
def test_cards_that_cannot_boot(root, words, complaint, roots, tmp_path):
    (tmp_path / 'text').write_text('how to make a kernel\n')
    # as Linux's Documentation/arch/arm64/booting.rst has its head
    (tmp_path / 'arm64').write_bytes(struct.pack('<II3Q24x4sI', 0x91005a4d, 0, 0, 1 << 24, 0xa, b'ARM\x64', 0))
    words = [re.sub('=(text|arm64)$', rf'={tmp_path}/\1', word) for word in other_kernel(tmp_path, words)]
    result, images = card('orangepi-pc', f'ROOT={roots / root}', *words)
    assert result.returncode != 0
    said = result.stdout.replace(f'{tmp_path}/', '')
    assert re.search(complaint, said), said
    assert 'Traceback' not in said and not re.search('READY.*disk.img', said)
    assert not (images / 'disk.img').exists()


@pytest.mark.parametrize('root, words, note', [
    ('squashfs.gzip', [], ''),
    ('squashfs.xz', [], ''),
    ('squashfs.zstd', [], ''),
    ('arm', [], ''),
    ('ext4', ['KERNEL=poor'], ''),
    # the card may be another disk there
    ('tree', ['CMDLINE=root=/dev/mmcblk1p2 rootwait'], ''),
    ('none', ['CMDLINE=root=/dev/mmcblk1p2 init=/sbin/getty'], ''),
    ('ext4', ['KERNEL=poor', 'CMDLINE=root=/dev/mmcblk1p2 init=/etc/init'], ''),
    # what cannot be told from outside is said
    ('tree', ['CMDLINE=root=179:2'], 'root: .*not to be told from images'),
    ('noise', ['CMDLINE=root=/dev/mmcblk0p2 rootfstype=bcachefs'], 'not a file system that kindling knows'),
    ('zstd', ['KERNEL=zImage'], 'its configuration is not with it'),
    ('attributes', ['KERNEL=poor'], 'file capabilities.*, which the kernel will not see: it lacks SQUASHFS_XATTR'),
])
def test_cards_that_can_boot(root, words, note, roots, tmp_path):
    result, images = card('orangepi-pc', f'ROOT={roots / root}', *other_kernel(tmp_path, words))
    assert result.returncode == 0, result.stdout
    notes = re.findall(r'^  NOTE +(.*)$', result.stdout, re.M)
    assert len(notes) == bool(note) and re.search(note, ' '.join(notes)), result.stdout
    if root.startswith('squashfs.'):
        start, _ = partitions(images / 'disk.img')[1]
        plain = (roots / 'squashfs').read_bytes()
        assert (images / 'disk.img').read_bytes()[start:start + len(plain)] == plain


@pytest.mark.parametrize('root, words, why', [
    ('none', [], r'ROOT=\S+/none: there is no /sbin/init or /etc/init or /bin/init in it that can be run'),
    ('text', ['CMDLINE=root=LABEL=ssd'], r'ROOT=\S+/text: not a file system: ASCII text'),
])
def test_cards_that_need_not_boot(root, words, why, roots):
    result, images = card('orangepi-pc', f'ROOT={roots / root}', 'CHECK=n', *words)
    assert result.returncode == 0, result.stdout
    assert re.search(rf'^  NOTE +{why}.*; made all the same, by CHECK=n\n  MADE ', result.stdout, re.M), result.stdout
    assert 'READY   ' not in result.stdout.split('CARD')[1] and (images / 'disk.img').exists()


def test_a_root_that_is_larger_than_its_partition(tmp_path):
    """That genimage says."""
    top = copied(TOP, tmp_path / 'kindling')
    file = top / 'boards/orangepi-pc/boot/extlinux/genimage.cfg'
    file.write_text(file.read_text().replace('image = "root.img"', 'image = "root.img"\n\t\tsize = 4K'))
    result, images = card('orangepi-pc', out=tmp_path / 'out', top=top)
    assert result.returncode != 0 and re.search(r'part root size \(4096\) too small', result.stdout), result.stdout


def test_a_card_without_root(tmp_path):
    """Root is elsewhere, and nothing of it is looked at; ROOT= is for nobody."""
    top = copied(TOP, tmp_path / 'kindling')
    file = top / 'boards/orangepi-pc/boot/extlinux/genimage.cfg'
    file.write_text(re.sub(r'\tpartition root \{[^}]*\}\n', '', file.read_text()))
    result, _ = card('orangepi-pc', 'CMDLINE=root=LABEL=ssd', out=tmp_path / 'out', top=top)
    assert result.returncode == 0 and 'NOTE' not in result.stdout, result.stdout
    result, _ = card('orangepi-pc', f'ROOT={tmp_path}', out=tmp_path / 'out', top=top)
    assert result.returncode != 0 and 'takes no notice of it' in result.stdout


def test_a_kernel_without_this_board(tmp_path):
    folder = tmp_path / 'folder'
    folder.mkdir()
    (folder / 'kernel').write_bytes(b'a kernel')
    result, _ = card('orangepi-pc', f'KERNEL={folder}')
    assert result.returncode != 0
    assert re.search(r'sun8i-h3-orangepi-pc\.dtb: no such file', result.stdout), result.stdout


def test_paths_of_a_user(tmp_path):
    """What the shell would take apart: in a card, a signed FIT and a device tree with the command line."""
    folder = tmp_path / "someone's (own) kernel"
    (folder / 'dtbs').mkdir(parents=True)
    for file in 'kernel', 'config':
        shutil.copy(kernel_folder('qemu/kernel arm32') / file, folder)
    subprocess.run([dtc('dtc'), '-q', '-O', 'dtb', '-o', folder / 'dtbs/sun8i-h3-orangepi-pc.dtb'],
                   input='/dts-v1/; / { model = "y"; };', text=True, check=True)
    root = tree(tmp_path / 'a root (2)')
    (root / 'file').write_text('text')
    own = key(tmp_path / 'my keys')
    out = BUILD / 'tests/card-orangepi-pc-images'
    fit, board_dtb = out / 'images/kindling.itb', out / 'images/board.dtb'
    words = f'KERNEL={folder}', f'ROOT={root}', f'KEY={own}'
    images = made('orangepi-pc', fit, board_dtb, *words)
    assert read(images / 'disk.img', 'kernel') == (folder / 'kernel').read_bytes()
    assert 'file' in output('debugfs', '-R', 'ls', out / 'root.img')
    assert 'Sign algo:    sha256,rsa2048:dev' in output('dumpimage', '-l', fit)
    assert 'root=' in output(dtc('fdtget'), board_dtb, '/chosen', 'bootargs')
    # of a file, and of a home that the shell did not fill in
    home = Path('~') / folder.name
    result = make('BOARD=orangepi-pc', f'O={out}', 'image', f'KERNEL={home}/kernel', f'ROOT=~/{root.name}',
                  f'DTB={home}/dtbs/sun8i-h3-orangepi-pc.dtb', HOME=str(tmp_path), CACHE=str(dtc('dtc').parents[1]))
    assert result.returncode == 0, result.stdout


def test_new_board(tmp_path):
    """boards/README.md: "A new board", as it says, outside of the tree."""
    text = (TOP / 'boards/README.md').read_text().partition('## A new board')[2].partition('\n## ')[0]
    copy = '\n'.join(re.findall(r'^ +((?:export|mkdir|cp -r) .*)$', text, re.M))
    tree, = re.findall(r'^ +(CONFIG_DTB=\S+)$', text, re.M)
    loader = ' '.join(re.search(r'`(trixie armhf [^`]*)`', text)[1].split())
    subprocess.run(copy, shell=True, cwd=TOP, check=True, env=os.environ | {'HOME': str(tmp_path)})
    board, = (tmp_path / 'boards').iterdir()
    name = board.name
    (board / 'README.md').write_text(f'# {name}: a board of this test\n')
    config = (board / 'defconfig').read_text()
    (board / 'defconfig').write_text(re.sub('CONFIG_DTB=.*', tree, config))
    (board / 'bootloader').write_text(f'{loader}\n')
    # the commands of the recipe, in their order; QEMU and a disk are for others
    ran = []
    for words in re.findall(rf'make (BOARD={name} .*?)`?(?: puts .*)?$', text, re.M):
        if {'qemu', 'flash'} & set(words.split()):
            continue
        words = words.replace('ROOT=root.tar', '').replace('$(qemu/stock armmp)', str(stock('armmp')))
        result = make(*words.split(), f'O={tmp_path}/out', BOARD_PATH=str(board.parent))
        assert result.returncode == 0, result.stdout
        ran += words.split()[1:]
    assert ran[:3] == ['defconfig', 'savedefconfig', 'board-check'] and ran[-1] == 'image'
    assert f'{name}: a board of this test' in make('list-boards', BOARD_PATH=str(board.parent)).stdout.splitlines()
    disk = tmp_path / 'out/images/disk.img'
    (tmp_path / 'dtb').write_bytes(read(disk, 'board.dtb'))
    assert name in output(dtc('fdtget'), tmp_path / 'dtb', '/', 'compatible')
    start = disk.read_bytes()[8 << 10:][:64]
    assert start == (Path(output(TOP / 'packages/deb', *loader.split()[:3])) / loader.split()[3]).read_bytes()[:64]
