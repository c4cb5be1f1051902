"""Boards in QEMU for the tests: boot one, talk to its console, make what it boots from.

    disk(out, {'sbin/init': program('x86_64', 'init.c', tmp), 'dev': DIR})
    with boot('qemu-x86_64', root=out, append='rw', initrd=image('qemu-x86_64')) as machine:
        machine.expect('# ')
        machine.send('poweroff')
        text = machine.wait()

The environment may say where things are: BUILD (default build/), TIMEOUT (seconds to wait for
one thing, default 120: other work may hold the processors).
"""
import contextlib
import fcntl
import functools
import gzip
import io
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import threading
import time
from collections import namedtuple
from pathlib import Path

import pexpect

TOP = Path(__file__).resolve().parent.parent
BUILD = Path(os.environ.get('BUILD', TOP / 'build'))
TIMEOUT = float(os.environ.get('TIMEOUT', 120))

# board -> the architecture's name in packages/
BOARDS = {
    'qemu-x86_64': 'x86_64',
    'qemu-i386': 'i386',
    'qemu-arm': 'arm',
    'versatilepb': 'armv5',
    'qemu-aarch64': 'aarch64',
    'qemu-riscv64': 'riscv64',
}

# board -> its folder, those of BOARD_PATH too
FOLDERS = {path.parent.name: path.parent
           for folder in [TOP / 'boards', *map(Path, filter(None, os.environ.get('BOARD_PATH', '').split(':')[::-1]))]
           for path in sorted(folder.glob('*/defconfig'))}

# Those that only check-long compiles (tests/run).
LONG_KERNELS = [f'qemu/kernel {name}' for name in
                ('aarch64', 'rv64', 'x86_64-pc', 'x86_64-pc-alone', 'x86_64-bare', 'x86_64-nodes')]

# What a tree may hold beside bytes, text and paths of files to copy.
DIR = object()
LINK = namedtuple('LINK', 'target')
CHAR = namedtuple('CHAR', 'major minor')

# What every initramfs has: the kernel opens it for /init.
CONSOLE = {'dev/console': CHAR(5, 1)}


def once(make):
    """functools.cache, for threads too."""
    lock, cached = threading.Lock(), functools.cache(make)

    def made(*arguments, **more):
        with lock:
            return cached(*arguments, **more)
    return made


@contextlib.contextmanager
def alone(out):
    """Nobody else makes this file or folder meanwhile: tests run in several processes."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with open(out.with_name(f'{out.name}.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@functools.cache
def image(board):
    """The image of the board's own configuration, which the user's build may have left."""
    out = BUILD / 'tests' / board
    with alone(out):
        for goal in 'defconfig', 'all':
            output('make', '-s', '-C', TOP, f'BOARD={board}', f'O={out}', goal)
    return out / 'images/initramfs.cpio.gz'


def kernels(board):
    """The lines of boards/BOARD/kernel, the board's default first."""
    return [line for line in (FOLDERS[board] / 'kernel').read_text().splitlines() if not line.startswith('#')]


@once
def kernel_folder(command):
    """The folder of a kernel, as a line of boards/BOARD/kernel prints it; made when it is missing."""
    script, name = command.split()
    assert script != 'qemu/kernel' or name in os.environ.get('BUILT_KERNELS', name).split(), \
        f'{name}: this run has not built it; is the test to be long?'
    return Path(output(TOP / script, name))


def kernel(name):
    """The test kernel of that name (qemu/kernels/)."""
    return kernel_folder(f'qemu/kernel {name}') / 'kernel'


def stock(name):
    """The folder of Debian's own kernel of that name."""
    return kernel_folder(f'qemu/stock {name}')


@functools.cache
def dtc(name):
    """A program of packages/dtc: dtc, fdtget, fdtoverlay, ..."""
    return Path(output(TOP / 'packages/build', 'dtc', 'host')) / name


