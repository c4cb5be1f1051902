"""kindling probe on the images that Debian's tools make, against libblkid.

Where the two differ on purpose the row of images.toml says what is right, and why.
"""
import subprocess

import pytest

import blkid
from builds import make
from images import images, rows
from machine import BUILD

EXTENDED = 0x05, 0x0f, 0x85
IDENTIFIED, NOTHING, AMBIVALENT = 0, 2, 3


@pytest.fixture(scope='session')
def tool():
    """The host tool, with sanitizers."""
    out = BUILD / 'tests/probe'
    result = make('host', f'H={out}',
                  'HOSTCC=gcc -fsanitize=address,undefined -fno-sanitize-recover=all')
    assert result.returncode == 0, result.stdout
    return out / 'kindling'


def probe(tool, path, sector):
    """The blocks that it prints as [{KEY: value}], and its exit status."""
    result = subprocess.run([tool, 'probe', '--sector-size', str(sector), path],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert result.returncode in (IDENTIFIED, NOTHING, AMBIVALENT), result.stderr
    lines = [block.strip(b'\n').split(b'\n') for block in result.stdout.split(b'\n\n')]
    return [dict(line.split(b'=', 1) for line in block) for block in lines], result.returncode


def shown(text):
    """As the tool prints bytes: control characters as \\xNN."""
    if text is not None:
        return b''.join(b'\\x%02x' % c if c < 32 or c == 127 else bytes([c]) for c in text)


def identity(block):
    """(type, uuid, label) of a block."""
    kind = blkid.AMBIVALENT if b'AMBIGUOUS' in block else block.get(b'TYPE')
    return kind, block.get(b'UUID'), block.get(b'LABEL')


def expected(row, file, offset, size, sector):
    """(type, uuid, label) of a disk or partition: libblkid's, but for what the row states of the
    whole disk."""
    found = blkid.probe(file, offset, size, sector)
    kind, uuid, label = found.type, shown(found.uuid), shown(found.label)
    if not offset and 'why' in row:
        kind = row['type'].encode() or None if 'type' in row else kind
        uuid = row['uuid'].encode() or None if 'uuid' in row else uuid
        label = row['label'].encode() or None if 'label' in row else label
        if not kind:
            uuid = label = None
    return kind, uuid, label


@pytest.mark.parametrize('name', rows())
def test_image(name, tool):
    row, sector = rows()[name], rows()[name].get('sector', 512)
    (disk, *parts), status = probe(tool, images()[name], sector)
    with open(images()[name], 'rb') as file:
        reference = blkid.probe(file, sector=sector)
        assert identity(disk) == expected(row, file, 0, 0, sector)
        for part in parts:
            offset, size = int(part[b'OFFSET']), int(part[b'SIZE'])
            assert identity(part) == expected(row, file, offset, size, sector), part
    if 'parts' in row:
        assert len(parts) == row['parts']
    else:
        assert [numbers(part) for part in parts] == [of_libblkid(part) for part in reference.partitions]
    assert status == due_status(disk, *parts)


def due_status(*blocks):
    if any(b'AMBIGUOUS' in block for block in blocks):
        return AMBIVALENT
    return IDENTIFIED if any(block.keys() & {b'TYPE', b'PTTYPE'} for block in blocks) else NOTHING


def numbers(block):
    return (int(block[b'PARTN']), int(block[b'OFFSET']), int(block[b'SIZE']), block.get(b'PARTUUID'),
            block.get(b'PARTLABEL'))


def of_libblkid(part):
    """The same of its partition; by the kernel one that is extended has two sectors and no PARTUUID,
    and a disk whose signature is 0 has one too."""
    extended = part.kind in EXTENDED
    uuid = None if extended else part.uuid or b'00000000-%02x' % part.number
    return part.number, part.start * 512, 1024 if extended else part.size * 512, uuid, part.label
