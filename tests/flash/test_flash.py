"""image/flash (make flash) against disks: one guest has them all. Its root is this machine's, so that
it runs this Python, bmaptool and lsblk.

What image/flash says is read from the guest's console, case by case; the disks' bytes are compared
here, after the end.
"""
import fcntl
import os
import random
import re
import runpy
import shlex
import subprocess
from collections import namedtuple
from pathlib import Path

import pytest

import disks
import machine
from builds import make
from machine import DIR, LINK, TOP

HERE = Path(__file__).resolve().parent
MIB = 1 << 20
SIZE = 12 * MIB + 1024
# what the image has data for; the rest of it are holes
MAPPED = [(0, 4096), (MIB, 3 * MIB), (8 * MIB, 10 * MIB), (12 * MIB, SIZE)]
DISK = 16 * MIB
OLD = b'\xee'

NOTHING = '; nothing written'

# run: a shell line; says: a regular expression; before and after: lines around it
Case = namedtuple('Case', 'name run says before after', defaults=('', ''))


def refused(name, disk, says, before='', after=''):
    shown = r'\S*/disk.img' if disk == '$image' else disk
    return Case(name, f'"$flash" $image {disk} --yes', f'^flash: {shown}: {says}{NOTHING}$', before, after)


def damaged(image, says):
    return Case(image, f'"$flash" $images/{image}.img /dev/spare --yes',
                rf'^flash: \S*/{image}.img{says}{NOTHING}. `make image` makes ')


REFUSED = [
    Case('no DEV', '"$flash" $image ""', '^flash: DEV=: not given.*' + NOTHING),
    refused('no such file', '/dev/sdx', 'No such file or directory'),
    refused('a directory', '/dev', 'a directory, not a disk'),
    refused('a small file', '/etc/passwd', rf'too small: it has \d+ bytes, the image {SIZE}'),
    refused('the image itself', '$image', 'it is the image itself: .*'),
    refused('the image below a loop device', '/dev/loop0', 'it is the image itself: .*',
            'losetup -r /dev/loop0 $image', 'losetup -d /dev/loop0'),
    refused('a file below a loop device', '/dev/used_file', 'in use: below loop0',
            'truncate -s 16M /dev/used_file; losetup /dev/loop0 /dev/used_file', 'losetup -d /dev/loop0'),
    refused('a read-only loop device', '/dev/loop0', 'write-protected',
            'losetup -r /dev/loop0 /dev/used_file', 'losetup -d /dev/loop0'),
    refused('a loop device without a file', '/dev/loop0', 'there is no medium in it'),
    refused('a loop device on a disk', '/dev/loop0', 'a loop device on another disk: name that one',
            'losetup /dev/loop0 /dev/spare', 'losetup -d /dev/loop0'),
    Case('not the owner of a file', 'setpriv --bounding-set -dac_override --inh-caps -dac_override '
         '"$flash" $image /dev/used_file --yes', '^flash: /dev/used_file: Permission denied' + NOTHING + '$',
         'chmod 444 /dev/used_file'),
    refused('a character device', '/dev/null', 'a character device, not a disk'),
    refused('a partition', '/dev/used1', "a partition, and the image is a disk's: name /dev/sd."),
    refused('a mounted partition', '/dev/used', 'mounted: sd.1 on /dev/mnt',
            'mount -o ro /dev/used1 /dev/mnt', 'umount /dev/mnt'),
    refused('swap', '/dev/used', r'mounted: sd.2 on \[SWAP\]', 'swapon /dev/used2', 'swapoff /dev/used2'),
    refused('below a mapped disk', '/dev/used', r'in use: below verified \(\w+\)',
            'DM_DISABLE_UDEV=1 veritysetup open /dev/used3 verified /dev/used4 $roothash',
            'DM_DISABLE_UDEV=1 veritysetup close verified'),
    refused('below a loop device', '/dev/used', 'in use: below loop0',
            'losetup -r /dev/loop0 /dev/used1', 'losetup -d /dev/loop0'),
    refused('one of several disks', '/dev/pair', 'in use: .*several disks.*',
            'mount -o ro,device=/dev/pair /dev/first /dev/mnt', 'umount /dev/mnt'),
    Case("the system's disk", 'chroot /dev/root "$flash" $image /dev/system --fixed --yes',
         '^flash: /dev/system: this system runs from it: vda on /' + NOTHING, 'whole_system'),
    refused('not removable', '/dev/fixed', r'not removable \(\w+.*\), and FIXED=1 not given'),
    refused('too small', '/dev/small', f'too small: it has {8 * MIB} bytes, the image {SIZE}'),
    refused('write-protected', '/dev/protected', 'write-protected'),
    Case('not root', 'setpriv --bounding-set -dac_override --inh-caps -dac_override '
         '"$flash" $image /dev/spare --yes', '^flash: /dev/spare: only root may write it' + NOTHING +
         r'. Run:\n  sudo /\S*/image/flash /\S*/disk.img /dev/spare --yes$', 'chown 1000 /dev/spare'),
    damaged('none', ': No such file or directory'),
    damaged('without-bmap', '.bmap: No such file or directory'),
    damaged('bmap-cut', '.bmap: no bmap, or damaged: .*'),
    damaged('bmap-changed', '.bmap: no bmap, or damaged: checksum mismatch for bmap file .*'),
    damaged('without-checksums', '.bmap: it has no checksums'),
    damaged('changed', ': not the image that its bmap was made of: checksum mismatch for blocks .*'),
    damaged('cut', rf': it has \d+ bytes, by its bmap {SIZE}'),
    Case('no', 'echo no | "$flash" $image /dev/spare', 'flash: /dev/spare: not confirmed' + NOTHING),
    Case('no answer', '"$flash" $image /dev/spare </dev/null',
         '^flash: /dev/spare: not confirmed' + NOTHING),
    # what is shown of the disk; and that nobody can mount it meanwhile
    Case('asking', 'while_asking mount -o ro /dev/used1 /dev/mnt',
         r'^mount: .*busy.*\n(.*\n)*'
         r'  DISK    /dev/used: QEMU HARDDISK, serial \S+, 32.0 MiB.*\n'
         r'  LOST    sd.1: ext4, "old root", \S+ MiB\n'
         r'  LOST    sd.2: swap, "b", 1.0 MiB\n(.*\n)*'
         '.*flash: /dev/used: not confirmed' + NOTHING),
]


