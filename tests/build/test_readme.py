"""The README's size table is what a build gives: bytes, not an impression of them."""
import functools

import pytest

from builds import settings
from machine import TOP, output

table = functools.cache(lambda: output(TOP / 'image/table').splitlines())


@pytest.mark.long
def test_size_table_is_current():
    readme = (TOP / 'README.md').read_text()
    stated = readme.split('<!-- sizes -->\n')[1].split('<!-- end')[0].strip().splitlines()
    built = table()
    if stated[-1] == built[-1]:
        assert stated == built, 'make readme writes it anew'
    else:
        # Another compiler or kernel than the table's: bytes differ, processors and boards do not.
        assert [row.split('|')[:2] for row in stated[:-1]] == [row.split('|')[:2] for row in built[:-1]]


@pytest.mark.long
def test_every_board_is_below_100000_bytes():
    """What its bootloader loads beside its first kernel, modules included."""
    boards = [line.split(':')[0] for line in output('make', '-s', '-C', TOP, 'list-boards').splitlines()]
    rows = [[cell.strip() for cell in row.split('|')[1:-1]] for row in table() if row.count('|') == 7]
    images = {board: int(image) for board, _, _, _, image, _ in rows[2:]}
    assert set(boards) == set(images)
    assert {board: image for board, image in images.items() if image >= 100000} == {}


def test_no_board_has_a_higher_limit():
    """0 is none; an archive of modules of its own has that, and no board's first kernel may fill it: above."""
    for path in sorted(TOP.glob('boards/*/defconfig')):
        options = settings(path.parent.name)
        assert 'MODULES_LIMIT' not in path.read_text() or 0 < int(options['MODULES_LIMIT']) < 100000, path