def output(*command):
    return subprocess.run([str(word) for word in command], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()


class Failed(AssertionError):
    """The guest did not do what was expected; the message ends with its console."""


class Monitor:
    """QEMU's monitor for programs (QMP), at this socket: a channel of its own, so that what is asked of
    QEMU never stands between the guest's words, or in one of its lines."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(TIMEOUT)
        self.socket.connect(path)
        self.file, self.gone = self.socket.makefile('rw'), set()
        self.answer()
        self('qmp_capabilities')

    def close(self):
        self.file.close()
        self.socket.close()

    def answer(self):
        """The next message; of events, only a device's end is kept."""
        line = self.file.readline()
        if not line:
            raise Failed('QEMU has closed its monitor')
        message = json.loads(line)
        if 'error' in message:
            raise Failed(f'the monitor says: {message["error"]["desc"]}')
        if message.get('event') == 'DEVICE_DELETED':
            self.gone.add(message['data'].get('device'))
        return message

    def __call__(self, command, **arguments):
        """What QEMU returns for the command."""
        print(json.dumps({'execute': command, 'arguments': arguments}), file=self.file, flush=True)
        while 'return' not in (message := self.answer()):
            pass
        return message['return']

    def say(self, line):
        """A line of the monitor for humans; most that are done have no answer."""
        text = self('human-monitor-command', **{'command-line': line}).strip()
        if text:
            raise Failed(f'{line}: the monitor says: {text}')

    def ended(self, device):
        """Waits until the guest has let go of it."""
        while device not in self.gone:
            self.answer()
        self.gone.remove(device)


class console:
    """A command whose output is a board's console and whose input is typed there. Leaving the `with` block
    ends it."""

    def __init__(self, words, timeout=TIMEOUT):
        words = [str(word) for word in words]
        self.command = shlex.join(words)
        self.log = io.StringIO()
        self.child = pexpect.spawn(words[0], words[1:], timeout=timeout, encoding='utf-8',
                                   codec_errors='backslashreplace', echo=False)
        self.child.logfile_read = self.log

    def __enter__(self):
        return self

    def __exit__(self, *_):
        # on a busy machine it takes longer to go than close() is patient
        if self.child.isalive():
            self.child.kill(signal.SIGKILL)
            self.child.wait()
        self.child.close()

    @property
    def text(self):
        """All that it has shown so far."""
        return self.log.getvalue().replace('\r', '')

    def expect(self, pattern, timeout=-1):
        """Wait for a regular expression, at most so many seconds; returns the match."""
        try:
            self.child.expect(pattern, timeout=timeout)
        except pexpect.TIMEOUT:
            raise self.failed(f'no {pattern!r} in time') from None
        except pexpect.EOF:
            raise self.failed(f'ended without {pattern!r}') from None
        return self.child.match

    def send(self, line):
        self.child.sendline(line)

    def wait(self, timeout=-1):
        """Wait for the command to end by itself; returns the whole console."""
        try:
            self.child.expect(pexpect.EOF, timeout=timeout)
        except pexpect.TIMEOUT:
            raise self.failed('did not end in time') from None
        return self.text

    def failed(self, why):
        return Failed(f'{why}: {self.command}\n{self.text}')


class guest(console):
    """A running QEMU, started with these words, which end with its own: more of them can follow."""

    def __init__(self, words, timeout=TIMEOUT):
        self.folder = tempfile.mkdtemp(prefix='qmp')
        super().__init__([*words, '-qmp', f'unix:{self.folder}/qmp,server=on,wait=off'], timeout)

    def __exit__(self, *_):
        if 'monitor' in self.__dict__:
            self.monitor.close()
        super().__exit__()
        shutil.rmtree(self.folder)

    @functools.cached_property
    def monitor(self):
        """The Monitor, connected when it is first asked for."""
        end = time.monotonic() + TIMEOUT
        while True:
            try:
                return Monitor(f'{self.folder}/qmp')
            except (FileNotFoundError, ConnectionRefusedError):
                # QEMU makes the socket and listens before it starts the guest
                if time.monotonic() > end or not self.child.isalive():
                    raise self.failed('no monitor') from None
                time.sleep(0.05)


class boot(guest):
    """A running board (qemu/run)."""

    def __init__(self, board, *, root=None, initrd=None, kernel=None, cmdline=None, append=None,
                 qemu=(), timeout=TIMEOUT):
        words = [TOP / 'qemu/run', board]
        for option, value in (('--root', root), ('--initrd', initrd), ('--kernel', kernel),
                              ('--cmdline', cmdline), ('--append', append)):
            if value is not None:
                words += [option, value]
        super().__init__([*words, '--', *qemu], timeout)


def program(arch, source, out):
    """Compile a C file of the tests into a static program `out` for the guest."""
    lines = (TOP / 'packages/arches').read_text().splitlines()
    prefix, *flags = next(line.split()[1:] for line in lines if line.split()[:1] == [arch])
    musl = output(TOP / 'packages/build', 'musl', arch)
    subprocess.run([f'{prefix}gcc', '-specs', f'{musl}/lib/musl-gcc.specs', *flags, '-std=c11',
                    '-O2', '-Wall', '-Wextra', '-Werror', '-static', '-s', '-o', out, source],
                   check=True)
    return Path(out)


def disk(out, tree):
    """Make an ext4 image of {path: bytes, text, Path of a file, DIR, LINK() or CHAR()}."""
    tarball = Path(f'{out}.tar')
    with tarfile.open(tarball, 'w') as tar:
        for name, content in rows(tree):
            entry = tarfile.TarInfo(name)
            entry.mode = 0o755
            body = b''
            if content is DIR:
                entry.type = tarfile.DIRTYPE
            elif isinstance(content, LINK):
                entry.type, entry.linkname = tarfile.SYMTYPE, content.target
            elif isinstance(content, CHAR):
                entry.type, entry.devmajor, entry.devminor = tarfile.CHRTYPE, *content
                entry.mode = 0o600
            else:
                body = content
            entry.size = len(body)
            tar.addfile(entry, io.BytesIO(body))
    subprocess.run([TOP / 'qemu/disk', out, tarball], check=True)
    tarball.unlink()
    return Path(out)


def cpio(out, tree):
    """Make an initramfs, gzipped, of what disk() takes."""
    data = b''
    for number, (name, content) in enumerate([*rows(tree), ('TRAILER!!!', b'')], 1):
        mode, body, device = 0o100755, b'', (0, 0)
        if content is DIR:
            mode = 0o040755
        elif isinstance(content, LINK):
            mode, body = 0o120777, content.target.encode()
        elif isinstance(content, CHAR):
            mode, device = 0o020600, content
        else:
            body = content
        # newc: inode, mode, owner, group, links, time, size, device, its own device, name's size
        fields = (number, mode, 0, 0, 1, 0, len(body), 0, 0, *device, len(name) + 1, 0)
        data += b'070701' + b''.join(b'%08x' % field for field in fields)
        data = padded(data + name.encode() + b'\0')
        data = padded(data + body)
    Path(out).write_bytes(gzip.compress(data, mtime=0))
    return Path(out)


def padded(data):
    return data + bytes(-len(data) % 4)


def rows(tree):
    """The entries in order, each directory before what is in it, contents as bytes."""
    whole = {}
    for name, content in tree.items():
        for parent in reversed(Path(name).parents[:-1]):
            whole.setdefault(str(parent), DIR)
        if isinstance(content, Path):
            content = content.read_bytes()
        elif isinstance(content, str):
            content = content.encode()
        whole[name] = content
    return sorted(whole.items())
