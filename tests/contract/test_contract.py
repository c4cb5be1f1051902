"""The contract (README.md): what the real init sees under kindling is what it sees when
the kernel mounts root itself.

Each case boots one root twice, by the kernel alone and through kindling; the root's init is
state.c, which prints its whole world. The two prints must be equal but for the rows of ALLOWED
and what is said in old_ramfs().
"""
import difflib
import re
from pathlib import Path

import pytest

import machine
from features import marks
from machine import BOARDS, DIR, kernels

HERE = Path(__file__).resolve().parent

# root -> its directories; state.c is its /sbin/init and /opt/other
ROOTS = {
    'whole': ('dev', 'proc', 'sys', 'run', 'tmp'),
    'no /proc': ('dev',),
    'no /dev': ('proc', 'sys'),
    'bare': (),
}

# case -> its root, and the words behind the board's command line
CASES = {
    'plain': ('whole', ''),
    'read-write': ('whole', 'rw'),
    'words after --': ('whole', '-- one --two three=3 -s'),
    'words for init': ('whole', 'single COLOUR=blue EMPTY= odd.word dotted.name=1 TERM=dumb 5'),
    'quoted values': ('whole', 'TEXT="two words" "MORE=a  b" "a word" -- "x y" z="1 2"'),
    'init elsewhere': ('whole', 'init=/opt/other'),
    'init elsewhere, words': ('whole', 'init=/opt/other A=b word -- more words'),
    'root words': ('whole', 'rootwait rootfstype=ext4 rootflags=errors=remount-ro,commit=7'),
    'by number': ('whole', 'root=254:0'),
    'quiet': ('whole', 'quiet'),
    'no /proc and /sys': ('no /proc', ''),
    'no /dev': ('no /dev', ''),
    'no directory, read-write': ('bare', 'rw'),
}


def number(share=0, distance=0):
    """Equal but for one number, and that within a share or a distance of the kernel's own."""
    def allowed(alone, kindling):
        found = [re.fullmatch(r'(.*?)(\d+)(\D*)', text) for text in (alone, kindling)]
        if not all(found):
            return False
        (head, a, tail), (other, b, end) = (match.groups() for match in found)
        return (head, tail) == (other, end) and abs(int(a) - int(b)) <= distance + share * int(a)
    return allowed


def real_device(alone, kindling):
    """The kernel calls what it mounted /dev/root."""
    return alone == '/dev/root' and kindling in ('/dev/vda', '/dev/nvme0n1')


# keys of the report -> how their values may differ; later lines: what follows from free memory
ALLOWED = {
    r'mount / source': real_device,
    r'memory free': number(distance=64),
    r'rlimit (NPROC|SIGPENDING) (soft|hard)': number(share=0.01),
    r'status SigQ': number(share=0.01),
    r'mount /dev super (size|nr_inodes)': number(share=0.01),
    r'statfs /dev (blocks|inodes)': number(share=0.01),
}

# A report without these has not looked.
NEEDED = ('argv 0', 'environ 0', 'fd 2 target', 'status SigQ', 'mount / source', 'process 1',
          'memory free', 'ramfs /')


def parse(report):
    """[((key, how often it was there before), value)] of a report."""
    seen = {}
    items = []
    for line in report:
        key, _, value = line.partition(':')
        seen[key] = seen.get(key, -1) + 1
        items.append(((key, seen[key]), value.strip()))
    return items


def allowed(key, alone, kindling):
    return any(re.fullmatch(pattern, key) and may_differ(alone, kindling)
               for pattern, may_differ in ALLOWED.items())


def old_ramfs(alone, kindling):
    """Complaints about what is left of the initramfs: no regular file, no more inodes than the
    kernel alone leaves."""
    def inodes(items):
        return [(key, value) for (key, _), value in items if key.startswith('ramfs /')]
    left = inodes(kindling)
    complaints = [f'+{key}: {value}' for key, value in left if value.startswith('regular')]
    if len(left) > len(inodes(alone)):
        complaints += [f'+{key}: {value}, of {len(left)} inodes, {len(inodes(alone))} allowed'
                       for key, value in left]
    return complaints


def compare(alone, kindling):
    """The differences between two reports that the contract does not allow, as lines of a diff."""
    alone, kindling = parse(alone), parse(kindling)
    known = dict(alone)
    for index, (key, value) in enumerate(kindling):
        if key in known and allowed(key[0], known[key], value):
            kindling[index] = (key, known[key])

    def lines(items):
        return [f'{key}: {value}' for (key, _), value in items if not key.startswith('ramfs /')]
    diff = difflib.unified_diff(lines(alone), lines(kindling), 'kernel alone', 'kindling',
                                lineterm='', n=0)
    return [*diff, *old_ramfs(alone, kindling)]


