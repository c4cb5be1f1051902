"""Any init works: roots made of Debian's packages boot to their end, through kindling and, as a
control, by the kernel alone.

A root is a stack of layers, the folders beside this file (see `root`). Each init reaches its own
target by its own means, where it starts base/files/usr/sbin/report, and is then told to power off
in its own way. Roots are kept in build/tests/inits and made again when a layer changed; delete
that folder to have the archive's current versions.
"""
import re
import shutil
import subprocess
import time
from collections import namedtuple
from pathlib import Path

import pytest

import disks
import machine
from builds import built

HERE = Path(__file__).resolve().parent
ROOTS = machine.BUILD / 'tests/inits'
BOARD = 'qemu-x86_64'

# One thing to wait for is a whole boot and its end.
TIMEOUT = 5 * machine.TIMEOUT

# layers: the lowest first; program: what PID 1 must be; says: regular expressions that are found
# in lines of the console, in this order
Init = namedtuple('Init', 'layers program says')

INITS = {
    'busybox': Init('base busybox', '/usr/bin/busybox', (
        r'report: cat /proc/1/cmdline says: init',
        r'The system is going down NOW!',
        r'Requesting system poweroff',
    )),
    'openrc': Init('base initscripts openrc', '/usr/sbin/openrc-init', (
        r'OpenRC init version \S+ starting',
        r'Starting sysinit runlevel',
        r'Starting default runlevel',
        r'report: rc-status --runlevel says: default',
        r'PID1: Received "poweroff" from FIFO',
        r'Starting shutdown runlevel',
    )),
    'runit': Init('base initscripts sysv-rc runit', '/usr/sbin/runit', (
        r'^- runit: .* booting',
        r'- runit: leave stage: /etc/runit/1',
        r'- runit: enter stage: /etc/runit/2',
        r'report: sv status /etc/service/report says: run: /etc/service/report:',
        r'- runit: leave stage: /etc/runit/3',
        r'- runit: power off',
    )),
    's6': Init('base s6', '/usr/bin/s6-svscan', (
        r'report: s6-svstat -o up,ready /run/service/ready says: true true',
        r'stage 3: /usr/bin/dash is PID 1 after s6-svscan',
    )),
    'systemd': Init('base systemd', '/usr/lib/systemd/systemd', (
        r'systemd\[1\]: systemd \S+ running in system mode',
        r'OK .* Reached target multi-user.target',
        r'report: systemctl is-system-running --wait says: running',
        r'OK .* Reached target poweroff.target',
        r'systemd-shutdown\[1\]: All filesystems unmounted',
        r'systemd-shutdown\[1\]: Powering off',
    )),
    'sysvinit': Init('base initscripts sysv-rc sysvinit', '/usr/sbin/init', (
        r'INIT: version \S+ booting',
        r'INIT: Entering runlevel: 2',
        r'report: runlevel says: N 2',
        r'INIT: Switching to runlevel: 0',
        r'Will now halt',
    )),
}

# A root in layers. systemd's generator takes roothash= for a device that it has to make of the partitions by its halves;
# udev takes a device that was made without it for not ready.
SYSTEMD = 'base systemd dmsetup'
UDEV_KNOWS = INITS['systemd'].says[:3] + (
    r'report: systemctl list-jobs says: .*',
    r'report: readlink /dev/mapper/root says: \.\./dm-0$',
    r'report: systemctl is-active dev-mapper-root.device says: active$',
) + INITS['systemd'].says[3:]
Verified = namedtuple('Verified', 'layers form words config')
VERIFIED = {
    'roothash= alone, by the rule': Verified(f'{SYSTEMD} rule', disks.gpt_verified, 'roothash={}', ''),
    'root= beside it, by the rule': Verified(f'{SYSTEMD} rule', disks.gpt_verified,
                                              'root=PARTLABEL=root verityhash=PARTLABEL=root-verity roothash={}', ''),
    'the tree behind root, by the rule': Verified(f'{SYSTEMD} rule', disks.verity,
                                                  'root=/dev/vda roothash={} systemd.verity=no', ''),
    'roothash= alone, by /run': Verified(SYSTEMD, disks.gpt_verified, 'roothash={}', 'CONFIG_VERITY_UDEV=y'),
}

# A writable layer over root, whose fstab says what is there. With the device below in it OpenRC and sysvinit do not come up.
OVERLAID = [*((name, 'overlay') for name in ('busybox', 'openrc', 'systemd', 'sysvinit')), ('busybox', ''), ('systemd', '')]

# A clean power-off: nobody writes to root any more, and the kernel's last word, with which QEMU
# ends, is not that it restarts.
END = (
    r'EXT4-fs \(vda\): re-mounted \S+ ro\.$',
    r'reboot: Power down$',
)

# What kindling says, and no more: whatever else it had to say would be a complaint.
KINDLING = (
    r'version \S+',
    r'root /dev/vda \(ext4\) after \d+ ms',
)

WRONG = re.compile(r'Failed to|FAILED|failed!|ERROR:|[Ee]mergency|panic|BUG:|Oops|segfault')

# Lines that may look wrong.
EXCUSED = (
    # The test kernel has no autofs: systemd says so and does without automounts.
    r"systemd\[1\]: Failed to find module 'autofs4'$",
    # At the end bookworm's would take down the device that root is on.
    r'systemd-shutdown\[1\]: Failed to finalize DM devices, ignoring\.$',
)


def lines(text):
    """The console's lines without the terminal's control sequences."""
    return re.sub(r'\x1b(\[[0-9;?!]*[A-Za-z]|[^\[])', '', text).splitlines()


