"""Boots, one row of a *.toml here each: what is asked, what the console must say, how it ends.

A row:
    name      of the test
    words     the command line behind the board's console=, default root=/dev/vda; {roothash} is that of the first disk
              that has a tree
    fill      a first word makes the whole command line so many bytes long
    root      the disk, a name in ROOTS or disks.py, "image NAME" of tests/probe; "" for none; default good
    disks     instead: each "ROOT on BUS" and how: 4k (sectors), readonly, removable, failing (no
              read works), slow (reads 1 KiB/s), late (plugged in by `talk`); BUS is in BUSES, disks
              count from 1
    config    lines on top of the board's configuration
    expect    regular expressions that the console matches in this order, line by line
    among     regular expressions, each of which matches some line
    forbid    regular expressions that no line may match
    ends      poweroff (what the roots' init does, and the default), reboot, halt or panic
    times     [from, to, least, most]: guest seconds between two lines, where a promise is a time and no
              words tell it. A busy host stretches them: `most` is far away from what is due
    talk      [regular expression, line]: when the console shows this, type that; a line
              "monitor: command" goes to QEMU's monitor, "plug: 1" and "pull: 1" are that disk's
              device_add and device_del, "change: 1 ROOT" puts another medium into a removable
              one, "tray: 1" asserts that this drive's tray is open, "pause: 2" types nothing for 2 s
    qemu      more arguments of QEMU, {root} is the disk; the board's own disk is then left out
    beside    a command that runs beside QEMU, ready when its {work}/socket is there; {work} is a folder
              of the row's own, in qemu too
    needs     features (tests/features.toml), beside the buses of `disks` and ext4: it runs on the first target
              that has all of them
    each      on every target that has them: "check" on the first of each board in make check, "long" only
              in check-long; for all rows of a file at its top
    kernel    instead on this kernel: a name of qemu/kernel
    stock     or of qemu/stock
    modules   of that kernel in the image: names, with what they need; default: those of the features
    changed   what is then done to these: archives.py
    nodes     further nodes of the board's device tree: [name, compatible, so many bytes of it]
    long      true: only in check-long
"""
import contextlib
import functools
import re
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

import archives
import device_tree
import disks
import features
import images
import machine
from builds import built, settings
from machine import DIR, LINK, LONG_KERNELS, TOP, once

HERE = Path(__file__).resolve().parent
KEYS = {'name', 'words', 'fill', 'root', 'disks', 'config', 'expect', 'among', 'forbid', 'ends', 'times', 'talk',
        'qemu', 'beside', 'needs', 'each', 'kernel', 'stock', 'modules', 'changed', 'nodes', 'long'}
ENDS = {
    # which not every board can: then it halts instead
    'poweroff': 'reboot: Power (down|off not available)',
    'reboot': 'reboot: Restarting system',
    'halt': 'reboot: System halted',
    # its end, with panic=N; a kernel that died has no more lines
    'panic': 'Rebooting in ',
}

# No row may have this: an ARMv5 reads other bytes then, which QEMU does not imitate.
UNALIGNED = r'^INIT unaligned User:\s+[1-9]'

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
        self.modprobe = machine.program(arch, HERE / 'modprobe.c', folder / f'modprobe-{arch}')
        # what a 64-bit kernel of this processor may run, or not
        self.small = folder / 'small'
        if arch == 'x86_64':
            machine.program('i386', HERE / 'init.c', self.small)
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
    'script with CR LF': lambda p: {'sbin/init': '#!/bin/sh\r\nexec /opt/other\r\n', 'bin/sh': p.init},
    'interpreters that do not run': lambda p: {
        'sbin/init': '#!/opt\n', 'opt/other': p.init,
        'etc/init': '#!/bin/foreign\n', 'bin/foreign': p.foreign,
        'bin/init': f'#!/{"n" * 256}\n'},
    'interpreters too many': lambda p: {
        'sbin/init': '#!/6\n', '6': '#!/5\n', '5': '#!/4\n', '4': '#!/3\n', '3': '#!/2\n', '2': '#!/1\n', '1': p.init},
    'interpreters just enough': lambda p: {
        'sbin/init': '#!/5\n', '5': '#!/4\n', '4': '#!/3\n', '3': '#!/2\n', '2': '#!/1\n', '1': p.init},
    'script for dynamic': lambda p: {'sbin/init': '#!/bin/sh\n', 'bin/sh': p.dynamic},
    'init of 32 bits': lambda p: {'sbin/init': p.small},
    'script for 32 bits': lambda p: {'sbin/init': '#!/bin/sh\n', 'bin/sh': p.small},
    # neither may be asked anything before it has passed
    'modprobe': lambda p: {'sbin/init': p.init, 'sbin/modprobe': p.modprobe},
    'modprobe, foreign init': lambda p: {'sbin/init': p.foreign, 'sbin/modprobe': p.modprobe},
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


