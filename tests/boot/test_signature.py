"""A signed root hash: the kernel holds it against a certificate of its own, qemu/kernels/verity.crt, or of the image."""
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


def boot(root, folder, signature, words='panic=-1', config='CONFIG_LAYER_VERITY=y\nCONFIG_VERITY_SIGNATURE=y', files=None):
    image = folder / 'image'
    extra = machine.cpio(folder / 'extra', {'root.sig': signature, **(files or {})})
    image.write_bytes(built(BOARD, config).image.read_bytes() + Path(extra).read_bytes())
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


# ---- by the image's own certificate, on a kernel that knows none of ours -------------------------

KEYRING = 'CONFIG_LAYER_VERITY=y\nCONFIG_VERITY_SIGNATURE=y\nCONFIG_VERITY_KEYRING=y\n'


@pytest.fixture(scope='module')
def certificate():
    """At one place, so that the build with it is the same each time."""
    out = machine.BUILD / 'tests/verity certificate.der'
    made = subprocess.run(['openssl', 'x509', '-in', KEYS / 'verity.crt', '-outform', 'der'], check=True, stdout=subprocess.PIPE).stdout
    with machine.alone(out):
        if not out.exists() or out.read_bytes() != made:
            out.write_bytes(made)
    return out


def boot_newest(root, folder, words='', config='', files=None, by=None, signature='roothashsig=/root.sig'):
    """Debian's newest kernel, of which dm-verity is a module; its signature is ours, or that of another key."""
    newest = machine.stock('newest')
    build = built(BOARD, f'{KEYRING}CONFIG_COMPRESS_XZ=y\nCONFIG_MODULES_LIMIT=4000000\n'
                  f'CONFIG_MODULES_LIST="virtio_pci virtio_blk squashfs dm_verity"\n{config}',
                  (f'MODULES={newest / "modules"}',))
    root_hash = root.with_name('root.roothash').read_text()
    extra = machine.cpio(folder / 'extra', {'root.sig': sign(root_hash, by, folder / 'sig'), **(files or {})})
    (folder / 'image').write_bytes(build.image.read_bytes() + Path(extra).read_bytes())
    with machine.boot(BOARD, kernel=newest / 'kernel', initrd=folder / 'image',
                      cmdline=f'console=ttyS0 panic=-1 root=/dev/vda roothash={root_hash} {signature} {words}',
                      qemu=['-m', '512', '-drive', f'file={root},format=raw,if=virtio,snapshot=on']) as guest:
        return guest.wait()


def test_own_certificate(root, certificate, tmp_path):
    """The bootloader cannot keep the keyring sealed, and init finds it so: nobody can add another."""
    said = boot_newest(root, tmp_path, 'dm_verity.require_signatures=1 dm_verity.keyring_unsealed=0 -- keyring=.dm-verity',
                       f'CONFIG_VERITY_CERTIFICATE="{certificate}"\n')
    assert re.search('INIT mount /dev/dm-0 / squashfs ro', said), said
    assert re.search(r'INIT key .* \.dm-verity: 1\nINIT cannot add a key: 1\n', said), said


@pytest.mark.long
def test_own_certificate_and_another_key(root, certificate, tmp_path):
    said = boot_newest(root, tmp_path, by=stranger(tmp_path), files={'verity.der': certificate})
    assert re.search('kindling: roothash=.*: /dev/vda: not signed by a key that this kernel trusts; rebooting now', said), said
    assert 'INIT' not in said


@pytest.mark.long
@pytest.mark.parametrize('content, why', [(None, 'not found'), (b'', 'invalid'), (b'0\x03abc', 'not X.509 in DER')])
def test_no_certificate(root, tmp_path, content, why):
    """init of the next root finds the keyring sealed all the same."""
    said = boot_newest(root, tmp_path, 'rootfallback=/dev/vda,roothash= -- keyring=.dm-verity',
                       files=None if content is None else {'verity.der': content})
    assert f'kindling: certificate /verity.der: {why}; trying rootfallback' in said, said
    assert re.search(r'INIT key .* \.dm-verity: empty\nINIT cannot add a key: 1\n', said), said


@pytest.mark.long
def test_keyring_is_sealed(root, certificate, tmp_path):
    """Its module was loaded before anybody wanted it open."""
    said = boot_newest(root, tmp_path, 'modules=dm_verity', files={'verity.der': certificate})
    assert 'kindling: certificate /verity.der: .dm-verity is sealed: no dm_verity.keyring_unsealed=1; rebooting now' in said, said


@pytest.mark.long
def test_signature_that_the_image_wants(root, tmp_path):
    """The bootloader can give a root hash without one, but not take the word back."""
    said = boot_newest(root, tmp_path, 'dm_verity.require_signatures=0 ' + ' '.join(f'x.y{n}=1' for n in range(64)),
                       'CONFIG_CMDLINE_APPEND="dm_verity.require_signatures=1"\nCONFIG_CMDLINE_LOCK="modules"\n', signature='')
    assert re.search('kindling: roothash=.*: /dev/vda: not signed by a key that this kernel trusts; rebooting now', said), said


def test_no_keyring(root, certificate, tmp_path):
    """On a kernel before 7.0; it is refused even where that would trust the key."""
    said = boot(root, tmp_path, sign(root.with_name('root.roothash').read_text(), None, tmp_path / 'sig'),
                config=KEYRING, files={'verity.der': certificate})
    assert 'kindling: certificate /verity.der: no keyring .dm-verity (that of Linux 7.0); rebooting now' in said, said