def done(disk, end='; it may be removed'):
    return (rf'  DISK    {disk}: .*\n(.*\n)*  COMPARE .*\n.* 100%\n(  NOTE .*\n)?'
            rf'  DONE    {disk} holds \S*{end}')


WRITTEN = [
    # it asks, and is answered below; the kernel has then read the new partition table
    Case('stick', '"$flash" $image /dev/stick && cat "/sys/class/block/$(readlink /dev/stick)1/size"',
         done('/dev/stick') + r'\n4096$'),
    Case('card', '"$flash" $image /dev/card --yes', done('/dev/card')),
    Case('fixed', '"$flash" $image /dev/fixed --yes --fixed', done('/dev/fixed')),
    Case('loop', '"$flash" $image /dev/loop0 --yes && cmp -n "$(wc -c <$image)" $image /dev/rehearsal',
         done('/dev/loop0', '$'), 'truncate -s 16M /dev/rehearsal; losetup /dev/loop0 /dev/rehearsal',
         'losetup -d /dev/loop0'),
]

USELESS = '; what is on it now is of no use$'
FAILED = [
    Case('failing', '"$flash" $image /dev/failing --yes',
         '^flash: /dev/failing: .*Input/output error' + USELESS),
    Case('false', '"$flash" $image /dev/false --yes',
         f'^flash: /dev/false: byte {MIB} differs when read back: .*' + USELESS),
    # it is unplugged below
    Case('pulled', '"$flash" $image /dev/pulled --yes', '^flash: /dev/pulled: unplugged' + USELESS),
]


# ---- images and disks --------------------------------------------------------------------------