def missing(console, wanted):
    """The first of the regular expressions that is in no line behind the one before it."""
    rest = iter(console)
    for pattern in wanted:
        if not any(re.search(pattern, line) for line in rest):
            return pattern
    return None


def wrong(console):
    return [line for line in console if WRONG.search(line)
            and not any(re.search(pattern, line) for pattern in EXCUSED)]


def root(name, layers, suite='trixie'):
    """The root disk of this name, made when it is missing or older than what it is made of."""
    disk = ROOTS / f'{name}.img'
    layers = layers.split()
    sources = [HERE / 'root', *(path for layer in layers for path in (HERE / layer).rglob('*'))]
    changed = max(path.lstat().st_mtime for path in sources)
    if not disk.exists() or disk.stat().st_mtime < changed:
        ROOTS.mkdir(parents=True, exist_ok=True)
        subprocess.run([HERE / 'root', disk, suite, *layers], check=True)
    return disk


def version(name):
    """The name and version of the first package of the init's own layer: the init."""
    first = (HERE / name / 'packages').read_text().split()[0]
    rows = Path(f'{root(name, INITS[name].layers)}.versions').read_text().splitlines()
    return next(row for row in rows if row.split()[0] == first)


@pytest.mark.long
@pytest.mark.parametrize('by', ['the kernel alone', 'kindling'])
@pytest.mark.parametrize('name', INITS)
def test_init(name, by, capsys):
    init = INITS[name]
    initrd = machine.image(BOARD) if by == 'kindling' else None
    disk = root(name, init.layers)
    start = time.monotonic()
    with machine.boot(BOARD, root=disk, initrd=initrd, timeout=TIMEOUT) as guest:
        text = guest.wait()
    seconds = time.monotonic() - start

    console = lines(text)
    program = fr'report: PID 1 is {re.escape(init.program)}$'
    for wanted in (init.says, (program, *END)):
        absent = missing(console, wanted)
        if absent:
            raise guest.failed(f'no {absent!r}')
    if wrong(console):
        raise guest.failed(f'{wrong(console)}')
    said = re.findall(r'kindling: (.*)', text)
    expected = KINDLING if initrd else ()
    if len(said) != len(expected) or not all(map(re.fullmatch, expected, said)):
        raise guest.failed(f'kindling said {said}')
    with capsys.disabled():
        print(f'\n  {version(name)} by {by}: {seconds:.0f} s')


@pytest.mark.long
@pytest.mark.parametrize('suite', ['bookworm', 'trixie'])
@pytest.mark.parametrize('name', VERIFIED)
def test_verified(name, suite, tmp_path):
    verified = VERIFIED[name]
    ext4 = root(f'{verified.layers.replace(" ", "-")}-{suite}', verified.layers, suite)
    disk = tmp_path / 'disk'
    verified.form(lambda out, _: shutil.copy(ext4, out))(disk, {})
    words = verified.words.format(Path(f'{disk}.roothash').read_text())
    initrd = built(BOARD, f'CONFIG_LAYER_VERITY=y\n{verified.config}').image
    with machine.boot(BOARD, root=disk, initrd=initrd, cmdline=f'console=ttyS0 {words}', timeout=TIMEOUT) as guest:
        console = lines(guest.wait())
    absent = missing(console, (*UDEV_KNOWS, END[1]))
    if absent or wrong(console):
        raise guest.failed(f'no {absent!r}, {wrong(console)}')


@pytest.mark.long
@pytest.mark.parametrize('name, layer', OVERLAID)
def test_overlaid(name, layer):
    init = INITS[name]
    disk = root(name + layer, f'{init.layers} {layer}')
    initrd = built(BOARD, 'CONFIG_LAYER_OVERLAY=y').image
    with machine.boot(BOARD, root=disk, initrd=initrd, append='overlayroot=tmpfs', timeout=TIMEOUT) as guest:
        console = lines(guest.wait())
    says, mistakes = init.says, wrong(console)
    if name == 'systemd' and not layer:
        # it says so of such an fstab (LAYERS.md)
        says = [text.replace(' running', ' degraded') if 'is-system-running' in text else text for text in says]
        mistakes = [line for line in mistakes if not re.search('systemd-remount-fs', line)]
    absent = missing(console, (*says, END[1]))
    if absent or mistakes:
        raise guest.failed(f'no {absent!r}, {mistakes}')


# ---- the reading of a console ------------------------------------------------------------------

def test_order_counts():
    console = ['a 1', 'b 2', 'c 3']
    assert missing(console, ['a', 'c']) is None
    assert missing(console, ['c', 'a']) == 'a'
    assert missing(console, ['b', 'b']) == 'b'
    assert missing(console, ['^1']) == '^1'


def test_colours_do_not_hide():
    text = '[\x1b[0;32m  OK  \x1b[0m] Reached target \x1b[0;1;39mmulti-user.target\x1b[0m - All.\n'
    assert missing(lines(text), INITS['systemd'].says[1:2]) is None


@pytest.mark.parametrize('line, is_wrong', [
    ('[    6.2] systemd[1]: Failed to start x.service', True),
    ("[    1.2] systemd[1]: Failed to find module 'autofs4'", False),
    ('[FAILED] Failed to start ldconfig.service', True),
    ('Mounting local filesystems...done.', False),
    ('[    0.7] Kernel panic - not syncing: No working init found.', True),
])
def test_wrong(line, is_wrong):
    assert bool(wrong([line])) is is_wrong