def report(text):
    """The lines of a console that state.c printed."""
    found = re.search(r'^==== state\n(.*)^==== end$', text, re.DOTALL | re.MULTILINE)
    assert found, f'no report\n{text}'
    lines = found[1].splitlines()
    missing = [key for key in NEEDED if not any(line.startswith(key + ':') for line in lines)]
    assert not missing, f'the report lacks {missing}\n{text}'
    # keys have numbers by chance, and stand in their order
    keys = sorted(re.sub(r'^(proc keys: )[0-9a-f]{8} ', r'\1', line) for line in lines if line.startswith('proc keys: '))
    return [line for line in lines if not line.startswith('proc keys: ')] + keys


@pytest.fixture(scope='session')
def disks(tmp_path_factory):
    """disk(board, root): the image, made once."""
    made = {}
    folder = tmp_path_factory.mktemp('contract')

    def disk(board, root):
        arch = BOARDS[board]
        if arch not in made:
            made[arch] = machine.program(arch, HERE / 'state.c', folder / f'state-{arch}')
        if (arch, root) not in made:
            tree = {'sbin/init': made[arch], 'opt/other': made[arch]}
            tree.update(dict.fromkeys(ROOTS[root], DIR))
            made[arch, root] = machine.disk(folder / f'{len(made)}.img', tree)
        return made[arch, root]
    return disk


def reports(board, root, words, initrd):
    """The reports of two boots of one root, the kernel alone and with an initramfs."""
    for options in {}, {'initrd': initrd}:
        with machine.boot(board, root=root, append=f'panic=-1 {words}', **options) as guest:
            yield report(guest.wait())


@pytest.mark.parametrize('case', CASES)
@pytest.mark.parametrize('board', [
    pytest.param(board, marks=marks(kernels(board)[0])) for board in BOARDS])
def test_contract(board, case, disks):
    root, words = CASES[case]
    difference = compare(*reports(board, disks(board, root), words, machine.image(board)))
    assert not difference, '\n'.join(difference)


def test_featureless_init_breaks_it(disks, tmp_path):
    """A control: an init that mounts, moves, chroots and execs, and forgets the rest, is seen."""
    board = 'qemu-x86_64'
    init = machine.program(BOARDS[board], HERE.parent / 'bench/featureless.c', tmp_path / 'init')
    initrd = machine.cpio(tmp_path / 'initrd', {'init': init, **machine.CONSOLE, 'root': DIR})
    difference = compare(*reports(board, disks(board, 'whole'), '', initrd))
    assert any('ramfs /init: regular' in line for line in difference), difference


# ---- the comparison itself ---------------------------------------------------------------------

PRINT = '''\
argv 0: /sbin/init
environ 0: HOME=/
environ 1: TERM=linux
umask: 0022
fd 0: char 0600 device 5:1 flags 0x2 offset 0
status SigQ: 0/956
rlimit NPROC soft: 956
mount / source: /dev/root
mount / type: ext4
mount /dev super size: 119552k
mount /dev super mode: 755
statfs /dev blocks used: 0
process 1: parent 0 (init) R
memory free: 240000 kB
ramfs /: directory 0755
ramfs /dev: directory 0755
ramfs /dev/console: char 0600
ramfs /root: directory 0700'''.splitlines()


def changed(old, new):
    assert old in '\n'.join(PRINT)
    return '\n'.join(PRINT).replace(old, new).splitlines()


@pytest.mark.parametrize('old, new', [
    ('argv', 'argv'),
    ('/dev/root', '/dev/vda'),
    ('SigQ: 0/956', 'SigQ: 0/950'),
    ('soft: 956', 'soft: 965'),
    ('119552k', '118400k'),
    ('240000 kB', '239936 kB'),
    ('\nramfs /root: directory 0700', ''),
    ('ramfs /root: directory 0700', 'ramfs /dev/vda: block 0600'),
])
def test_allowed(old, new):
    assert compare(PRINT, changed(old, new)) == []


@pytest.mark.parametrize('old, new', [
    *((line, line + 'x') for line in PRINT if not line.startswith('ramfs')),
    *((line + '\n', '') for line in PRINT if not line.startswith('ramfs')),
    ('HOME=/\n', 'HOME=/\nenviron 1: PATH=/bin\n'),
    ('flags 0x2', 'flags 0x8002'),
    ('/dev/root', '/dev/sda'),
    ('SigQ: 0/956', 'SigQ: 1/956'),
    ('SigQ: 0/956', 'SigQ: 0/940'),
    ('soft: 956', 'soft: 900'),
    ('119552k', '119552'),
    ('119552k', 'all'),
    ('240000 kB', '239900 kB'),
    ('memory', 'mount /proc type: proc\nmemory'),
    ('memory', 'process 70: parent 1 (udevd) S\nmemory'),
    ('ramfs /dev/console: char 0600', 'ramfs /init: regular 0755'),
    ('ramfs /root: directory 0700', 'ramfs /root: directory 0700\nramfs /sys: directory 0755'),
])
def test_not_allowed(old, new):
    assert compare(PRINT, changed(old, new)) != []


def test_incomplete_report_is_refused():
    with pytest.raises(AssertionError):
        report('==== state\n' + '\n'.join(PRINT) + '\n==== end\n')
