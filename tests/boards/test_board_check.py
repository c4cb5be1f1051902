"""make board-check: no board of the tree has lines of another, and what a copy leaves is found. Boards outside
of the tree.
"""
import os
import re
import shutil
import subprocess

import pytest

from builds import make
from machine import FOLDERS, TOP, stock

KERNEL = r'^qemu/stock (\S+)'


def check(folder, kernel=None, **variables):
    """(exit status, {(file, what is wrong)}, its words)"""
    result = subprocess.run([TOP / 'image/board-check', folder, *([kernel] if kernel else [])], cwd=TOP, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ | variables)
    return result.returncode, re.findall(r'^  wrong   (\S+) +(.*)$', result.stdout, re.M), result.stdout


def of(board):
    """Debian's kernel that it starts with, or None."""
    named = re.findall(KERNEL, (FOLDERS[board] / 'kernel').read_text(), re.M)
    return stock(named[0]) if named else None


@pytest.mark.parametrize('board', FOLDERS)
def test_boards(board):
    status, wrong, said = check(FOLDERS[board], of(board))
    assert (status, wrong) == (0, []), said


@pytest.fixture
def copy(tmp_path):
    """A copy of the Orange Pi under another name, with that name in its README."""
    folder = shutil.copytree(FOLDERS['orangepi-pc'], tmp_path / 'boards/mine')
    (folder / 'README.md').write_text('# mine: a board of this test\n')
    return folder


BONE = 'CONFIG_ARM=y\nCONFIG_BOOT="extlinux"\nCONFIG_DTB="am335x-boneblack"\n'
WRONG = {
    'a name': ({'README.md': '# orangepi-pc: as before\n'}, [('README.md', 'its first line is not `# mine: ')]),
    'a command': ({'README.md': '# mine: x\n\n    make BOARD=orangepi-pc image\n'},
                  [('README.md', 'says BOARD=orangepi-pc')]),
    'a file': ({'symbol': ''}, [('symbol', 'nothing reads a file of this name')]),
    'no budget': ({'budget': None}, [('budget', 'there is none')]),
    'the order': ({'defconfig': 'CONFIG_COMPRESS_XZ=y\nCONFIG_ARM=y\nCONFIG_DTB="sun8i-h3-orangepi-pc"\n'},
                  [('defconfig', 'not as `make BOARD=mine savedefconfig` writes it')]),
    'a way': ({'defconfig': 'CONFIG_ARM=y\nCONFIG_BOOT="floppy"\nCONFIG_DTB="sun8i-h3-orangepi-pc"\n'},
              [('defconfig', 'CONFIG_BOOT="floppy", and there is no boot/floppy/genimage.cfg')]),
    'a console': ({'cmdline': 'console=tty0 console=ttyO0,115200'},
                  [('symbols', 'no row is for the console of `cmdline`, ttyO0')]),
    'no tree': ({'defconfig': BONE.replace('boneblack', 'bonepurple')},
                [('defconfig', 'CONFIG_DTB="am335x-bonepurple", which ')]),
    'another SoC': ({'defconfig': BONE}, [('modules', 'sunxi_mmc: drives nothing in am335x-boneblack.dtb'),
                                          ('symbols', 'sunxi_mmc: drives nothing in am335x-boneblack.dtb')]),
    'half of it': ({'defconfig': BONE, 'modules': 'sdhci-omap\nsunxi-mmc?\nsquashfs\n'},
                   [('symbols', 'sunxi_mmc: drives')]),
}


@pytest.mark.parametrize('case', WRONG)
def test_what_a_copy_leaves(case, copy):
    files, expected = WRONG[case]
    for name, text in files.items():
        (copy / name).write_text(text) if text is not None else (copy / name).unlink()
    status, wrong, said = check(copy, stock('armmp'))
    assert status == 1 and len(wrong) == len(expected), said
    assert all(file == name and why.startswith(text) for (file, why), (name, text) in zip(wrong, expected)), said