@pytest.fixture(scope='session')
def disk(tmp_path_factory):
    """disk(board, root): the image, made once."""
    folder = tmp_path_factory.mktemp('roots')

    @functools.cache
    def programs(arch):
        return Programs(arch, folder)

    @once
    def disk(board, root):
        if root == '':
            return None
        if root.startswith('image '):
            return images.image(root.removeprefix('image '))
        arch = settings(board)['ARCH']
        out = folder / f'{root} {arch}'.replace(' ', '-').replace('/', '-').replace(',', '')
        tree = {'dev': DIR, 'proc': DIR, 'sys': DIR}
        tree.update(ROOTS[root if root in ROOTS else 'good'](programs(arch)))
        tree = {name: content for name, content in tree.items() if content is not None}
        disks.make(root, out, tree)
        return out
    return disk


image = once(lambda board, config: built(board, config).image)

# ---- where it is plugged in ----------------------------------------------------------------------

# PCIe slots that can be filled later, by PCIe's own rules rather than ACPI's; the kernel needs
# pcie_ports=native, for without CONFIG_PCIEASPM ACPI does not give them to it
SLOT = ['-global ICH9-LPC.acpi-pci-hotplug-with-bridge-support=off',
        '-device pcie-root-port,id=slotN,chassis=N']
# bus -> its controller, and a disk there; each may have another for every disk (N)
BUSES = {
    'virtio': ([], None),
    'usb': (['-device qemu-xhci,id=usb'], 'usb-storage,bus=usb.0'),
    'scsi': (['-device virtio-scsi-pci,id=scsi'], 'scsi-hd,bus=scsi.0'),
    'cd': (['-device virtio-scsi-pci,id=scsi'], 'scsi-cd,bus=scsi.0'),
    'ata': ([], 'ide-hd,bus=ide.N'),
    'ide': (['-machine pc'], 'ide-hd,bus=ide.0'),
    'uas': (['-device qemu-xhci,id=usb', '-device usb-uas,id=uas'], 'scsi-hd,bus=uas.0'),
    'ehci': (['-device usb-ehci,id=ehci'], 'usb-storage,bus=ehci.0'),
    'uhci': (['-device piix3-usb-uhci,id=uhci'], 'usb-storage,bus=uhci.0'),
    'ohci': (['-device pci-ohci,id=ohci'], 'usb-storage,bus=ohci.0'),
    'nvme': ([], 'nvme,serial=N'),
    'mmc': (['-device sdhci-pci'], 'sd-card'),
    'virtio slot': (SLOT, 'virtio-blk-pci,bus=slotN'),
    'nvme slot': (SLOT, 'nvme,serial=N,bus=slotN'),
}
HOW = {'4k': ',logical_block_size=4096,physical_block_size=4096', 'readonly': '', 'failing': '',
       'removable': ',removable=on', 'late': '', 'slow': ''}


