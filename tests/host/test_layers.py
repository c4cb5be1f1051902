"""The host tool on layers: what explain says, what probe shows, and what fits holds against a root hash."""
import hashlib
import json
import os
import re
import shutil
import subprocess

import pytest

from machine import TOP
from test_host import (  # noqa: F401  (explain, fits, probe and tool are fixtures)
    EXT4_UUID, MIB, NONE, REFUSED, Run, blocks, explain, ext4, fits, pointed_at, probe, run, sparse, text_of, tool)

HASH = hashlib.sha256(b'a root').hexdigest()
VERITY, LOOP, OVERLAY = (f'CONFIG_LAYER_{name}=y' for name in ('VERITY', 'LOOP', 'OVERLAY'))
ALL = [VERITY, LOOP, OVERLAY]
PATH = {**os.environ, 'PATH': os.environ['PATH'] + ':/usr/sbin:/sbin'}


# ---- the words -----------------------------------------------------------------------------------

def layer_words():
    """(option, word) of each name of each LAYER_WORD."""
    found = [(f'CONFIG_LAYER_{path.stem.upper()}', name) for path in (TOP / 'init/plan/layer').glob('*.c')
             for names in re.findall(r'LAYER_WORD\(\w+, "(.*?)"', path.read_text()) for name in names.split()]
    assert len(found) > 10
    return found


@pytest.mark.parametrize('option, word', layer_words())
def test_word_is_that_of_its_layer(option, word, explain):  # noqa: F811
    """In an image with all the other layers it is refused, as in one without any."""
    others = [line for line in ALL if not line.startswith(f'{option}=')]
    assert len(others) == 2
    for lines in others, []:
        said = explain(f'root=/dev/vda {word}=/x', *lines, status=REFUSED)
        assert f'{word}=/x: not in this image' in text_of(said, 'error') and f'{word}=/x' in pointed_at(said)
    said = explain(f'root=/dev/vda {word}=/x', f'{option}=y', status=(0, REFUSED))
    assert 'not in this image, and without it' not in '\n'.join(said)


@pytest.mark.parametrize('key, option', [
    ('roothash', 'VERITY'), ('verityhash', 'VERITY'), ('roothashsig', 'VERITY'), ('loop', 'LOOP'),
    ('loopfstype', 'LOOP')])
def test_key_is_that_of_its_layer(key, option, explain):  # noqa: F811
    root = f'root=/dev/vda,{key}={HASH}'
    others = [line for line in ALL if option not in line]
    if key != 'roothashsig':  # which without its layer is no key, but part of the name
        said = explain(root, *others, status=REFUSED)
        assert f'{root}: not in this image' in text_of(said, 'error')
    assert text_of(explain(root, f'CONFIG_LAYER_{option}=y'), 'find').startswith('the device /dev/vda\n')


@pytest.mark.parametrize('words, lines, word, said', [
    ('verityhash=/dev/vdb', [], 'verityhash=/dev/vdb', 'nothing without roothash='),
    ('loopfstype=ext4', [], 'loopfstype=ext4', 'nothing without loop='),
    ('rd.overlay.reset', [], 'rd.overlay.reset', 'nothing without overlayroot= or rd.overlay='),
    ('overlayroot=tmpfs rd.overlay.readonly', [], 'rd.overlay.readonly', 'nothing where the layer is in memory'),
    ('overlayroot=tmpfs rd.overlay=/dev/vdb', [], 'rd.overlay=/dev/vdb', 'overlayroot= is there, and counts'),
    (f'roothash={HASH}', [f'CONFIG_VERITY_ROOTHASH="{"a" * 64}"'], f'roothash={HASH}', 'own, which counts: aaaa'),
])
def test_word_without_effect(words, lines, word, said, explain):  # noqa: F811
    found = explain(f'root=/dev/vda {words}', *ALL, *lines)
    assert pointed_at(found) == [word] and said in text_of(found, 'note')


@pytest.mark.parametrize('words, lines', [
    (f'roothash={HASH} verityhash=/dev/vdb', []),
    (f'root=/dev/vda,roothash={HASH} verityhash=/dev/vdb', []),
    (f'rootfallback=/dev/vdb,roothash={HASH} verityhash=/dev/vdb', []),
    ('verityhash=/dev/vdb', [f'CONFIG_VERITY_ROOTHASH="{HASH}"']),
    (f'roothash={HASH} roothashsig=/s', ['CONFIG_VERITY_SIGNATURE=y']),
    ('overlayroot= rd.overlay=/dev/vdb', []), ('loop=/x loopfstype=ext4', []), ('overlayroot=/dev/vdb rd.overlay.reset rd.overlay.readonly', []),
])
def test_word_with_effect(words, lines, explain):  # noqa: F811
    root = '' if 'root=' in words.replace('overlayroot=', '') else 'root=/dev/vda '
    assert not pointed_at(explain(root + words, *ALL, *lines))


