"""qemu/disk: what becomes of a root's files, owners and extended attributes, for root and for other users."""
import io
import json
import os
import re
import shutil
import struct
import subprocess
import tarfile
import tempfile
from pathlib import Path

import pytest

from machine import TOP, output

NONE = 0xffffffff
CAPABILITY = struct.pack('<5I', 0x02000001, 1 << 13, 0, 0, 0)
# user 1234 may read: the kernel's form, and the text that tar has
ACL = struct.pack('<I', 2) + b''.join(struct.pack('<HHI', *row) for row in (
    (1, 6, NONE), (2, 4, 1234), (4, 4, NONE), (16, 4, NONE), (32, 4, NONE)))
ACL_TEXT = 'user::rw-,user:1234:r--:1234,group::r--,mask::r--,other::r--'
# everything but squashfs has them
ACLS = {'etc/motd': {'system.posix_acl_access': ACL}, 'etc': {'system.posix_acl_default': ACL}}
KEPT = {
    '.': {'security.selinux': b'system_u:object_r:root_t:s0\0'},
    'bin/ping': {'security.capability': CAPABILITY},
    'bin/link': {'security.selinux': b'a link\0'},
    'etc/odd': {'user.note': b'a\0b\n=', 'user.long': bytes(range(256)) * 3},
    'etc/motd': {'trusted.t': b'only root sees it'},
    'dev/null': {'security.selinux': b'a node\0'},
}
PATHS = sorted({*KEPT, *ACLS})
ODD = 'etc/a "name"\nof two lines'
UID = os.geteuid()


