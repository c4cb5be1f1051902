"""A signed root hash: the kernel holds it against a certificate of its own, qemu/kernels/verity.crt."""
import re
import subprocess
from pathlib import Path

import disks
import machine
import pytest
from builds import built
from machine import DIR, TOP

BOARD, KERNEL = 'qemu-x86_64', 'x86_64'
KEYS = TOP / 'qemu/kernels'


@pytest.fixture(scope='module')
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp('signature')
    init = machine.program('x86_64', TOP / 'tests/boot/init.c', folder / 'init')
    disks.make('squashfs verified', folder / 'root', {'sbin/init': init, 'dev': DIR, 'proc': DIR})
    return folder / 'root'


def sign(text, key, out):
    """As systemd-repart and the kernel's documentation (verity.rst) have it."""
    subprocess.run(['openssl', 'smime', '-sign', '-nocerts', '-noattr', '-binary', '-signer', KEYS / 'verity.crt' if key is None else key[1],
                    '-inkey', KEYS / 'verity.key' if key is None else key[0], '-outform', 'der', '-out', out],
                   input=text.encode(), check=True)
    return out


def stranger(folder):
    """Another key, of which the kernel knows nothing."""
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=stranger', '-keyout', folder / 'key',
                    '-out', folder / 'crt'], check=True, stderr=subprocess.DEVNULL)
    return folder / 'key', folder / 'crt'


def boot(root, folder, signature, words='panic=-1'):
    image = folder / 'image'
    extra = machine.cpio(folder / 'extra', {'root.sig': signature})
    image.write_bytes(built(BOARD, 'CONFIG_LAYER_VERITY=y\nCONFIG_VERITY_SIGNATURE=y').image.read_bytes() + Path(extra).read_bytes())
    root_hash = root.with_name('root.roothash').read_text()
    with machine.boot(BOARD, kernel=machine.kernel(KERNEL), initrd=image,
                      cmdline=f'console=ttyS0 root=/dev/vda roothash={root_hash} roothashsig=/root.sig {words}',
                      qemu=['-drive', f'file={root},format=raw,if=virtio,snapshot=on']) as guest:
        return guest.wait()


def test_signed(root, tmp_path):
    """Unsigned roots are refused then, too (dm_verity.require_signatures)."""
    signature = sign(root.with_name('root.roothash').read_text(), None, tmp_path / 'sig')
    text = boot(root, tmp_path, signature, 'dm_verity.require_signatures=1')
    assert re.search('INIT mount /dev/dm-0 / squashfs ro', text), text


@pytest.mark.parametrize('by, why', [
    ('a stranger', 'not signed by a key that this kernel trusts'),
    ('us, of another hash', 'its signature does not match'),
    ('nobody', 'its signature is not PKCS#7 in DER'),
])
def test_not_signed(root, tmp_path, by, why):
    text = root.with_name('root.roothash').read_text()
    if by == 'nobody':
        (tmp_path / 'sig').write_bytes(b'no signature')
    elif by == 'a stranger':
        sign(text, stranger(tmp_path), tmp_path / 'sig')
    else:
        sign(text[::-1], None, tmp_path / 'sig')
    said = boot(root, tmp_path, tmp_path / 'sig')
    assert re.search(rf'kindling: roothash=.*: /dev/vda: {why}; rebooting now', said), said
    assert 'INIT' not in said


def test_no_signature(root, tmp_path):
    (tmp_path / 'sig').write_bytes(b'')
    said = boot(root, tmp_path, tmp_path / 'sig', 'panic=-1 roothashsig=/none')
    assert 'kindling: roothashsig=/none: not found; rebooting now' in said
