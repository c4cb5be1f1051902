#!/usr/bin/python3
"""Writes what Debian has no tool for, or one that wants a kernel's help, over an image file.

    handmade.py KIND [VARIANT] FILE

Each layout is as its owner's headers or documents give it; that they are met is what libblkid says.
"""
import struct
import sys
import uuid
import zlib

ID = uuid.UUID('4b696e64-6c69-4e67-8a01-0123456789ab').bytes
SECTOR = 512


def squashfs3(image, endian):
    """squashfs_fs.h of squashfs-tools 3.4: s_magic, inodes ... s_major at 28."""
    image.write(0, {'little': b'hsqs', 'big': b'sqsh'}[endian])
    image.write(28, struct.pack({'little': '<HH', 'big': '>HH'}[endian], 3, 1))
    # bytes_used, in version 3
    image.write(63, struct.pack({'little': '<Q', 'big': '>Q'}[endian], 4096))


def erofs_label(image, label):
    """erofs_fs.h: volume_name[16] at 64, checksum at 4 over the block from there, itself zero."""
    image.write(1024 + 64, label.encode().ljust(16, b'\0'))
    image.write(1024 + 4, bytes(4))
    block = 1 << image.read(1024 + 12, 1)[0]
    image.write(1024 + 4, struct.pack('<I', crc32c(image.read(1024, block - 1024))))


def swap_minix(image):
    """linux/minix_fs.h: ten numbers of 16 bits, the size in zones as the last one of 32."""
    head = struct.unpack('<6HIHHI', image.read(1024, 24))
    image.write(1024, struct.pack('>6HIHHI', *head))


def fat_root_label_gone(image):
    """Marks the root directory's first entry, the label, as deleted."""
    reserved, fats, _, _, _, length = struct.unpack('<HBHHBH', image.read(14, 10))
    image.write((reserved + fats * length) * SECTOR, b'\xe5')


