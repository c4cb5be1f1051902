"""System calls of /init fail, one at a time, and what must hold then holds: faults.toml has the rows.

In a guest a tracer (tracer.c) runs /init as PID 1 of a namespace of its own, once for each case: without
a fault first, which tells the calls, then with each of them failing. A row:

    name      of the test
    words     the command line; {roothash} is that of the first disk
    disks     names of disks.py, /dev/vda and so on; default one root
    config    lines on top of the board's configuration
    pivot     true: a kernel whose initramfs can be swapped by pivot_root (7.0)
    calls     a regular expression of the calls that fail; default: all that can
    errors    with which errors
    check     with which of them in `check`; default: none
    times     so many equal calls of the same process fail; default 1, 0 is all from the first on
    root      the device that is root, or for one that has none TYPE SOURCE OPTIONS of its mount, as a regular
              expression; "" when none may be
    type      the file system that it has; default ext4
    used      the block devices that are mounted when init starts, or stand on others; default root
    instead   another root that may be, a table of root, type and used; a line at level err says why, or with
              silent = true, none does
    changes   the disks whose data is other when a case is over; default: none
    keeps     a regular expression: one file of the changed disk has such a path when a case is over
    again     true: after each case the disks are booted from as it has left them, without a fault, and root starts
    starts    a regular expression of calls after whose failure root must start all the same
    finds     more that init finds in this configuration than root and /dev
    says      a regular expression of the line at level err with which a boot that starts no root ends
    limit     seconds that it may take; default 20

What holds in each case: root starts, the right one, as it does without a fault, or a line at level err
says what it lacks. Or none starts, and a line at level err says what failed and how the boot ends, which it
does in that way, not before, and within the limit. No loop device stays, and no disk is written to.
"""
import contextlib
import errno
import functools
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

import disks
import machine
from builds import built
from machine import CONSOLE, DIR, TOP

HERE = Path(__file__).resolve().parent
BOARD = 'qemu-x86_64'
DATA = tomllib.loads((HERE / 'faults.toml').read_text())
KEYS = {'name', 'words', 'disks', 'config', 'pivot', 'calls', 'errors', 'check', 'times', 'root', 'starts',
        'finds', 'says', 'limit', 'type', 'used', 'instead', 'changes', 'again', 'keeps'}
# These do not fail, or nobody can do anything about it.
CANNOT = re.compile('(getpid|clock_gettime|close|exit_group|exit)( |$)')
# What the end of a line promises, and what is then called: reboot(2)'s command, or exit's status
PROMISES = {'rebooting': ('reboot', 0x01234567), 'powering off': ('reboot', 0x4321fedc),
            'halting': ('reboot', int.from_bytes(0xcdef0123.to_bytes(4), signed=True)),
            'panicking': ('exit', 1)}
PROMISE = re.compile(f'; ({"|".join(PROMISES)})(?: in (\\d+) s| now)?$')
# What init finds of what was the image, and has of its own: the kernel's console and its directory
CLEAN = {'MOUNT /dev devtmpfs', 'FD 0', 'FD 1', 'FD 2', 'CWD /', 'TASKS 1',
         'LEFT directory /dev', 'LEFT special /dev/console'}


class Run:
    """What one run of /init came to: `calls`, the (task, index, text) of it; `failed`, the call that did;
    `said`, the (ms, text); `world`, what init would find; `end`, `ms` and `number`; `kept`, the loop devices that
    stay; `changed`, the disks, and what each `has` then."""

    def __init__(self, text):
        self.calls, self.said, self.world, self.failed, self.root, self.data = [], [], [], '', None, None
        self.kept, self.changed, self.has = [], [], []
        for line in text.splitlines():
            kind, _, rest = line.partition(' ')
            if kind == 'CALL':
                task, index, call = rest.split(' ', 2)
                self.calls.append((int(task), int(index), call))
            elif kind == 'SAID':
                ms, _, said = rest.partition(' ')
                self.said.append((int(ms), said))
            elif kind == 'FAILED':
                self.failed = rest
            elif kind == 'ROOT':
                self.root = rest
            elif kind == 'DATA':
                self.data = rest
            elif kind == 'KEPT':
                self.kept.append(rest)
            elif kind == 'HAS':
                self.has.append(rest)
            elif kind == 'CHANGED':
                self.changed.append(rest)
            elif kind in ('MOUNT', 'FD', 'CWD', 'TASKS', 'OLD', 'LEFT', 'USED'):
                # what was "/" itself is no mount that is left of it
                self.world += [line] if not line.startswith('OLD / ') else []
            elif kind == 'END':
                self.end, *numbers = rest.split()
                self.number, self.ms, _ = map(int, numbers)

    @property
    def errors(self):
        """The (ms, text) of what the user sees under `quiet`: the log's lines at level err, and the console's."""
        return [(ms, said) for ms, said in self.said if not re.match('<[4-7]>', said)]


