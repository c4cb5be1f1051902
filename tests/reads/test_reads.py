"""What is read of the disks until root's init runs, by the kernel alone and through kindling: QEMU's
counts of bytes and requests, at the moment when init says that it runs. The difference is what kindling
reads; reads.toml has its limits, and for each row the exact figures.

    pytest -q --tb=no tests/reads

The table that it prints at the end has what was measured, each line as reads.toml has it.
"""
import functools
import tomllib
from pathlib import Path

import pytest

import disks
import machine
from builds import built
from machine import DIR, once

HERE = Path(__file__).resolve().parent
BOARD = 'qemu-x86_64'
DATA = tomllib.loads((HERE / 'reads.toml').read_text())
LAYOUTS, LIMITS, ROOTS = DATA['layouts'], DATA['limits'], DATA['roots']
TAGS = 'UUID', 'LABEL', 'PARTUUID', 'PARTLABEL'

image = once(lambda config: built(BOARD, config).image)


@pytest.fixture(scope='session')
def disk(tmp_path_factory):
    """disk(root, layout): its file, made once."""
    folder = tmp_path_factory.mktemp('reads')
    init = machine.program('x86_64', HERE / 'init.c', folder / 'init')

    @once
    def disk(root, layout):
        maker = disks.FORMS[ROOTS[root]['disk']]
        make = {'disk': maker, 'gpt': disks.gpt({'boot': disks.zeros, 'my root': maker}),
                'mbr': disks.mbr([disks.zeros, maker])}[layout]
        out = folder / f'{root}.{layout}'
        make(out, {'sbin/init': init, 'dev': DIR})
        return out
    return disk


def blkid(path, layout, tag):
    """The value of the tag of the root on that disk."""
    if tag == 'PARTUUID':
        return '6b696e64-6c69-4e67-8000-000000000002' if layout == 'gpt' else 'a1d0c3e5-02'
    if tag == 'PARTLABEL':
        return 'my root'
    start = 0
    if layout != 'disk':
        start = 512 * int(machine.output('partx', '-g', '-b', '-o', 'START', '-n', '2', path))
    return machine.output('blkid', '-p', '-O', start, '-o', 'value', '-s', tag, path)


def boot(path, words, kernel, initrd):
    """(bytes, requests) until init runs, of all drives."""
    with machine.boot(BOARD, root=path, kernel=machine.kernel(kernel), initrd=initrd,
                      cmdline=f'console=ttyS0 panic=-1 {words}') as guest:
        guest.expect('INIT runs|Rebooting in|reboot: ')
        # nothing is under way when it has stopped
        guest.monitor('stop')
        drives = [drive['stats'] for drive in guest.monitor('query-blockstats')]
        if 'INIT runs' not in guest.text:
            raise guest.failed('no init')
    return sum(drive['rd_bytes'] for drive in drives), sum(drive['rd_operations'] for drive in drives)


class Case:
    """What one row's boot reads, and the kernel alone."""

    def __init__(self, row, disk, alone):
        root, layout, by, _ = row
        path, found = disk(root, layout), ROOTS[root]
        value = LAYOUTS[layout][1] if by == 'NAME' else f'{by}={blkid(path, layout, by)}'
        self.alone = alone(root, layout)
        through = boot(path, f'root="{value}" {found.get("words", "")}', found.get('kernel', 'x86_64'),
                       image(found.get('config', '')))
        self.more = [a - b for a, b in zip(through, self.alone)]
        self.most = limit(layout, by, found.get('pages') and layout == 'disk')


def limit(layout, by, is_cached):
    """The bytes and requests that kindling may add."""
    parts = [LIMITS['name']]
    if by in ('UUID', 'LABEL'):
        parts = LAYOUTS[layout][0] * [LIMITS['device']]
    elif by != 'NAME':
        # the partition whose number the table gives, and the table
        parts = [LIMITS['device'], LIMITS['table'][layout]]
    if is_cached:
        parts = [*parts, LIMITS['page']]
    return [sum(column) for column in zip(*parts)]


def line(row, case):
    root, layout, by, exactly = row
    judged = 'OK' if not complaints(row, case) else 'FAILED'
    figures = f'["{root}", "{layout}", "{by}", {case.more}],'
    return (f'	{figures:54} # {judged:6} at most {case.most}; the kernel alone {list(case.alone)}'
            f'{f"; not {exactly}" if exactly != case.more else ""}')


def complaints(row, case):
    exactly = row[3]
    if case.more != exactly:
        return f'reads {case.more}, not {exactly}'
    if any(a > b for a, b in zip(case.more, case.most)):
        return f'reads {case.more}, of {case.most}'
    return ''


def name(row):
    return ' '.join(row[:3])


# roots whose rows are not long
CHECK = ['ext4', 'squashfs', 'vfat']
ROWS = [pytest.param(row, id=name(row), marks=[] if row[0] in CHECK else [pytest.mark.long])
        for row in DATA['rows']]


@pytest.fixture(scope='module')
def case(request, disk):
    """case(row): its boots. Behind the last of them comes the table."""
    found = []

    @functools.cache
    def alone(root, layout):
        found = ROOTS[root]
        return boot(disk(root, layout), f'root={LAYOUTS[layout][1]} rootfstype={found["type"]} '
                    f'{found.get("words", "")}', found.get('kernel', 'x86_64'), None)

    def case(row):
        found.append((row, Case(row, disk, alone)))
        return found[-1][1]
    yield case
    with request.config.pluginmanager.getplugin('capturemanager').global_and_fixture_disabled():
        print('\nrows = [ # [bytes, requests] that kindling adds')
        for row, boots in found:
            print(line(row, boots))
        print(']')


@pytest.mark.parametrize('row', ROWS)
def test_reads(row, case):
    assert not (found := complaints(row, case(row))), found
