"""Cards that `make image` makes: what is on them and where, the same bytes again, complaints, and the
tutorial of boards/README.md followed to its end.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from builds import make
from machine import BUILD, TOP, dtc, output, stock
from test_uboot import key

# board -> what its ROM looks for: {offset on the card: the first bytes of the file there}
LOADERS = {
    'beaglebone-black': {128 << 10: 'MLO', 384 << 10: 'u-boot.img'},
    'wandboard': {1 << 10: 'SPL', 69 << 10: 'u-boot.img'},
    'rock64': {32 << 10: 'u-boot-rockchip.bin'},
}
# The same, said by the loaders' own formats: a table of contents (AM335x), an IVT (i.MX), Rockchip's 0FF0AA55 through its RC4.
MAGIC = {
    'beaglebone-black': (128 << 10, bytes.fromhex('40000000')),
    'wandboard': (1 << 10, bytes.fromhex('d1')),
    'rock64': (32 << 10, bytes.fromhex('3b8cdcfc')),
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
    """A file of the boot partition."""
    start, _ = partitions(disk)[0]
    return subprocess.run(['mtype', '-i', f'{disk}@@{start}', f'::/{name}'], check=True,
                          stdout=subprocess.PIPE).stdout


@pytest.mark.parametrize('board', LOADERS)
def test_boards_that_are_not_run(board, tmp_path):
    """What a board's ROM, U-Boot and kernel look for is there."""
    images = made(board)
    disk = images / 'disk.img'
    data = disk.read_bytes()
    (boot, _), (root, size) = partitions(disk)
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
    assert 'root=PARTUUID=6b696e64-02' in line and data[440:444] == bytes.fromhex('6b696e64')[::-1]
    (tmp_path / 'dtb').write_bytes(read(disk, 'board.dtb'))
    vendor = {'beaglebone-black': 'ti,am335x-bone-black', 'wandboard': 'wand,imx6q-wandboard',
              'rock64': 'pine64,rock64'}
    assert vendor[board] in output(dtc('fdtget'), tmp_path / 'dtb', '/', 'compatible').split()
    archive = read(disk, 'initramfs')
    assert archive == (images / 'initramfs.cpio.xz').read_bytes() and len(archive) < 100000
    assert data[root:root + 4] == b'hsqs' and root + size <= len(data)


def test_same_bytes(tmp_path):
    """From two folders, with other times and another umask."""
    images = []
    for name, umask in ('a', '022'), ('b', '077'):
        (tmp_path / name / 'etc').mkdir(parents=True)
        (tmp_path / name / 'etc/motd').write_text('hello\n')
        for path in tmp_path / name / 'etc/motd', tmp_path / name / 'etc', tmp_path / name:
            path.chmod(0o755 if path.is_dir() else 0o644)
        result = subprocess.run(
            ['sh', '-c', f'umask {umask}; exec make -C "$0" BOARD=orangepi-pc "$@" image', TOP,
             f'O={tmp_path / "out"}', f'ROOT={tmp_path / name}', 'BOOT=fit', f'TZ=Etc/GMT+{len(images) * 9}'],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert result.returncode == 0, result.stdout
        images.append([(tmp_path / 'out/images' / file).read_bytes()
                       for file in ('kindling.itb', 'disk.img', 'disk.img.bmap')])
        shutil.rmtree(tmp_path / 'out/images')
    assert images[0] == images[1]


def test_owners_of_a_tarball(tmp_path):
    """They are root's and others', though nobody here is root."""
    tree = tmp_path / 'tree'
    tree.mkdir()
    (tree / 'file').write_text('')
    subprocess.run(['tar', '-cf', tmp_path / 'root.tar', '--owner=7', '--group=8', '-C', tree, 'file'], check=True)
    images = made('orangepi-pc', f'ROOT={tmp_path / "root.tar"}')
    start, size = partitions(images / 'disk.img')[1]
    (tmp_path / 'root.img').write_bytes((images / 'disk.img').read_bytes()[start:start + size])
    assert re.search(r'7/8 .* squashfs-root/file$', output('unsquashfs', '-lln', tmp_path / 'root.img'), re.M)


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
    (folder / 'kernel').write_bytes(b'a kernel' * 1000)
    subprocess.run([dtc('dtc'), '-q', '-O', 'dtb', '-o', folder / 'dtbs/sun8i-h3-orangepi-pc.dtb'],
                   input='/dts-v1/; / { model = "y"; };', text=True, check=True)
    root = tmp_path / 'a root (2)'
    root.mkdir()
    (root / 'file').write_text('text')
    own = key(tmp_path / 'my keys')
    out = BUILD / 'tests/card-orangepi-pc-images'
    fit, tree = out / 'images/kindling.itb', out / 'images/board.dtb'
    words = f'KERNEL={folder}', f'ROOT={root}', f'KEY={own}'
    images = made('orangepi-pc', fit, tree, *words)
    assert read(images / 'disk.img', 'kernel') == (folder / 'kernel').read_bytes()
    assert 'file' in output('debugfs', '-R', 'ls', out / 'root.img')
    assert 'Sign algo:    sha256,rsa2048:dev' in output('dumpimage', '-l', fit)
    assert 'root=' in output(dtc('fdtget'), tree, '/chosen', 'bootargs')
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
