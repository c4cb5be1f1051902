"""The tests on a board on the desk (`make check-lab LAB=FILE`): lab.py says how it is reached.

Each way of starting it, as tests/boards/boards.toml has it; and the rows of tests/boot that a card can be made
for: one disk, which is a root file system alone, and nothing that only QEMU can do. Root is on the card then,
by the name that boards/BOARD/cmdline gives it.
"""
import os
import re

import pytest

import lab
import test_boards
import test_boot
from builds import built, settings
from test_boot import disk  # noqa: F401, a fixture

LAB = lab.read(os.environ['LAB'])
KEYS = {'name', 'words', 'root', 'config', 'expect', 'among', 'forbid', 'ends', 'talk', 'needs', 'each', 'long'}
ROOTS = {'squashfs', 'erofs', *test_boot.ROOTS}
# of QEMU's disk, not of root
OTHERS = re.compile(r'virtio|vd[ab]\d|vdb|\b(254|25[0-9]):|root=f|seen: |ROOT_BUSES|ROOT_FLASH|LABEL=|[^T]UUID=')
QEMUS = re.compile(r'(monitor|plug|pull|change|tray): ')


def on_card(row):
    """The row with the card's root, or None when no card is that."""
    if set(row) - KEYS or row.get('root', 'good') not in ROOTS:
        return None
    row = {'words': 'root=/dev/vda', **row}
    texts = [row['words'], row.get('config', ''), *row.get('expect', []), *row.get('among', []),
             *row.get('forbid', []), *(word for pair in row.get('talk', []) for word in pair)]
    if any(OTHERS.search(text) or QEMUS.match(text) for text in texts):
        return None
    if (test_boot.needs(row) - {'virtio'}) - LAB.target.features:
        return None

    def named(text):
        return text.replace('root=/dev/vda', LAB.words('root')).replace('/dev/vda', r'/dev/\S+')
    for key in 'words', 'config':
        row[key] = row.get(key, '').replace('/dev/vda', LAB.words('root').removeprefix('root='))
    for key in 'expect', 'among', 'forbid':
        row[key] = [named(text) for text in row.get(key, [])]
    row['talk'] = [[named(pattern), line] for pattern, line in row.get('talk', [])]
    return row


def rows():
    """{the test's name: its row}; one for each board that may run it is there."""
    found = {name.rpartition(' (')[0]: row for row, _, name, _ in test_boot.rows()}
    return {name: row for name, row in ((name, on_card(row)) for name, row in found.items()) if row}


def card(config='', **variables):
    """The card image, made in one folder: only the last one is there."""
    words = [f'{name}={value}' for name, value in variables.items()]
    build = built(LAB.board, config, folder=f'lab-{LAB.board}', goals=('image', f'KERNEL={LAB.target.folder}', *words))
    return build.out / 'images/disk.img'


@pytest.mark.parametrize('way', test_boards.ways(test_boards.FOLDERS[LAB.board]))
def test_way(way):
    root = test_boards.root(settings(LAB.board)['ARCH'])
    with lab.board(LAB, card(BOOT=way, ROOT=root)) as board:
        board.expect(test_boards.ENDS)
        test_boards.check(LAB.board, way, board.text)


@pytest.mark.parametrize('row', [pytest.param(row, id=name) for name, row in rows().items()])
def test_boot_row(row, disk):  # noqa: F811
    words = row['words'].replace('\n', ' ')
    config = row['config']
    modules = LAB.target.modules(row.get('needs', []))
    if modules:
        config += f'\nCONFIG_MODULES_LIST="{modules}"'
    image = card(config, CMDLINE=f'{LAB.words("console")} {words}', CHECK='n',
                 ROOT=disk(LAB.board, row.get('root', 'good')))
    with lab.board(LAB, image) as board:
        for pattern, line in row['talk']:
            board.expect(pattern)
            test_boot.say(board, line, None)
        board.expect(test_boot.ENDS[row.get('ends', 'poweroff')])
        found = list(test_boot.complaints(row, board.text))
        assert not found, '\n'.join([*found, board.text])