def parsed(text):
    """The root, the bus and how of a disk's text."""
    root, _, where = text.rpartition(' on ')
    bus = max((bus for bus in BUSES if f'{where} '.startswith(f'{bus} ')), key=len)
    how = where.removeprefix(bus).split()
    assert set(how) <= set(HOW), f'{text}: not one of {list(HOW)}'
    return root, bus, how


def own_device(board):
    """The device of the board's own disk."""
    return re.search(r'^disk -device ([^,]+)', (TOP / f'boards/{board}/qemu').read_text(), re.M)[1]


class Drives:
    """The disks of a row: QEMU's arguments, and what plugs each of them in."""

    def __init__(self, rows, image, board):
        self.arguments, self.devices, self.images, self.image, there = [], [], [], image, []
        for number, text in enumerate(rows, 1):
            root, bus, how = parsed(text)
            controllers, device = BUSES[bus]
            for controller in controllers:
                self.add(*controller.replace('N', str(number)).split())
            self.images.append(image(root))
            self.add('-drive', self.drive(number, self.images[-1], how))
            device = (device or own_device(board)).replace('N', str(number)) + ''.join(HOW[word] for word in how)
            self.devices.append(f'{device},drive=drive{number},id=disk{number}')
            if 'late' not in how:
                there.append(self.devices[-1])
        # of virtio-mmio's places the kernel finds the last one first; RISC-V's device tree has them in reverse
        mmio = rows and own_device(board).endswith('-device') and settings(board)['ARCH'] != 'riscv64'
        for device in reversed(there) if mmio else there:
            self.add('-device', device)

    def add(self, option, value):
        if value not in self.arguments:
            self.arguments += [option, value]

    @staticmethod
    def drive(number, path, how):
        path = str(path).replace(',', ',,')
        if 'failing' in how:
            return (f'driver=blkdebug,image.driver=file,image.filename={path},readonly=on,if=none,'
                    f'id=drive{number},inject-error.0.event=none,inject-error.0.iotype=read,'
                    'inject-error.0.errno=5')
        kind = 'readonly=on' if 'readonly' in how else 'snapshot=on'
        kind += ',throttling.bps-read=1024' if 'slow' in how else ''
        return f'file={path},format=raw,if=none,id=drive{number},{kind}'

    def command(self, line):
        """QEMU's command for what a row says."""
        verb, _, what = line.partition(': ')
        if verb == 'monitor':
            return what
        number, _, root = what.partition(' ')
        return {
            'plug': lambda: f'device_add {self.devices[int(number) - 1]}',
            'pull': lambda: f'device_del disk{number}',
            'change': lambda: f'change drive{number} {self.image(root)} raw retain',
        }[verb]()


# ---- what is asked for -------------------------------------------------------------------------


def command_line(board, row, paths):
    console = (TOP / f'boards/{board}/cmdline').read_text().split()[0]
    words = row.get('words', 'root=/dev/vda').replace('\n', ' ')
    for file in (Path(f'{path}.roothash') for path in paths):
        if file.exists():
            words = words.replace('{roothash}', file.read_text())
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
    for pattern in row.get('among', []):
        if not any(re.search(pattern, line) for line in lines):
            yield f'no line matches {pattern!r}'
    for pattern in [*row.get('forbid', []), UNALIGNED]:
        yield from (f'{pattern!r} must not match {line!r}'
                    for line in lines if re.search(pattern, line))
    for start, end, least, most in row.get('times', []):
        passed = stamps(lines, end) - stamps(lines, start)
        if not least <= passed <= most:
            yield f'{passed:.3f} s from {start!r} to {end!r}: not {least} to {most}'


def say(running, line, drives):
    if line.startswith(('monitor: ', 'plug: ', 'pull: ', 'change: ')):
        running.monitor.say(drives.command(line))
    elif line.startswith('tray: '):
        drive, = [each for each in running.monitor('query-block')
                  if each['device'] == f'drive{line.removeprefix("tray: ")}']
        assert drive['tray_open'], 'the tray has been closed'
    elif line.startswith('pause: '):
        time.sleep(float(line.removeprefix('pause: ')))
    else:
        running.send(line)