class Guest:
    """A guest with these disks and images of /init, that runs cases."""

    def __init__(self, stack, initrd, paths):
        drives = [word for number, path in enumerate(paths) for word in
                  ('-drive', f'file={path},format=raw,if=none,id=d{number},snapshot=on',
                   '-device', f'virtio-blk-pci,drive=d{number}')]
        self.machine = stack.enter_context(machine.boot(
            BOARD, initrd=initrd, qemu=drives, cmdline='console=ttyS0 quiet loglevel=1 panic=-1'))
        # pexpect's pause for passwords is as long as a case
        self.machine.child.delaybeforesend = None
        self.machine.expect('READY')

    def run(self, image, words, task=0, index=-1, error=0, times=1, pivot=False, limit=20, disks=0):
        self.machine.send(f'{image} {task} {index} {error} {times} {int(pivot)} {limit} {disks} {words}')
        self.machine.expect('(?s)(.*?)READY')
        return Run(self.machine.child.match[1].replace('\r', ''))


class Guests:
    """Those that run, one for each set of disks."""

    def __init__(self, stack, folder):
        self.stack, self.folder, self.running = stack, folder, {}

    @functools.cached_property
    def init(self):
        return machine.program('x86_64', TOP / 'tests/boot/init.c', self.folder / 'init')

    @functools.cached_property
    def initrd(self):
        tracer = machine.program('x86_64', HERE / 'tracer.c', self.folder / 'tracer')
        names = {config: f'images/{number}' for number, config in enumerate(CONFIGS)}
        return machine.cpio(self.folder / 'initrd', {
            **CONSOLE, 'init': tracer, 'proc': DIR, 'sys': DIR,
            **{name: built(BOARD, config).out / 'init/init' for config, name in names.items()}})

    def disk(self, name):
        out = self.folder / name.replace(' ', '-')
        if not out.exists():
            disks.make(name, out, {'sbin/init': self.init, 'dev': DIR, 'proc': DIR, 'sys': DIR})
        return out

    def guest(self, key):
        if key not in self.running:
            self.running[key] = Guest(self.stack, self.initrd, [self.disk(name) for name in key])
        return self.running[key]


def key_of(row):
    return tuple(row.get('disks', ['rootfs']))


def config_of(row):
    # the guard's thread would make its calls between those that are counted
    return f'CONFIG_GUARD=n\n{row.get("config", "")}'


# of this task no run has a call: none fails, and none is told
NONE = 99

CONFIGS = list(dict.fromkeys(map(config_of, DATA['row'])))


# ---- what must hold ----------------------------------------------------------------------------------


def names_reason(run, error):
    words = DATA['words'][errno.errorcode[error]]
    return any(re.search(words, text) for _, text in run.errors)


def says(row, run):
    return 'says' in row and any(re.search(row['says'], text) for _, text in run.errors)


def broken_promise(run):
    """Why the end is not the one that was said, or ''."""
    said = [(ms, PROMISE.search(text)) for ms, text in run.errors if PROMISE.search(text)]
    if not said:
        return 'ends without a word of it at level err'
    ms, promise = said[-1]
    if (run.end, run.number) != PROMISES[promise[1]] and not (run.failed.startswith('reboot') and run.end == 'exit'):
        return f'ends by {run.end} {run.number:#x}, not as said'
    if run.ms - ms < 1000 * int(promise[2] or 0):
        return f'ends {run.ms - ms} ms after {promise[0]!r}'
    return ''


def differences(row, root, run):
    """What init finds, or does not find, other than it should with that root."""
    used = root.get('used', [root['root']])
    clean = CLEAN | {f'MOUNT / {root.get("type", "ext4")}', *(f'USED {name}' for name in used), *row.get('finds', [])}
    return [f'+{line}' for line in run.world if line not in clean] + sorted(f'-{line}' for line in clean - set(run.world))


