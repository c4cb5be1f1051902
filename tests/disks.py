"""The disks that tests boot from, by the names that rows give them: file systems that hold a root, and
disks with partitions of these.

    make(name, out, tree)    writes the disk; tree is a root's files, as machine.disk() takes it

A maker is a function (out, tree). Every ext4 has the UUID of qemu/disk, EXT4; the partition N of a
GPT has the PARTUUID of 8000-...-N; an MBR's signature is a1d0c3e5. Sizes are powers of two: an SD card
has no other.
"""
import os
import re
import shutil
import struct
import subprocess
import threading
import uuid
import zlib
from pathlib import Path

import machine
from machine import DIR

PAIR = '6b696e64-6c69-4e67-8000-00000000000b'
PAIR_LOCK = threading.Lock()
EXT4 = '6b696e64-6c69-4e67-8000-000000000001'
MIB = 1 << 20
SALT = '5a' * 32
PATH = os.environ | {'PATH': os.environ['PATH'] + ':/usr/sbin:/sbin'}


def run(*command, **options):
    done = subprocess.run([word if isinstance(word, bytes) else str(word) for word in command], env=PATH, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors='backslashreplace', **options)
    assert done.returncode == 0, done.stdout


def grow(out, least=MIB):
    """To the next power of two, sparse."""
    with open(out, 'r+b') as file:
        size = file.seek(0, 2)
        file.truncate(max(least, 1 << (size - 1).bit_length()))


def poke(out, offset, data):
    with open(out, 'r+b') as file:
        file.seek(offset, 0 if offset >= 0 else 2)
        file.write(data)


# ---- file systems --------------------------------------------------------------------------------


def ext4(*options, request=None):
    """With tune2fs' options, and a request to debugfs for what only that does."""
    def make(out, tree):
        machine.disk(out, tree)
        if options:
            run('tune2fs', *options, out)
        if request:
            run('debugfs', '-w', '-R', request, out)
        grow(out)
    return make


def folder_of(out, tree):
    folder = out.with_suffix('.root')
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if content is DIR:
            path.mkdir(exist_ok=True)
        else:
            shutil.copy(content, path)
    return folder


def by(*command, size=0):
    """Made by that command: OUT and TREE in it are the image and a folder with the files."""
    def make(out, tree):
        names = {'OUT': str(out), 'TREE': str(folder_of(out, tree))}
        out.unlink(missing_ok=True)
        if size:
            out.touch()
            os.truncate(out, size)
        for line in command:
            run(*(names.get(word, word) for word in line.split(' ')))
        grow(out)
    return make


def vfat(out, tree):
    folder = folder_of(out, tree)
    out.write_bytes(b'')
    os.truncate(out, 64 * MIB)
    run('mkfs.vfat', '-F', '32', '-i', '1234abcd', '-n', 'MY ROOT', out)
    run('mcopy', '-s', '-i', out, *sorted(folder.iterdir()), '::')