def test_locked(explain):  # noqa: F811
    """Whoever may not set root= may set none of them."""
    words = [f'roothash={HASH}', 'loop=/x', 'overlayroot=tmpfs']
    said = explain(' '.join(words), 'CONFIG_CMDLINE="root=/dev/vda"', 'CONFIG_CMDLINE_LOCK="root"', *ALL)
    assert pointed_at(said) == words and '\n'.join(said).count('not allowed by this image; ignored') == 3
    assert not [line for line in said if line.startswith(('verity', 'loop', 'overlay'))]


# ---- explain -------------------------------------------------------------------------------------

def steps(lines):
    return [line[:9].strip() for line in lines if line[:1] not in ('', ' ') and line[8:9] == ' ']


def test_order(explain):  # noqa: F811
    def found(words):
        return [step for step in steps(explain(f'root=/dev/vda {words}', *ALL))
                if step in ('find', 'mount', 'loop', 'verity', 'overlay', 'check')]
    assert found('') == ['find', 'mount', 'check']
    assert found(f'roothash={HASH}') == ['find', 'verity', 'mount', 'check']
    assert found('loop=/x') == ['find', 'mount', 'loop', 'mount', 'check']
    assert found('overlayroot=tmpfs') == ['find', 'mount', 'overlay', 'check']
    assert found('overlayroot=disabled') == ['find', 'mount', 'check']
    assert found(f'overlayroot=tmpfs loop=/x roothash={HASH}') == [
        'find', 'mount', 'loop', 'verity', 'mount', 'overlay', 'check']


def test_root_under_layers_is_read_only(explain):  # noqa: F811
    for words in f'roothash={HASH}', 'overlayroot=tmpfs', 'loop=/x':
        mounted = text_of(explain(f'root=/dev/vda rw {words}', *ALL), 'mount')
        assert 'read-only; rw does not count' in mounted and 'read-write' not in mounted
    assert 'read-write' in text_of(explain('root=/dev/vda rw', *ALL), 'mount')
    assert 'read-write' not in text_of(explain('root=/dev/vda rootflags=rw overlayroot=tmpfs', *ALL), 'mount')


def test_verity(explain):  # noqa: F811
    said = text_of(explain(f'root=/dev/vda roothash={HASH}', VERITY), 'verity')
    assert f'root hash {HASH} (sha256)' in said and 'on the same device' in said
    assert said.count(': a read error') == 2 and 'options' not in said
    said = text_of(explain(f'root=/dev/vda roothash={HASH * 2} verityhash=LABEL=t rootwait=3', VERITY), 'verity')
    assert '(sha512)' in said and 'whose LABEL is t,' in said and 'at most 3 s' in said and 'same device' not in said
    assert 'noload' in text_of(explain(f'root=/dev/vda roothash={HASH}', VERITY), 'mount')
    assert 'noload' not in text_of(explain('root=/dev/vda', VERITY), 'mount')


def test_verity_by_its_hash(explain):  # noqa: F811
    """Without root= both partitions are those that the hash names."""
    ids = [f'{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}' for h in (HASH[:32], HASH[32:])]
    lines = explain(f'roothash={HASH}', VERITY)
    assert f'PARTUUID is {ids[0]},' in text_of(lines, 'find') and 'first 128 bits' in text_of(lines, 'find')
    assert f'PARTUUID is {ids[1]},' in text_of(lines, 'verity') and 'last 128 bits' in text_of(lines, 'verity')
    # root= says the same: the tree is there, too
    assert ids[1] in text_of(explain(f'root=PARTUUID={ids[0]} roothash={HASH}', VERITY), 'verity')
    lines = explain(f'roothash={HASH} verityhash=/dev/vdb', VERITY)
    assert ids[0] in text_of(lines, 'find') and '/dev/vdb' in text_of(lines, 'verity')
    lines = explain(f'root=/dev/vda roothash={HASH} systemd.verity_root_data=LABEL=d', VERITY)
    assert 'LABEL is d' in text_of(lines, 'find') and 'whatever root= says' in text_of(lines, 'find')
    assert 'same device' in text_of(lines, 'verity')


