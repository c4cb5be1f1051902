"""The contract on kernels at both ends: one with an empty root file system below the initramfs
(Linux 7.0 and later: pivot_root), and an old one without devtmpfs and device events.
"""
import machine
import pytest
from builds import built
from machine import CHAR, DIR
from test_contract import HERE, compare, disks, report  # noqa: F401  (disks is a fixture)

pytestmark = pytest.mark.long
BOARD = 'qemu-x86_64'
NODES = 'CONFIG_MAKE_NODES=y'


def difference(**options):
    """Between the reports of two boots, the kernel alone and kindling."""
    reports = []
    for initrd in (None, built(BOARD, NODES).image):
        with machine.boot(BOARD, initrd=initrd, timeout=300, **options) as guest:
            reports.append(report(guest.wait()))
    return compare(*reports)


def test_contract_on_the_newest_kernel(disks):  # noqa: F811
    newest = machine.stock('newest')
    assert int((newest / 'release').read_text().split('.')[0]) >= 7
    assert not difference(
        kernel=newest / 'kernel', cmdline='console=ttyS0 root=/dev/nvme0n1 devtmpfs.mount=1 panic=-1',
        qemu=('-m', '512', '-device', 'nvme,drive=root,serial=1', '-drive',
              f'file={disks(BOARD, "whole")},format=raw,if=none,id=root,snapshot=on'))


def test_old_kernel_without_devtmpfs_and_events(tmp_path):
    state = machine.program('x86_64', HERE / 'state.c', tmp_path / 'state')
    # the root's own /dev: nobody else makes its console
    root = machine.disk(tmp_path / 'root.img', {
        'sbin/init': state, 'dev/console': CHAR(5, 1), 'proc': DIR, 'sys': DIR})
    assert not difference(root=root, kernel=machine.kernel('x86_64-bare'), append='panic=-1')


def test_old_kernel_looks_again_by_time(tmp_path):
    root = machine.disk(tmp_path / 'root.img', {'dev': DIR})
    with machine.boot(BOARD, root=root, initrd=built(BOARD, NODES).image, timeout=300,
                      kernel=machine.kernel('x86_64-bare'),
                      append='root=/dev/vdb rootwait=2 panic=-1') as guest:
        text = guest.wait()
    assert 'uevents: error 38; looking every 50 ms' in text
    assert 'root=/dev/vdb: not found after 2 s; rebooting now' in text
    assert 'seen: vda (' in text
