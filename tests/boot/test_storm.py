"""Disks that come and go while root is waited for, and roots that come at any moment.

What is random comes from a seed, which a failure shows; SEED in the environment sets it.
"""
import os
import random
import re
import shutil
from concurrent.futures import ThreadPoolExecutor

import archives
import machine
import pexpect
import pytest
from disks import EXT4
from test_boot import SLOT, disk, image  # noqa: F401  (disk is a fixture)

BOARD = 'qemu-x86_64'
SEED = int(os.environ.get('SEED', random.randrange(1 << 32)))
# bus -> what device_add plugs in; a card goes into a reader that is there
BUSES = {'usb': {'driver': 'usb-storage', 'bus': 'usb.0'}, 'scsi': {'driver': 'scsi-hd', 'bus': 'scsi.0'},
         'nvme': {'driver': 'nvme', 'bus': 'slot1', 'serial': '1'}, 'mmc': None}
QEMU = ['-device qemu-xhci,id=usb,p2=8,p3=8', '-device virtio-scsi-pci,id=scsi',
        *(words.replace('N', '1') for words in SLOT),
        '-device sdhci-pci', '-drive if=none,id=card', '-device sd-card,drive=card']
# as in storm.toml: packed once for all
MODULES = 'xhci_pci usb_storage virtio_scsi sd_mod nvme sdhci_pci mmc_block ext4 brd'


def plug(monitor, bus, path, name='root'):
    """path's disk, read-only: other guests may have it too. A card is written to."""
    if not BUSES[bus]:
        monitor('blockdev-change-medium', device='card', filename=str(path), format='raw')
        return
    monitor('blockdev-add', **{'node-name': f'{name}-node', 'driver': 'raw', 'read-only': True,
                               'file': {'driver': 'file', 'filename': str(path)}})
    monitor('device_add', id=name, drive=f'{name}-node', **BUSES[bus])


def pull(monitor, name):
    monitor('device_del', id=name)
    monitor.ended(name)
    monitor('blockdev-del', **{'node-name': f'{name}-node'})


class Lab:
    """A kernel with an image for it, once the guest has no disk."""

    def __init__(self, stock, work):
        self.qemu = [word for words in QEMU for word in words.split()]
        self.kernel, self.image = None, image(BOARD, '')
        if stock:
            folder = machine.stock(stock)
            self.kernel, self.qemu = folder / 'kernel', [*self.qemu, '-m', '512']
            modules = archives.archive(work / f'{stock}.gz', folder, MODULES, [])
            whole = work / f'{stock}.initramfs'
            whole.write_bytes(self.image.read_bytes() + modules.read_bytes())
            self.image = whole
        else:
            self.kernel = machine.kernel('x86_64-pc')

    def boot(self, words):
        return machine.boot(BOARD, initrd=self.image, kernel=self.kernel, qemu=self.qemu,
                            cmdline=f'console=ttyS0 pcie_ports=native panic=-1 {words}')


def pause(guest, seconds):
    """The console is read meanwhile: a guest waits until its words are taken."""
    guest.child.expect(pexpect.TIMEOUT, timeout=seconds)


@pytest.mark.parametrize('count', [20, pytest.param(500, marks=pytest.mark.long)])
def test_disks_come_and_go(count, disk, tmp_path):  # noqa: F811
    chance = random.Random(SEED)
    other, root = disk(BOARD, 'other'), disk(BOARD, 'rootfs')
    plugged, pulled = set(), 0
    with Lab('amd64', tmp_path).boot(f'usb-storage.delay_use=0 rootwait=3600 root=UUID={EXT4}') as guest:
        guest.expect('kindling: version')
        # a disk that was pulled before the guest read it is no test
        while pulled < count or guest.text.count('Attached SCSI') <= count / 2:
            assert pulled < 50 * count, f'seed {SEED}: the guest reads no disk\n{guest.text}'
            bus = chance.choice(['usb', 'scsi'])
            name = f'{bus}{chance.randrange(4)}'
            if name in plugged:
                pull(guest.monitor, name)
                plugged.remove(name)
                pulled += 1
            else:
                plug(guest.monitor, bus, other, name)
                plugged.add(name)
            pause(guest, chance.expovariate(6))
        plug(guest.monitor, chance.choice(['usb', 'scsi']), root)
        guest.expect('reboot: Power down')
    seen = guest.text.count('Attached SCSI')
    print(f'seed {SEED}; {count} disks pulled; the guest had read {seen}')
    assert seen > count / 2 and re.search('INIT mount /dev/sd[a-z] / ext4 ', guest.text), \
        f'seed {SEED}\n{guest.text}'


def late(lab, bus, seconds, root, copy):
    """A boot whose root comes so long after /init's start: its console. copy: a card is written to."""
    if bus == 'mmc':
        root = shutil.copy(root, copy)
    with lab.boot(f'rootwait=60 root=UUID={EXT4}') as guest:
        guest.expect('kindling: version')
        pause(guest, seconds)
        plug(guest.monitor, bus, root)
        guest.expect('reboot: ')
    return guest.text


@pytest.mark.parametrize('kernels, boots, latest', [
    (['amd64'], 8, 3), pytest.param(['amd64', ''], 200, 29, marks=pytest.mark.long)])
def test_root_comes_at_a_random_second(kernels, boots, latest, disk, tmp_path):  # noqa: F811
    chance = random.Random(SEED)
    labs = [Lab(kernel, tmp_path) for kernel in kernels]
    root = disk(BOARD, 'rootfs')
    failed, faults = [], []

    def one(number, bus, seconds):
        lab = labs[number // len(BUSES) % len(labs)]
        what = f'boot {number}: {bus} after {seconds:.3f} s, {lab.kernel}'
        # the emulator's own faults are listed, and such a boot is made again
        for again in range(3):
            try:
                text = late(lab, bus, seconds, root, tmp_path / f'{number}.{again}.card')
            except machine.Failed as failure:
                text = str(failure)
            if 'kindling: ' in text:
                break
            faults.append(f'{what}: {text}')
        if 'INIT end' not in text:
            failed.append(f'{what}: {text}')

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        buses = [list(BUSES)[number % len(BUSES)] for number in range(boots)]
        list(pool.map(one, range(boots), buses, [chance.uniform(0, latest) for _ in buses]))
    print(f'seed {SEED}: {boots - len(failed)} of {boots} boots; faults before /init: {len(faults)}',
          *faults, sep='\n')
    assert not failed, f'seed {SEED}: {len(failed)} of {boots} failed\n' + '\n'.join(failed)