def complaints(row, run, error=0):
    """What does not hold in this run, with that error or without a fault."""
    yield from (f'{name} stays' for name in run.kept)
    if run.has and 'keeps' in row and len([path for path in run.has if re.search(row['keeps'], path)]) != 1:
        yield 'what was there is lost'
    yield from (f'{name} is written to' for name in run.changed if name not in row.get('changes', []))
    if run.end == 'started':
        other = row.get('instead', {'root': ''}) if error else {'root': ''}
        is_root = re.fullmatch(row['root'], run.root)
        if not is_root and not re.fullmatch(other['root'], run.root):
            yield f'starts {run.root}, which is not root'
        elif not is_root and not other.get('silent') and not names_reason(run, error):
            yield f'starts {run.root}, and nobody says why'
        elif (found := differences(row, row if is_root else other, run)) and not (error and names_reason(run, error) and is_root):
            yield f'init finds another world, and nobody says so: {", ".join(found)}'
        return
    if run.end not in ('reboot', 'exit'):
        yield {'late': 'does not end in time', 'hang': 'hangs'}.get(run.end, f'ends by {run.end} {run.number}')
        return
    if error and re.search(row.get('starts', '^$'), run.failed):
        yield 'root is not looked at again'
    if broken := broken_promise(run):
        yield broken
    elif not (error and names_reason(run, error)) and not says(row, run):
        yield 'does not say what failed' if error else 'does not start'


class Cases:
    """A row with some errors: every case that there is of it, and what came of it."""

    def __init__(self, row, errors, guests):
        options = {'pivot': row.get('pivot', False), 'limit': row.get('limit', 20)}
        image = CONFIGS.index(config_of(row))
        guest = guests.guest(key_of(row))
        roothash = Path(f'{guests.disk(key_of(row)[0])}.roothash')
        again = row.get('again', False)
        words = row['words'].replace('{roothash}', roothash.read_text() if roothash.exists() else '')
        self.plain = guest.run(image, words, **options, disks=1)
        self.complaints, self.count = [], 0
        self.add(row, self.plain, '', 0)
        for task, index, call in self.plain.calls:
            if CANNOT.match(call) or not re.search(row.get('calls', ''), call):
                continue
            for name in errors:
                error = getattr(errno, name)
                run = guest.run(image, words, task, index, error, row.get('times', 1), **options, disks=2 if again else 1)
                self.add(row, run, f'{name} at {index} {call}', error)
                if again:
                    self.add(row, guest.run(image, words, NONE, 0, **options, disks=1), f'then, after {name} at {index} {call}', 0)
                if run.failed != call:
                    self.complaints.append((f'another call failed: {run.failed}', f'{index} {call}', run))

    def add(self, row, run, case, error):
        self.count += 1
        self.complaints += [(text, case, run) for text in complaints(row, run, error)]

    def report(self):
        """The kinds of complaint with how many cases have each, then the cases."""
        kinds = Counter(text for text, *_ in self.complaints)
        lines = [f'{len(self.complaints)} of {self.count} cases:']
        lines += [f'{count:5}  {text}' for text, count in kinds.most_common()]
        for text, case, run in self.complaints:
            lines += [f'{case or "no fault"}: {text}', *(f'    {ms} ms {said}' for ms, said in run.errors[:4])]
        return '\n'.join(lines)


# ---- the tests ---------------------------------------------------------------------------------------


def rows():
    for row in DATA['row']:
        assert set(row) <= KEYS, f'{row["name"]}: unknown key {set(row) - KEYS}'
        if 'check' in row:
            yield pytest.param(row, row['check'], id=f'{row["name"]}: {" ".join(row["check"])}')
        rest = [name for name in row['errors'] if name not in row.get('check', [])]
        if rest:
            yield pytest.param(row, rest, marks=pytest.mark.long, id=f'{row["name"]}: {" ".join(rest)}')


@pytest.fixture(scope='module')
def guests(tmp_path_factory):
    with contextlib.ExitStack() as stack:
        yield Guests(stack, tmp_path_factory.mktemp('faults'))


@pytest.mark.parametrize('row, errors', rows())
def test_faults(row, errors, guests):
    case = Cases(row, errors, guests)
    assert not case.complaints, case.report()