class exfat:
    """mkfs.exfat makes an empty one, and there is no tool that fills it: the files are put behind what it
    made, each in one run of clusters."""

    SECTOR, CLUSTER = 512, 4096

    def __call__(self, out, tree):
        folder = folder_of(out, tree)
        out.write_bytes(b'')
        os.truncate(out, 16 * MIB)
        run('mkfs.exfat', '-L', 'exfatroot', '-c', self.CLUSTER, out)
        self.data = bytearray(out.read_bytes())
        # in sectors and clusters: Microsoft's exFAT specification, 3.1
        heap, _, first = struct.unpack_from('<III', self.data, 88)
        self.heap = heap * self.SECTOR
        top = self.at(first)
        entries = self.data[top:top + self.CLUSTER]
        used = next(at for at in range(0, self.CLUSTER, 32) if not entries[at])
        found = {entries[at]: struct.unpack_from('<IQ', entries, at + 20) for at in range(0, used, 32)}
        self.bitmap = self.at(found[0x81][0])
        self.free = first + 1
        own = b''.join(self.entry(path) for path in sorted(folder.iterdir()))
        assert used + len(own) < self.CLUSTER
        self.data[top + used:top + used + len(own)] = own
        out.write_bytes(self.data)

    def at(self, cluster):
        return self.heap + (cluster - 2) * self.CLUSTER

    def place(self, content):
        """Its first cluster."""
        first = self.free
        self.data[self.at(first):self.at(first) + len(content)] = content
        self.free += -(-len(content) // self.CLUSTER)
        for cluster in range(first - 2, self.free - 2):
            self.data[self.bitmap + cluster // 8] |= 1 << cluster % 8
        return first

    def entry(self, path):
        """Its set of entries (7.4, 7.6, 7.7), what is in it placed."""
        is_folder = path.is_dir()
        if is_folder:
            content = b''.join(self.entry(below) for below in sorted(path.iterdir()))
            content = content.ljust(self.CLUSTER, b'\0')
        else:
            content = path.read_bytes()
        # no FAT chain: they stand behind each other
        stream = struct.pack('<BBxBHHQ4xIQ', 0xc0, 3, len(path.name), self.hash(path.name), 0, len(content),
                             self.place(content), len(content))
        name = b'\xc1\0' + path.name.encode('utf-16-le').ljust(30, b'\0')
        head = bytearray(struct.pack('<BBHH26x', 0x85, 2, 0, 0x10 if is_folder else 0x20))
        # 1980-01-01, as a date of zeros is none
        for at in (8, 12, 16):
            struct.pack_into('<I', head, at, 1 << 21 | 1 << 16)
        checksum = 0
        for byte in bytes(head[:2]) + bytes(head[4:]) + stream + name:
            checksum = ((checksum << 15 | checksum >> 1) + byte) & 0xffff
        struct.pack_into('<H', head, 2, checksum)
        return bytes(head) + stream + name

    @staticmethod
    def hash(name):
        value = 0
        for byte in name.upper().encode('utf-16-le'):
            value = ((value << 15 | value >> 1) + byte) & 0xffff
        return value


def xfs(out, tree):
    lines = ['/dev/null', '0 0', 'd--755 0 0']
    folder = folder_of(out, tree)

    def add(path):
        for below in sorted(path.iterdir()):
            if below.is_dir():
                lines.append(f'{below.name} d--755 0 0')
                add(below)
                lines.append('$')
            else:
                lines.append(f'{below.name} ---755 0 0 {below}')
    add(folder)
    proto = out.with_suffix('.proto')
    proto.write_text('\n'.join([*lines, '$', '']))
    out.write_bytes(b'')
    os.truncate(out, 512 * MIB)
    run('mkfs.xfs', '-q', '-L', 'xfs root', '-p', proto, out)


def ntfs(out, tree):
    """Only the init, at its top: Debian's tool makes no directories."""
    out.write_bytes(b'')
    os.truncate(out, 16 * MIB)
    run('mkntfs', '-q', '-F', '-Q', '-L', 'ntfs root', out)
    run('ntfscp', '-q', '-f', out, tree['sbin/init'], '/init')


def ubi(out, tree):
    """A NOR flash of 64 KiB blocks whose UBI has two volumes; the second holds the root."""
    folder = folder_of(out, tree)
    fs, ini = out.with_suffix('.ubifs'), out.with_suffix('.ini')
    run('mkfs.ubifs', '-r', folder, '-m', '1', '-e', 65408, '-c', 128, '-x', 'none', '-o', fs)
    ini.write_text('[a]\nmode=ubi\nvol_id=0\nvol_name=data\nvol_size=128KiB\n'
                   f'[b]\nmode=ubi\nimage={fs}\nvol_id=1\nvol_name=my root\nvol_size=4MiB\n')
    run('ubinize', '-m', '1', '-p', '64KiB', '-o', out, ini)
    # erased flash is all ones
    out.write_bytes(out.read_bytes().ljust(16 * MIB, b'\xff'))


def folder(out, tree):
    """No disk: a directory of this machine."""
    shutil.rmtree(out, ignore_errors=True)
    folder_of(out, tree).rename(out)


def damaged(make, *pokes):
    """With other bytes at some offsets."""
    def made(out, tree):
        make(out, tree)
        for offset, data in pokes:
            poke(out, offset, data)
    return made


def cut(make, size):
    def made(out, tree):
        make(out, tree)
        os.truncate(out, size)
    return made


def half_of_raid(out, tree):
    """A RAID1's: version 1.0 has its superblock at the end, so the file system shows through."""
    ext4('-L', 'rootfs')(out, tree)
    run('/usr/bin/python3', machine.TOP / 'tests/probe/handmade.py', 'md', '1.0', out)


def btrfs_pair(number):
    """One of two devices of an empty btrfs, which are made together."""
    def make(out, _):
        pair = [out.with_name(f'pair {i}') for i in range(2)]
        with PAIR_LOCK:
            if not pair[0].exists():
                for path in pair:
                    path.write_bytes(b'')
                    os.truncate(path, 128 * MIB)
                run('mkfs.btrfs', '-q', '-f', '-L', 'pair', '-U', PAIR, '-m', 'raid1', '-d', 'raid1', *pair)
        run('cp', '--sparse=always', pair[number], out)
    return make


def zeros(out, _):
    out.write_bytes(bytes(MIB))


def sectors(count):
    """Zeros too."""
    return lambda out, _: out.write_bytes(bytes(512 * count))


# ---- dm-verity -----------------------------------------------------------------------------------


def claimed(out):
    """How many bytes a squashfs, an erofs or an ext4 takes."""
    head = out.read_bytes()[:4096]
    if head[:4] == b'hsqs':
        return struct.unpack_from('<Q', head, 40)[0]
    if head[1024:1028] == b'\xe2\xe1\xf5\xe0':
        return struct.unpack_from('<I', head, 1024 + 36)[0] << head[1024 + 12]
    blocks, shift = struct.unpack_from('<I16xI', head, 1024 + 4)
    return blocks << 10 + shift


def verity(make, *options, own=False, least=0, after=()):
    """The file system with its tree behind it, on a disk of `least` bytes, or `own`: the tree alone. The root hash is
    beside it, in a file with .roothash; then (offset, data) of `after` is poked in, the offset of the tree's superblock
    being SUPER."""
    def made(out, tree):
        make(out, tree)
        block = next((int(option.split('=')[1]) for option in options if option.startswith('--data-block')), 4096)
        size = -(-claimed(out) // block) * block
        hashes = out.with_suffix('.tree')
        with open(out, 'r+b') as file:
            file.truncate(max(size, least))
        hashes.unlink(missing_ok=True)
        where = [out, hashes] if own else [f'--hash-offset={size}', f'--data-blocks={size // block}', out, out]
        said = subprocess.run(['veritysetup', 'format', f'--salt={SALT}', '--uuid=' + PAIR, *options, *where],
                              env=PATH, stdout=subprocess.PIPE, text=True, check=True).stdout
        Path(f'{out}.roothash').write_text(re.search(r'^Root hash:\s*(\S+)', said, re.M)[1])
        if own:
            hashes.rename(out)
        for at, data in after:
            poke(out, size + at - SUPER if at >= SUPER else at, data)
        grow(out)
    return made


def fec(make):
    """What corrects 2 of 255 bytes of the same with its tree behind it, on a disk of a MiB."""
    def made(out, tree):
        code = out.with_suffix('.code')
        verity(make, f'--fec-device={code}', least=MIB)(out, tree)
        code.rename(out)
    return made


SUPER = 1 << 40

# ---- image files and layers ----------------------------------------------------------------------


def holder(make, cut=None):
    """An ext4 with the image file /images/root.img, and what is none; a tree of its own is /images/root.tree."""
    def made(out, tree):
        image, hashes = out.with_suffix('.image'), out.with_suffix('.hashes')
        make(image, tree)
        os.truncate(image, cut or image.stat().st_size)
        files = {'images/root.img': image, 'console': machine.CHAR(5, 1), 'link': machine.LINK('images/root.img'), 'away': machine.LINK('/')}
        if make is SQUASHFS:
            TREE_OF_SQUASHFS(hashes, tree)
            files['images/root.tree'] = hashes
        ext4()(out, files)
        for roothash in out.parent.glob(f'{out.stem}.*.roothash'):
            shutil.copy(roothash, f'{out}.roothash')
    return made


def two(out, tree):
    """A holder with a verified image whose tree is not there any more, and one that is whole but not verified."""
    image, bad = out.with_suffix('.image'), out.with_suffix('.bad')
    SQUASHFS(image, tree)
    verity(SQUASHFS, after=[(SUPER, b'none')])(bad, tree)
    ext4()(out, {'images/root.img': image, 'images/bad.img': bad})
    shutil.copy(f'{bad}.roothash', f'{out}.roothash')


def upper(files):
    return lambda out, _: machine.disk(out, {f'overlay/{name}': content for name, content in files.items()})


def full(out, _):
    by('mkfs.ext4 -q OUT', size=MIB)(out, {})
    filler = out.with_suffix('.filler')
    filler.write_bytes(b'x' * MIB)
    subprocess.run(['debugfs', '-w', '-R', f'write {filler} filler', out], env=PATH, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


# ---- partitions ----------------------------------------------------------------------------------


def contents(out, tree, parts):
    """The bytes of each maker of a partition."""
    for number, make in enumerate(parts, 1):
        part = out.with_suffix(f'.{number}')
        make(part, tree)
        yield part.read_bytes()
        part.unlink()


def aligned(size):
    return -(-size // MIB) * MIB


class gpt:
    """A GPT: {name: maker}. `sector` is the disk's, `least` its bytes; `more` are entries of its own:
    (name, first, last); `ids` {name: PARTUUID} and `types` {name: (type, attributes)}, where they are not the usual ones."""

    def __init__(self, parts, sector=512, more=(), least=0, ids=None, types=None):
        self.parts, self.sector, self.more, self.least, self.ids, self.types = parts, sector, more, least, ids or {}, types or {}

    def entry(self, number, name, first, last):
        kind, attributes = self.types.get(name, ('0fc63daf-8483-4772-8e79-3d69d8477de4', 0))
        kind = uuid.UUID(kind).bytes_le
        own = uuid.UUID(self.ids.get(name, f'6b696e64-6c69-4e67-8000-{number:012x}')).bytes_le
        if isinstance(name, str):
            name = name.encode('utf-16-le')
        return kind + own + struct.pack('<QQQ', first, last, attributes) + name.ljust(72, b'\0')

    def header(self, at, other, last, array, entries):
        count = len(entries) // 128
        first = 2 + len(entries) // self.sector
        own = uuid.UUID('6b696e64-6c69-4e67-8000-00000000000a').bytes_le

        def packed(crc):
            return struct.pack('<8sIIIIQQQQ16sQIII', b'EFI PART', 0x10000, 92, crc, 0, at, other,
                               first, last - first, own, array, count, 128, zlib.crc32(entries))
        return packed(zlib.crc32(packed(0)))

    def __call__(self, out, tree):
        entries, data = b'', bytearray(MIB)
        for name, content in zip(self.parts, contents(out, tree, self.parts.values())):
            first = len(data) // self.sector
            entries += self.entry(len(entries) // 128 + 1, name, first,
                                  first + len(content) // self.sector - 1)
            data += content.ljust(aligned(len(content)), b'\0')
        for name, first, last in self.more:
            entries += self.entry(len(entries) // 128 + 1, name, first, last)
        entries = entries.ljust(128 * 128, b'\0')
        size = max(1 << (len(data) + MIB - 1).bit_length(), self.least)
        last = size // self.sector - 1
        array = last - len(entries) // self.sector
        mbr = bytes(446) + struct.pack('<4x4xII', 1, min(last, 0xffffffff))
        mbr = mbr[:450] + b'\xee' + mbr[451:]
        data[0:512] = mbr.ljust(510, b'\0') + b'\x55\xaa'
        for at, header in ((self.sector, self.header(1, last, last, 2, entries)),
                           (2 * self.sector, entries)):
            data[at:at + len(header)] = header
        out.write_bytes(data)
        os.truncate(out, size)
        poke(out, array * self.sector, entries)
        poke(out, last * self.sector, self.header(last, 1, last, array, entries))


def slot(kind, first, count):
    # status and places in cylinders are of no use
    return struct.pack('<4xB3xII', kind, first, count)


class mbr:
    """Primary partitions, then logical ones in an extended partition, if there are any. With `loop`
    the last link of their chain leads to the first."""

    def __init__(self, primary, logical=(), loop=False, sector=512):
        self.primary, self.logical, self.loop, self.sector = primary, logical, loop, sector

    def __call__(self, out, tree):
        slots, data = [], bytearray(MIB)
        made = list(contents(out, tree, [*self.primary, *self.logical]))

        def place(content):
            first = len(data)
            data.extend(content.ljust(aligned(len(content)), b'\0'))
            return first // self.sector, len(content) // self.sector

        for content in made[:len(self.primary)]:
            slots.append(slot(0x83, *place(content)))
        start, links = len(data), []
        for content in made[len(self.primary):]:
            links.append((len(data), place(bytes(MIB))[0], *place(content)))
        if links:
            slots.append(slot(5, start // self.sector, (len(data) - start) // self.sector))
        for (at, link, first, count), after in zip(links, [*links[1:], None]):
            table = slot(0x83, first - link, count)
            if after or self.loop:
                target = after or links[0]
                table += slot(5, target[1] - start // self.sector, 2048)
            data[at + 446:at + 446 + len(table)] = table
            data[at + 510:at + 512] = b'\x55\xaa'
        table = bytes(440) + struct.pack('<I2x', 0xa1d0c3e5) + b''.join(slots)
        data[0:512] = table.ljust(510, b'\0') + b'\x55\xaa'
        out.write_bytes(data)
        grow(out)


# ---- the names -----------------------------------------------------------------------------------

SQUASHFS = by('mksquashfs TREE OUT -all-root -all-time 0 -mkfs-time 0 -comp xz -quiet -no-progress')
EROFS = by('mkfs.erofs --all-root -U 00112233-4455-6677-8899-aabbccddeeff OUT TREE')

ISO = by('genisoimage -quiet -R -V LIVE_CD -o OUT TREE')
TREE_OF_SQUASHFS = verity(SQUASHFS, own=True)


def gpt_verified(make):
    """The partitions are called by the halves of the root hash."""
    hashes = verity(make, own=True)

    def made(out, tree):
        hashes(out, tree)
        root_hash = Path(f'{out}.roothash').read_text()
        gpt({'root': make, 'root-verity': hashes}, ids={'root': root_hash[:32], 'root-verity': root_hash[-32:]})(out, tree)
    return made


# Discoverable Partitions Specification: root of x86-64, of ARM64, and two attributes
ROOT_X86_64, ROOT_ARM64 = '4f68bce3-e8cd-4db1-96e7-fbcaf984b709', 'b921b045-1df0-41c3-af44-4c6f280d3fae'
NO_AUTO, READ_ONLY = 1 << 63, 1 << 60

GPT = gpt({'boot': zeros, 'my root': ext4('-L', 'rootfs'), 'squash': SQUASHFS})

FORMS = {
    # file systems
    'not executable': ext4(request='set_inode_field /sbin/init mode 0100644'),
    'zeros': zeros,
    'my root': ext4('-L', 'my root'),
    'rootfs': ext4('-L', 'rootfs'),
    'other': ext4('-L', 'other', '-U', '6b696e64-6c69-4e67-8000-0000000000ff'),
    'no journal': ext4('-O', '^has_journal'),
    'ext2': by('mkfs.ext2 -q -L ext2-root -d TREE OUT', size=16 * MIB),
    'ext3': by('mkfs.ext3 -q -L ext3-root -d TREE OUT', size=16 * MIB),
    'squashfs': SQUASHFS,
    'erofs': EROFS,
    'vfat': vfat,
    'exfat': exfat(),
    'xfs': xfs,
    'ntfs': ntfs,
    'f2fs': by('mkfs.f2fs -q -l f2fs-root OUT', 'sload.f2fs -f TREE OUT', size=64 * MIB),
    'btrfs': by('mkfs.btrfs -q -L btrfs-root --rootdir TREE OUT', size=128 * MIB),
    'btrfs xxhash': by('mkfs.btrfs -q -L btrfs-root --csum xxhash --rootdir TREE OUT', size=128 * MIB),
    'iso9660': ISO,
    'iso9660 with a partition': damaged(ISO, (446, slot(0x83, 0, 2048)), (510, b'\x55\xaa')),
    'iso9660 hybrid': by('xorriso -as mkisofs -quiet -R -V HYBRID -partition_offset 16 -o OUT TREE'),
    'cramfs': by('mkfs.cramfs -n cramdisk TREE OUT'),
    'romfs': by('genromfs -d TREE -f OUT -V romdisk'),
    'jffs2': by('mkfs.jffs2 -r TREE -o OUT -e 64KiB -n --pad=0x200000'),
    'ubi': ubi,
    'erased flash': lambda out, _: out.write_bytes(b'\xff' * MIB),
    'folder': folder,
    'half of a RAID': half_of_raid,
    # what is wrong with them
    'dirty': ext4(request='feature needs_recovery'),
    'damaged ext4': damaged(ext4('-L', 'rootfs'), (0x4f0, b'\xff')),
    'damaged erofs': damaged(EROFS, (0x418, b'\xff')),
    'unknown feature': damaged(ext4('-L', 'rootfs', '-O', '^metadata_csum'), (0x463, b'\x80')),
    'cut ext4': cut(ext4('-L', 'rootfs'), 2 * MIB),
    'cut squashfs': cut(SQUASHFS, 8192),
    'cut erofs': cut(EROFS, 8192),
    'label %s': ext4('-L', '%s %n$(x)\x1b[2J'),
    'label ../': ext4('-L', '../../etc/x'),
    'label in latin': ext4('-L', b'r\xf6\xf6t'),
    # verified
    'squashfs verified': verity(SQUASHFS),
    'erofs verified': verity(EROFS),
    'ext4 verified': verity(ext4()),
    'ext4 verified, dirty': verity(ext4(request='feature needs_recovery')),
    'squashfs verified by sha512': verity(SQUASHFS, '--hash=sha512'),
    'squashfs verified in small blocks': verity(SQUASHFS, '--data-block-size=1024', '--hash-block-size=512'),
    'squashfs verified in large blocks': verity(SQUASHFS, '--data-block-size=8192'),
    'squashfs verified without salt': verity(SQUASHFS, '--salt=-'),
    'tree of squashfs': TREE_OF_SQUASHFS,
    'gpt verified': gpt_verified(SQUASHFS),
    'squashfs verified, bad data': verity(SQUASHFS, after=[(200, b'\xff')]),
    'squashfs verified, bad data of a MiB': verity(SQUASHFS, least=MIB, after=[(200, b'\xff')]),
    'fec of squashfs': fec(SQUASHFS),
    'squashfs verified, bad tree': verity(SQUASHFS, after=[(SUPER + 4096, b'\xff\xff\xff')]),
    'squashfs verified, another salt': verity(SQUASHFS, after=[(SUPER + 88, b'\xff')]),
    'squashfs verified, version 2': verity(SQUASHFS, after=[(SUPER + 8, b'\2')]),
    'squashfs verified, block of 3': verity(SQUASHFS, after=[(SUPER + 64, b'\3\0\0\0')]),
    'squashfs verified, salt of 65535': verity(SQUASHFS, after=[(SUPER + 80, b'\xff\xff')]),
    'squashfs verified, blocks beyond': verity(SQUASHFS, after=[(SUPER + 72, b'\xff\xff\xff\xff')]),
    'squashfs verified, hash unknown': verity(SQUASHFS, after=[(SUPER + 32, b'md5\0\0\0')]),
    'gpt of two processors': gpt({'arm': SQUASHFS, 'pc': ext4()}, types={'arm': (ROOT_ARM64, 0), 'pc': (ROOT_X86_64, 0)}),
    'gpt of a root not to be taken': gpt({'old': SQUASHFS, 'new': ext4()}, types={
        'old': (ROOT_X86_64, NO_AUTO), 'new': (ROOT_X86_64, READ_ONLY)}),
    'gpt of two roots': gpt({'a': SQUASHFS, 'b': ext4()}, types={'a': (ROOT_X86_64, 0), 'b': (ROOT_X86_64, 0)}),
    # image files
    'holder of squashfs': holder(SQUASHFS),
    'holder of squashfs, cut': holder(SQUASHFS, cut=8192),
    'holder of squashfs verified': holder(verity(SQUASHFS)),
    'holder of erofs': holder(EROFS),
    'holder of ext4': holder(ext4()),
    'holder of dirty ext4': holder(ext4(request='feature needs_recovery')),
    'holder of two': two,
    # what is written over a root
    'an upper': upper({'root/upper/opt/kept': '', 'root/work': DIR}),
    'an upper of rootfs': upper({f'{EXT4}/upper/opt/kept': '', f'{EXT4}/work': DIR}),
    'an upper, incompat': upper({'root/work/work/incompat/volatile': DIR, 'root/upper': DIR}),
    'upper is a link': lambda out, _: machine.disk(out, {'overlay': machine.LINK('/etc')}),
    'full': full,
    # partitions
    'partitioned': mbr([zeros, ext4()]),
    'gpt': GPT,
    'gpt of one': gpt({'my root': ext4('-L', 'rootfs')}),
    'gpt without protection': damaged(GPT, (0x1c6, b'\2')),
    'gpt under a bootloader': damaged(GPT, (0, b'\x55' * 512)),
    'gpt of a larger card': cut(gpt({'my root': ext4('-L', 'rootfs')}, least=64 * MIB), 32 * MIB),
    'luks in its data': damaged(xfs, (16384, b'SKUL\xba\xbe\0\2')),
    'btrfs pair 1': btrfs_pair(0),
    'btrfs pair 2': btrfs_pair(1),
    'gpt 4k': gpt({'boot': zeros, 'my root': ext4('-L', 'rootfs')}, sector=4096),
    'gpt without its primary': damaged(GPT, (0x210, b'\0')),
    'gpt of 8 GiB without its primary': damaged(
        gpt({'boot': zeros, 'my root': ext4('-L', 'rootfs')}, least=8 << 30), (0x210, b'\0')),
    'gpt without its backup': damaged(GPT, (-512, bytes(512))),
    'gpt with mad entries': gpt({'boot': zeros, 'my root': ext4('-L', 'rootfs')}, more=[
        ('giant', 4096, 1 << 63), ('wraps', (1 << 64) - 8, 8), ('overlaps', 2048, 8191),
        ('backwards', 9000, 8000), ('beyond', 1 << 40, 1 << 41)]),
    'gpt with a look-alike': gpt({'my root'.encode('utf-16-le').replace(b'\0', b'\1'): ext4(),
                                  'my root': ext4('-L', 'rootfs')}),
    'gpt with only a look-alike': gpt({'my root'.encode('utf-16-le').replace(b'\0', b'\1'): ext4()}),
    'root behind many': gpt(dict({f'part {i}': sectors(8) for i in range(100)}, root=ext4())),
    'mbr': mbr([zeros, ext4('-L', 'primary')], [zeros, ext4('-L', 'logical')]),
    'mbr with a loop': mbr([zeros], [zeros, ext4('-L', 'logical')], loop=True),
}


def make(name, out, tree):
    if name in FORMS:
        FORMS[name](out, tree)
    else:
        machine.disk(out, tree)