@pytest.mark.parametrize('words, lines, said', [
    ('systemd.verity_root_options=restart-on-corruption', [], 'not match: the kernel restarts at once, and no other'),
    ('systemd.verity_root_options=ignore-zero-blocks,panic_on_corruption', [], 'not match: the kernel panics at once'),
    ('systemd.verity_root_options=panic-on-error', [], 'cannot be read: the kernel panics'),
    ('', ['CONFIG_VERITY_OPTIONS="check-at-most-once"'], 'options: check-at-most-once\n'),
    ('', [f'CONFIG_VERITY_ROOTHASH="{"b" * 64}"'], f'hash {"b" * 64} (sha256)\nthe image\'s own, whatever roothash='),
    ('roothashsig=/sig', ['CONFIG_VERITY_SIGNATURE=y'], "in the image's file /sig against"),
    ('roothashsig=/sig', ['CONFIG_VERITY_SIGNATURE=y', 'CONFIG_VERITY_KEYRING=y'], "against the image's file /verity.der, a certificate"),
])
def test_options_of_verity(words, lines, said, explain):  # noqa: F811
    assert said in text_of(explain(f'root=/dev/vda roothash={HASH} {words}', VERITY, *lines), 'verity')


@pytest.mark.parametrize('words, lines, wrong, said', [
    ('root=/dev/vda roothash=abc', [], ['roothash=abc'], 'roothash=abc: not 64 or 128 hex digits'),
    ('root=/dev/vda', ['CONFIG_VERITY_ONLY=y'], ['root=/dev/vda'], 'roothash=: not 64 or 128 hex digits'),
    (f'root=/dev/vda roothash={HASH} systemd.verity_root_options=no-such', [], ['systemd.verity_root_options=no-such'],
     'an option that is not in this image'),
    (f'root=/dev/vda roothash={HASH} verityhash=/tree', [], ['verityhash=/tree'], 'verityhash=/tree: not one of'),
    (f'root=mtd0 roothash={HASH}', [], ['root=mtd0'], 'roothash: root=mtd0 is no block device'),
    (f'root=x rootfstype=9p roothash={HASH}', [], ['root=x'], 'roothash: root=x is no block device'),
    ('root=/dev/vda overlayroot=crypt:dev=/dev/vdb', [], ['overlayroot=crypt:dev=/dev/vdb'], 'encrypted'),
    ('root=/dev/vda overlayroot=device:dir=x', [], ['overlayroot=device:dir=x'], 'without dev='),
    ('root=/dev/vda rd.overlay=nope', [], ['rd.overlay=nope'], 'rd.overlay=nope: not one of'),
    ('root=mtd0 overlayroot=tmpfs', ['CONFIG_OVERLAY_NEW=y'], ['overlayroot=tmpfs'], 'mtd0 cannot be read'),
    ('root=/dev/vda overlayroot=/dev/vdb', [f'CONFIG_VERITY_ROOTHASH="{HASH}"'], ['overlayroot=/dev/vdb'],
     'not over a root that must be verified'),
    (f'root=/dev/vda,roothash={"x" * 64}', [], [f'root=/dev/vda,roothash={"x" * 64}'], 'not 64 or 128'),
])
def test_refused(words, lines, wrong, said, explain):  # noqa: F811
    found = explain(words, *ALL, *lines, status=REFUSED)
    assert said in text_of(found, 'error') and pointed_at(found) == wrong
    assert not [step for step in steps(found) if step in ('find', 'mount', 'verity', 'overlay', 'check')]


def test_shell_where_verification_failed(explain):  # noqa: F811
    words = f'root=/dev/vda roothash={HASH} rd.shell'
    shell = 'CONFIG_SHELL=y'
    assert 'but not where' in text_of(explain(words, VERITY, shell), 'failure')
    assert 'but not where' not in text_of(explain(words, VERITY, shell, 'CONFIG_VERITY_SHELL=y'), 'failure')
    assert 'but not where' not in text_of(explain('root=/dev/vda rd.shell', VERITY, shell), 'failure')


def test_loop(explain):  # noqa: F811
    lines = explain('root=LABEL=x loop=/a/b.img loopfstype=squashfs,ext4 rootfstype=ext4 '
                    'rootflags=noatime,commit=3', LOOP)
    holder, image = [number for number, line in enumerate(lines) if line.startswith('mount')]
    assert lines[holder] == 'mount    as ext4' and lines[image].startswith('mount    as squashfs,ext4: the next')
    assert '         the file system gets: commit=3' in lines[holder:image]
    assert lines[image + 1] == '         read-only, noatime' and 'commit' not in '\n'.join(lines[image:])
    said = text_of(lines, 'loop')
    assert 'its file /a/b.img;' in said and 'an erofs is mounted from the file' in said
    assert 'hidden when init starts: nobody can mount it for writing' in said and 'verified' not in said


