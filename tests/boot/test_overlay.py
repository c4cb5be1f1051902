"""What is written over root, from one boot to the next: it is there again, put aside, begun anew for another root; and
where the power goes, the next boot succeeds and root is as it was."""
import hashlib
import random
import re
import subprocess

import pytest

import disks
import machine
from builds import built
from machine import DIR, TOP

BOARD = 'qemu-x86_64'
BOTH = 'CONFIG_LAYER_OVERLAY=y\nCONFIG_LAYER_VERITY=y'


def debugfs(disk, request):
    return subprocess.run(['debugfs', '-R', request, disk], env=disks.PATH, check=True, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


@pytest.fixture(scope='module')
def roots(tmp_path_factory):
    """Two roots that differ, each with its tree behind it."""
    folder = tmp_path_factory.mktemp('overlay')
    init = machine.program('x86_64', TOP / 'tests/boot/init.c', folder / 'init')
    tree = {'sbin/init': init, 'opt/which': '', 'dev': DIR, 'proc': DIR, 'sys': DIR}
    for name, content in ('a', ''), ('b', hashlib.sha256(b'b').hexdigest()):
        # not of one length: these squashfs have the same time in their superblocks
        (folder / 'which').write_text(content)
        disks.make('squashfs verified', folder / name, tree | {'opt/which': folder / 'which'})
    return {name: folder / name for name in ('a', 'b')}


class Board:
    """A root and a disk to be written to, which keeps what a boot writes."""

    def __init__(self, folder, roots, config):
        self.roots, self.config, self.upper = roots, config, folder / 'upper'
        disks.make('other', self.upper, {'data': DIR})

    def arguments(self, root, words, verified):
        path = self.roots[root]
        hashed = f'roothash={path.with_name(root + ".roothash").read_text()} ' if verified else ''
        return dict(initrd=built(BOARD, self.config).image, cmdline=f'console=ttyS0 root=/dev/vda {hashed}{words}',
                    qemu=['-drive', f'file={path},format=raw,if=virtio,readonly=on',
                          '-drive', f'file={self.upper},format=raw,if=virtio'])

    def boot(self, *words, root='a', reset=False, readonly=False, verified=True):
        """What init said of each of its words."""
        words = ' '.join(['rd.overlay=LABEL=other', *['rd.overlay.reset'] * reset, *['rd.overlay.readonly'] * readonly, '--', *words])
        with machine.boot(BOARD, **self.arguments(root, words, verified)) as guest:
            guest.expect('reboot: Power down')
            return re.findall(r'^INIT ((?:wrote|read|cannot write|cannot read) \S+)', guest.text.replace(': 2', ''), re.M)

    def list(self):
        return set(re.findall(r'^ *\d+ .* (\S+)$', debugfs(self.upper, 'ls -l /overlay'), re.M)) - {'.', '..'}


@pytest.fixture
def board(tmp_path, roots):
    return lambda config=BOTH: Board(tmp_path, roots, config)


def test_what_was_written_is_there_again(board):
    b = board()
    assert b.boot('write=/opt/x') == ['wrote /opt/x']
    assert b.boot('read=/opt/x', readonly=True) == ['read /opt/x']
    # of this boot alone
    assert b.boot('write=/opt/y', readonly=True) == ['wrote /opt/y']
    assert b.boot('read=/opt/x', 'read=/opt/y') == ['read /opt/x', 'cannot read /opt/y']
    assert b.boot('read=/opt/x', 'write=/opt/y', reset=True) == ['cannot read /opt/x', 'wrote /opt/y']
    name = b.roots['a'].with_name('a.roothash').read_text()[:32]
    assert b.list() == {name, f'{name}.old-0'}
    assert b.boot('read=/opt/y', reset=True) == ['cannot read /opt/y']
    assert b.list() == {name, f'{name}.old-0', f'{name}.old-1'}


@pytest.mark.parametrize('option, verified, expected', [
    # by the root hash
    ('AUTO', True, ['cannot read', 'read']),
    # nothing tells the roots apart that counts
    ('AUTO', False, ['read', 'read']),
    ('KEEP', True, ['read', 'read']),
    # by their superblocks
    ('NEW', False, ['cannot read', 'read']),
])
def test_another_root(board, option, verified, expected):
    b = board(f'{BOTH}\nCONFIG_OVERLAY_{option}=y')
    b.boot('write=/opt/x', verified=verified)
    assert [b.boot('read=/opt/x', root=root, verified=verified) for root in ('b', 'a')] == [[f'{word} /opt/x'] for word in expected]


def test_a_hundred_are_kept(board):
    b = board()
    name = b.roots['a'].with_name('a.roothash').read_text()[:32]
    machine.disk(b.upper, {f'overlay/{name}{end}/upper': DIR for end in ['', *(f'.old-{i}' for i in range(100))]})
    words = 'panic=-1 rd.overlay=/dev/vdb rd.overlay.reset'
    with machine.boot(BOARD, **b.arguments('a', words, True)) as guest:
        guest.expect('kindling: rd.overlay=/dev/vdb: /dev/vdb: 100 old ones are there; rebooting now')


@pytest.mark.long
@pytest.mark.parametrize('reset', [False, True])
def test_the_power_goes(board, reset):
    """At 40 points of a boot, some times each."""
    b = board()
    assert b.boot('write=/opt/x') == ['wrote /opt/x']
    whole, before = b.upper.read_bytes(), hashlib.sha256(b.roots['a'].read_bytes()).digest()
    words = 'rd.overlay=LABEL=other' + ' rd.overlay.reset' * reset + ' -- write=/opt/y'
    for _ in range(40):
        b.upper.write_bytes(whole)
        with machine.boot(BOARD, **b.arguments('a', words, True)) as guest:
            guest.expect('Run /init')
            try:
                guest.expect('reboot: Power down', timeout=random.uniform(0, 2))
            except machine.Failed:
                pass
        assert b.boot('write=/opt/z') == ['wrote /opt/z']
        assert hashlib.sha256(b.roots['a'].read_bytes()).digest() == before
