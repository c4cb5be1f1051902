"""Disks with partition tables of all kinds, for test_kernel_partitions.py: tables(out) makes them.

Plain ones of sfdisk and sgdisk; made by hand what those do not make; and random ones, of a seed.
"""
import os
import random
import struct
import subprocess
import zlib
from uuid import UUID

MIB = 1 << 20
LINUX = UUID('0fc63daf-8483-4772-8e79-3d69d8477de4').bytes_le
NONE = 0, 0, 0
EXTENDED = 0x05, 0x0f, 0x85
ALL = 0xffffffff


class Disk:
    """One to write a table on; numbers of sectors are those of its own size."""

    def __init__(self, path, size, sector):
        self.path, self.size, self.sector = path, size, sector
        self.last = size // sector - 1
        self.file = open(path, 'w+b')
        self.file.truncate(size)

    def put(self, at, data):
        self.file.seek(at)
        self.file.write(data)

    def get(self, at, size):
        self.file.seek(at)
        return self.file.read(size)

    def tool(self, *command, text=''):
        self.file.flush()
        env = os.environ | {'PATH': os.environ['PATH'] + ':/usr/sbin:/sbin'}
        subprocess.run([*command, self.path], input=text, text=True, check=True, env=env,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    # ---- MBR -----------------------------------------------------------------------------------

    def mbr(self, *slots, at=0, signature=0xc0ffee42, magic=0x55aa):
        """An MBR, or with `at` a link of a chain: (type, start, size[, boot indicator])"""
        at *= self.sector
        if not at:
            self.put(440, struct.pack('<I', signature))
        for i, (kind, start, size, *boot) in enumerate(slots):
            self.put(at + 446 + 16 * i, struct.pack('<B3xB3xII', *boot or [0], kind, start, size))
        self.put(at + 510, struct.pack('>H', magic))

    def link(self, at, *slots, **more):
        self.mbr(*slots, at=at, **more)

    # ---- GPT -----------------------------------------------------------------------------------

    def gpt(self, *entries, protective=True, count=128):
        """Both tables: (index, first, last[, name[, type]])"""
        if protective:
            self.mbr((0xee, 1, min(self.last, ALL)), signature=0)
        self.count = count
        array = bytearray(128 * count)
        for index, first, last, *more in entries:
            name = more[0] if more else ''
            kind = more[1] if more[1:] else LINUX
            unique = UUID(int=0x4b696e646c694e678a01000000000000 + index).bytes_le
            struct.pack_into('<16s16sQQQ72s', array, 128 * index, kind, unique,
                             first & (1 << 64) - 1, last & (1 << 64) - 1, 0,
                             name.encode('utf-16-le', 'surrogatepass'))
        sectors = -(-len(array) // self.sector)
        for lba, other, where in ((1, self.last, 2), (self.last, 1, self.last - sectors)):
            self.put(where * self.sector, array)
            self.header(lba, other, where, zlib.crc32(array))

    def header(self, lba, other, array, crc):
        self.put(lba * self.sector,
                 struct.pack('<8sIIIIQQQQ16sQIII', b'EFI PART', 0x10000, 92, 0, 0, lba, other,
                             self.last // 8, self.last - self.last // 8, UUID(int=1).bytes_le,
                             array, self.count, 128, crc))
        self.seal(lba)

    def field(self, at, form, value, lba=1, sealed=True):
        """Changes a field of a header."""
        self.put(lba * self.sector + at, struct.pack('<' + form, value))
        if sealed:
            self.seal(lba)

    def seal(self, lba=1):
        at = lba * self.sector
        size = min(struct.unpack('<I', self.get(at + 12, 4))[0], 4096)
        self.put(at + 16, bytes(4))
        self.put(at + 16, struct.pack('<I', zlib.crc32(self.get(at, size))))

    def damage(self, at):
        self.put(at, bytes([self.get(at, 1)[0] ^ 0x40]))


# ---- what the tools make ------------------------------------------------------------------------

def sfdisk_gpt(d):
    d.tool('sfdisk', '-q', text='label: gpt\nsize=1M, name="rootfs"\nsize=1M, name="swäp ☃"\n')


def sfdisk_dos(d):
    d.tool('sfdisk', '-q',
           text='label: dos\nsize=1M\nsize=4M, type=5\nsize=512K\nsize=1M\nsize=1M\n')


def sfdisk_logical(d):
    d.tool('sfdisk', '-q', text='label: dos\ntype=f\n' + 'size=64K\n' * 6)


def sgdisk_many(d):
    d.tool('sgdisk', '-a', '1', *(word for i in range(128, 0, -1) for word in ('-n', f'{i}:0:+1K')))


def sgdisk_hybrid(d):
    d.tool('sgdisk', '-n', '1:0:+1M', '-n', '2:0:+1M', '-h', '1:2')


def sgdisk_hybrid_first(d):
    d.tool('sgdisk', '-n', '1:0:+1M', '-n', '2:0:+1M', '-h', '2:EE')


def sgdisk_56_entries(d):
    d.tool('sgdisk', '-S', '56', '-n', '1:0:+1M', '-c', '1:root')


def mkfs_fat(kind):
    return lambda d: d.tool('mkfs.vfat', '-F', kind)


# ---- by hand: (name, sector sizes, what makes it) ------------------------------------------------

def simple(d):
    d.gpt((0, 100, 199, 'root'), (5, 200, 200, 'Ųootfs'), (127, 300, 310, '𝄞' * 18))


def on_simple(change):
    def make(d):
        simple(d)
        change(d)
    return make


def header(at, form, value):
    """The primary header says something else, and its checksum holds."""
    return on_simple(lambda d: d.field(at, form, value(d) if callable(value) else value))


def entries(*list_of):
    return lambda d: d.gpt(*(entry(d) if callable(entry) else entry for entry in list_of))


def mbr(*slots, **more):
    return lambda d: d.mbr(*(s(d) if callable(s) else s for s in slots), **more)


def chain(*links, **more):
    """An extended partition at 100 of 800 sectors, and its links, (at, slots)."""
    def make(d):
        d.mbr((0x83, 10, 20), (0x05, 100, 800), **more)
        for at, *slots in links:
            d.link(at, *slots)
    return make


def empty_links(count):
    def make(d):
        d.mbr((0x05, 100, 800))
        for i in range(count):
            d.link(100 + i, NONE, (0x05, i + 1, 9))
        d.link(100 + count, (0x83, 1, 5))
    return make


def zero(d, first, last):
    d.put(first * d.sector, bytes((last - first + 1) * d.sector))


def many_entries(count):
    return lambda d: d.gpt((0, 600, 600), (250, 601, 601), (254, 602, 602), count=count)


def primary_gone(d):
    zero(d, 1, 1)


def both_gone(d):
    zero(d, 1, 1)
    zero(d, d.last, d.last)


def fat_like(**more):
    """A boot sector that is code where an MBR has partitions."""
    def make(d):
        d.mbr((0x83, 10, 20, 0x33), **more)
        d.put(0, b'\xeb\x58\x90mkfs.fat\0\2\1\x20\0\2\0\2\0\x20\xf8')
    return make


BOTH = 512, 4096
SMALL = 512,
CASES = [
    ('nothing', BOTH, lambda d: None),
    ('sfdisk-gpt', SMALL, sfdisk_gpt),
    ('sfdisk-dos', SMALL, sfdisk_dos),
    ('sfdisk-logical', SMALL, sfdisk_logical),
    ('sgdisk-many', SMALL, sgdisk_many),
    ('sgdisk-hybrid', SMALL, sgdisk_hybrid),
    ('sgdisk-hybrid-first', SMALL, sgdisk_hybrid_first),
    ('sgdisk-56-entries', SMALL, sgdisk_56_entries),
    ('fat16', SMALL, mkfs_fat('16')),
    ('fat32', SMALL, mkfs_fat('32')),
    ('fat-like', SMALL, fat_like()),
    # GPT: where its parts are damaged
    ('gpt', BOTH, simple),
    ('gpt-1024', (1024, 2048), simple),
    ('gpt-primary-gone', BOTH, on_simple(primary_gone)),
    ('gpt-primary-checksum', BOTH, on_simple(lambda d: d.damage(d.sector + 60))),
    ('gpt-primary-entries', BOTH, on_simple(lambda d: d.damage(2 * d.sector + 127 * 128 + 60))),
    ('gpt-primary-and-mbr-gone', SMALL, on_simple(lambda d: zero(d, 0, 1))),
    ('gpt-backup-gone', SMALL, on_simple(lambda d: zero(d, d.last, d.last))),
    ('gpt-backup-entries', SMALL, on_simple(lambda d: d.damage((d.last - 1) * d.sector))),
    ('gpt-both-gone', SMALL, on_simple(both_gone)),
    ('gpt-primary-gone-backup-bad', SMALL,
     on_simple(lambda d: (primary_gone(d), d.damage(d.last * d.sector + 57)))),
    # what a header says
    ('gpt-header-of-91', SMALL, header(12, 'I', 91)),
    ('gpt-header-of-93', SMALL, header(12, 'I', 93)),
    ('gpt-header-of-a-sector', BOTH, header(12, 'I', lambda d: d.sector)),
    ('gpt-header-of-more', BOTH, header(12, 'I', lambda d: d.sector + 1)),
    ('gpt-revision', SMALL, header(8, 'I', 0x20000)),
    ('gpt-reserved', SMALL, header(20, 'I', 7)),
    ('gpt-elsewhere', SMALL, header(24, 'Q', 2)),
    ('gpt-backup-elsewhere', SMALL, header(32, 'Q', 5000)),
    ('gpt-first-usable-last', SMALL, header(40, 'Q', lambda d: d.last - d.last // 8)),
    ('gpt-first-usable-behind', SMALL, header(40, 'Q', lambda d: d.last - d.last // 8 + 1)),
    ('gpt-last-usable-last', BOTH, header(48, 'Q', lambda d: d.last)),
    ('gpt-last-usable-behind', BOTH, header(48, 'Q', lambda d: d.last + 1)),
    ('gpt-entries-elsewhere', SMALL, header(72, 'Q', lambda d: d.last - 32)),
    ('gpt-entries-cut', SMALL, header(72, 'Q', lambda d: d.last - 30)),
    ('gpt-entries-behind', SMALL, header(72, 'Q', lambda d: d.last + 1)),
    ('gpt-entries-wrapped', SMALL, header(72, 'Q', 1 << 55 | 2)),
    ('gpt-no-entries', SMALL, header(80, 'I', 0)),
    ('gpt-entries-of-256', SMALL, header(84, 'I', 256)),
    ('gpt-entries-of-64', SMALL,
     on_simple(lambda d: (d.field(80, 'I', 256), d.field(84, 'I', 64)))),
    ('gpt-1-entry', SMALL, lambda d: d.gpt((0, 100, 100), count=1)),
    ('gpt-300-entries', BOTH, many_entries(300)),
    ('gpt-4-mib-of-entries', SMALL, lambda d: d.gpt((254, 100, 100), count=32768)),
    ('gpt-more-entries', SMALL, lambda d: d.gpt((0, 100, 100), count=32769)),
    # what an entry says
    ('gpt-bounds', BOTH, entries(lambda d: (0, 0, d.last), lambda d: (1, d.last, d.last),
                                 lambda d: (2, d.last + 1, d.last + 1),
                                 lambda d: (3, 100, d.last + 1), (4, 100, 100), (5, 100, 99))),
    ('gpt-overlapping', SMALL, entries((0, 100, 300), (1, 200, 400), (2, 100, 300))),
    ('gpt-wrapped', BOTH, entries((0, 100, 50), (1, 100, -1), (2, 1 << 63, 1 << 63),
                                  (3, 1 << 55 | 5, 7), (4, 300, 300))),
    ('gpt-no-type', SMALL,
     entries((0, 100, 100, '', bytes(16)), (1, 101, 101, 'x', bytes(15) + b'\1'))),
    ('gpt-odd-names', SMALL, entries((0, 100, 100, 'a\nb\x7f'), (1, 101, 101, '\ud800x\udc00'),
                                     (2, 102, 102, '€' * 36), (3, 103, 103, 'Āx'))),
    # protective and other MBRs before a GPT
    ('pmbr-starts-at-0', SMALL, on_simple(lambda d: d.mbr((0xee, 0, ALL)))),
    ('pmbr-starts-at-2', SMALL, on_simple(lambda d: d.mbr((0xee, 2, ALL)))),
    ('pmbr-of-no-size', SMALL, on_simple(lambda d: d.mbr((0xee, 1, 0)))),
    ('pmbr-last', SMALL, on_simple(lambda d: d.mbr((0x83, 50, 9), NONE, NONE, (0xee, 1, 9)))),
    ('pmbr-of-two', SMALL, on_simple(lambda d: d.mbr((0xee, 2, 9), (0xee, 1, 9)))),
    ('pmbr-boot-indicator', SMALL, on_simple(lambda d: d.mbr((0xee, 1, ALL, 0x42)))),
    ('pmbr-no-magic', SMALL, on_simple(lambda d: d.mbr((0xee, 1, ALL), magic=0))),
    ('pmbr-primary-gone', SMALL,
     on_simple(lambda d: (d.mbr((0xee, 1, 9), (0x83, 50, 9)), primary_gone(d)))),
    ('mbr-over-gpt', BOTH, on_simple(lambda d: d.mbr((0x83, 50, 9), (0x83, 100, 9)))),
    ('mbr-of-ef-over-gpt', SMALL, on_simple(lambda d: d.mbr((0xef, 1, 9)))),
    ('mbr-over-backup', SMALL, on_simple(lambda d: (primary_gone(d), d.mbr((0x83, 50, 9))))),
    # MBR
    ('mbr', BOTH, mbr((0x83, 10, 20, 0x80), (0x82, 30, 5), (0x00, 40, 5), (0x0c, 50, 60))),
    ('mbr-2048', (1024, 2048), mbr((0x83, 10, 20), (0x05, 100, 800), (0x05, 200, 1))),
    ('mbr-no-magic', SMALL, mbr((0x83, 10, 20), magic=0x55ab)),
    ('mbr-no-signature', SMALL, mbr((0x83, 10, 20), signature=0)),
    ('mbr-empty', BOTH, mbr()),
    ('mbr-boot-indicator', SMALL,
     mbr((0x83, 10, 20), (0x83, 30, 5), (0x83, 40, 5), (0, 0, 0, 0x01))),
    ('mbr-all-active', SMALL, mbr(*[(0x83, 10, 20, 0x80)] * 4)),
    ('mbr-with-ee', SMALL, mbr((0x83, 10, 20), (0xee, 30, 5))),
    ('mbr-with-empty-ee', SMALL, mbr((0x83, 10, 20), (0xee, 0, 0))),
    ('mbr-of-no-size', SMALL, mbr((0x83, 10, 0), (0x05, 100, 0), (0x83, 0, 1))),
    ('mbr-bounds', BOTH, mbr(lambda d: (0x83, d.last, 2), lambda d: (0x83, d.last + 1, 1),
                             (0x83, ALL, ALL), (0x83, 1, ALL))),
    ('mbr-overlapping', SMALL, mbr((0x83, 0, 100), (0x83, 0, 100), (0x83, 50, 100))),
    # extended partitions
    ('chain', BOTH, chain((100, (0x83, 1, 20), (0x05, 200, 30)), (300, (0x83, 2, 20)))),
    ('chain-of-0f-and-85', SMALL,
     chain((100, (0x83, 1, 20), (0x0f, 200, 30)), (300, (0x83, 2, 20), (0x85, 400, 30)),
           (500, (0x83, 1, 9)))),
    ('chain-link-first', SMALL, chain((100, (0x05, 200, 30), (0x83, 1, 20)), (300, (0x83, 2, 20)))),
    ('chain-two-links', SMALL, chain((100, (0x05, 200, 30), (0x05, 400, 30)), (300, (0x83, 2, 20)),
                                     (500, (0x83, 1, 9)))),
    ('chain-link-of-no-size', SMALL, chain((100, (0x83, 1, 20), (0x05, 200, 0), (0x05, 400, 9)),
                                           (300, (0x83, 2, 20)), (500, (0x83, 1, 9)))),
    ('chain-four-slots', BOTH, chain((100, *[(0x83, 1 + i, 20) for i in range(4)]))),
    ('chain-slots-outside', BOTH, chain((100, (0x83, 1, 5000), (0x83, 2, 5000), (0x83, 1, 5000),
                                         (0x83, ALL, 1)))),
    ('chain-slots-at-the-end', SMALL,
     chain((100, NONE, NONE, (0x83, 1, 799), (0x83, 1, 800)))),
    ('chain-slots-of-a-link', SMALL,
     chain((100, (0x05, 700, 500)), (800, NONE, NONE, (0x83, 1, 99), (0x83, 1, 100)))),
    ('chain-no-magic', SMALL,
     lambda d: (chain((100, (0x83, 1, 20)))(d), d.put(100 * 512 + 510, b'xx'))),
    ('chain-behind', SMALL, chain((100, (0x83, 1, 20), (0x05, 1 << 20, 30)))),
    ('chain-to-the-mbr', SMALL, mbr((0x83, 10, 20), (0x05, 0, 800))),
    ('chain-starts-last', BOTH, mbr(lambda d: (0x05, d.last, 5))),
    ('chain-100-empty-links', SMALL, empty_links(98)),
    ('chain-101-empty-links', SMALL, empty_links(99)),
    ('chain-102-empty-links', SMALL, empty_links(100)),
    ('chain-loop', SMALL, chain((100, (0x83, 1, 20), (0x05, 0, 800)))),
    ('chain-loop-of-4', SMALL, chain((100, *[(0x83, 1 + i, 1) for i in range(3)], (0x05, 0, 9)))),
    ('chain-loop-without-partition', SMALL, chain((100, NONE, (0x05, 0, 800)))),
    ('chain-loop-of-two', SMALL, chain((100, NONE, (0x05, 200, 8)), (300, NONE, (0x05, 0, 8)))),
    ('chains', SMALL,
     lambda d: (d.mbr((0x05, 100, 99), (0x83, 50, 10), (0x0f, 300, 99), (0x85, 500, 99)),
                [d.link(at, (0x83, 1, 20)) for at in (100, 300, 500)])),
    ('chains-of-one', SMALL, lambda d: (d.mbr((0x05, 100, 99), (0x05, 100, 99)),
                                        d.link(100, (0x83, 1, 20)))),
    ('chain-in-pmbr', SMALL, on_simple(lambda d: d.mbr((0xee, 1, 99), (0x05, 1000, 99)))),
]


# ---- random ones --------------------------------------------------------------------------------

def number(rng, d):
    return rng.choice([0, 1, 2, 33, 34, 63, 100, 101, 299, 300, d.last // 2, d.last - 1, d.last,
                       d.last + 1, ALL, rng.randrange(d.last)])


def random_slot(rng, d):
    kind = rng.choice([0, 0x83, 0x83, 0x83, 0x82, 0xef, 0x0c, *EXTENDED,
                       0xee if rng.random() < .1 else 7])
    return kind, number(rng, d), number(rng, d), rng.choices([0, 0x80, 0x7f], [20, 5, .3])[0]


def random_chain(rng, d):
    d.mbr(*(random_slot(rng, d) for _ in range(4)))
    # without links back: those make 251 partitions each
    for at in (100, 101, 300, d.last // 2):
        slots = [random_slot(rng, d) for _ in range(4)]
        slots = [NONE if kind in EXTENDED and rng.random() < .8 else (kind, *more)
                 for kind, *more in slots]
        d.link(at, *slots)


def random_gpt(rng, d):
    d.gpt(*((index, number(rng, d), number(rng, d), rng.choice(['', 'root', 'ünder']))
            for index in rng.sample(range(128), 6)))
    for _ in range(rng.randrange(3)):
        at = rng.choice([12, 24, 40, 48, 72, 80, 84, 88])
        value = rng.choice([0, 1, 2, 91, 92, 128, d.last, d.last + 1, rng.getrandbits(32)])
        d.field(at, 'I', value, rng.choice([1, d.last]), rng.random() < .7)
    if rng.random() < .3:
        d.mbr(*(random_slot(rng, d) for _ in range(3)), (0xee, 1, 9))
    if rng.random() < .3:
        d.damage(rng.randrange(2 * d.sector, 34 * 512))


def tables(out, count=20, seed=6):
    """[Disk], each of another size: by that the guest tells them apart."""
    rng = random.Random(seed)
    made = [(f'{name}-{sector}', sector, make)
            for name, sectors, make in CASES for sector in sectors]
    made += [(f'random-{i}', rng.choice(BOTH),
              lambda d: rng.choice([random_chain, random_gpt])(rng, d)) for i in range(count)]
    disks = []
    for i, (name, sector, make) in enumerate(made):
        disk = Disk(out / name, 16 * MIB + i * 4096, sector)
        if name.startswith('fat32'):
            disk = Disk(out / name, 64 * MIB, sector)
        make(disk)
        disk.file.close()
        disks.append(disk)
    return disks