def test_loop_with_verity(explain):  # noqa: F811
    lines = explain(f'root=/dev/vda loop=/x.img roothash={HASH} verityhash=/x.tree', VERITY, LOOP)
    assert 'it is verified, what holds it is not' in text_of(lines, 'loop') and 'erofs' not in text_of(lines, 'loop')
    assert 'the file /x.tree beside it' in text_of(lines, 'verity')
    lines = explain(f'root=/dev/vda loop=/x.img roothash={HASH}', VERITY, LOOP)
    assert 'on the same device' in text_of(lines, 'verity')


@pytest.mark.parametrize('options, said', [
    (['CONFIG_LOOP_HOLDER="/data"'], 'at /data when init starts, if root has that directory'),
    (['CONFIG_LOOP_HOLDER_RW=y'], 'mounted for writing; if the kernel refuses, it stays read-only'),
])
def test_holder(options, said, explain):  # noqa: F811
    text = text_of(explain('root=/dev/vda loop=/x', LOOP, *options), 'loop')
    assert said in text and 'nobody can mount' not in text


@pytest.mark.parametrize('words, said', [
    ('overlayroot=tmpfs', ['goes to memory\n', 'gone after this boot']),
    ('rd.overlay', ['goes to memory\n', 'gone after this boot']),
    ('overlayroot=tmpfs:swap=1,size=10%', ['the tmpfs gets: size=10%\n']),
    ('overlayroot=LABEL=rw', ['goes to another device:\nthe file system whose LABEL is rw', 'at most 30 s',
                              'in /overlay/root, whichever root it is', 'this root has failed', 'ro does not count\n']),
    ('overlayroot=device:dev=/dev/vdb,dir=/a/b,timeout=7', ['device /dev/vdb\n', 'at most 7 s', 'in /a/b/root,']),
    ('rd.overlay=/dev/vdb:/c', ['device /dev/vdb\n', 'in /c/root,']),
    ('rd.overlay=/dev/vdb rd.overlay.reset', ['begins a new one; the old one gets .old-N']),
    ('rd.overlay=/dev/vdb rd.overlay.readonly', ['goes to memory, over the layer on a device', 'gone after this boot']),
    ('rd.overlay=/dev/vdb rd.overlay.readonly rd.overlay.reset', ['without what is in that layer']),
    (f'rd.overlay=/dev/vdb roothash={HASH}', [f'in /overlay/{HASH[:32]}, by the root hash']),
])
def test_overlay(words, said, explain):  # noqa: F811
    text = text_of(explain(f'root=/dev/vda ro {words}', *ALL), 'overlay') + '\n'
    assert all(part in text for part in said), text
    on_device = 'LABEL=' in words or '/dev/vdb' in words and 'readonly' not in words
    assert ('gone after this boot' in text) == (not on_device)


@pytest.mark.parametrize('options, said', [
    (['OVERLAY_KEEP'], 'in /overlay/root, whichever root it is'),
    (['OVERLAY_NEW'], "called by root's UUID, else by a checksum"),
    (['OVERLAY_REFUSE'], 'refused where the layer of another root is there'),
    (['OVERLAY_VOLATILE'], 'if that cannot be had: what is written goes to memory'),
    (['OVERLAY_READONLY'], 'if that cannot be had: goes on without a layer, read-only'),
])
def test_policies_of_overlay(options, said, explain):  # noqa: F811
    text = text_of(explain('root=/dev/vda overlayroot=/dev/vdb', OVERLAY, *(f'CONFIG_{name}=y' for name in options)),
                   'overlay')
    assert said in text and ('refused where' in text) == (options == ['OVERLAY_REFUSE'])


def test_overlay_that_root_can_do_without(explain):  # noqa: F811
    text = text_of(explain('root=/dev/vda overlayroot=nope', OVERLAY, 'CONFIG_OVERLAY_READONLY=y'), 'overlay')
    assert text.startswith('overlayroot=nope: not one of') and text.endswith('goes on without a layer, read-only')
    text = text_of(explain('root=/dev/vda overlayroot=nope', OVERLAY, 'CONFIG_OVERLAY_VOLATILE=y'), 'overlay')
    assert 'goes to memory' in text and 'read-write' in text


# ---- images --------------------------------------------------------------------------------------

SALT = 'ab' * 32


def squashfs(path, size=3_000_000):
    """Of random bytes, so that no two blocks are one; its end is padded by verify()."""
    tree = path.with_suffix('.files')
    tree.mkdir()
    (tree / 'file').write_bytes(os.urandom(size))
    run('mksquashfs', tree, path, '-quiet', '-noappend', '-no-progress', '-nopad')
    return path


def erofs(path):
    tree = path.with_suffix('.files')
    tree.mkdir()
    (tree / 'file').write_bytes(os.urandom(MIB))
    run('mkfs.erofs', path, tree)
    return path


