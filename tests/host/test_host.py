"""The host tool: what it prints, what it refuses, and how it ends."""
import functools
import json
import os
import re
import shutil
import struct
import subprocess

import pytest

from builds import make
from machine import BUILD, TOP, console, output

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

    def __init__(self, tool, *words, status, BOARD_PATH='', **options):
        env = os.environ | {'ASAN_OPTIONS': 'detect_leaks=0', 'BOARD_PATH': BOARD_PATH}
        result = subprocess.run([tool, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=env, timeout=60, **options)
        self.out, self.err = result.stdout, result.stderr
        allowed = status if isinstance(status, tuple) else (status,)
        assert result.returncode in allowed, (self.out, self.err)
        if words[:1] in (('explain',), ('fits',), ('check-kernel',)) and \
                not {'--json', '--help', '--version', '--fragment'} & set(words):
            again = subprocess.run([tool, words[0], '--json', *words[1:]], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, env=env, timeout=60, **options)
            assert (again.returncode, again.stderr) == (result.returncode, self.err)
            self.json = same_as_json(self.out.decode(errors='replace'), again.stdout.decode(), result.returncode)


def once(pairs):
    assert len(dict(pairs)) == len(pairs), ('a key twice', pairs)
    return dict(pairs)


def escaped_text(text):
    return ''.join(f'\\x{ord(c):02x}' if ord(c) < 32 or ord(c) == 127 else
                   f'\\xc2\\x{ord(c):02x}' if 128 <= ord(c) < 160 else c for c in text)


def same_as_json(text, answer, status):
    """The object, after it was held against the text: every line is told in both."""
    if not answer:
        assert not text
        return None
    found = json.loads(answer, object_pairs_hook=once)
    assert set(found) == {'steps', 'status'} and found['status'] == status
    lines = [line.strip() for line in text.splitlines()]
    told = [escaped_text(line) for step in found['steps'] for line in step['text']]
    unknown = [key for step in found['steps'] for key in step if not documented(key)]
    assert not unknown, 'not in the manual'
    for line in told:
        assert '\ufffd' in line or any(each == line.strip() or each.endswith(f' {line.strip()}') for each in lines), line
    shown = {name: name for step in found['steps'] for name in (step['step'], step['step'].upper())}
    marked = [number + by for number, line in enumerate(lines) if re.fullmatch(r'\^~*', line) for by in (-1, 0)]
    for number, line in enumerate(lines):
        block = re.match('[A-Z_]+=', line) and any('found' in step for step in found['steps'])
        seen = any(f'{block["DEVNAME"]} ' in line for step in found['steps'] for block in step.get('seen', ()))
        assert number in marked or block or seen or line in ('', 'not for /init:') or '\\x' in line or \
            any(line == each.strip() or line.split(None, 1) == [shown.get(line.split()[0]), each.strip()]
                for each in told), line
    return found


@functools.cache
def documented(key):
    """Has the manual the key? Those of a device may have another before them."""
    page = (TOP / 'man/kindling.1').read_text()
    words = set(re.findall(r'[\w=]+', ' '.join(re.findall(r'^\.(?:It )?Li (.*)$', page, re.M))))
    key = key.removesuffix('_HEX')
    return {re.sub('^(tree|fec)_', '', key), key} & words


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
PART_IDS = ['aaaaaaaa-0000-4000-8000-000000000001', 'bbbbbbbb-1111-4111-9111-111111111112']


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
    boards = {name for name in files if name.startswith('usr/share/kindling/boards/')}
    assert set(files) - boards == {'usr/bin/kindling', *(f'usr/share/{name}' for name in (
        *(f'man/man{n}/kindling.{n}' for n in (1, 5, 7)), 'bash-completion/completions/kindling', 'zsh/site-functions/_kindling',
                                         'fish/vendor_completions.d/kindling.fish'))}
    assert boards == {f'usr/share/kindling/{path.relative_to(TOP)}' for name in ('defconfig', 'symbols', 'modules', 'cmdline')
                      for path in TOP.glob(f'boards/*/{name}')}
    assert {path.stat().st_mode & 0o777 for name, path in files.items() if '/share/' in name} == {0o644}
    assert Run(files['usr/bin/kindling'], '--version', status=0).out.startswith(b'kindling ')
    # it needs nothing of the tree that it was built in
    explained = subprocess.run([files['usr/bin/kindling'], 'explain', 'root=LABEL=x'], cwd=tmp_path,
                               stdout=subprocess.PIPE)
    assert explained.returncode == 0 and b'LABEL' in explained.stdout
    for words in ['explain', '--board', 'qemu-arm', 'root=LABEL=x'], ['check-kernel', '--board', 'qemu-arm', '--fragment']:
        said = Run(files['usr/bin/kindling'], *words, status=0, cwd=tmp_path).out
        assert b'defconfig\n' in said or b'CONFIG_VIRTIO_BLK=y\n' in said
    # a board of the folder that we are in counts, then
    (tmp_path / 'boards/qemu-arm').mkdir(parents=True)
    (tmp_path / 'boards/qemu-arm/defconfig').write_text('CONFIG_X86_64=y\n')
    said = Run(files['usr/bin/kindling'], 'check-kernel', '--board', 'qemu-arm', '--fragment', status=0, cwd=tmp_path).out
    assert b'CONFIG_X86_64=y\n' in said and b'VIRTIO' not in said
    # stripped, unless a packager does that
    sections = output('readelf', '-SW', files['usr/bin/kindling'])
    assert '.text' in sections and '.debug_info' not in sections and '.symtab' not in sections
    make('install', f'H={out}', f'DESTDIR={tmp_path}/whole', 'INSTALL=install --strip-program=true')
    assert '.debug_info' in output('readelf', '-SW', tmp_path / 'whole/usr/local/bin/kindling')


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


def md_at_the_end(path):
    """A RAID superblock of version 0.90, which says of no medium that it is that one's."""
    words = [0] * 1024
    words[0], words[2], words[5], words[38] = 0xa92b4efc, 90, 0x12345678, 0
    words[38] = sum(words) % (1 << 32)
    with open(path, 'r+b') as file:
        file.seek((path.stat().st_size & ~0xffff) - 0x10000)
        file.write(struct.pack('<1024I', *words))


def test_end_of_the_disk_is_its_last_partitions(probe, tmp_path):
    image = sparse(tmp_path / 'x.img', 32 * MIB)
    md_at_the_end(image)
    assert blocks(probe(image).out)[0]['TYPE'] == b'linux_raid_member'
    run('sfdisk', '-q', image, input=b'label: dos\nstart=2048, size=2048\nstart=4096\n')
    found = blocks(probe(image).out)
    assert [block.get('TYPE') for block in found] == [None, None, b'linux_raid_member']
    # a table whose partitions end before says nothing of it
    run('sfdisk', '-q', image, input=b'label: dos\nstart=2048, size=2048\n')
    assert [block.get('TYPE') for block in blocks(probe(image).out)] == [b'linux_raid_member', None]


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


COMMANDS = ['explain', 'fits', 'probe', 'check-kernel']


def test_help(tool):
    """Of all, and of each: what it takes, on stdout, whatever else is asked; the manual has it all."""
    page = (TOP / 'man/kindling.1').read_text()
    whole = Run(tool, '--help', status=0).out.decode()
    assert re.findall(r'^  (\w\S*) ', whole, re.M) == COMMANDS
    options = set()
    for command in COMMANDS:
        for words in ['--help'], ['--json', '--help', '--no-such'], ['x', '--help', 'y', 'z']:
            found = Run(tool, command, *words, status=0)
            assert found.out.decode().startswith(f'usage: kindling {command} ') and found.err == b''
        options |= (own := set(re.findall(r'^  (--\S+)', found.out.decode(), re.M)))
        assert set(re.findall(r'--[a-z-]+', found.out.decode().splitlines()[0])) | {'--help', '--version'} == own
        # each is taken, and no other
        for option in set(re.findall(r'--\S+', whole)) - {'--help', '--version'}:
            said = Run(tool, command, option, status=(0, 1, 2)).err.decode()
            assert ('unrecognized option' not in said) == (option in own), said
        assert f'.Nm\n.Cm {command}\n' in page and f'.It Cm {command}\n' in page.partition('.Sh EXIT STATUS')[2]
    assert options == set(re.findall(r'^  (--\S+)', whole, re.M)) and 'help' not in COMMANDS
    for option in options:
        assert f'Fl -{option[2:]}' in page, option


def test_version(tool):
    version = re.search('#define VERSION "(.*)"', (TOP / 'init/init.h').read_text())[1]
    version = f'kindling {version}\n'.encode()
    for words in ['--version'], *([command, 'x', '--version'] for command in COMMANDS):
        found = Run(tool, *words, status=0)
        assert (found.out, found.err) == (version, b'')
    with open('/dev/full', 'wb') as full:
        for words in ['--version'], ['--help'], ['fits', '--help']:
            assert subprocess.run([tool, *words], stdout=full, stderr=subprocess.DEVNULL).returncode == ERROR


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


# ---- explain -------------------------------------------------------------------------------------

FINE, REFUSED, USAGE = range(3)


# What the tests below mean to be in the image, whatever the defaults are; the last line counts.
BASE = [f'CONFIG_{name}=y' for name in (
    'ROOT_DEVNUM', 'ROOT_TAG', 'ROOT_FLASH', 'ROOT_SHARE', 'ROOTFALLBACK', 'ROOTFLAGS', 'WAIT', 'PROBE',
    'FS_EXT', 'FS_SQUASHFS', 'FS_XFS', 'FS_MEMBERS', 'INIT_CHECK', 'REPORT', 'EMERGENCY_WORD', 'FOREIGN_WORDS')]


@pytest.fixture
def explain(tool, tmp_path):
    def explain(cmdline, *lines, status=FINE):
        """The lines of output; with `lines` of a .config."""
        (tmp_path / 'config').write_text(''.join(line + '\n' for line in [*BASE, *lines]))
        found = Run(tool, 'explain', '--config', tmp_path / 'config', '--', cmdline, status=status)
        assert found.err == b''
        return found.out.decode().splitlines()
    return explain


def pointed_at(lines):
    """The texts above the carets."""
    found = []
    for text, mark in zip(lines, lines[1:]):
        if mark.strip(' ~') == '^' and mark.strip().startswith('^'):
            start = mark.index('^')
            found.append(text[start:len(mark)])
    return found


def text_of(lines, step):
    """What is said of one step, its further lines too."""
    at = [number for number, line in enumerate(lines) if line.startswith(f'{step:9}')]
    assert at, f'no step {step}: {lines}'
    end = at[0] + 1
    while end < len(lines) and lines[end].startswith(' ' * 9):
        end += 1
    return '\n'.join(line[9:] for line in lines[at[0]:end])


@pytest.mark.parametrize('root, said', [
    ('/dev/mmcblk0p2', 'the device /dev/mmcblk0p2\n'),
    ('179:2', 'the device with the number 179:2\n'),
    ('b302', 'the device with the number 179:2\n'),
    ('UUID=' + EXT4_UUID, f'the file system whose UUID is {EXT4_UUID}, in upper or lower case\n'),
    ('LABEL=a', 'the file system whose LABEL is a, byte for byte\n'),
    ('"LABEL=a b"', 'the file system whose LABEL is a b, byte for byte\n'),
    ('PARTLABEL=a', 'the partition whose PARTLABEL is a, byte for byte\n'),
    ('/dev/disk/by-label/a\\x20b', 'the file system whose LABEL is a\\x20b (\\xNN: a byte)'),
    ('PARTUUID=aabbccdd-01/PARTNROFF=2', 'whose number is 2 higher than that of the one'),
    ('PARTUUID=aabbccdd-01/PARTNROFF=-1', 'whose number is 1 lower than that of the one'),
    ('ubi0:rootfs', 'the MTD device or UBI volume ubi0:rootfs\n'),
    ('tag rootfstype=virtiofs', 'shares by virtiofs under the tag tag\n'),
])
def test_forms_of_root(root, said, explain):
    assert said in text_of(explain(f'quiet root={root}'), 'find')


@pytest.mark.parametrize('words, said', [
    ('', 'at most 30 s (the image\'s default)'),
    ('rootwait', 'without end'),
    ('rootwait=7', 'at most 7 s,'),
    ('rootdelay=9', 'at most 9 s,'),
    ('rootwait=0', 'it must be there at once'),
])
def test_waiting(words, said, explain):
    assert said in text_of(explain(f'root=/dev/vda {words}'), 'find')


def test_waiting_that_is_not_built_in(explain):
    lines = explain('root=/dev/vda rootwait=7', '# CONFIG_WAIT is not set')
    assert 'it must be there at once' in text_of(lines, 'find')
    assert pointed_at(lines) == ['rootwait=7']


@pytest.mark.parametrize('words, said', [
    ('', ['its superblock', 'ext', 'read-only']),
    ('rw', ['read-write; if the kernel refuses, read-only']),
    ('rw ro', ['read-only']),
    ('rootfstype=ext4', ['as ext4\n']),
    ('rootfstype=ext4,xfs', ['as ext4,xfs: the next one']),
    ('rootflags=noatime,commit=5,nodev,data=x', ['read-only, nodev, noatime\n',
                                                'gets: commit=5,data=x']),
])
def test_mounting(words, said, explain):
    text = text_of(explain(f'root=/dev/vda {words}'), 'mount') + '\n'
    assert all(part in text for part in said), text


def test_formats_of_the_image(explain):
    lines = explain('root=/dev/vda', 'CONFIG_FS_EXT=y', '# CONFIG_FS_XFS is not set')
    assert 'ext, ' in text_of(lines, 'mount') and 'xfs' not in text_of(lines, 'mount')
    lines = explain('root=/dev/vda', '# CONFIG_PROBE is not set')
    assert text_of(lines, 'mount').startswith('as each file system of the kernel in turn\n')


def test_inits(explain):
    assert '/sbin/init, /etc/init, /bin/init must' in text_of(explain('root=/dev/vda'), 'check')
    assert '/bin/init, /bin/sh must' in text_of(
        explain('root=/dev/vda', 'CONFIG_INIT_SH=y'), 'check')
    assert text_of(explain('root=/dev/vda init=/x'), 'check').startswith('/x must')


@pytest.mark.parametrize('words, lines, said', [
    ('', [], 'reboots after 10 s'),
    ('', ['CONFIG_PANIC_SECONDS=7'], 'reboots after 7 s'),
    ('panic=3', ['CONFIG_PANIC_SECONDS=7'], 'reboots after 3 s'),
    ('panic=0', [], 'halts'),
    ('panic=-1', [], 'reboots at once'),
    ('rd.emergency=poweroff', [], 'powers off after 10 s'),
    ('', ['CONFIG_EMERGENCY_HALT=y'], 'halts after 10 s'),
    ('rd.shell', ['CONFIG_SHELL=y'], 'opens a prompt'),
])
def test_failure(words, lines, said, explain):
    assert said in text_of(explain(f'root=/dev/vda {words}', *lines), 'failure')


@pytest.mark.parametrize('cmdline, word, said', [
    ('console=ttyS0 root=/dev/../x rw', 'root=/dev/../x', 'not one of /dev/NAME, MAJ:MIN'),
    ('root=/dev/nfs', 'root=/dev/nfs', 'not in this image'),
    ('a "root=/dev/ x/" b', '"root=/dev/ x/"', 'not one of'),
    ('root="LABEL=', 'root="LABEL=', 'not one of'),
    ('root=/dev/vda overlayroot=tmpfs', 'overlayroot=tmpfs', 'not in this image'),
    ('roothash=abc root=/dev/vda', 'roothash=abc', 'not in this image'),
    ('\tcaf\u00e9 root=nothing\u00e9 x', 'root=nothing\u00e9', 'not one of'),
    ('\x1b[1m root=nope', 'root=nope', 'not one of'),
    ('root=/dev/vda root=nope', 'root=nope', 'not one of'),
])
def test_refused_word(cmdline, word, said, explain):
    lines = explain(cmdline, status=REFUSED)
    assert word in pointed_at(lines), lines
    assert said in text_of(lines, 'error')
    assert not any('\x1b' in line for line in lines)
    assert text_of(lines, 'failure')


def test_no_root(explain):
    lines = explain('quiet root', status=REFUSED)
    assert 'no root= on the command line' in text_of(lines, 'error') and pointed_at(lines) == []


def test_a_fallback_is_enough(explain):
    lines = explain('root=nope rootfallback=/dev/vda rootfallback=LABEL=b')
    assert pointed_at(lines) == ['root=nope']
    assert '/dev/vda' in '\n'.join(lines) and 'whose LABEL is b' in '\n'.join(lines)
    explain('root=nope rootfallback=nope', status=REFUSED)
    explain('root=nope rootfallback=/dev/vda', '# CONFIG_ROOTFALLBACK is not set', status=REFUSED)


@pytest.mark.parametrize('cmdline, word, said', [
    ('root=/dev/vda rootwait=abc', 'rootwait=abc', 'not a number of seconds; using 30'),
    ('root=/dev/a root=/dev/vda', 'root=/dev/a', 'given again; using the last one'),
    ('root=/dev/vda modules=a modules=b', 'modules=a', 'given again; using the last one'),
    ('root=/dev/vda rd.foo=1', 'rd.foo=1', 'not in this image; ignored'),
    ('root=UUID=1234', 'root=UUID=1234', 'whole UUID'),
    ('root=PARTUUID=a1d0', 'root=PARTUUID=a1d0', 'whole PARTUUID'),
])
def test_note(cmdline, word, said, explain):
    lines = explain(cmdline)
    assert pointed_at(lines) == [word]
    assert said in text_of(lines, 'note')


def test_modules(explain):
    lines = explain('root=/dev/vda')
    assert text_of(lines, 'modules') == \
        "those in the image for devices and root's file system, if root is not there without"
    lines = explain('root=/dev/vda modules=a,b module_blacklist=x module-blacklist=y,z modprobe.blacklist=m '
                    'modprobe.blacklist=n -- modules=c')
    assert text_of(lines, 'modules') == """first, where the image has them: a,b
those in the image for devices and root's file system, if root is not there without
not for a device or a file system: m
not for a device or a file system: n
never: y,z"""
    assert not pointed_at(lines) and len(lines[lines.index('not for /init:') + 1:]) == 1

    lines = explain('root=/dev/vda modules=a,b module_blacklist=x', '# CONFIG_MODULES is not set')
    assert not any(line.startswith('modules') for line in lines) and pointed_at(lines) == ['modules=a,b']
    assert 'modules=a,b: not in this image; ignored' in text_of(lines, 'note')


def test_parameters_of_modules(explain):
    def owner(word, *config):
        return explain(f'root=/dev/vda {word}', *config)[-1].removeprefix(f'    {word}: ')
    with_modules = "the module mod's, if there is one, also when /init loads it; programs may"
    without = "the module mod's, if there is one; programs may"
    assert owner('mod.a=1').startswith(with_modules)
    assert owner('mod.a').startswith(with_modules)
    assert owner('"mod.a=1 2"').startswith(with_modules)
    assert owner('mod.a=1', '# CONFIG_MODULES is not set').startswith(without)
    assert owner('mod.a=1', 'CONFIG_CMDLINE_LOCK="init modules"').startswith(without)
    assert owner('a=mod.a').startswith("the kernel's")


def test_stage_that_is_none(explain):
    lines = explain('root=/dev/vda rd.break=moun', 'CONFIG_SHELL=y')
    assert pointed_at(lines) == ['rd.break=moun']
    assert 'before `switch`' in text_of(lines, 'shell')
    assert 'before `mount`' in text_of(explain('root=/dev/vda rd.break=mount', 'CONFIG_SHELL=y'),
                                       'shell')


@pytest.mark.parametrize('word, said', [
    ('console=ttyS0', "the kernel's; if the kernel does not know it, init gets it in its env"),
    ('quiet', "the kernel's; if the kernel does not know it, init gets it as an argument"),
    ('usbcore.autosuspend=-1', "the module usbcore's"),
    ('roo=/dev/vdb', 'nothing that /init knows; did you mean root=?'),
    ('rotwait', 'did you mean rootwait?'),
    ('rx', "the kernel's"),
    ('rootfstpye=ext4', None),
    ('-- single root=/dev/vdb', "behind --: init's arguments"),
])
def test_words_of_others(word, said, explain):
    lines = explain(f'root=/dev/vda ro {word}')
    assert 'the device /dev/vda\n' in text_of(lines, 'find')
    rest = lines[lines.index('not for /init:') + 1:]
    assert len(rest) == 1 and rest[0].startswith(f'    {word.removeprefix("-- ")}: '), rest
    assert said is None or said in rest[0]


# ---- explain: the words of other systems ----

def rows_of_foreign():
    """[kind, name, whose, text] of each row of the table."""
    text = (TOP / 'init/plan/foreign.def').read_text()
    rows = re.findall(r'^(LAYER|REFUSE|NOTE)\("(.*?)", "(.*?)", "(.*)"\)$', text, re.M)
    assert len(rows) > 250 and len(rows) == len(re.findall(r'^(?:LAYER|REFUSE|NOTE)\(', text, re.M))
    return rows


def test_every_foreign_word(explain):
    """One refuses the boot and says why; the others are named with what they do, none is guessed at."""
    rows = rows_of_foreign()
    for kind, name, whose, text in rows:
        if kind != 'NOTE':
            word = f'{name.replace("*", "x")}=1'
            lines = explain(f'root=/dev/vda {word}', status=REFUSED)
            assert f'{word}: not in this image, and without it root would be another ({whose}: {text})' in \
                text_of(lines, 'error')
            assert word in pointed_at(lines)
    # what a word that stands before it takes, or what no boot survives, has tests of its own
    noted = [(name.replace('*', 'x'), whose, text) for kind, name, whose, text in rows
             if kind == 'NOTE' and name not in ('rdinit', 'noinitrd')]
    for some in (noted[at:at + 15] for at in range(0, len(noted), 15)):
        said = explain(f'root=/dev/vda {" ".join(f"{name}=1" for name, _, _ in some)}')
        for name, whose, text in some:
            lines = [line for line in said if re.search(rf'^\S* *{re.escape(name)}=1: ', line)]
            assert len(lines) == 1 and whose in lines[0] and text in lines[0], (name, lines)
            assert 'did you mean' not in lines[0] and "if there is one" not in lines[0]


def test_foreign_words_that_are_not_built_in(explain):
    lines = explain('root=/dev/vda boot=overlay', '# CONFIG_FOREIGN_WORDS is not set')
    assert lines[-1].startswith('    boot=overlay: initramfs-tools: ') and 'passes it over' in lines[-1]
    explain('root=/dev/vda roothash=x', '# CONFIG_FOREIGN_WORDS is not set', status=REFUSED)


def test_first_foreign_row_counts():
    """No row is hidden by one before it, and no word stands twice."""
    names = [name for _, name, _, _ in rows_of_foreign()]
    for number, name in enumerate(names):
        for before in names[:number]:
            assert before != name and not (before.endswith('*') and name.startswith(before[:-1])), (before, name)


def test_page_of_foreign_words():
    page = (TOP / 'WORDS.md').read_text()
    assert page == run('init/host/words', cwd=TOP).stdout.decode(), 'make words writes it anew'
    assert all(f'| `{name}` |' in page for _, name, _, _ in rows_of_foreign())


@pytest.mark.parametrize('word, said', [
    ('boot=local', 'initramfs-tools, but its value asks for nothing'),
    ('boot=UUID=1234-5678', 'initramfs-tools, but its value asks for nothing'),
    ('systemd.volatile=no', 'systemd, but its value asks for nothing'),
    ('systemd.unit=rescue.target', "systemd: root's own systemd reads it"),
    ('archiso.x=1', 'the module archiso'),
    ('luks_x.y=1', 'the module luks_x'),
    ('BOOT_IMAGE=/vmlinuz', 'the bootloader: '),
    ('rootdealy=5', 'did you mean rootdelay=?'),
    ('Rootwait', 'did you mean rootwait?'),
    ('ROOT=x', 'did you mean root=?'),
    ('ostre=x', 'did you mean ostree=?'),
    ('reboot=w', "the kernel's"),
    ('-- root=/dev/vdb rw', '/init does not read root=/dev/vdb there'),
    ('-- single', "behind --: init's arguments"),
])
def test_whose_word_it_is(word, said, explain):
    assert said in explain(f'root=/dev/vda {word}')[-1]


def test_resume(explain):
    lines = explain('root=/dev/vda resume=UUID=x')
    assert pointed_at(lines) == ['resume=UUID=x'] and 'not in this image' in text_of(lines, 'note')
    for words in 'resume=none', 'resume=', 'resume=/dev/vdb noresume', 'noresume resume=/dev/vdb':
        assert not pointed_at(explain(f'root=/dev/vda {words}')), words


@pytest.mark.parametrize('cmdline, word, said', [
    ('\ufeffroot=/dev/vdb root=/dev/vda', '\ufeffroot=/dev/vdb', 'a byte order mark'),
    ('root=/dev/vda rw\u00a0quiet', 'rw\\xc2', 'a no-break space'),
    ('root=/dev/vda \u201cinit=/x\u201d', '\u201cinit=/x\u201d', 'a typographic quote'),
    ('root=/dev/vda rootfstype\uff1dext4', 'rootfstype\uff1dext4', 'a wide equals sign'),
    ('root=LABEL=a,rootwait', 'root=LABEL=a,rootwait', 'rootwait belongs to the value'),
    ('root=/dev/vda rootfstype=ext4,quiet', 'rootfstype=ext4,quiet', 'quiet belongs to the value'),
    ('root=/dev/vda rootflags=noatime,rootwait', 'rootflags=noatime,rootwait', 'rootwait belongs'),
    ('root=/dev/vda init = /x', 'init', 'no space may stand before ='),
    ('root=/dev/vda init= /x', 'init=', 'no space may stand there'),
])
def test_hint(cmdline, word, said, explain):
    lines = explain(cmdline)
    assert pointed_at(lines) == [word]
    assert said in text_of(lines, 'note')


@pytest.mark.parametrize('cmdline', [
    'root=LABEL=caf\u00e9', 'root=/dev/vda rootflags=noatime,ro', 'root=LABEL=a,b', 'init=/x root=/dev/vda quiet',
    'root=/dev/vda rootfstype=ext4,xfs -- \u201c',
])
def test_no_hint(cmdline, explain):
    assert not [line for line in pointed_at(explain(cmdline)) if not line.startswith('\u201c')]


# ---- explain: a boot that is not /init's ----

@pytest.mark.parametrize('cmdline, word, said', [
    ('root=/dev/vda rdinit=/bin/sh', 'rdinit=/bin/sh', 'in place of /init'),
    ('rdinit=/init rdinit= root=/dev/vda', 'rdinit=', 'in place of /init'),
    ('rdinit=/a noinitrd root=/dev/vda', 'rdinit=/a', 'in place of /init'),
    ('initcall_blacklist=x,populate_rootfs root=/dev/vda', 'initcall_blacklist=x,populate_rootfs', 'never runs'),
    ('root=/dev/vda ' + ' '.join(f'w{n}' for n in range(33)), 'w32', 'the kernel panics'),
    ('root=/dev/vda ' + ' '.join(f'w{n}=1' for n in range(32)), 'w31=1', 'the kernel panics'),
])
def test_not_inits_boot(cmdline, word, said, explain):
    lines = explain(cmdline, status=REFUSED)
    assert said in text_of(lines, 'error') and pointed_at(lines) == [word]
    assert not [line for line in lines if line.startswith(('find', 'mount', 'check', 'switch'))]


def test_noinitrd(explain):
    """Only the kernel's own loader obeys it."""
    lines = explain('root=/dev/vda noinitrd', status=REFUSED)
    assert 'EFI stub' in text_of(lines, 'error') and pointed_at(lines) == ['noinitrd']
    assert text_of(lines, 'find')


@pytest.mark.parametrize('cmdline', [
    'root=/dev/vda rdinit=/bin/sh rdinit=/init', 'root=/dev/vda -- rdinit=/x noinitrd', 'root=/dev/vda rdinit',
    'root=/dev/vda ' + ' '.join(f'w{n}' for n in range(32)),
    'root=/dev/vda ' + ' '.join(f'w{n}=1' for n in range(31)),
    'root=/dev/vda ' + ' '.join(f'm.w{n}=1' for n in range(50)),
    # the kernel forgets what stands before
    'root=/dev/vda ' + ' '.join(f'w{n}' for n in range(30)) + ' init=/x a b c d',
    'root=/dev/vda ' + ' '.join(['quiet ro console=ttyS0 loglevel=7'] * 20),
])
def test_inits_boot(cmdline, explain):
    assert text_of(explain(cmdline), 'find')


@pytest.mark.parametrize('root', ['/dev/ram0', '/dev/ram', '/dev/ram15', '1:0', '0100'])
def test_ram_disk(root, explain):
    assert 'fills no ram disk' in text_of(explain(f'root={root}', status=REFUSED), 'error')
    assert text_of(explain(f'root={root} root=/dev/vda'), 'find')


def test_kernel_reads_what_the_image_does_not(explain):
    """rdinit= is the kernel's, whatever the image makes of the line; in the image's own text it is nobody's."""
    explain('rdinit=/x', 'CONFIG_CMDLINE="root=/dev/vda"', 'CONFIG_CMDLINE_OVERRIDE=y', status=REFUSED)
    explain('quiet', 'CONFIG_CMDLINE="root=/dev/vda rdinit=/x"')


# ---- explain: what the image allows ----

def test_allowed(explain):
    config = ['CONFIG_CMDLINE="root=/dev/a"', 'CONFIG_CMDLINE_ALLOW="rootwait m.p"', 'CONFIG_SHELL=y']
    lines = explain('root=/dev/b rootwait=3 rd.shell boot=overlay m.p=1 n.p=1 module_blacklist=x', *config)
    assert 'no other words than: rootwait m.p' in text_of(lines, 'image')
    assert text_of(lines, 'find').startswith('the device /dev/a\n') and 'at most 3 s' in text_of(lines, 'find')
    assert pointed_at(lines) == ['root=/dev/b', 'rd.shell', 'boot=overlay', 'module_blacklist=x']
    assert '\n'.join(lines).count('not allowed by this image; ignored') == 4
    others = '\n'.join(lines[lines.index('not for /init:'):])
    assert re.search('m.p=1: .*when /init loads it', others) and re.search('n.p=1: .*does not allow it', others)


def test_texts_of_the_image(explain):
    """Read in their order; a locked word does not count in the bootloader's."""
    config = ['CONFIG_CMDLINE="root=/dev/a ro"', 'CONFIG_CMDLINE_APPEND="init=/x"',
              'CONFIG_CMDLINE_LOCK="root"']
    lines = explain('root=/dev/b rw init=/y', *config)
    assert text_of(lines, 'find').startswith('the device /dev/a\n')
    assert 'read-write' in text_of(lines, 'mount')
    assert text_of(lines, 'check').startswith('/x must')
    assert 'root=/dev/b' in pointed_at(lines)
    assert 'root=/dev/b: not allowed by this image; ignored' in '\n'.join(lines)
    lines = explain('root=/dev/b rw', config[0], 'CONFIG_CMDLINE_OVERRIDE=y')
    assert 'read-only' in text_of(lines, 'mount')
    # an error in the image's own text is shown there
    lines = explain('quiet', 'CONFIG_CMDLINE="ro root=nope"', status=REFUSED)
    assert pointed_at(lines) == ['root=nope'] and '    ro root=nope' in lines


def test_boards(tool):
    """The board's .config when there is one, else its defconfig; which one it was is said."""
    def used(directory, board, **variables):
        out = Run(tool, 'explain', '--board', board, 'root=/dev/vda', status=FINE, cwd=directory, **variables).out
        return text_of(out.decode().splitlines(), 'image')
    tree = BUILD / 'tests/host/tree'
    shutil.rmtree(tree, ignore_errors=True)
    (tree / 'boards/b').mkdir(parents=True)
    (tree / 'boards/b/defconfig').write_text('# CONFIG_WAIT is not set\n')
    assert used(tree, 'b') == 'boards/b/defconfig'
    # boards outside of it; the first one counts
    for folder, option in ('one', 'n'), ('two', 'y'):
        (tree / folder / 'mine').mkdir(parents=True)
        (tree / folder / 'mine/defconfig').write_text(f'CONFIG_WAIT={option}\n')
    for path, file in ('one', 'one'), ('none:two:one', 'two'), (':one', 'one'):
        assert used(tree, 'mine', BOARD_PATH=path) == f'{file}/mine/defconfig'
    assert used(tree, 'b', BOARD_PATH='one') == 'boards/b/defconfig'
    (tree / 'build/b').mkdir(parents=True)
    (tree / 'build/b/.config').write_text('CONFIG_CMDLINE="ro"\n')
    assert used(tree, 'b').startswith('build/b/.config\nreads first')
    assert used(TOP, 'qemu-x86_64')


@pytest.mark.parametrize('words', [
    [], ['a', 'b'], ['--board', 'no-such', 'x'], ['--board', '../boards/qemu-arm', 'x'],
    ['--config', '/none', 'x'], ['--confg', 'x'], ['--board'],
])
def test_explain_is_asked_wrongly(words, tool):
    found = Run(tool, 'explain', *words, status=USAGE, cwd=TOP)
    assert found.out == b'' and found.err.startswith(b'kindling: ')


@pytest.mark.parametrize('line', ['CONFIG_WAIT=maybe', 'CONFIG_PANIC_SECONDS=soon', 'hello',
                                  'CONFIG_CMDLINE=bare', 'CONFIG_CMDLINE="open'])
def test_config_that_is_none(line, tool, tmp_path):
    (tmp_path / 'config').write_text(f'# a comment\n\n{line}\n')
    found = Run(tool, 'explain', '--config', tmp_path / 'config', 'root=/dev/vda', status=USAGE)
    assert line.encode() in found.err


def steps_of(found, name):
    return [step for step in found['steps'] if step['step'] == name]


def test_json_of_explain(tool):
    found = Run(tool, 'explain', 'rw root=/dev/mmcblk0p2 rootwait=7 rootfstype=ext4,xfs rd.foo=1 panic=3 '
                'rootflags=noatime,commit=5', status=FINE).json
    assert [step['step'] for step in found['steps']] == [
        'image', 'modules', 'find', 'mount', 'check', 'switch', 'failure', 'note']
    find, mount, failure, note = (steps_of(found, name)[0] for name in ('find', 'mount', 'failure', 'note'))
    assert (find['name'], find['waits']) == ('mmcblk0p2', 7)
    assert (mount['types'], mount['flags'], mount['data']) == ('ext4,xfs', 'read-write, noatime', 'commit=5')
    assert (failure['end'], failure['seconds']) == ('reboots', 3)
    assert (note['word'], note['at'], note['in']) == ('rd.foo=1', 54, 'the command line')
    assert note['says'] == 'not in this image; ignored'
    found = Run(tool, 'explain', 'root=179:2 rootwait modprobe.blacklist=a modprobe.blacklist=b', status=FINE).json
    find, = steps_of(found, 'find')
    assert (find['major'], find['minor'], find['waits_forever']) == (179, 2, True) and 'waits' not in find
    assert steps_of(found, 'modules')[0]['not_for_devices'] == [{'modules': 'a'}, {'modules': 'b'}]
    found = Run(tool, 'explain', 'root=PARTUUID=aabbccdd-01/PARTNROFF=-2', status=FINE).json
    find, = steps_of(found, 'find')
    assert [find[key] for key in ('distance', 'direction', 'tag', 'value')] == [2, 'lower', 'PARTUUID', 'aabbccdd-01']
    found = Run(tool, 'explain', 'root=nope rootfallback=LABEL=a roo=x', '--config', '/dev/null', status=FINE).json
    error, other = steps_of(found, 'error')[0], steps_of(found, 'other')[0]
    assert (error['word'], error['at'], other['word']) == ('root=nope', 0, 'roo=x')
    assert steps_of(found, 'else')[0]['rootfallback'] == 'LABEL=a' and steps_of(found, 'image')[0]['config'] == '/dev/null'
    assert Run(tool, 'explain', 'root=/dev/vda rdinit=/x', status=REFUSED).json['steps'][-1]['word'] == 'rdinit=/x'


@pytest.mark.parametrize('label', LABELS)
def test_json_of_any_bytes(label, tool, tmp_path):
    """In words that are right, wrong and nobody's, and of a medium."""
    image = ext4(tmp_path / 'x.img', label)
    for words in (b'root=LABEL=%b', b'"root=LABEL=%b', b'root=%b', b'root=/dev/vda init=/%b', b'root=/dev/vda x%b rd.%b'):
        line = words.replace(b'%b', label)
        found = Run(tool, 'explain', line, status=(FINE, REFUSED)).json
        assert found['steps']
        Run(tool, 'fits', line, image, status=(FOUND, NONE, UNCLEAR, ERROR))
    found = Run(tool, 'fits', b'root=LABEL=none', image, status=NONE).json
    device, = steps_of(found, 'root')[0]['seen']
    assert device['LABEL'] == label.decode(errors='replace')
    assert bytes.fromhex(device.get('LABEL_HEX', label.hex())) == label


# ---- fits ----------------------------------------------------------------------------------------

FOUND, NONE, UNCLEAR = IDENTIFIED, NOTHING, AMBIVALENT


@pytest.fixture
def fits(tool, tmp_path):
    def fits(cmdline, *images, status=FOUND, lines=()):
        """The block of root when there is one, and all of the output."""
        (tmp_path / 'config').write_text(''.join(line + '\n' for line in [*BASE, *lines]))
        out = Run(tool, 'fits', '--config', tmp_path / 'config', cmdline, *images, status=status).out
        found = {}
        for line in out.split(b'\n') if status == FOUND else ():
            key, equals, value = line.decode().partition('=')
            if equals and key.isupper():
                found[key] = value
        return found, out.decode()
    return fits


@pytest.fixture
def disk(tmp_path):
    """A GPT disk with an empty partition `boot` and an ext4 `root` in the partition `system`."""
    return ext4(gpt(tmp_path / 'disk.img', 'boot', 'system'), offset=9 * MIB)


@pytest.mark.parametrize('root', [
    f'UUID={EXT4_UUID}', f'UUID={EXT4_UUID.upper()}', 'LABEL=root', 'PARTLABEL=system',
    f'PARTUUID={PART_IDS[1]}', f'PARTUUID={PART_IDS[0]}/PARTNROFF=1', '/dev/vda2', '/dev/sda2',
    '/dev/mmcblk0p2', '/dev/nvme0n1p2', '/dev/disk/by-label/ro\\x6ft',
])
def test_takes(root, fits, disk):
    found, out = fits(f'quiet root={root} ro', disk)
    assert found == {
        'DEVNAME': str(disk), 'PARTN': '2', 'TYPE': 'ext4', 'UUID': EXT4_UUID, 'LABEL': 'root',
        'PARTUUID': PART_IDS[1], 'PARTLABEL': 'system', 'SIZE': str(8 * MIB), 'OFFSET': str(9 * MIB)}
    assert len(out.splitlines()) == 9


def test_takes_a_whole_disk(fits, disk, tmp_path):
    other = ext4(tmp_path / 'other.img', 'other')
    for root in 'LABEL=other', '/dev/vdb':
        found, _ = fits(f'root={root}', disk, other)
        assert found['DEVNAME'] == str(other) and 'PARTN' not in found
    for name in 'mmcblk3', 'sdq':
        assert fits(f'root=/dev/{name}', f'{name}={other}', disk)[0]['LABEL'] == 'other'


@pytest.mark.parametrize('root, said', [
    ('LABEL=rot', 'did you mean this LABEL?'),
    ('LABEL=Root', 'did you mean this LABEL?'),
    ('PARTLABEL=root', 'did you mean this LABEL?'),
    ('LABEL=system', 'did you mean this PARTLABEL?'),
    ('LABEL=elsewhere', 'not found'),
    ('/dev/vda3', 'not found; there are vda, vda1, vda2'),
    ('/dev/mmcblk1p2', 'not found; there are mmcblk0, mmcblk0p1, mmcblk0p2'),
    (f'PARTUUID={PART_IDS[1]}/PARTNROFF=1', 'not found'),
    (f'PARTUUID={PART_IDS[0]}/PARTNROFF=-1', 'not found'),
])
def test_takes_none(root, said, fits, disk):
    _, out = fits(f'root={root}', disk, status=NONE)
    assert said in out
    assert ('did you mean' in out) == ('did you mean' in said)
    assert 'partition 2' in out and 'LABEL=root' in out, 'what is there is not shown'


def test_twice(fits, disk, tmp_path):
    clone = shutil.copy(disk, tmp_path / 'clone.img')
    images = [f'sda={disk}', f'mmcblk0={clone}']
    _, out = fits('root=LABEL=root', *images, status=UNCLEAR)
    assert f'{disk} partition 2 (sda2) and {clone} partition 2 (mmcblk0p2)' in out
    assert 'did you mean' not in out
    assert fits('root=/dev/mmcblk0p2', *images)[0]['DEVNAME'] == str(clone)
    found, out = fits('root=LABEL=root', *images, lines=['CONFIG_DUPLICATE_FIRST=y'])
    assert found['DEVNAME'] == str(clone) and 'taking' in out, 'not the first by name'
    prefer = ['CONFIG_DUPLICATE_PREFER=y', 'CONFIG_PREFER_BUS="mmc"']
    found, out = fits('root=LABEL=root', *images, lines=prefer)
    assert found['DEVNAME'] == str(clone) and 'taking' in out
    fits('root=LABEL=root', f'mmcblk1={disk}', images[1], lines=prefer, status=UNCLEAR)


def test_buses(fits, disk):
    only = ['CONFIG_ROOT_BUSES="mmc nvme"']
    assert fits('root=LABEL=root', f'mmcblk0={disk}', lines=only)[0]['PARTN'] == '2'
    _, out = fits('root=LABEL=root', f'vda={disk}', lines=only, status=NONE)
    assert 'matches but virtio is not allowed for root: ignored' in out
    # which bus it is cannot be seen in an image
    found, out = fits('root=LABEL=root', disk, lines=only)
    assert found and 'root may only be on: mmc nvme' in out


def test_looks_like_two(fits, tmp_path):
    image = two_in_one(tmp_path / 'x.img')
    _, out = fits('root=/dev/vda', image, status=UNCLEAR)
    assert 'looks like both' in out
    # an image that does not know one of the two sees the other
    found, _ = fits('root=LABEL=root', image, lines=['# CONFIG_FS_SQUASHFS is not set'])
    assert found['TYPE'] == 'ext4'
    found, _ = fits('root=/dev/vda', image, lines=['# CONFIG_FS_EXT is not set'])
    assert found['TYPE'] == 'squashfs'


def test_format_that_the_image_does_not_know(fits, disk):
    _, out = fits('root=LABEL=root', disk, lines=['# CONFIG_FS_EXT is not set'], status=NONE)
    assert 'ext4, which this image does not know' in out


def test_partition_that_is_its_disk(fits, tmp_path):
    """From sector 0 on, as on hybrid ISO images: no second one that answers."""
    image = ext4(tmp_path / 'x.img')
    with open(image, 'r+b') as file:
        file.seek(446)
        file.write(struct.pack('<4xB3xII', 0x83, 0, 8 * MIB // 512))
        file.seek(510)
        file.write(b'\x55\xaa')
    assert 'PARTN' not in fits('root=LABEL=root', image)[0]
    assert fits('root=/dev/vda1', image)[0]['PARTN'] == '1'


def test_what_must_not_be_mounted(fits, tmp_path):
    image = sparse(tmp_path / 'x.img', 8 * MIB)
    run('mkswap', '-L', 'root', image)
    for root in '/dev/vda', 'LABEL=root':
        _, out = fits(f'root={root}', image, status=NONE)
        assert 'is swap: this image cannot open it' in out


def test_member_that_the_image_does_not_know(fits, tmp_path):
    image = ext4(tmp_path / 'x.img')
    md_at_the_end(image)
    _, out = fits('root=LABEL=root', image, status=NONE)
    assert 'holds ext4 but is linux_raid_member: not mounted' in out
    assert fits('root=LABEL=root', image, lines=['# CONFIG_FS_MEMBERS is not set'])[0]


def test_damaged(fits, tmp_path):
    image = ext4(tmp_path / 'x.img')
    with open(image, 'r+b') as file:
        file.seek(1024 + 0x30)
        file.write(b'\x12\x34\x56\x78')
    _, out = fits('root=/dev/vda', image, status=NONE)
    assert 'ext4 superblock checksum is wrong' in out
    _, out = fits('root=LABEL=root', image, status=NONE)
    assert 'damaged ext4' in out


def test_other_type(fits, disk):
    _, out = fits('root=LABEL=root rootfstype=xfs', disk, status=NONE)
    assert 'is ext4 but rootfstype=xfs' in out and 'did you mean' not in out
    _, out = fits('root=LABEL=root rootfstype=ext2', disk, status=NONE)
    for types in 'ext4', 'xfs,ext4', 'reiserfs':
        assert fits(f'root=LABEL=root rootfstype={types}', disk)[0]


def test_unknown_and_cut(fits, disk):
    found, out = fits('root=/dev/vda1', disk)
    assert found['PARTN'] == '1' and 'holds nothing that is known' in out
    whole = ext4(disk.parent / 'whole.img')
    os.truncate(whole, 4 * MIB)
    assert 'cut short: ext4 claims 8192 KiB, the device has 4096' in fits('root=LABEL=root', whole)[1]


def test_falls_back(fits, disk):
    found, out = fits('root=LABEL=a rootfallback=LABEL=b rootfallback=LABEL=root', disk)
    assert found['PARTN'] == '2' and 'root=LABEL=a: not found' in out
    assert 'then rootfallback=LABEL=root:' in out
    fits('root=LABEL=a rootfallback=LABEL=b', disk, status=NONE)
    fits('root=LABEL=a rootfallback=LABEL=root', disk, lines=['# CONFIG_ROOTFALLBACK is not set'],
         status=NONE)


def test_backup_gpt(fits, disk):
    """The kernel uses it with its own parameter, and so does this."""
    with open(disk, 'r+b') as file:
        file.seek(512 + 16)
        file.write(b'\xff')
    fits('root=LABEL=root', disk, status=NONE)
    assert fits('root=LABEL=root gpt', disk)[0]['PARTN'] == '2'


def test_fits_with_large_sectors(tool, tmp_path):
    image = ext4(gpt(tmp_path / 'x.img', 'boot', 'root', sector=4096), offset=9 * MIB)
    Run(tool, 'fits', 'root=LABEL=root', image, status=NONE)
    assert b'PARTN=2' in Run(tool, 'fits', '--sector-size', '4096', 'root=PARTLABEL=root', image,
                             status=FOUND).out


@pytest.mark.parametrize('cmdline, pointed, said', [
    ('quiet', [], 'no root='),
    ('ro root=nope', ['root=nope'], 'not one of'),
    ('root=/dev/vda loop=x', ['loop=x'], 'not in this image'),
])
def test_refused_before_it_looks(cmdline, pointed, said, fits, disk):
    _, out = fits(cmdline, disk, status=NONE)
    assert said in out and pointed_at(out.splitlines()) == pointed


@pytest.mark.parametrize('words', [
    [], ['root=/dev/vda'], ['root=/dev/vda', '/none'], ['root=/dev/vda', '/'],
    ['--board', 'no-such', 'root=/dev/vda', '{}'], ['--config', '/none', 'root=/dev/vda', '{}'],
    ['--sector-size', '1', 'root=/dev/vda', '{}'], ['--bord', 'root=/dev/vda', '{}'],
])
def test_fits_fails(words, tool, disk):
    found = Run(tool, 'fits', *(word.format(disk) for word in words), status=ERROR)
    assert found.err.startswith(b'kindling: ') and found.out == b''


@pytest.mark.parametrize('words', ['root=8:1', 'root=ubi0:rootfs', 'root=x rootfstype=9p'])
def test_not_to_be_told_from_images(words, fits, disk):
    assert fits(words, disk, status=ERROR)[1] == ''


def test_hostile_label_in_messages(fits, tmp_path):
    image = ext4(tmp_path / 'x.img', b'ro\x1b\nt')
    _, out = fits('root=LABEL=rot', image, status=NONE)
    assert 'LABEL=ro\\x1b\\x0at' in out and '\x1b' not in out


def test_json_of_fits(tool, disk):
    def asked(words, status=FOUND):
        return Run(tool, 'fits', words, disk, status=status).json['steps']
    root, = asked('root=LABEL=root')
    assert root['value'] == 'LABEL=root' and root['found'] == {
        'DEVNAME': str(disk), 'PARTN': 2, 'TYPE': 'ext4', 'UUID': EXT4_UUID, 'LABEL': 'root', 'PARTUUID': PART_IDS[1],
        'PARTLABEL': 'system', 'SIZE': 8 * MIB, 'OFFSET': 9 * MIB, 'NAME': 'vda2'}
    root, = asked('root=LABEL=rot', NONE)
    assert root['why'] == 'not found' and [device['NAME'] for device in root['seen']] == ['vda', 'vda1', 'vda2']
    assert [device.get('MEANT') for device in root['seen']] == [None, None, 'LABEL'] and 'found' not in root
    first, second = asked('root=LABEL=a rootfallback=/dev/vda2')
    assert (first['step'], first['why'], second['step'], second['value']) == (
        'root', 'not found', 'rootfallback', '/dev/vda2') and second['found']['PARTN'] == 2
    root, = asked('quiet root=nope', NONE)
    assert (root['word'], root['at']) == ('root=nope', 6)
    assert asked('root=8:1', ERROR) == [{'step': 'root', 'value': '8:1', 'text': []}]
    assert Run(tool, 'fits', 'root=/dev/vda', '/none', status=ERROR).json == {'steps': [], 'status': ERROR}


# ---- check-kernel: what it needs of its kernel is in tests/kernel_check ----

def test_check_kernel(tool, tmp_path):
    kernel = tmp_path / 'kernel'
    kernel.write_text('# Linux/x86 6.12.1 Kernel Configuration\nCONFIG_X86_64=y\nCONFIG_DEFAULT_INIT="/a\x1b\u00e9"\n')

    def asked(*words, status, **options):
        return Run(tool, 'check-kernel', *words, kernel, status=status, **options)
    for line in b'root=/dev/vda1', b'root=LABEL=\xff\x1b', b'"', b'':
        assert steps_of(asked('--cmdline', line, status=1).json, 'must')
    found = asked('--config', '/dev/null', '--cmdline', 'root=ubi0:x', '--type', 'ubifs', status=1).json
    rows = {step['symbol']: step for step in found['steps'] if 'symbol' in step}
    assert (rows['MTD_UBI']['why'], rows['MTD_UBI']['symbols']) == ('root is a UBI volume', 'MTD_UBI:ubi')
    assert rows['NET']['step'] == 'advice' and 'EXT4_FS' not in rows
    kernel_step, = steps_of(found, 'kernel')
    assert [kernel_step[key] for key in ('kernel', 'roots', 'types', 'image')] == [
        'Linux/x86 6.12.1', 'root=ubi0:x', 'ubifs', '/dev/null']
    assert any('without_board' in step for step in steps_of(found, 'note'))
    # all that it prints makes another one good
    whole = asked('--cmdline', 'root=/dev/vda', '--fragment', status=0).out.decode()
    with open(kernel, 'a') as file:
        file.write(whole)
    assert asked('--cmdline', 'root=/dev/vda', status=0).json['steps'][-1]['file'] == str(kernel)
    assert asked('--cmdline', 'root=/dev/vda', '--fragment', status=0).out.decode().count('\n') == 2
    # modules of the image, in either spelling; any
    kernel.write_text(kernel.read_text().replace('EXT4_FS=y', 'EXT4_FS=m'))
    assert "name ext4 in MODULES_LIST" in asked('--cmdline', 'root=/dev/vda', status=1).out.decode()
    for modules in 'a,fs-ext4', 'ext4', '*':
        found = asked('--cmdline', 'root=/dev/vda', '--modules', modules, status=0).json
        assert steps_of(found, 'module') == [{'step': 'module', 'symbol': 'EXT4_FS', 'module': 'ext4', 'text': [
            'EXT4_FS                  ext4 is in the image, when it is made with MODULES=']}]
    asked('--cmdline', 'root=/dev/vda', '--modules', 'ext', status=1)
    for words in [], ['x', 'y'], ['--board', '../boards/qemu-arm', kernel], ['--config', '/none', kernel], ['/none']:
        assert Run(tool, 'check-kernel', *words, status=2).out == b''
    assert b'gzip, which is not installed' not in Run(tool, 'check-kernel', '/none', status=2).err


def test_check_kernel_asks_for_the_most(tool, tmp_path):
    """What the image can do without its board may need."""
    (tmp_path / 'own/mine').mkdir(parents=True)
    (tmp_path / 'own/mine/defconfig').write_text('CONFIG_X86_64=y\n')
    (tmp_path / 'own/mine/symbols').write_text('# none\n\nNET   its disk\nPRINTK?  its console\n')
    (tmp_path / 'own/mine/cmdline').write_text('root=/dev/vda rootfstype=xfs\n')
    (tmp_path / 'kernel').write_text('# Linux/x86 6.12.1 Kernel Configuration\nCONFIG_X86_64=y\n')
    steps = Run(tool, 'check-kernel', '--board', 'mine', tmp_path / 'kernel', status=1, BOARD_PATH=str(tmp_path / 'own')).json
    rows = {step['symbol']: (step['step'], step['why']) for step in steps['steps'] if 'symbol' in step}
    assert rows['NET'] == ('must', 'its disk') and rows['PRINTK'] == ('advice', 'what /init says') and 'XFS_FS' in rows


# ---- completion ----------------------------------------------------------------------------------

def options_of(tool, command):
    return set(re.findall(r'^  (--\S+)', Run(tool, command, '--help', status=0).out.decode(), re.M))


def completed(tool, folder, *words):
    """What bash makes of the last of these words, by the function that `complete` names for kindling."""
    script = '''. "$0"; shift 0; function=$(complete -p kindling); function=${function#*-F }
        COMP_WORDS=(kindling "$@"); COMP_CWORD=$#; ${function% *}; printf '%s\\n' "${COMPREPLY[@]}"'''
    bin = folder / 'bin'
    if not bin.exists():
        bin.mkdir()
        (bin / 'kindling').symlink_to(tool)
    found = subprocess.run(['bash', '-uc', script, TOP / 'init/host/completion/kindling.bash', *words], cwd=TOP, text=True,
                           env=os.environ | {'PATH': f'{bin}:{os.environ["PATH"]}', 'BOARD_PATH': str(folder / 'own')},
                           check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert not found.stderr
    return set(found.stdout.split())


def test_completion_of_bash(tool, tmp_path):
    (tmp_path / 'own/my-board').mkdir(parents=True)
    (tmp_path / 'own/my-board/defconfig').touch()
    (tmp_path / 'share/kindling/boards/installed').mkdir(parents=True)
    (tmp_path / 'share/kindling/boards/installed/defconfig').touch()
    assert completed(tool, tmp_path, '') == {*COMMANDS, 'help', '--help', '--version'}
    assert completed(tool, tmp_path, 'f') == {'fits'} and completed(tool, tmp_path, 'nothing', '') == set()
    for command in COMMANDS:
        assert completed(tool, tmp_path, command, '--') == options_of(tool, command)
        assert completed(tool, tmp_path, command, '--js') == {'--json'}
    boards = {path.parent.name for path in TOP.glob('boards/*/defconfig')} | {'my-board', 'installed'}
    for command in 'explain', 'fits', 'check-kernel':
        assert completed(tool, tmp_path, command, '--board', '') == boards
        assert completed(tool, tmp_path, command, '--config', 'READ') == {'README.md'}
    assert completed(tool, tmp_path, 'explain', '--json', '--board', 'my') == {'my-board'}
    assert completed(tool, tmp_path, 'probe', '--sector-size', '') == {'512', '1024', '2048', '4096'}
    assert completed(tool, tmp_path, 'fits', 'root=/dev/vda', 'READ') == {'README.md'}
    assert completed(tool, tmp_path, 'explain', 'READ') == set()
    assert completed(tool, tmp_path, 'check-kernel', '--modules', 'V') == set()


def test_completion_on_a_terminal(tool, tmp_path):
    """A real TAB, and a file name with a space."""
    (tmp_path / 'my card.img').touch()
    with console(['bash', '--norc', '-i']) as shell:
        shell.send(f'cd {tmp_path}; . {TOP}/init/host/completion/kindling.bash; kindling() {{ printf "<%s>" "$@"; }}')
        shell.send('kindling chec\t--fra\tX')
        shell.expect('<check-kernel><--fragment><X>')
        shell.send('kindling probe my\tX')
        shell.expect('<probe><my card.img><X>')


@pytest.mark.parametrize('shell', ['bash', 'zsh', 'fish'])
def test_completion_knows_all(shell, tool):
    """Every command and option of --help, and no other."""
    text = (TOP / f'init/host/completion/kindling.{shell}').read_text()
    whole = set(re.findall(r'--[a-z-]+', Run(tool, '--help', status=0).out.decode()))
    found = set(re.findall(r' -l ([a-z-]+) -?', text.partition('\ncomplete')[2]) if shell == 'fish' else re.findall(r'--([a-z-]+)', text))
    assert {f'--{name}' for name in found} == whole
    assert all(re.search(rf'\b{command}\b', text) for command in COMMANDS)
    if shell == 'fish':
        for command in COMMANDS:
            lines = re.findall(r"__fish_seen_subcommand_from ([a-z -]+)'.* -l ([a-z-]+)", text)
            assert {f'--{option}' for commands, option in lines if command in commands.split()} == \
                options_of(tool, command) - {'--help', '--version'}
    elif shell == 'zsh':
        for command in COMMANDS:
            part = re.search(rf'\t{command}\)(.*?);;', text, re.S)[1]
            for name, option in ('board', 'board'), ('config', 'config'), ('sectors', 'sector-size'), ('json', 'json'):
                part = part.replace(f'${name} ', f'--{option} ')
            assert set(re.findall(r'--[a-z-]+', part)) == options_of(tool, command) - {'--help', '--version'}