@pytest.fixture
def place():
    """A folder for all users, with the tool in it: theirs may not reach this tree."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    for name in 'disk', 'attributes', 'mke2fs.conf':
        shutil.copy(TOP / 'qemu' / name, folder)
    yield folder
    shutil.rmtree(folder)


def disk(place, source, kind='ext4', user=UID):
    """Make it as this user: the result, and the image."""
    out = place / 'out'
    words = [] if user == UID else ['setpriv', f'--reuid={user}', f'--regid={user}', '--clear-groups']
    return subprocess.run([*words, place / 'disk', out, source, kind], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT), out


def made(*words, **more):
    result, out = disk(*words, **more)
    assert result.returncode == 0, result.stdout
    return out


def merged(*tables):
    return {path: {name: data for table in tables for name, data in table.get(path, {}).items()}
            for table in tables for path in table}


def tree(place, attributes):
    """A directory with these attributes, as far as this user may set them."""
    top = place / 'tree'
    for name in 'bin', 'etc', 'dev':
        (top / name).mkdir(parents=True)
    for name in 'bin/ping', 'etc/motd', ODD:
        (top / name).write_text(f'{name}\n')
    os.link(top / ODD, top / 'etc/odd')
    (top / 'bin/link').symlink_to('ping')
    if UID == 0:
        os.mknod(top / 'dev/null', 0o20666, os.makedev(1, 3))
    else:
        (top / 'dev/null').touch()
    for path in [top, *top.rglob('*')]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() else 0o644)
    for path, found in attributes.items():
        for name, data in found.items():
            if UID == 0 or name.startswith(('user.', 'system.')):
                os.setxattr(top / path, name, data, follow_symlinks=False)
    return top


def written(place, attributes, form):
    """A tarball of the same, with attributes in one of the forms that programs write."""
    with tarfile.open(place / 'root.tar', 'w', format=tarfile.PAX_FORMAT) as tar:
        for path, kind in (('.', tarfile.DIRTYPE), ('bin', tarfile.DIRTYPE), ('etc', tarfile.DIRTYPE),
                           ('dev', tarfile.DIRTYPE), ('bin/ping', tarfile.REGTYPE), (ODD, tarfile.REGTYPE),
                           ('etc/odd', tarfile.LNKTYPE), ('bin/link', tarfile.SYMTYPE),
                           ('etc/motd', tarfile.REGTYPE), ('dev/null', tarfile.CHRTYPE)):
            member = tarfile.TarInfo(path)
            member.type, member.mode = kind, 0o755 if kind == tarfile.DIRTYPE else 0o644
            member.linkname = {'etc/odd': ODD, 'bin/link': 'ping'}.get(path, '')
            member.devmajor, member.devminor = (1, 3) if kind == tarfile.CHRTYPE else (0, 0)
            body = f'{path}\n'.encode() if kind == tarfile.REGTYPE else b''
            member.size = len(body)
            for name, data in attributes.get(path, {}).items():
                member.pax_headers |= form(name, data)
            tar.addfile(member, io.BytesIO(body))
    return place / 'root.tar'


def star(name, data):
    return {f'SCHILY.xattr.{name}': data.decode('utf-8', 'surrogateescape')}


def others(name, data):
    """As GNU tar has labels, star ACLs, and libarchive the rest."""
    if name == 'security.selinux':
        return {'RHT.security.selinux': data.decode().rstrip('\0')}
    if name.startswith('system.posix_acl_'):
        return {f'SCHILY.acl.{name.rpartition("_")[2]}': ACL_TEXT}
    text = subprocess.run(['base64', '-w', '0'], input=data, check=True, stdout=subprocess.PIPE).stdout
    return {f'LIBARCHIVE.xattr.{name}': text.decode().rstrip('=')}


def packed(place, attributes, *words):
    """By a program, of the directory."""
    top = tree(place, attributes)
    subprocess.run([*words, '-cf', place / 'root.tar', '-C', top, '.'], check=True)
    shutil.rmtree(top)
    return place / 'root.tar'


SOURCES = {
    'a directory': tree,
    'star': lambda *words: written(*words, star),
    'others': lambda *words: written(*words, others),
    'GNU tar': lambda *words: packed(*words, 'tar', '--xattrs', '--xattrs-include=*', '--acls'),
    'bsdtar': lambda *words: packed(*words, 'bsdtar'),
}
# what only root can set, or see
OF_ROOT = re.compile(r'security\.|trusted\.')


def stored(image, kind):
    """The attributes in an image: {path: {name: bytes}}, without files that have none."""
    if kind == 'squashfs':
        script = ('import json, os, sys; os.chdir(sys.argv[1]); print(json.dumps({p: {n: os.getxattr(p, n, '
                  'follow_symlinks=False).hex() for n in os.listxattr(p, follow_symlinks=False)} for p in '
                  f'{PATHS!r}}}))')
        text = output('fakeroot', 'sh', '-ec', 'unsquashfs -quiet -no-progress -xattrs -d "$1.d" "$1" >/dev/null; '
                      '/usr/bin/python3 -c "$2" "$1.d"; rm -r "$1.d"', 'sh', image, script)
        found = {path: {name: bytes.fromhex(data) for name, data in names.items()}
                 for path, names in json.loads(text).items()}
    else:
        found = {path: {} for path in PATHS}
        for path, names in found.items():
            listed = output('debugfs', '-R', f'ea_list /{path}', image)
            for name in re.findall(r'^  (\S+) \(\d+\)', listed, re.M):
                output('debugfs', '-R', f'ea_get -f {image}.ea /{path} {name}', image)
                data = Path(f'{image}.ea').read_bytes()
                # e2fsprogs says 0 of who has no number
                names[name] = ACL if data == ACL.replace(struct.pack('<I', NONE), bytes(4)) else data
        subprocess.run(['e2fsck', '-fn', image], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return {path: names for path, names in found.items() if names}


@pytest.mark.parametrize('user', sorted({UID, 65534}) if UID == 0 else [UID])
@pytest.mark.parametrize('kind', ['ext4', 'squashfs'])
@pytest.mark.parametrize('source', SOURCES)
def test_attributes(source, kind, user, place):
    want = merged(KEPT, ACLS) if kind == 'ext4' else KEPT
    made_of = SOURCES[source](place, want)
    image = made(place, made_of, kind, user)
    if UID and source not in ('star', 'others'):
        want = {path: {name: data for name, data in names.items() if not OF_ROOT.match(name)}
                for path, names in want.items()}
    elif user and source == 'a directory':
        want = {path: {name: data for name, data in names.items() if not name.startswith('trusted.')}
                for path, names in want.items()}
    assert stored(image, kind) == {path: names for path, names in want.items() if names}


# ---- what cannot be kept, or read ----------------------------------------------------------------

@pytest.mark.parametrize('source, attributes, kind, complaint', [
    ('a directory', ACLS, 'squashfs', r'etc: system.posix_acl_default: squashfs has no ACLs: .*CARD_EXT4'),
    ('star', {'etc/motd': ACLS['etc/motd']}, 'squashfs', r'etc/motd: system.posix_acl_access: squashfs has no ACLs'),
    ('star', {'bin/ping': {'user.big': b'x' * 2000}}, 'ext4',
     r'bin/ping: user.big: 2000 bytes are more than fakeroot remembers: unpack it'),
    ('star', {'bin/ping': {f'user.{name}': b'x' * 1000 for name in 'abcde'}}, 'ext4', r'"user.[a-e]".*\n.*"ping"'),
])
def test_not_kept(source, attributes, kind, complaint, place):
    result, out = disk(place, SOURCES[source](place, attributes), kind)
    assert result.returncode != 0 and re.search(complaint, result.stdout), result.stdout
    assert 'Traceback' not in result.stdout and not out.exists()


@pytest.mark.parametrize('text', ['user::rw-,user:lisa:r--,group::r--,mask::r--,other::r--', 'nonsense,a,b,c'])
def test_acl_that_is_not_understood(text, place):
    source = written(place, ACLS, lambda name, data: {'SCHILY.acl.access': text})
    result, _ = disk(place, source)
    assert result.returncode != 0 and 'etc: SCHILY.acl.access: ' in result.stdout, result.stdout


def test_acl_of_three_lines_is_the_mode(place):
    """GNU tar writes them for each file."""
    text = 'user::rw-\ngroup::r--\nother::r--\n'
    source = written(place, ACLS, lambda name, data: {'SCHILY.acl.access': text})
    assert stored(made(place, source, 'squashfs'), 'squashfs') == {}


@pytest.mark.parametrize('kind', ['ext4', 'squashfs'])
def test_file_that_cannot_be_read(kind, place):
    """It does not become an empty one."""
    top = tree(place, {})
    (top / 'etc/motd').chmod(0)
    result, _ = disk(place, top, kind, UID or 65534)
    assert result.returncode != 0 and 'motd' in result.stdout, result.stdout


# ---- owners --------------------------------------------------------------------------------------

def owner(image, kind, path):
    if kind == 'squashfs':
        return re.search(rf'^\S+ (\d+/\d+) .* squashfs-root/{path}$', output('unsquashfs', '-lln', image), re.M)[1]
    found = re.search(r'User: +(\d+) +Group: +(\d+)', output('debugfs', '-R', f'stat /{path}', image))
    return f'{found[1]}/{found[2]}'


@pytest.mark.parametrize('kind', ['ext4', 'squashfs'])
def test_owners_of_roots_directory(kind, place):
    """They mean something, each of them; fakeroot makes it root's."""
    top = tree(place, {})
    output('fakeroot', 'sh', '-ec', 'chown 7:8 "$1/etc/motd"; "$2/disk" "$2/out" "$1" "$3"', 'sh', top, place, kind)
    image = place / 'out'
    assert (owner(image, kind, 'etc/motd'), owner(image, kind, 'etc')) == ('7/8', '0/0')