def verify(image, *options, tree=None):
    """Makes the tree, behind the data or elsewhere; the root hash and where the tree's superblock stands."""
    block = next((int(option.split('=')[1]) for option in options if option.startswith('--data-block-size=')), 4096)
    size = -(-image.stat().st_size // block) * block
    os.truncate(image, size)
    where = [] if tree else [f'--hash-offset={size}']
    said = run('veritysetup', 'format', f'--salt={SALT}', *where, *options, image, tree or image, env=PATH).stdout
    return re.search(rb'Root hash:\s*(\w+)', said)[1].decode(), size


def veritysetup_agrees(image, roothash, offset, good):
    result = subprocess.run(['veritysetup', 'verify', f'--hash-offset={offset}', image, image, roothash], env=PATH,
                            stderr=subprocess.DEVNULL)
    assert (result.returncode == 0) == good


def damage(image, offset):
    with open(image, 'r+b') as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 0xff]))


# ---- probe ---------------------------------------------------------------------------------------

VERITY_KEYS = {'VERITY_VERSION': b'1', 'VERITY_HASH': b'sha256', 'VERITY_UUID': EXT4_UUID.encode(),
               'VERITY_DATA_BLOCK': b'4096', 'VERITY_HASH_BLOCK': b'4096', 'VERITY_SALT': SALT.encode()}