def fat_root_loop(image):
    """Of FAT32: the root directory is full of files, and its only cluster follows itself."""
    sector, cluster, reserved, fats = struct.unpack('<HBHB', image.read(11, 6))
    length, = struct.unpack('<I', image.read(36, 4))
    image.write(reserved * sector + 2 * 4, struct.pack('<I', 2))
    files = b'FILE       '.ljust(32, b'\0') * (cluster * sector // 32)
    image.write((reserved + fats * length) * sector, files)


def ebr_loop(image):
    """The second sector of the chain leads to itself."""
    first = struct.unpack('<I', image.read(446 + 16 + 8, 4))[0]
    second = struct.unpack('<I', image.read(first * SECTOR + 446 + 16 + 8, 4))[0]
    image.write((first + second) * SECTOR + 446 + 16 + 4, struct.pack('<BxxxII', 5, second, 40000))


def md(image, version):
    """linux/raid/md_p.h; where it stands: Documentation/admin-guide/md.rst."""
    if version.startswith('0.90'):
        byte_order = '>' if version.endswith('big') else '<'
        words = [0] * 1024
        words[:4] = 0xa92b4efc, 0, 90, 0
        first, *rest = struct.unpack(f'{byte_order}4I', ID)
        words[5], words[13:16] = first, rest
        words[7], words[8] = 1, 16320  # level, KiB
        words[9], words[10], words[32] = 2, 2, 1
        words[38] = folded(sum(words))
        image.write((image.size & ~0xffff) - 0x10000, struct.pack(f'{byte_order}1024I', *words))
        return
    at = {'1.0': (image.size // SECTOR - 16) & ~7, '1.1': 0, '1.2': 8}[version]
    data = bytearray(256 + 2 * 2)
    struct.pack_into('<4I16s32s', data, 0, 0xa92b4efc, 1, 0, 0, ID, b'host:name')
    struct.pack_into('<QIIQII', data, 64, 1_700_000_000, 1, 0, 32000, 0, 2)
    struct.pack_into('<QQQ', data, 128, 0 if version == '1.0' else 2048, 30000, at)
    struct.pack_into('<I', data, 220, 2)
    struct.pack_into('<HH', data, 256, 0, 1)
    struct.pack_into('<I', data, 216, folded(sum(struct.unpack(f'<{len(data) // 4}I', data))))
    image.write(at * SECTOR, bytes(data))


def folded(number):
    return ((number & 0xffffffff) + (number >> 32)) & 0xffffffff


def lvm2(image, sector):
    """lvm2's lib/label/label.h and format_text/layout.h: a label in one of the first four sectors."""
    pv_id = b'Kindl1ng0123456789ABCDEFabcdefgh'
    at = int(sector)
    body = struct.pack('<I8s32sQ', 32, b'LVM2 001', pv_id, image.size)
    body = body.ljust(SECTOR - 20, b'\0')
    check = zlib.crc32(body, 0xf597a6cf ^ 0xffffffff) ^ 0xffffffff
    image.write(at * SECTOR, struct.pack('<8sQI', b'LABELONE', at, check) + body)


def drbd(image, version):
    """drbd_meta_data.h and drbd-utils: the last 4 KiB; device_uuid stands elsewhere in version 9."""
    magic, at = {'8': (0x8374026b, 40), '9': (0x8374026d, 48)}[version]
    block = bytearray(4096)
    struct.pack_into('>Q', block, 0, image.size // SECTOR - 8)
    struct.pack_into('>Q', block, at, 0x0123456789abcdef)
    struct.pack_into('>3I', block, 60, magic, 8, 8)
    image.write(image.size - 4096, bytes(block))


def zfs(image, endian):
    """The on-disk format of ZFS: in each of four labels a list of names at 16 KiB, and from 128 KiB
    on uberblocks of 1 KiB."""
    pairs = b''.join([nvpair('version', 8, struct.pack('>Q', 5000)),
                      nvpair('name', 9, xdr_text('tank')),
                      nvpair('pool_guid', 8, struct.pack('>Q', 12345678901234567890)),
                      nvpair('guid', 8, struct.pack('>Q', 1111111111111111111))])
    names = b'\x01\x01\0\0' + struct.pack('>II', 0, 1) + pairs + bytes(8)
    order = {'little': '<', 'big': '>'}[endian]
    for label in (0, 256 << 10, image.size - (512 << 10), image.size - (256 << 10)):
        image.write(label + (16 << 10), names)
        for number in range(8):
            image.write(label + (128 << 10) + (number << 10),
                        struct.pack(f'{order}QQQQ', 0x00bab10c, 5000, 42 + number, 7))


def nvpair(name, kind, value):
    body = xdr_text(name) + struct.pack('>II', kind, 1) + value
    return struct.pack('>II', len(body) + 8, len(body) + 8) + body


def xdr_text(text):
    return struct.pack('>I', len(text)) + text.encode() + bytes(-len(text) % 4)


def bitlocker(image, version):
    """The volume headers of libbde's format document."""
    metadata = 0x100000
    if version == '7':
        image.write(0, b'\xeb\x58\x90-FVE-FS-')
        image.write(176, struct.pack('<QQQ', metadata, metadata * 2, metadata * 3))
    elif version == 'vista':
        image.write(0, b'\xeb\x52\x90-FVE-FS-')
        image.write(11, struct.pack('<HB', SECTOR, 8))
        image.write(56, struct.pack('<Q', metadata // (SECTOR * 8)))
    else:
        image.write(0, b'\xeb\x58\x90MSWIN4.1')
        image.write(424, uuid.UUID('4967d63b-2e29-4ad8-8399-f6a339e3d001').bytes_le)
        image.write(440, struct.pack('<QQQ', metadata, metadata * 2, metadata * 3))
    image.write(510, b'\x55\xaa')
    block = bytearray(112)
    struct.pack_into('<8sHH', block, 0, b'-FVE-FS-', 64, 1 if version == 'vista' else 2)
    struct.pack_into('<II', block, 64, 48, 1)
    block[80:96] = ID
    image.write(metadata, bytes(block))


def crc32c(data, crc=0xffffffff):
    """Not inverted at the end."""
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82f63b78 if crc & 1 else 0)
    return crc


class Image:
    def __init__(self, path):
        self.file = open(path, 'r+b')
        self.size = self.file.seek(0, 2)

    def read(self, at, size):
        self.file.seek(at)
        return self.file.read(size)

    def write(self, at, data):
        self.file.seek(at)
        self.file.write(data)


if __name__ == '__main__':
    kind, *variant, path = sys.argv[1:]
    globals()[kind.replace('-', '_')](Image(path), *variant)