def test_same_files(copy):
    """Named with the boards that have them; not those that all boards share."""
    (copy / 'symbols').write_text((copy / 'symbols').read_text() + 'USB?  a stick\n')
    status, wrong, said = check(copy, stock('armmp'))
    assert (status, wrong) == (0, []), said
    same = {names: files.split(', ') for files, names in re.findall(r'^  same    (.*): as in (.*)$', said, re.M)}
    assert 'qemu' in same['orangepi-pc'] and 'bootloader' in same['orangepi-pc']
    assert any(', ' in names for names in same)
    assert not {'symbols', 'README.md', 'budget', 'kernel'} & {name for names in same.values() for name in names}
    # also those of one's own
    shutil.copytree(copy, copy.parent / 'theirs')
    assert re.search('symbols: as in theirs$', check(copy, BOARD_PATH=str(copy.parent))[2], re.M)


def test_outside(copy, tmp_path):
    """All that takes a board takes one of BOARD_PATH, and the first one of a name."""
    def run(*words):
        return make(*words, BOARD_PATH=f'/nowhere:{copy.parent}')

    assert 'mine: a board of this test\n' in run('list-boards').stdout
    assert 'BOARD=mine: no such board in boards' in make('BOARD=mine', 'defconfig').stdout
    out = f'O={tmp_path}/out'
    assert run('BOARD=mine', out, 'defconfig').returncode == 0
    assert 'CONFIG_DTB="sun8i-h3-orangepi-pc"' in (tmp_path / 'out/.config').read_text()
    assert f'BOARD   {copy}, with ' in run(out, 'board-check').stdout
    result = run(out, 'kernel-check', f'KCONFIG={stock("armmp")}/config')
    assert 'for mine, root=' in result.stdout and result.returncode == 0, result.stdout
    (tmp_path / 'out/.config').write_text('CONFIG_ARM=y\n')
    assert run('BOARD=mine', out, 'savedefconfig').returncode == 0
    assert (copy / 'defconfig').read_text() == 'CONFIG_ARM=y\n'
    # qemu/run, too, and without make
    (copy / 'qemu').write_text('machine qemu-system-arm -machine none\ncard -drive %s\n')
    printed = subprocess.run([TOP / 'qemu/run', 'mine', '--print', '--card', '/x'], cwd='/', text=True, check=True,
                             stdout=subprocess.PIPE, env=os.environ | {'BOARD_PATH': f':{copy.parent}'})
    assert printed.stdout.split() == ["'qemu-system-arm'", "'-machine'", "'none'", "'-drive'", "'/x'"]
    # the same name as one of the tree's: one's own counts
    shutil.copytree(copy, copy.parent / 'orangepi-pc')
    words = 'BOARD=orangepi-pc', 'V=1', '-n', 'savedefconfig', f'O={tmp_path}/other'
    assert f'{copy.parent}/orangepi-pc/defconfig' in run(*words).stdout
    assert f'{copy.parent}' not in make(*words).stdout


def test_qemu_has_no_such_board():
    result = make('BOARD=beaglebone-black', 'qemu')
    assert result.returncode == 2
    assert 'beaglebone-black: no file boards/beaglebone-black/qemu: QEMU has no such board' in result.stdout
    assert '  CC ' not in result.stdout


@pytest.mark.parametrize('machine, where, has_rom', [
    ('orangepi-pc', 'sd', True),
    ('vexpress-a9', 'sd', False),
    ('sabrelite', 'none', False),
    ('virt', 'none', False),
    ('virt -bios /usr/lib/u-boot/qemu_arm/u-boot.bin', 'none', True),
])
def test_boot_rom(machine, where, has_rom, copy, tmp_path):
    """Where nothing starts the card it is said; else QEMU runs, until its standard input's monitor ends it."""
    (copy / 'qemu').write_text(f'machine qemu-system-arm -machine {machine} -net none -display none -monitor stdio\n'
                               'machine -audiodev none,id=none\n'
                               f'card -drive file=%s,format=raw,if={where},snapshot=on\n')
    card = tmp_path / 'card'
    card.write_bytes(bytes(1 << 25))
    result = subprocess.run([TOP / 'qemu/run', 'mine', '--card', card], input='quit\n', text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, env=os.environ | {'BOARD_PATH': str(copy.parent)})
    assert result.returncode == (0 if has_rom else 1), result.stdout
    assert ('QEMU has no boot ROM for this machine, so nothing would start the card' in result.stdout) != has_rom