@pytest.mark.parametrize('make', [squashfs, erofs, ext4])
def test_superblock_behind_a_file_system(make, probe, tmp_path):  # noqa: F811
    image = make(tmp_path / 'x.img')
    assert not [key for key in blocks(probe(image).out)[0] if key.startswith('VERITY')]
    _, size = verify(image, f'--uuid={EXT4_UUID}')
    found, = blocks(probe(image).out)
    assert found['TYPE'].decode() == make.__name__
    assert {key: value for key, value in found.items() if key.startswith('VERITY')} == {
        **VERITY_KEYS, 'VERITY_OFFSET': b'%d' % size, 'VERITY_DATA_BLOCKS': b'%d' % (size // 4096)}


def test_superblock_on_its_own(probe, tmp_path):  # noqa: F811
    image, tree = squashfs(tmp_path / 'x.img'), sparse(tmp_path / 'tree', 0)
    verify(image, f'--uuid={EXT4_UUID}', '--hash=sha512', '--data-block-size=1024', '--hash-block-size=512', '--salt=-',
           tree=tree)
    found, = blocks(probe(tree).out)
    assert found == {
        'TYPE': b'DM_verity_hash', 'UUID': EXT4_UUID.encode(), 'VERITY_OFFSET': b'0', 'VERITY_VERSION': b'1',
        'VERITY_UUID': EXT4_UUID.encode(), 'VERITY_HASH': b'sha512', 'VERITY_DATA_BLOCK': b'1024',
        'VERITY_HASH_BLOCK': b'512', 'VERITY_DATA_BLOCKS': b'%d' % (image.stat().st_size // 1024),
        'SIZE': b'%d' % tree.stat().st_size, 'OFFSET': b'0'}
    numbers = {key for key, value in json.loads(probe('--json', tree).out)[0].items() if isinstance(value, int)}
    assert numbers == {'VERITY_OFFSET', 'VERITY_VERSION', 'VERITY_DATA_BLOCK', 'VERITY_HASH_BLOCK',
                       'VERITY_DATA_BLOCKS', 'SIZE', 'OFFSET'}


@pytest.mark.parametrize('at, bytes_, said', [
    (8, b'\2', b'its verity superblock is of another version'),
    (32, b'sha1\0\0', b'its verity tree is of another hash'),
    (64, b'\3\0\0\0', b'its verity superblock is damaged'),
    (72, b'\1\0\0\0', b'its verity superblock is not where the file system ends'),
])
def test_superblock_that_init_cannot_use(at, bytes_, said, probe, tmp_path):  # noqa: F811
    image = squashfs(tmp_path / 'x.img')
    _, size = verify(image)
    with open(image, 'r+b') as file:
        file.seek(size + at)
        file.write(bytes_)
    found, = blocks(probe(image).out)
    assert {key: value for key, value in found.items() if key.startswith('VERITY')} == {'VERITY_UNUSABLE': said}


# ---- fits ----------------------------------------------------------------------------------------

@pytest.mark.parametrize('options', [
    [], ['--hash=sha512'], ['--data-block-size=1024', '--hash-block-size=512'], ['--salt=-'],
    ['--hash=sha512', '--data-block-size=512', '--hash-block-size=512'], ['--hash-block-size=65536']])
def test_verified(options, fits, tmp_path):  # noqa: F811
    image = squashfs(tmp_path / 'x.img')
    roothash, size = verify(image, *options)
    words = f'root=/dev/vda roothash={roothash}'
    found, out = fits(words, image, lines=[VERITY])
    assert found['VERITY_OFFSET'] == str(size)
    assert f'roothash={roothash}: verified, all ' in out and f'tree is on {image} (vda)\n' in out
    fits(words.replace(roothash, roothash.upper()), image, lines=[VERITY])
    # what stands behind the last block of either is nobody's
    with open(image, 'ab') as file:
        file.write(bytes(4096))
    fits(words, image, lines=[VERITY])


def test_one_block_has_no_tree(fits, tmp_path):  # noqa: F811
    image = squashfs(tmp_path / 'x.img', 10)
    roothash, size = verify(image)
    assert size == 4096
    # /init wants a block of the tree behind the superblock all the same
    with open(image, 'ab') as file:
        file.write(bytes(4096))
    assert 'all 1 blocks' in fits(f'root=/dev/vda roothash={roothash}', image, lines=[VERITY])[1]
    damage(image, 4000)
    _, out = fits(f'root=/dev/vda roothash={roothash}', image, lines=[VERITY], status=NONE)
    assert 'data block 0 is damaged' in out and 'the root hash may be wrong instead' in out


def test_verified_by_partitions_that_the_hash_names(fits, tmp_path):  # noqa: F811
    data, tree = squashfs(tmp_path / 'data'), sparse(tmp_path / 'tree', 0)
    roothash, _ = verify(data, tree=tree)
    ids = [f'{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}' for h in (roothash[:32], roothash[32:])]
    disk = sparse(tmp_path / 'disk.img', 16 * MIB)
    run('sfdisk', '-q', disk, input='label: gpt\n'
        f'start=2048, size=8192, uuid={ids[0]}\nstart=20480, size=2048, uuid={ids[1]}\n'.encode(), env=PATH)
    with open(disk, 'r+b') as file:
        for number, part in (2048, data), (20480, tree):
            file.seek(512 * number)
            file.write(part.read_bytes())
    found, out = fits(f'roothash={roothash}', disk, lines=[VERITY])
    assert found['PARTN'] == '1' and f'the tree is on {disk} partition 2 (vda2)\n' in out
    # an image that takes the tree for a part of something mounts neither
    _, out = fits(f'roothash={roothash}', disk, lines=[VERITY, 'CONFIG_FS_VOLUMES=y'], status=NONE)
    assert 'is DM_verity_hash' in out
    damage(disk, 9 * MIB // 8 + MIB)
    _, out = fits(f'roothash={roothash}', disk, lines=[VERITY], status=NONE)
    block = 9 * MIB // 8 // 4096
    assert f'data block {block} is damaged: 4096 bytes at offset {MIB + block * 4096} of {disk}\n' in out


def test_tree_of_its_own(fits, tmp_path):  # noqa: F811
    data, tree = squashfs(tmp_path / 'data'), sparse(tmp_path / 'tree', 0)
    roothash, _ = verify(data, tree=tree)
    words = f'root=/dev/vda roothash={roothash}'
    _, out = fits(f'{words} verityhash=/dev/vdb', data, tree, lines=[VERITY])
    assert f'the tree is on {tree} (vdb)\n' in out and 'holds nothing' not in out
    _, out = fits(words, data, tree, lines=[VERITY], status=NONE)
    assert f'roothash={roothash}: {data} (vda): no verity superblock\n' in out
    _, out = fits(f'{words} verityhash=/dev/vda', data, tree, lines=[VERITY], status=NONE)
    assert f'{data} (vda): no verity superblock\n' in out
    _, out = fits(f'{words} verityhash=LABEL=tree', data, tree, lines=[VERITY], status=NONE)
    assert 'verityhash=LABEL=tree: not found\n' in out
    short = shutil.copy(data, tmp_path / 'short')
    os.truncate(short, data.stat().st_size - 4096)
    _, out = fits(f'{words} verityhash=/dev/vdb', short, tree, lines=[VERITY], status=NONE)
    assert f'the tree is of {data.stat().st_size} bytes, the device has {data.stat().st_size - 4096}' in out
    os.truncate(tree, tree.stat().st_size - 4096)
    _, out = fits(f'{words} verityhash=/dev/vdb', data, tree, lines=[VERITY], status=NONE)
    assert 'the tree ends at' in out and 'it is cut short' in out


def test_wrong_hash_and_damage_are_told_apart(fits, tmp_path):  # noqa: F811
    """The data's blocks are under 6 of the tree, those under one; each damage is named by its block."""
    image = squashfs(tmp_path / 'x.img')
    roothash, size = verify(image)
    data = size // 4096
    assert 128 * 5 < data <= 128 * 6

    def found(*damages, roothash=roothash):
        bad = shutil.copy(image, tmp_path / 'bad.img')
        for offset in damages:
            damage(bad, offset)
        veritysetup_agrees(bad, roothash, size, False)
        _, out = fits(f'root=/dev/vda roothash={roothash}', bad, lines=[VERITY], status=NONE)
        assert out.endswith(f'roothash={roothash}: {bad} (vda) does not match it\n')
        return re.findall(r'^(data|tree) block (\d+) is damaged: 4096 bytes at offset (\d+) of', out, re.M), out

    veritysetup_agrees(image, roothash, size, True)
    assert f'roothash={roothash}: verified' in fits(f'root=/dev/vda roothash={roothash}', image, lines=[VERITY])[1]
    for block in 1, 127, 128, data - 1:
        assert found(block * 4096 + 5)[0] == [('data', f'{block}', f'{block * 4096}')]
    # the highest level comes first, behind the superblock's block
    for block in range(1, 8):
        named, out = found(size + block * 4096 + 5)
        assert named == [('tree', f'{data + block}', f'{size + block * 4096}')] and 'whose own' not in out
    named, out = found(200 * 4096, size + 3 * 4096, 700 * 4096)
    assert named == [('tree', f'{data + 3}', f'{size + 3 * 4096}'), ('data', '700', f'{700 * 4096}')], \
        'block 200 is below the one of the tree that is damaged, and nothing is known of it'
    # damage below a top block that is damaged
    named, out = found(size + 4096, 700 * 4096)
    assert [kind for kind, *_ in named] == ['tree', 'data'] and 'whose own' not in out
    other = hashlib.sha256(b'other').hexdigest()
    named, out = found(roothash=other)
    assert not named and f'not of this tree, whose own root hash is {roothash}\n' in out and 'nothing below' not in out
    named, out = found(4096, roothash=other)
    assert named == [('data', '1', '4096')] and 'whose own' in out
    # another salt
    named, out = found(size + 88)
    assert 'nothing below it matches either' in out and 'whose own' in out


def test_many_damaged_blocks(fits, tmp_path):  # noqa: F811
    image = squashfs(tmp_path / 'x.img')
    roothash, _ = verify(image)
    for block in range(20, 40):
        damage(image, block * 4096)
    _, out = fits(f'root=/dev/vda roothash={roothash}', image, lines=[VERITY], status=NONE)
    assert out.count(' is damaged: ') == 8 and '\n20 blocks are damaged in all\n' in out


def test_blocks_of_zeros_that_are_ignored(fits, tmp_path):  # noqa: F811
    image = ext4(tmp_path / 'x.img')
    roothash, size = verify(image)
    zeros = next(at for at in range(0, size, 4096) if not any(image.read_bytes()[at:at + 4096]))
    damage(image, zeros)
    words = f'root=/dev/vda roothash={roothash}'
    assert f'data block {zeros // 4096} is' in fits(words, image, lines=[VERITY], status=NONE)[1]
    fits(f'{words} systemd.verity_root_options=ignore-zero-blocks', image, lines=[VERITY])


def test_other_hash_than_the_trees(fits, tmp_path):  # noqa: F811
    image = squashfs(tmp_path / 'x.img')
    verify(image)
    _, out = fits(f'root=/dev/vda roothash={HASH * 2}', image, lines=[VERITY], status=NONE)
    assert 'its verity tree is of another hash' in out
    _, out = fits('root=/dev/vda roothash=abc', image, lines=[VERITY], status=NONE)
    assert 'not 64 or 128 hex digits' in out and pointed_at(out.splitlines()) == ['roothash=abc']


def test_blocks_smaller_than_a_sector(tool, tmp_path):  # noqa: F811
    image = squashfs(tmp_path / 'x.img')
    roothash, _ = verify(image, '--data-block-size=1024')
    (tmp_path / 'verity').write_text(VERITY + '\n')
    out = Run(tool, 'fits', '--config', tmp_path / 'verity', '--sector-size', '4096',
              f'root=/dev/vda roothash={roothash}', image, status=NONE).out
    assert b'blocks of 1024 bytes: smaller than a sector' in out


def test_falls_back_to_what_is_verified(fits, tmp_path):  # noqa: F811
    good, bad = squashfs(tmp_path / 'good'), squashfs(tmp_path / 'bad')
    hashes = [verify(image)[0] for image in (bad, good)]
    damage(bad, 4096)
    words = f'root=/dev/vda,roothash={hashes[0]} rootfallback=/dev/vdb,roothash={hashes[1]}'
    found, out = fits(words, bad, good, lines=[VERITY])
    assert 'data block 1 is damaged' in out and f'roothash={hashes[1]}: verified' in out
    # but for the kernel's own ending
    _, out = fits(f'{words} systemd.verity_root_options=restart-on-corruption', bad, good, lines=[VERITY], status=NONE)
    assert 'no rootfallback= is tried' in out and 'then rootfallback' not in out


def test_progress(tool, tmp_path):  # noqa: F811
    """On a terminal, for what takes a while; nothing of it is left on the line."""
    def shown(size):
        image = ext4(tmp_path / f'{size}.img', size=size)
        roothash, _ = verify(image)
        (tmp_path / 'verity').write_text(VERITY + '\n')
        words = f'{tool} fits --config {tmp_path}/verity "root=/dev/vda roothash={roothash}" {image}'
        return subprocess.run(['script', '-qec', words, '/dev/null'], check=True, stdout=subprocess.PIPE,
                              stdin=subprocess.DEVNULL, env=PATH | {'ASAN_OPTIONS': 'detect_leaks=0'}).stdout
    out = shown(40 * MIB)
    assert out.count(b'\rverified: ') == 100 and b'\rverified: 50 %\r' in out
    assert b'100 %\r\x1b[Kroothash=' in out
    assert b'\rverified: ' not in shown(8 * MIB)


def test_image_file_is_not_looked_at(fits, tmp_path):  # noqa: F811
    image = ext4(tmp_path / 'x.img')
    _, out = fits(f'root=/dev/vda loop=/a.img roothash={HASH}', image, lines=ALL)
    assert 'loop=/a.img: root is in this file there' in out and 'roothash= is not tried' in out


def test_upper(fits, tmp_path):  # noqa: F811
    root, upper = squashfs(tmp_path / 'root'), ext4(tmp_path / 'upper', 'rw')
    _, out = fits('root=/dev/vda overlayroot=LABEL=rw', root, upper, lines=[OVERLAY])
    assert f'overlayroot=LABEL=rw: the layer is on {upper} (vdb) (ext4)\n' in out
    assert 'the layer is on' not in fits('root=/dev/vda overlayroot=tmpfs', root, upper, lines=[OVERLAY])[1]
    _, out = fits('root=/dev/vda rd.overlay=LABEL=none:/x', root, upper, lines=[OVERLAY], status=NONE)
    assert 'rd.overlay=LABEL=none: not found\n' in out
    _, out = fits('root=/dev/vda rd.overlay=LABEL=none:/x', root, upper, lines=[OVERLAY, 'CONFIG_OVERLAY_VOLATILE=y'])
    assert 'then what is written goes to memory\n' in out
    _, out = fits('root=/dev/vdb overlayroot=/dev/vda', root, upper, lines=[OVERLAY], status=NONE)
    assert 'is squashfs, which nobody can write to' in out


def test_json_of_layers(tool, tmp_path):  # noqa: F811
    image = squashfs(tmp_path / 'x.img')
    roothash, size = verify(image)
    (tmp_path / 'config').write_text('\n'.join([*ALL, '']))

    def asked(status, words, *images):
        command = ['fits', '--config', tmp_path / 'config', words] if images else \
            ['explain', '--config', tmp_path / 'config', words]
        return {step['step']: step for step in Run(tool, *command, *images, status=status).json['steps']}
    root = asked(0, f'root=/dev/vda roothash={roothash}', image)['root']
    assert (root['is_verified'], root['blocks'], root['block_size']) == (True, size // 4096, 4096)
    assert root['found']['VERITY_OFFSET'] == size
    damage(image, 5 * 4096)
    damage(image, 7 * 4096)
    root = asked(NONE, f'root=/dev/vda roothash={roothash}', image)['root']
    assert root['does_not_match'] and 'is_verified' not in root and root['damaged'] == [
        {'of': 'data', 'block': block, 'bytes': 4096, 'offset': block * 4096, 'image': str(image)} for block in (5, 7)]
    steps = asked(0, f'root=/dev/vda roothash={roothash} verityhash=LABEL=t overlayroot=/dev/vdb rootwait=3')
    verity, overlay = steps['verity'], steps['overlay']
    assert [verity[key] for key in ('roothash', 'algorithm', 'tree_tag', 'tree_value', 'tree_waits')] == [
        roothash, 'sha256', 'LABEL', 't', 3] and verity['on_error'] == 'a read error'
    assert (overlay['name'], overlay['waits'], overlay['rw']) == ('vdb', 3, True)
    assert steps['find']['name'] == 'vda' and steps['mount']['noload'] is True