@contextlib.contextmanager
def beside(command, socket):
    """The command runs, and has made its socket."""
    if not command:
        yield
        return
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            while not socket.exists():
                assert process.poll() is None, process.stderr.read()
                time.sleep(0.05)
            yield
        finally:
            process.kill()


def hostile_tree(board, nodes, options, work):
    """What QEMU makes for this board, and the row's nodes."""
    out = work / 'dtb'
    machine.output(TOP / 'qemu/run', board, '--kernel', options['kernel'], '--root', options['root'], '--',
                   *options['qemu'], '-machine', f'dumpdtb={out}')
    nodes = [(name.encode(), text.ljust(size, 'x').encode()) for name, text, size in nodes]
    out.write_bytes(device_tree.with_nodes(out.read_bytes(), nodes))
    return str(out)


def needs(row):
    """The features that a row asks for."""
    buses = [word for text in row.get('disks', []) for word in parsed(text)[1].split()]
    if 'disks' not in row and 'qemu' not in row:
        buses = ['virtio']
    return {'ext4', *buses, *row.get('needs', [])}


def boot(row, target, disk, work):
    """The whole console of a row's boot."""
    board = target.board
    root = disk(board, row.get('root', 'good'))
    drives = Drives(row.get('disks', []), functools.partial(disk, board), board)

    def filled(key):
        return [word.format(root=root, work=work) for word in row.get(key, [])]
    options = dict(initrd=image(board, row.get('config', '')), cmdline=command_line(board, row, [root, *drives.images]),
                   qemu=drives.arguments + filled('qemu'))
    if 'qemu' not in row and 'disks' not in row:
        options['root'] = root
    options['kernel'] = target.folder / 'kernel'
    modules = row.get('modules') or target.modules(needs(row))
    if modules:
        options['qemu'] += ['-m', '512']
        archive = archives.archive(work / 'modules.gz', target.folder, modules, row.get('changed', []))
        both = work / 'initramfs'
        both.write_bytes(options['initrd'].read_bytes() + archive.read_bytes())
        options['initrd'] = both
    if 'nodes' in row:
        options['qemu'] += ['-dtb', hostile_tree(board, row['nodes'], options, work)]
    with beside(filled('beside'), work / 'socket'), machine.boot(board, **options) as running:
        for pattern, line in row.get('talk', []):
            running.expect(pattern)
            say(running, line, drives)
        running.expect(ENDS[row.get('ends', 'poweroff')])
        return running.text


def targets(row):
    """[target, is it only in check-long]"""
    for script in 'kernel', 'stock':
        if script in row:
            command = f'qemu/{script} {row[script]}'
            boards = [target.board for target in features.TARGETS if target.command == command]
            return [(features.Target((boards or ['qemu-x86_64'])[0], command, frozenset()), command in LONG_KERNELS)]
    return features.places(row['name'], needs(row), row.get('each'))


def rows():
    """[row, target, the test's name, is it only in check-long]"""
    for path in sorted(HERE.glob('*.toml')):
        data = tomllib.loads(path.read_text())
        for row in data['boot']:
            row = {key: value for key, value in data.items() if key == 'each'} | row
            assert set(row) <= KEYS, f'{path}: {row["name"]}: unknown key {set(row) - KEYS}'
            for target, is_long in targets(row):
                yield (row, target, f'{path.stem}: {row["name"]} ({target.board}, {target.name})',
                       is_long or row.get('long', False))


PARAMS = [pytest.param(row, target, id=name, marks=[pytest.mark.long] if is_long else [])
          for row, target, name, is_long in rows()]


@pytest.mark.parametrize('row, target', PARAMS)
def test_boot(row, target, disk, tmp_path):
    text = boot(row, target, disk, tmp_path)
    found = list(complaints(row, text))
    assert not found, '\n'.join([*found, text])
