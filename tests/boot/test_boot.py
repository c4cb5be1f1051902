"""Boots, one row of a *.toml here each: what is asked, what the console must say, how it ends.

A row:
    name      of the test
    words     the command line behind the board's console=, default root=/dev/vda
    fill      a first word makes the whole command line so many bytes long
    root      the disk, a name in ROOTS; "" for none; default good
    config    lines on top of the board's configuration
    expect    regular expressions that the console matches in this order, line by line
    forbid    regular expressions that no line may match
    ends      poweroff (what the roots' init does, and the default), reboot or halt
    times     [from, to, least, most]: guest seconds between two lines
    talk      [regular expression, line]: when the console shows this, type that; a line
              "monitor: command" goes to QEMU's monitor, "pause: 2" types nothing for 2 s
    qemu      more arguments of QEMU, {root} is the disk; the board's own disk is then left out
    kernel    a name of qemu/kernel; default: the board's
    boards    default qemu-x86_64
    long      true: only in check-long
"""
import functools
import re
import shutil
import struct
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

import machine
from builds import built
from machine import BOARDS, BUILD, DIR, LINK, TOP

HERE = Path(__file__).resolve().parent
KEYS = {'name', 'words', 'fill', 'root', 'config', 'expect', 'forbid', 'ends', 'times', 'talk',
        'qemu', 'kernel', 'boards', 'long'}
ENDS = {
    'poweroff': 'reboot: Power down',
    'reboot': 'reboot: Restarting system',
    'halt': 'reboot: System halted',
}

# ---- what is booted ---------------------------------------------------------------------------


class Programs:
    """The programs that roots hold, for one architecture."""

    def __init__(self, arch, folder):
        self.init = machine.program(arch, HERE / 'init.c', folder / f'init-{arch}')
        # the same with another processor's number in its ELF header: none of those tested
        foreign = bytearray(self.init.read_bytes())
        foreign[18:20] = (21).to_bytes(2, 'little')
        self.foreign = bytes(foreign)
        self.dynamic = folder / 'dynamic'
        # names an interpreter that no root has
        subprocess.run(['gcc', '-nostdlib', '-pie', '-Wl,--dynamic-linker=/lib/ld-none.so.1,-emain',
                        '-x', 'c', '-', '-o', self.dynamic], input=b'int main;', check=True)


# name -> its files; `good` is in all of them
ROOTS = {
    'good': lambda p: {'sbin/init': p.init, 'opt/other': p.init},
    'no init': lambda p: {},
    'init is a directory': lambda p: {'sbin/init': DIR, 'opt/other': p.init},
    'only /bin/init': lambda p: {'sbin/init': DIR, 'etc/init': 'no program\n', 'bin/init': p.init},
    'only /bin/sh': lambda p: {'bin/sh': p.init},
    'foreign init': lambda p: {'sbin/init': p.foreign},
    'foreign init, then /etc/init': lambda p: {'sbin/init': p.foreign, 'etc/init': p.init},
    'init without interpreter': lambda p: {'sbin/init': p.dynamic},
    'no interpreter, then /bin/init': lambda p: {'sbin/init': p.dynamic, 'bin/init': p.init},
    'init is text': lambda p: {'sbin/init': 'echo hello\n'},
    'init is empty': lambda p: {'sbin/init': ''},
    'init is a script': lambda p: {'sbin/init': '#! /opt/other -x\n', 'opt/other': p.init},
    'script without interpreter': lambda p: {'sbin/init': '#!/bin/none -x\n'},
    'init is an absolute link': lambda p: {'sbin/init': LINK('/opt/other'), 'opt/other': p.init},
    'init is a link out of root': lambda p: {'sbin/init': LINK('../../../../opt/other'),
                                             'opt/other': p.init},
    'init is a dangling link': lambda p: {'sbin/init': LINK('/opt/other')},
    'init is a link to itself': lambda p: {'sbin/init': LINK('/sbin/init')},
    'dev is a link': lambda p: {'sbin/init': p.init, 'dev': LINK('/tmp'), 'tmp': DIR},
    'dev is a file': lambda p: {'sbin/init': p.init, 'dev': 'x'},
    'dev has a kmsg of its own': lambda p: {'dev/kmsg': ''},
    'no /dev': lambda p: {'sbin/init': p.init, 'dev': None},
    'no /proc and /sys': lambda p: {'sbin/init': p.init, 'proc': None, 'sys': None},
    'proc is a link': lambda p: {'sbin/init': p.init, 'proc': LINK('/tmp'), 'tmp': DIR},
}


def not_executable(out, tree):
    machine.disk(out, tree)
    mode = 'set_inode_field /sbin/init mode 0100644'
    subprocess.run(['/usr/sbin/debugfs', '-w', '-R', mode, out], check=True,
                   stderr=subprocess.DEVNULL)


def folder_of(out, tree):
    folder = out.with_suffix('.root')
    for name, content in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is DIR:
            path.mkdir()
        else:
            shutil.copy(content, path)
    return folder