@pytest.mark.parametrize('user', sorted({UID, 65534}) if UID == 0 else [UID])
@pytest.mark.parametrize('kind', ['ext4', 'squashfs'])
def test_owners_of_a_users_directory(kind, user, place):
    """All become root's, whoever makes the image."""
    top = tree(place, {})
    for path in [top, *top.rglob('*')]:
        os.chown(path, UID or 65534, -1, follow_symlinks=False)
    image = made(place, top, kind, user)
    assert {owner(image, kind, path) for path in ('etc/motd', 'etc', 'bin/ping')} == {'0/0'}


@pytest.mark.parametrize('kind', ['ext4', 'squashfs'])
def test_owners_of_a_tarball(kind, place):
    """They are numbers: a name would mean this machine's user."""
    source = place / 'root.tar'
    with tarfile.open(source, 'w') as tar:
        member = tarfile.TarInfo('file')
        member.uid, member.gid, member.uname, member.gname = 7, 8, 'daemon', 'daemon'
        tar.addfile(member)
    assert owner(made(place, source, kind), kind, 'file') == '7/8'


# ---- compressed ----------------------------------------------------------------------------------

@pytest.mark.parametrize('packer', ['gzip', 'xz', 'zstd', 'lz4', 'bzip2', 'lzma'])
def test_compressed(packer, place):
    plain = made(place, written(place, KEPT, star), 'squashfs').rename(place / 'plain')
    for source in place / 'root.tar', plain:
        with open(f'{source}.{packer}', 'wb') as file:
            subprocess.run([packer, '-c', source], check=True, stdout=file)
        image = made(place, f'{source}.{packer}', 'squashfs')
        assert image.read_bytes() == plain.read_bytes()


def test_compressed_and_cut(place):
    source = place / 'root.gz'
    source.write_bytes(subprocess.run(['gzip'], input=os.urandom(99999), stdout=subprocess.PIPE).stdout[:50000])
    result, out = disk(place, source)
    assert result.returncode != 0 and f'{source}: compressed, and bsdcat cannot unpack it' in result.stdout
    assert not out.exists()
