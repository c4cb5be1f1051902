"""Images changed at random: whatever is found in one costs no more than it may, and is what libblkid
finds; to know less than it is allowed, to know something else is not.
"""
import random
import subprocess
from collections import namedtuple

import pytest

import blkid
from builds import autoconf, every_option
from images import images, rows
from machine import BUILD, TOP

READS, BYTES = 64, 1 << 20
HEAD, TAIL = 68 << 10, 128 << 10
SUPER_HEAD = 4096 + 512
NUMBERS = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, 1 << 31, 1 << 32,
           (1 << 63) - 1, 1 << 63, (1 << 64) - 1]

# What libblkid knows, and kindling does not: another format may stand beside it.
UNKNOWN = {b'udf', b'ubi', b'xfs_external_log', b'ext4dev'}
# Of two superblocks it takes the first one, we that one whose checksum is right, as the kernel does.
TWO_COPIES = {b'f2fs', b'nilfs2'}
# (ours, theirs)
KNOWN_DIFFERENCES = {
    (b'jffs2', None),  # it does not know it
    (b'vfat', None),  # it wants the two magics of the FSInfo sector, which the kernel can do without
}

Found = namedtuple('Found', 'kind type uuid label reads bytes damaged')


@pytest.fixture(scope='module')
def identify(tmp_path_factory):
    """identify(path): what plan/super says of a file, under sanitizers."""
    out = tmp_path_factory.mktemp('identify')
    header = autoconf(out, every_option('y'))
    plan = TOP / 'init/plan'
    sources = [plan / 'super.c', plan / 'reader.c', plan / 'text.c', plan / 'crc.c', plan / 'chain.c',
               *plan.glob('super/*.c'), TOP / 'init/lib/str.c']
    subprocess.run(['gcc', '-std=gnu11', '-D_GNU_SOURCE', '-O1', '-g', '-I', TOP / 'init', '-include',
                    header, '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-o',
                    out / 'identify', TOP / 'tests/probe/identify.c', *sources], check=True)
    program = subprocess.Popen([out / 'identify'], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(path):
        program.stdin.write(f'{path}\n'.encode())
        program.stdin.flush()
        fields = [field(program.stdout, path) for _ in Found._fields]
        return Found(*(text or None for text in fields[:4]), *map(int, fields[4:6]), fields[6].split())

    yield ask
    program.stdin.close()
    assert program.wait() == 0


def field(stream, path):
    text = b''
    while not text.endswith(b'\0'):
        byte = stream.read(1)
        assert byte, f'ended by {path}'
        text += byte
    return text[:-1]


class Mutant:
    """A private copy of an image, changed and then as it was again."""

    def __init__(self, image, folder):
        self.image, self.path = image, folder / image.name
        self.file = self.copy()
        self.size = self.file.seek(0, 2)
        self.places = self.written()
        self.undo, self.log, self.cut = [], [], False

    def copy(self):
        subprocess.run(['cp', '--sparse=always', self.image, self.path], check=True)
        return open(self.path, 'r+b', buffering=0)

    def written(self):
        """Where bytes stand that are not zero, among those that identifying looks at."""
        found = []
        for start in {0, max(0, self.size - TAIL)}:
            data = self.read(start, HEAD if start == 0 else TAIL)
            found += [start + i for i in range(len(data)) if data[i]]
        return found or [0]

    def length(self):
        return self.file.seek(0, 2)

    def read(self, at, size):
        self.file.seek(at)
        return self.file.read(size)

    def write(self, at, data):
        self.undo.append((at, self.read(at, len(data))))
        data = data[:len(self.undo[-1][1])]
        self.file.seek(at)
        self.file.write(data)
        self.log.append((at, data[:16].hex(), len(data)))

    def resize(self, size):
        self.file.truncate(size)
        self.log.append(('size', size))
        self.cut = True

    def restore(self):
        if self.cut:
            self.file.close()
            self.file = self.copy()
            self.undo = []
        for at, data in reversed(self.undo):
            self.file.seek(at)
            self.file.write(data)
        self.undo, self.log, self.cut = [], [], False


def mutate(rng, mutant, others):
    for _ in range(rng.choice([1, 1, 1, 2, 3, 8])):
        at = max(0, rng.choice(mutant.places) + rng.choice([0, 0, 0, 1, -1, 7, -8]))
        kind = rng.random()
        if kind < 0.3:
            mutant.write(at, bytes([rng.randrange(256)]))
        elif kind < 0.6:
            number = rng.choice(NUMBERS).to_bytes(8, rng.choice(['little', 'big']))
            size = rng.choice([1, 2, 4, 8])
            mutant.write(at, number[:size] if number[0] else number[-size:])
        elif kind < 0.75:
            mutant.write(at, bytes([rng.choice([0, 0xff])]) * rng.choice([4, 16, 512]))
        elif kind < 0.95:
            # a piece of another image, where it stands there
            other = rng.choice(others)
            place = rng.choice(other.places) & ~511
            data = other.read(place, rng.choice([512, 512, 4096]))
            mutant.write(place if rng.random() < 0.7 else at & ~511, data)
        else:
            mutant.resize(max(0, rng.choice([at, at & ~511, mutant.size - 1, mutant.size - 512])))


@pytest.mark.parametrize('count', [2000, pytest.param(100_000, marks=pytest.mark.long)])
def test_mutants(count, identify, tmp_path):
    rng = random.Random(count)
    # disks with partitions have tests of their own
    names = [name for name, row in rows().items() if 'sfdisk' not in row.get('make', '')]
    mutants = [Mutant(images()[name], tmp_path) for name in names]
    wrong = []
    for _ in range(count):
        mutant = rng.choice(mutants)
        mutate(rng, mutant, mutants)
        ours, theirs = identify(mutant.path), blkid.probe(mutant.file)
        assert ours.reads <= READS and ours.bytes <= BYTES, mutant.log
        if not allowed(mutant, ours, theirs):
            wrong.append((mutant.path.name, mutant.log, ours, theirs))
        mutant.restore()
    assert not wrong, f'{len(wrong)} differ:\n' + '\n'.join(map(str, wrong[:20]))


def allowed(mutant, ours, theirs):
    if ours.type is None or ours.kind == b'several' or theirs.type == blkid.AMBIVALENT:
        return True
    # It is never mounted, whatever else it may be; libblkid looks for more than magics in some, and
    # for RAIDs not at all in what is smaller than a floppy disk.
    if ours.kind == b'member':
        return True
    if ours.type == theirs.type:
        return (
            (ours.uuid, ours.label) == (theirs.uuid, theirs.label)
            or ours.type in TWO_COPIES
            # it wants the size in the record of $Volume, without which the kernel does not mount it
            or (ours.type == b'ntfs' and not theirs.label)
            # of what the medium ends in it reads the bytes that are there
            or mutant.cut or mutant.size < HEAD
            # it takes the label of a Joliet descriptor that is none by its identifier
            or (ours.type == b'iso9660' and mutant.read(0x8801, 5) != b'CD001'))
    return ((ours.type, theirs.type) in KNOWN_DIFFERENCES or unseen(mutant, ours, theirs.type)
            or is_data(mutant, ours.type, theirs.type))


def unseen(mutant, ours, theirs):
    """Is what libblkid finds beside it none to the kernel, or unknown to kindling?"""
    if (ours.type, theirs) == (b'cramfs', None):
        return le32(mutant.read(4, 4)) > SUPER_HEAD  # its CRC is that of the whole
    if (ours.type, theirs) == (b'f2fs', None):
        return mutant.length() < SUPER_HEAD  # of a superblock that is cut it reads nothing
    if theirs == b'iso9660':
        return True  # what stands so far behind another's superblock is data of its
    if theirs == b'vfat':
        return mutant.read(510, 2) != b'\x55\xaa'
    if theirs == b'nilfs2' and mutant.read(1024 + 6, 2) != b'44':
        return True  # only what stands at its end is left
    if theirs == b'minix':
        return True  # any other is believed before so short a magic
    if theirs in (b'ext2', b'ext3', b'ext4') and le32(mutant.read(0x418, 4)) > 6:
        return True  # blocks of more than 64 KiB
    # libblkid does not look at that checksum
    return theirs in ours.damaged or theirs in UNKNOWN


def is_data(mutant, ours, theirs):
    """May what libblkid takes for a member be data of the file system that stands before it?"""
    if theirs == b'crypto_LUKS':
        return mutant.read(0, 6) != b'LUKS\xba\xbe'  # a second header
    if theirs in (b'swap', b'swsuspend'):
        return mutant.read(0, 4) != b'\xed\xc3\x02\xe9'  # the end of a page
    if theirs == b'drbd':
        said = int.from_bytes(mutant.read(mutant.length() - 4096, 8), 'big')
        return not 0 < said <= (mutant.length() - 4096) >> 9
    if theirs == b'linux_raid_member':
        return ours in (b'btrfs', b'iso9660') or not is_sound_md(mutant)
    return theirs == b'zfs_member'


def is_sound_md(mutant):
    """Is there one at the beginning, or one with a right checksum at the end?"""
    magic, end = 0xa92b4efc, mutant.length()
    old, new = (end & ~0xffff) - 0x10000, (end & ~0xfff) - 0x2000
    if magic in (le32(mutant.read(0, 4)), le32(mutant.read(4096, 4))):
        return True
    return (old > 0 and is_folded_sum(mutant.read(old, 4096), 38 * 4) or
            new > 0 and is_folded_sum(mutant.read(new, 256 + 2 * (le32(mutant.read(new + 220, 4)) & 0x3ff)), 216))


def is_folded_sum(data, at):
    total = sum(le32(data[i:i + 4]) for i in range(0, len(data), 4) if i != at)
    return le32(data[at:at + 4]) == (total + (total >> 32)) & 0xffffffff != 0


def le32(data):
    return int.from_bytes(data, 'little')