def tool(*words):
    return subprocess.run([str(word) for word in words], check=True, env=disks.PATH, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout


def card_image(out):
    """A card with one partition, at 8 MiB."""
    chance = random.Random(1)
    with open(out, 'wb') as file:
        for start, end in MAPPED:
            file.seek(start)
            file.write(chance.randbytes(end - start))
    table = bytes(6) + disks.slot(0x83, 8 * MIB // 512, 2 * MIB // 512) + bytes(48)
    disks.poke(out, 440, table + b'\x55\xaa')
    tool('bmaptool', 'create', '-o', f'{out}.bmap', out)


def damaged_images(folder, image):
    """A copy of the image and its bmap, damaged, for each of the cases."""
    def change(_, bmap):
        bmap.write_text(bmap.read_text().replace('</Range>', ' </Range>', 1))

    def without_checksums(copy, bmap):
        tool('bmaptool', 'create', '--no-checksum', '-o', bmap, copy)

    damages = {
        'without-bmap': lambda copy, bmap: bmap.unlink(),
        'bmap-cut': lambda copy, bmap: os.truncate(bmap, 1000),
        'bmap-changed': change,
        'without-checksums': without_checksums,
        'changed': lambda copy, bmap: disks.poke(copy, 9 * MIB, b'changed'),
        'cut': lambda copy, bmap: os.truncate(copy, 9 * MIB),
    }
    for name, damage in damages.items():
        copy = folder / f'{name}.img'
        tool('cp', '--sparse=always', image, copy)
        tool('cp', f'{image}.bmap', f'{copy}.bmap')
        damage(copy, Path(f'{copy}.bmap'))


def used_disk(out):
    """With what may be in use: a file system, swap, a verity pair. Returns that one's root hash."""
    said = []

    def swap(path, _):
        disks.sectors(2048)(path, _)
        tool('mkswap', path)

    def hashes(path, _):
        data = out.with_suffix('.data')
        disks.zeros(data, _)
        disks.zeros(path, _)
        said.append(tool('veritysetup', 'format', data, path))
    parts = {'a': disks.ext4('-L', 'old root'), 'b': swap, 'c': disks.zeros, 'd': hashes}
    disks.gpt(parts)(out, {'old': DIR})
    return re.search(r'Root hash:\s*(\S+)', said[0])[1]


def false_disk(out):
    """Smaller than it says: what is written at 1 MiB and at 8 MiB is stored in one place."""
    plain = out.with_suffix('.plain')
    plain.write_bytes(OLD * DISK)
    tool('qemu-img', 'convert', '-O', 'qcow2', plain, out)
    with open(out, 'r+b') as file:
        file.seek(40)
        file.seek(int.from_bytes(file.read(8), 'big'))
        table = int.from_bytes(file.read(8), 'big') & 0x00fffffffffffe00
        file.seek(table + (8 * MIB >> 16) * 8)
        entry = file.read(8)
        file.seek(table + (MIB >> 16) * 8)
        file.write(entry)


# name: what QEMU's -drive has besides the file
RAW = 'format=raw'
VIRTIO = dict.fromkeys(['system', 'fixed'], RAW)
CARD = {'card': RAW}
USB = {'stick': RAW, 'protected': f'{RAW},readonly=on', 'pulled': f'{RAW},throttling.bps-write={4 * MIB}'}
SCSI = dict.fromkeys(['spare', 'used', 'small', 'first', 'pair'], RAW) | {
    'false': 'format=qcow2',
    'failing': 'driver=blkdebug,inject-error.0.event=none,inject-error.0.iotype=write,'
               f'inject-error.0.errno=5,inject-error.0.sector={9 * MIB // 512}',
}


class Disks:
    """The guest's, as files in a folder."""

    def __init__(self, folder):
        self.folder = folder
        for name in 'stick', 'card', 'fixed', 'spare', 'protected', 'failing', 'pulled':
            self[name].write_bytes(OLD * DISK)
        self['small'].write_bytes(OLD * 8 * MIB)
        self.roothash = used_disk(self['used'])
        false_disk(self['false'])
        for name in 'first', 'pair':
            self[name].touch()
            os.truncate(self[name], 40 * MIB)
        tool('mkfs.btrfs', '-q', '--mixed', '-f', self['first'], self['pair'])
        tops = [path for path in Path('/').iterdir() if path.is_symlink() or path.is_dir()]
        machine.disk(self['system'], {path.name: LINK(os.readlink(path)) if path.is_symlink() else DIR
                                      for path in tops})

    def __getitem__(self, name):
        return self.folder / f'{name}.disk'

    def words(self):
        yield from '-device sdhci-pci -device qemu-xhci -device virtio-scsi-pci'.split()
        for rows, device in ((VIRTIO, 'virtio-blk-pci'), (CARD, 'sd-card'),
                             (USB, 'usb-storage,removable=on,port={number},id=usb-{name}'),
                             (SCSI, 'scsi-hd,removable=on,scsi-id={number}')):
            for number, (name, more) in enumerate(rows.items(), 1):
                file = 'image.driver=file,image.filename' if 'blkdebug' in more else 'file'
                yield from ('-drive', f'{more},{file}={self[name]},if=none,id={name}')
                yield from ('-device', f'{device.format(number=number, name=name)},drive={name}')


# ---- the guest ---------------------------------------------------------------------------------


def script(folder, roothash):
    lines = ['#!/bin/sh', f'flash={TOP}/image/flash images={folder} image={folder}/disk.img',
             f'roothash={roothash}', (HERE / 'guest.sh').read_text(),
             'link system /sys/block/vda', 'link fixed /sys/block/vdb',
             "link card '/sys/bus/mmc/devices/*/block/*'",
             *(f'usb {name} {number}' for number, name in enumerate(USB, 1)),
             *(f'scsi {name} {number}' for number, name in enumerate(SCSI, 1))]
    for case in REFUSED + WRITTEN + FAILED:
        begin = shlex.quote(f'BEGIN {case.name}')
        lines += [case.before, f'echo {begin}', case.run, 'echo "END $?"', case.after]
    out = folder / 'init'
    out.write_text('\n'.join([*lines, 'echo o >/proc/sysrq-trigger; sleep 60\n']))
    out.chmod(0o755)
    return out


@pytest.fixture(scope='module')
def ran(tmp_path_factory):
    """One boot with all cases: {case: (what it said, exit status)}, the disks, {name: what was on one}
    and the image."""
    folder = tmp_path_factory.mktemp('flash')
    image = folder / 'disk.img'
    card_image(image)
    damaged_images(folder, image)
    guests = Disks(folder)
    before = {name: guests[name].read_bytes() for name in ('used', 'first', 'pair', 'system')}
    init = script(folder, guests.roothash)
    share = 'local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap'
    cmdline = ('console=ttyS0 quiet loglevel=1 panic=-1 usb-storage.delay_use=0 root=host rootfstype=9p '
               f'rootflags=trans=virtio,version=9p2000.L,msize=262144,cache=loose init={init}')
    # the first thing to wait for is most of the cases
    with machine.boot('qemu-x86_64', kernel=machine.kernel('x86_64-pc'), cmdline=cmdline,
                      timeout=5 * machine.TIMEOUT, qemu=['-virtfs', share, *guests.words()]) as guest:
        guest.expect('BEGIN stick')
        guest.expect('Type yes to write: ')
        guest.send('yes')
        guest.expect('BEGIN pulled')
        guest.expect('WRITE')
        guest.expect('25%')
        guest.monitor('device_del', id='usb-pulled')
        text = guest.wait()
    print(text)
    found = re.findall(r'^BEGIN (.*)\n((?:.*\n)*?)(?:.*)END (\d+)$', text, re.M)
    return {name: (said, int(status)) for name, said, status in found}, guests, before, image


@pytest.mark.long
@pytest.mark.parametrize('case', REFUSED + WRITTEN + FAILED, ids=lambda case: case.name)
def test_says(case, ran):
    said, status = ran[0][case.name]
    assert re.search(case.says, said, re.M), said
    assert status == (0 if case in WRITTEN else 1)


@pytest.mark.long
@pytest.mark.parametrize('name', ['spare', 'small', 'protected'])
def test_nothing_written(name, ran):
    data = ran[1][name].read_bytes()
    assert data == OLD * len(data)


@pytest.mark.long
def test_used_disks_stay(ran):
    guests, before = ran[1:3]
    assert not [name for name, data in before.items() if guests[name].read_bytes() != data]


@pytest.mark.long
@pytest.mark.parametrize('name', [case.name for case in WRITTEN if case.name != 'loop'])
def test_written(name, ran):
    """The image, its holes too; of the rest only the last MiB."""
    data = ran[1][name].read_bytes()
    assert data[:SIZE] == ran[3].read_bytes()
    assert data[SIZE:-MIB] == OLD * (DISK - SIZE - MIB)
    assert data[-MIB:] == bytes(MIB)


# ---- a file in a card's place ------------------------------------------------------------------


def flash(image, file, *words, answer=''):
    return subprocess.run([TOP / 'image/flash', image, file, *words], input=answer, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


@pytest.fixture
def small_image(tmp_path):
    card_image(tmp_path / 'disk.img')
    return tmp_path / 'disk.img'


def test_file(small_image, tmp_path):
    """It keeps its size, and all that it held is gone; what is lost is shown before."""
    card = tmp_path / 'card'
    disks.gpt({'a': disks.ext4('-L', 'old  root')})(card, {'old': DIR})
    with open(card, 'r+b') as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(14 * MIB)
        file.write(OLD)
    result = flash(small_image, card, answer='no\n')
    assert result.returncode == 1
    assert re.search(r'LOST    partition 1: ext4, "old  root", \S+ MiB\n', result.stdout), result.stdout
    assert f'flash: {card}: not confirmed{NOTHING}' in result.stdout
    result = flash(small_image, card, answer='yes\n')
    assert result.returncode == 0, result.stdout
    assert result.stdout.endswith(f'  DONE    {card} holds {small_image}\n')
    data = card.read_bytes()
    assert data[:SIZE] == small_image.read_bytes()
    assert data[SIZE:] == bytes(size - SIZE)


def test_file_in_use(small_image, tmp_path):
    """By a virtual machine, say: it locks what it has."""
    card = tmp_path / 'card'
    card.write_bytes(OLD * DISK)
    with open(card, 'r+b') as file:
        fcntl.lockf(file, fcntl.LOCK_SH, 1, 100)
        result = flash(small_image, card, '--yes')
    assert result.stdout == f'flash: {card}: in use: another program has locked it{NOTHING}\n'
    assert card.read_bytes() == OLD * DISK


def test_link_to_the_image(small_image, tmp_path):
    """It would be emptied before it is read."""
    os.link(small_image, tmp_path / 'card')
    before = small_image.read_bytes()
    result = flash(small_image, tmp_path / 'card', '--yes')
    assert result.returncode == 1 and 'it is the image itself' in result.stdout
    assert small_image.read_bytes() == before


# ---- disks that QEMU has not, and make ---------------------------------------------------------


def row(name, *mounted, **more):
    return {'name': name, 'type': 'disk', 'maj:min': '0:0', 'size': DISK, 'ro': False, 'rm': False,
            'hotplug': True, 'tran': None, 'mountpoints': [*mounted]} | more


ROWS = {
    'a USB disk': (row('sda'), None),
    'a card': (row('mmcblk0', emmc=False), None),
    'an eMMC': (row('mmcblk1', emmc=True), r'not removable \(eMMC\), and FIXED=1 not given'),
    'an eMMC, allowed': (row('mmcblk1', emmc=True, fixed=True), None),
    "an eMMC's boot area": (row('mmcblk1boot0', ro=True), 'an area of an eMMC, not the disk'),
    'a reader without a card': (row('sdb', size=0), 'there is no medium in it'),
    'a RAID': (row('md0', type='raid1'), 'of the type raid1, not a disk'),
    'a member of an idle RAID': (row('sda', children=[row('sda1', type='part', children=[
        row('md0', type='raid1')])]), r'in use: below md0 \(raid1\)'),
    'an encrypted system': (row('sda', fixed=True, children=[row('sda1', type='part', children=[
        row('root', '/', '/home', type='crypt')])]), 'this system runs from it: root on /, root on /home'),
    'only /boot': (row('sda', children=[row('sda1', '/boot/efi', type='part')]),
                   'this system runs from it: sda1 on /boot/efi'),
    'a name that is no word': (row('sda', '/mnt/\x1b[2J'), r'mounted: sda on /mnt/\\x1b\[2J'),
}


@pytest.mark.parametrize('name', ROWS)
def test_against(name):
    disk, says = ROWS[name]
    against = runpy.run_path(str(TOP / 'image/flash'))['against']
    why = against(disk, SIZE, disk.get('fixed', False), disk.get('emmc', False))
    assert why is says is None or re.fullmatch(says, why), why


def test_make_builds_nothing(tmp_path):
    """It may run as root."""
    result = make(f'O={tmp_path}', 'flash', 'DEV=/dev/null')
    assert result.returncode
    assert 'disk.img: No such file or directory; nothing written. `make image`' in result.stdout
    assert not list(tmp_path.iterdir())


def test_make_passes_words(tmp_path):
    (tmp_path / 'images').mkdir()
    for name in 'disk.img', 'disk.img.bmap':
        (tmp_path / 'images' / name).touch()
    assert 'flash: DEV=: not given' in make(f'O={tmp_path}', 'flash').stdout
    result = make(f'O={tmp_path}', '-n', 'flash', 'DEV=/dev/x', 'FIXED=1', 'YES=1')
    assert f'image/flash {tmp_path}/images/disk.img "${{DEV-}}" --fixed --yes\n' in result.stdout
