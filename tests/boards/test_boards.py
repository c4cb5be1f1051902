"""Each board that QEMU has, with each kernel and each way of starting it: from power-on through its
bootloader, from the card that `make image` makes, to the real init. boards.toml has the rows' data.
"""
import functools
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import machine
from builds import built, settings
from machine import BUILD, FOLDERS, TOP, kernels

DATA = tomllib.loads(Path(__file__).with_name('boards.toml').read_text())


def ways(board):
    """Those of its card, or QEMU's own -kernel."""
    found = sorted(path.name for path in board.glob('boot/*'))
    return found if re.search('^card', (board / 'qemu').read_text(), re.M) else ['kernel']


def places(qemu):
    """Where it may have its card: '' is the line `card`, 'on usb' the line `card-usb`."""
    return ['', *(f' on {name}' for name in re.findall('^card-([a-z]+)', qemu.read_text(), re.M))]


ROWS = {f'{qemu.parent.name} {way} {command.split()[-1]}{place}': (qemu.parent.name, way, command, place)
        for qemu in sorted(folder / 'qemu' for folder in FOLDERS.values()) if qemu.exists()
        for way in ways(qemu.parent) for command in kernels(qemu.parent.name)
        for place in places(qemu)}


@functools.cache
def root(arch):
    """A folder with the smallest root, whose init says what it found."""
    folder = BUILD / f'tests/root-{arch}'
    for name in 'sbin', 'dev', 'proc', 'sys':
        (folder / name).mkdir(parents=True, exist_ok=True)
    machine.program(arch, TOP / 'tests/boot/init.c', folder / 'sbin/init')
    return folder


def command(board, way, folder, place, mark=''):
    """What starts it, from a copy of its own for each `mark`. Ways and kernels of one board share a build."""
    config = settings(board)
    out = BUILD / f'tests/card-{board}'
    # what qemu/run is given: its option, what make made for it, and its copy for this row
    made = [('--card', 'images/disk.img')]
    if way == 'kernel':
        made = [('--initrd', 'initramfs'), ('--root', 'root.img')]
    # of a kernel that QEMU is given, make takes the modules
    given = [f'BOOT={way}', f'KERNEL={folder}'] if way != 'kernel' else \
        [f'KERNEL={folder}'] if (TOP / f'boards/{board}/modules').exists() and (folder / 'modules').exists() else []
    built(board, goals=('all', *('image' if way != 'kernel' else out / file for _, file in made),
                        f'ROOT={root(config["ARCH"])}', *given), folder=out.name)
    words = [word for option, file in made for word in
             (option, (out / file).rename(out / f'{way} {folder.name}{place}{mark} {Path(file).name}'))]
    if way == 'kernel':
        words += ['--kernel', folder / 'kernel']
    return words + (['--on', place.split()[-1]] if place else [])


# not all of these machines can be powered off
ENDS = 'INIT end|Rebooting in|Kernel panic|\\breboot: '


def boot(row):
    """The console of a row, up to its init."""
    board, way, found, place = ROWS[row]
    folder = machine.kernel_folder(found)
    with machine.guest([TOP / 'qemu/run', board, *command(board, way, folder, place), '--']) as guest:
        guest.expect(ENDS)
        return guest.text


@pytest.mark.parametrize('row', [
    pytest.param(row, marks=[] if row in DATA['check'] else [pytest.mark.long]) for row in ROWS])
def test_board(row):
    board, way, *_ = ROWS[row]
    text = boot(row)
    if row in DATA['loses']:
        assert re.search(DATA['loses'][row], text) and 'kindling: ' not in text
    else:
        check(board, way, text)


def check(board, way, text):
    """The console shows the way from power-on to init."""
    at = 0
    for line in [*DATA['boards'].get(board, []), *DATA['ways'].get(way, []), r'kindling: root /dev/\S+ \(\w+\)',
                 r'^INIT mount \S+ / (ext4|squashfs) ', '^INIT end']:
        found = re.compile(line, re.M).search(text, at)
        assert found, f'no {line!r} behind this:\n{text}'
        at = found.end()


@pytest.mark.long
@pytest.mark.parametrize('row', DATA['lacks'], ids=lambda row: f'{row["row"]} {row["file"]}')
def test_lacks(row):
    board, way, found, place = ROWS[row['row']]
    words = command(board, way, machine.kernel_folder(found), place, f' without {row["file"]}')
    subprocess.run(['mdel', '-i', f'{words[1]}@@1M', f'::{row["file"]}'], check=True)
    with machine.guest([TOP / 'qemu/run', board, *words, '--']) as guest:
        guest.expect(re.escape(row['shows']))
        assert 'kindling: ' not in guest.text


def test_check_has_rows_that_there_are():
    assert set(DATA['check']) <= set(ROWS)


def test_a_place_that_there_is_not():
    result = subprocess.run([TOP / 'qemu/run', 'x86_64-bios', '--card', '/dev/null', '--on', 'nvme'], text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 2
    assert result.stdout.endswith('boards/x86_64-bios/qemu: no line card-nvme\n')