def squashfs(out, tree):
    subprocess.run(['mksquashfs', folder_of(out, tree), out, '-all-root', '-comp', 'xz', '-quiet',
                    '-no-progress'], check=True)


def erofs(out, tree):
    subprocess.run(['mkfs.erofs', '--all-root', out, folder_of(out, tree)], check=True,
                   stdout=subprocess.DEVNULL)


def partitioned(out, tree):
    """The same in the second of two partitions, of an MBR."""
    content = machine.disk(out.with_suffix('.part'), tree).read_bytes()
    # status, first and last place in cylinders (of no use), type, start and length in sectors
    entries = b''.join(struct.pack('<B3sB3sII', 0, b'', 0x83, b'', start, length)
                       for start, length in ((2048, 2048), (4096, len(content) // 512)))
    mbr = bytes(446) + entries + bytes(32) + b'\x55\xaa'
    out.write_bytes(mbr.ljust(4096 * 512, b'\0') + content)


def zeros(out, _):
    out.write_bytes(bytes(2 ** 20))


# roots of the good files in another form than ext4
FORMS = {
    'not executable': not_executable,
    'squashfs': squashfs,
    'erofs': erofs,
    'partitioned': partitioned,
    'zeros': zeros,
}


@pytest.fixture(scope='session')
def disk(tmp_path_factory):
    """disk(board, root): the image, made once."""
    folder = tmp_path_factory.mktemp('roots')

    @functools.cache
    def programs(arch):
        return Programs(arch, folder)

    @functools.cache
    def disk(board, root):
        if root == '':
            return None
        arch = BOARDS[board]
        out = folder / f'{root} {arch}'.replace(' ', '-').replace('/', '-').replace(',', '')
        tree = {'dev': DIR, 'proc': DIR, 'sys': DIR}
        tree.update(ROOTS[root if root in ROOTS else 'good'](programs(arch)))
        tree = {name: content for name, content in tree.items() if content is not None}
        FORMS.get(root, machine.disk)(out, tree)
        return out
    return disk


image = functools.cache(lambda board, config: built(board, config).image)

# ---- what is asked for -------------------------------------------------------------------------


def command_line(board, row):
    console = (TOP / f'boards/{board}/cmdline').read_text().split()[0]
    words = row.get('words', 'root=/dev/vda').replace('\n', ' ')
    missing = row.get('fill', 0) - len(f'{console} {words}'.encode()) - len(' =')
    first = f'x.={"y" * (missing - 2)} ' if missing > 0 else ''
    return f'{console} {first}{words}'


def stamps(lines, pattern):
    """The guest's time at the first line that matches."""
    for line in lines:
        if re.search(pattern, line):
            found = re.match(r'\[ *(\d+\.\d+)\]', line)
            if found:
                return float(found[1])
    raise AssertionError(f'no time stamp on a line that matches {pattern!r}')


def complaints(row, text):
    """What the console of a row lacks, or has and must not have."""
    lines = text.splitlines()
    rest = iter(lines)
    for pattern in row.get('expect', []):
        if not any(re.search(pattern, line) for line in rest):
            yield f'no line, or none in this order, matches {pattern!r}'
            break
    for pattern in row.get('forbid', []):
        yield from (f'{pattern!r} must not match {line!r}'
                    for line in lines if re.search(pattern, line))
    for start, end, least, most in row.get('times', []):
        passed = stamps(lines, end) - stamps(lines, start)
        if not least <= passed <= most:
            yield f'{passed:.3f} s from {start!r} to {end!r}: not {least} to {most}'


def say(running, line):
    if line.startswith('monitor: '):
        running.child.send('\x01c')
        running.send(line.removeprefix('monitor: '))
        running.child.send('\x01c')
    elif line.startswith('pause: '):
        time.sleep(float(line.removeprefix('pause: ')))
    else:
        running.send(line)


def boot(row, board, disk):
    """The whole console of a row's boot."""
    root = disk(board, row.get('root', 'good'))
    options = dict(initrd=image(board, row.get('config', '')), cmdline=command_line(board, row))
    if 'qemu' in row:
        options['qemu'] = [word.format(root=root) for word in row['qemu']]
    else:
        options['root'] = root
    if 'kernel' in row:
        options['kernel'] = machine.kernel(row['kernel'])
    with machine.boot(board, **options) as running:
        for pattern, line in row.get('talk', []):
            running.expect(pattern)
            say(running, line)
        running.expect(ENDS[row.get('ends', 'poweroff')])
        return running.text


def rows():
    for path in sorted(HERE.glob('*.toml')):
        for row in tomllib.loads(path.read_text())['boot']:
            assert set(row) <= KEYS, f'{path}: {row["name"]}: unknown key {set(row) - KEYS}'
            for board in row.get('boards', ['qemu-x86_64']):
                marks = [pytest.mark.long] if row.get('long') else []
                yield pytest.param(row, board, marks=marks,
                                   id=f'{path.stem}: {row["name"]} ({board})')


@pytest.mark.parametrize('row, board', rows())
def test_boot(row, board, disk):
    text = boot(row, board, disk)
    found = list(complaints(row, text))
    assert not found, '\n'.join([*found, text])
