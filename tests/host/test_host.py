"""The host tool: what it prints, what it refuses, and how it ends."""
import json
import os
import shutil
import subprocess

import pytest

from builds import make
from machine import BUILD, TOP

MIB = 1 << 20

IDENTIFIED, ERROR, NOTHING, AMBIVALENT = range(4)


def build(name, *variables):
    """`make host` with these variables; the folder, and what make said."""
    out = BUILD / 'tests/host' / name
    result = make('host', f'H={out}', *variables)
    assert result.returncode == 0, result.stdout
    return out, result.stdout


@pytest.fixture(scope='session')
def tool():
    """The program, with sanitizers: what it reads is made by others."""
    out, _ = build('sanitized', 'HOSTCC=gcc -fsanitize=address,undefined -fno-sanitize-recover=all')
    return out / 'kindling'


class Run:
    """One run of the tool; its outputs as bytes."""

    def __init__(self, tool, *words, status, **options):
        env = os.environ | {'ASAN_OPTIONS': 'detect_leaks=0'}
        result = subprocess.run([tool, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=env, timeout=60, **options)
        self.out, self.err = result.stdout, result.stderr
        allowed = status if isinstance(status, tuple) else (status,)
        assert result.returncode in allowed, (self.out, self.err)


@pytest.fixture
def probe(tool):
    def probe(*words, status=IDENTIFIED, **options):
        return Run(tool, 'probe', *words, status=status, **options)
    return probe


def blocks(out):
    """[{KEY: value}] of what probe prints."""
    found = []
    for block in out.split(b'\n\n'):
        assert block.strip(b'\n'), 'an empty block'
        lines = block.strip(b'\n').split(b'\n')
        fields = [tuple(line.split(b'=', 1)) for line in lines]
        assert len(dict(fields)) == len(fields), 'a key twice'
        found.append(dict((key.decode(), value) for key, value in fields))
    return found


def run(*words, **options):
    return subprocess.run([str(word) if not isinstance(word, bytes) else word for word in words],
                          check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options)


def sparse(path, size):
    with open(path, 'wb') as file:
        file.truncate(size)
    return path


EXT4_UUID = '01234567-89ab-cdef-0123-456789abcdef'


def ext4(path, label='root', size=8 * MIB, offset=0, uuid=EXT4_UUID):
    if not path.exists():
        sparse(path, size)
    run('mke2fs', '-q', '-F', '-t', 'ext4', '-U', uuid, '-L', label,
        '-E', f'offset={offset},nodiscard', path, f'{size // 1024}k')
    return path


DISK_ID = '11111111-2222-3333-4444-555555555555'
PART_IDS = ['aaaaaaaa-0000-4000-8000-000000000001', 'aaaaaaaa-0000-4000-8000-000000000002']


def gpt(path, *names, size=32 * MIB, sector=512):
    """A GPT whose partitions have 8 MiB each, from 1 MiB on."""
    lines = ['label: gpt', f'label-id: {DISK_ID}']
    for number, name in enumerate(names):
        lines.append(f'start={(1 + 8 * number) * MIB // sector}, size={8 * MIB // sector}, '
                     f'uuid={PART_IDS[number]}, name="{name}"')
    script = path.parent / 'script'
    script.write_text('\n'.join(lines) + '\n')
    # sfdisk knows no other sectors
    run('fdisk', '-b', sector, sparse(path, size), input=f'I\n{script}\nw\n'.encode())
    return path


# ---- build and install ---------------------------------------------------------------------------

@pytest.mark.parametrize('compiler', ['gcc', 'clang'])
def test_builds_without_a_warning(compiler):
    shutil.rmtree(BUILD / 'tests/host' / compiler, ignore_errors=True)
    out, said = build(compiler, f'HOSTCC={compiler}')
    kinds = {line.split()[0] for line in said.splitlines()}
    assert kinds == {'make:', 'HOSTCC', 'HOSTLD'}, said
    Run(out / 'kindling', '--version', status=0)
    # and then nothing is made again
    assert 'HOST' not in build(compiler, f'HOSTCC={compiler}')[1]


def test_install(tmp_path):
    out, _ = build('gcc', 'HOSTCC=gcc')
    result = make('install', f'H={out}', f'DESTDIR={tmp_path}', 'PREFIX=/usr')
    assert result.returncode == 0, result.stdout
    files = {str(path.relative_to(tmp_path)): path for path in tmp_path.rglob('*')
             if path.is_file()}
    assert set(files) == {'usr/bin/kindling', 'usr/share/man/man1/kindling.1'}
    assert Run(files['usr/bin/kindling'], '--version', status=0).out.startswith(b'kindling ')
    # every command and option is in the manual
    page = files['usr/share/man/man1/kindling.1'].read_text()
    help_text = Run(files['usr/bin/kindling'], '--help', status=0).out.decode()
    for word in help_text.replace('[', ' ').replace(']', ' ').split():
        if word.startswith('--'):
            assert f'Fl -{word[2:].split("=")[0]}' in page, word


# ---- probe: the form -----------------------------------------------------------------------------

def test_whole_image(probe, tmp_path):
    image = ext4(tmp_path / 'x.img')
    assert probe(image).out.decode() == (
        f'TYPE=ext4\nUUID={EXT4_UUID}\nLABEL=root\nSIZE={8 * MIB}\nOFFSET=0\n')


def test_partitions(probe, tmp_path):
    image = ext4(gpt(tmp_path / 'x.img', 'boot', 'my root'), offset=9 * MIB)
    assert probe(image).out.decode() == f"""\
PTTYPE=gpt
SIZE={32 * MIB}
OFFSET=0

PARTN=1
PARTUUID={PART_IDS[0]}
PARTLABEL=boot
SIZE={8 * MIB}
OFFSET={MIB}

PARTN=2
TYPE=ext4
UUID={EXT4_UUID}
LABEL=root
PARTUUID={PART_IDS[1]}
PARTLABEL=my root
SIZE={8 * MIB}
OFFSET={9 * MIB}
"""


def test_mbr(probe, tmp_path):
    image = sparse(tmp_path / 'x.img', 64 * MIB)
    run('sfdisk', '-q', image, input=b'label: dos\nlabel-id: 0xa1b2c3d4\n'
        b'start=2048, size=8M\nstart=20480, type=5\nstart=22528, size=8M\n')
    ext4(image, offset=11 * MIB)
    found = blocks(probe(image).out)
    assert found[0] == {'PTTYPE': b'dos', 'SIZE': b'%d' % (64 * MIB), 'OFFSET': b'0'}
    assert [block['PARTN'] for block in found[1:]] == [b'1', b'2', b'5']
    assert [block.get('PARTUUID') for block in found[1:]] == [
        b'a1b2c3d4-01', None, b'a1b2c3d4-05'], 'the kernel gives the extended one no PARTUUID'
    assert found[3]['TYPE'] == b'ext4' and found[3]['OFFSET'] == b'%d' % (11 * MIB)
    assert 'TYPE' not in found[1] and 'TYPE' not in found[2]


LABELS = [b'a b', b'a=b', b'=', b'a\nb', b'\x1b[31m', b'\x7f', b'caf\xc3\xa9', b'\xff\xfe',
          b'"\\x0a', b'%s%n', b'\xc2\x9b1m']


def escaped(value):
    return b''.join(b'\\x%02x' % byte if byte < 32 or byte == 127 else bytes([byte])
                    for byte in value)


@pytest.mark.parametrize('label', LABELS)
def test_bytes_of_a_label(label, probe, tmp_path):
    image = ext4(tmp_path / 'x.img', label)
    out = probe(image).out
    assert b'LABEL=' + escaped(label) + b'\n' in out
    assert len(out.splitlines()) == 5
    found, = json.loads(probe('--json', image).out.decode())
    assert found['LABEL'] == label.decode(errors='replace')
    try:
        label.decode()
        assert 'LABEL_HEX' not in found
    except UnicodeDecodeError:
        assert bytes.fromhex(found['LABEL_HEX']) == label


@pytest.mark.parametrize('label', [b'\x1b[31m', b'\xff', b'\xc2\x9b1m', b'\xed\xa0\x80', b'\xc0\xaf'])
def test_terminal_obeys_no_label(label, tool, tmp_path):
    image = ext4(tmp_path / 'x.img', label)
    out = subprocess.run(['script', '-qec', f'{tool} probe {image}', '/dev/null'], check=True,
                         stdout=subprocess.PIPE, stdin=subprocess.DEVNULL).stdout
    line, = [line for line in out.splitlines() if line.startswith(b'LABEL=')]
    assert line.replace(b'\\x', b'').replace(b'[31m', b'').replace(b'1m', b'') == \
        b'LABEL=' + label.replace(b'[31m', b'').replace(b'1m', b'').hex().encode()


def test_json(probe, tmp_path):
    """The same keys and values as the lines; numbers are numbers, and all blocks name the file."""
    images = [ext4(gpt(tmp_path / 'a"\\\n.img', 'boot', 'root'), offset=MIB),
              ext4(tmp_path / 'b.img')]
    text = probe('--json', *images).out
    found = json.loads(text.decode())
    assert b'\x1b' not in text
    assert [block.pop('DEVNAME') for block in found] == [str(images[0])] * 3 + [str(images[1])]
    lines = blocks(probe(*images).out)
    for block, line in zip(found, lines, strict=True):
        line.pop('DEVNAME', None)
        for key in 'SIZE', 'OFFSET', 'PARTN':
            if key in line:
                line[key] = int(line[key])
        assert block == {key: value if isinstance(value, int) else value.decode()
                         for key, value in line.items()}
    assert json.loads(probe('--json', sparse(tmp_path / 'empty', 0), status=NOTHING).out) == [
        {'DEVNAME': str(tmp_path / 'empty'), 'SIZE': 0, 'OFFSET': 0}]
    assert json.loads(probe('--json', tmp_path / 'none', status=ERROR).out) == []


def test_file_name_that_is_no_utf8(probe, tmp_path):
    image = os.fsencode(tmp_path) + b'/\xff.img'
    ext4(tmp_path / 'x.img').rename(os.fsdecode(image))
    found, = json.loads(probe('--json', image).out.decode())
    assert found['DEVNAME'] == image.decode(errors='replace')
    assert bytes.fromhex(found['DEVNAME_HEX']) == image
    assert b'\\xff.img: ' in probe(image + b'.not-here', status=ERROR).err.replace(b'.not-here', b'')


def test_several_files(probe, tmp_path):
    """A block that starts with DEVNAME= starts a file; its partitions follow it."""
    images = [ext4(gpt(tmp_path / 'a.img', 'one', 'two'), offset=MIB),
              ext4(tmp_path / 'b.img', 'other')]
    out = probe(*images).out
    firsts = [block.split(b'\n')[0] for block in out.split(b'\n\n')]
    assert firsts == [b'DEVNAME=%s' % os.fsencode(images[0]), b'PARTN=1', b'PARTN=2',
                      b'DEVNAME=%s' % os.fsencode(images[1])]
    assert blocks(out)[3]['LABEL'] == b'other'


# ---- probe: how it ends --------------------------------------------------------------------------

@pytest.mark.parametrize('size', [0, 1, 511, 512, 1023, 4097])
@pytest.mark.parametrize('fill', [b'\0', b'\xff', b'\x55\xaa'])
def test_nothing_in_it(size, fill, probe, tmp_path):
    image = tmp_path / 'x.img'
    image.write_bytes((fill * size)[:size])
    found = probe(image, status=NOTHING)
    assert found.out == b'SIZE=%d\nOFFSET=0\n' % size and found.err == b''


def test_table_without_file_system(probe, tmp_path):
    """A table is something; what its partitions hold may be nothing."""
    probe(gpt(tmp_path / 'x.img', 'one'), status=IDENTIFIED)


def two_in_one(path):
    """An ext4 in whose free first sector a squashfs superblock stands."""
    ext4(path)
    (path.parent / 'tree').mkdir()
    run('mksquashfs', path.parent / 'tree', path.parent / 'x.sqfs', '-quiet')
    with open(path, 'r+b') as file:
        file.write((path.parent / 'x.sqfs').read_bytes()[:96])
    return path


def test_ambiguous(probe, tmp_path):
    image = two_in_one(tmp_path / 'x.img')
    block, = blocks(probe(image, status=AMBIVALENT).out)
    assert set(block) == {'AMBIGUOUS', 'SIZE', 'OFFSET'}
    assert sorted(block['AMBIGUOUS'].split(b',')) == [b'ext4', b'squashfs']
    # the controls: without either of the two it is the other one
    with open(image, 'r+b') as file:
        file.write(bytes(96))
    assert blocks(probe(image).out)[0]['TYPE'] == b'ext4'
    assert blocks(probe(tmp_path / 'x.sqfs').out)[0]['TYPE'] == b'squashfs'


def test_damaged_is_no_type(probe, tmp_path):
    image = ext4(tmp_path / 'x.img')
    with open(image, 'r+b') as file:
        file.seek(1024 + 0x30)  # the time of the last write
        file.write(b'\x12\x34\x56\x78')
    block, = blocks(probe(image, status=NOTHING).out)
    assert block == {'DAMAGED': b'ext4', 'SIZE': b'%d' % (8 * MIB), 'OFFSET': b'0'}


def test_worst_status_of_several(probe, tmp_path):
    good, bad = ext4(tmp_path / 'good.img'), sparse(tmp_path / 'bad.img', MIB)
    ambiguous = two_in_one(tmp_path / 'two.img')
    probe(good, bad, status=IDENTIFIED)
    probe(bad, bad, status=NOTHING)
    probe(good, ambiguous, bad, status=AMBIVALENT)
    found = probe(ambiguous, tmp_path / 'none', good, status=ERROR)
    assert b'TYPE=ext4' in found.out, 'the images behind the one that failed are still read'


def test_member(probe, tmp_path):
    image = sparse(tmp_path / 'x.img', 8 * MIB)
    run('mkswap', '-U', EXT4_UUID, '-L', 'swp', image)
    block, = blocks(probe(image).out)
    assert (block['TYPE'], block['UUID'], block['LABEL']) == (b'swap', EXT4_UUID.encode(), b'swp')


@pytest.mark.parametrize('words, said', [
    (['{}/none'], b'kindling: open {}/none: No such file or directory\n'),
    (['{}'], b'kindling: open {}: Is a directory\n'),
    (['/dev/null'], b'kindling: open /dev/null: neither a file nor a block device\n'),
    (['{}/pipe'], b'kindling: open {}/pipe: neither a file nor a block device\n'),
    (['{}/a\x1b[1m'], b'kindling: open {}/a\\x1b[1m: No such file or directory\n'),
    ([], b'kindling: probe: which image?\n'),
    (['--sector-size', '1000', 'x'], b'kindling: --sector-size 1000: not one of 512'),
    (['--sector-size', '8192', 'x'], b'kindling: --sector-size 8192: not one of 512'),
    (['--sector-size', '0', 'x'], b'kindling: --sector-size 0: not one of 512'),
    (['--sector-size=4k', 'x'], b'kindling: --sector-size 4k: not one of 512'),
    (['--sector-size'], b'kindling: '),
    (['--jason', 'x'], b'kindling: '),
])
def test_errors(words, said, probe, tmp_path):
    os.mkfifo(tmp_path / 'pipe')
    found = probe(*(word.format(tmp_path) for word in words), status=ERROR)
    assert found.out == b''
    assert found.err.startswith(said.replace(b'{}', os.fsencode(tmp_path)))


def test_full_output(tool, tmp_path):
    """An answer that nobody got is an error."""
    with open('/dev/full', 'wb') as full:
        result = subprocess.run([tool, 'probe', ext4(tmp_path / 'x.img')], stdout=full,
                                stderr=subprocess.PIPE)
    assert result.returncode == ERROR and b'No space left' in result.stderr


@pytest.mark.parametrize('words', [[], ['prob'], ['--probe']])
def test_no_such_command(words, tool):
    found = Run(tool, *words, status=2)
    assert found.err.startswith(b'kindling: ') and b'--help' in found.err and not found.out


# ---- probe: sectors and sizes --------------------------------------------------------------------

def test_sectors_of_4096(probe, tmp_path):
    image = ext4(gpt(tmp_path / 'x.img', 'boot', 'root', sector=4096), offset=9 * MIB)
    found = blocks(probe('--sector-size', '4096', image).out)
    assert [(block['OFFSET'], block['SIZE']) for block in found] == [
        (b'0', b'%d' % (32 * MIB)), (b'%d' % MIB, b'%d' % (8 * MIB)),
        (b'%d' % (9 * MIB), b'%d' % (8 * MIB))]
    assert found[2]['TYPE'] == b'ext4' and found[2]['PARTLABEL'] == b'root'
    # with the wrong size the kernel makes no partition; the tool says what is wrong
    other = probe(image, status=NOTHING)
    assert all('PARTLABEL' not in block for block in blocks(other.out))
    assert b'sectors of 4096 bytes' in other.err and b'--sector-size 4096' in other.err


def test_damaged_primary_gpt(probe, tmp_path):
    image = gpt(tmp_path / 'x.img', 'root')
    with open(image, 'r+b') as file:
        file.seek(512 + 16)
        file.write(b'\xff')
    found = probe(image, status=NOTHING)
    assert b'PARTLABEL' not in found.out
    assert b'the primary GPT is damaged' in found.err


def test_huge_sparse(probe, tmp_path):
    """Offsets above 4 GiB, in bytes and in sectors."""
    image = sparse(tmp_path / 'x.img', 3 << 40)
    start = (5 << 39) + MIB
    run('sfdisk', '-q', image, input=f'label: gpt\nstart=2048, size=2048\n'
        f'start={start // 512}, size=16384, uuid={PART_IDS[0]}\n'.encode())
    small = ext4(tmp_path / 'small.img', 'far')
    with open(image, 'r+b') as file:
        file.seek(start)
        file.write(small.read_bytes())
    found = blocks(probe(image).out)
    assert found[0]['SIZE'] == b'%d' % (3 << 40)
    assert (found[2]['LABEL'], found[2]['OFFSET']) == (b'far', b'%d' % start)


def test_partition_beyond_the_end(probe, tmp_path):
    """An image that was cut short: nothing is read behind its end."""
    image = ext4(gpt(tmp_path / 'x.img', 'boot', 'root'), offset=9 * MIB)
    for size in 17 * MIB, 9 * MIB + 2048, 9 * MIB + 512, 9 * MIB, MIB, 17920, 1024:
        os.truncate(image, size)
        found = blocks(probe(image, status=(IDENTIFIED, NOTHING)).out)
        assert found[0]['SIZE'] == b'%d' % size
