"""image/modules: which modules of a kernel an image gets, in which order and form, and complaints.

Debian's own kernels (qemu/stock), and small trees of modules that are compiled here.
"""
import lzma
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

import machine
from builds import copied, make
from machine import DIR, LINK, TOP, output

MODULES = TOP / 'image/modules'
SIGNED = b'~Module signature appended~\n'


def run(*words):
    return subprocess.run([str(word) for word in words], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT)


class Packed:
    """What `modules pack` made, of names separated by spaces."""

    def __init__(self, where, out, names='', *options):
        result = run(MODULES, 'pack', where, out, '--names', names, *options)
        assert result.returncode == 0, result.stdout
        assert not result.stdout, result.stdout
        self.files = {Path(path).name: Path(file) for path, file in re.findall(
            r'^file (\S+) (\S+) 0644 0 0$', (out / 'modules.list').read_text(), re.M)}
        self.index = self.files['modules.index'].read_text()
        self.table = (out / 'modules.table').read_text()

    def lines(self):
        return read_index(self.index)


def read_index(text):
    """{module: (what is loaded, patterns)}"""
    rows = [line.split() for line in text.splitlines()[1:]]
    return {row[row.index('=') + 1]: (row[:row.index('=')], row[row.index('=') + 2:]) for row in rows}


def refused(where, out, names='', *options):
    result = run(MODULES, 'pack', where, out, '--names', names, *options)
    assert result.returncode == 1, result.stdout
    assert 'Traceback' not in result.stdout
    assert re.search(r'^modules: .*: .*; ', result.stdout, re.M), result.stdout
    return result.stdout


@pytest.fixture(scope='module')
def armmp():
    return machine.stock('armmp') / 'modules'


@pytest.fixture(scope='module')
def cloud():
    return machine.stock('cloud-amd64') / 'modules'


# ---- small trees ---------------------------------------------------------------------------------

class Module:
    """The source of a module: it exports its own name and needs others'."""

    def __init__(self, *needs, **info):
        self.needs, self.info = needs, {'depends': ','.join(needs), **info}

    def compile(self, name, out):
        fields = ''.join(f'{key}={value}\\0' for key, values in self.info.items()
                         for value in ([values] if isinstance(values, str) else values))
        source = ''.join(f'extern int x_{need}; int *u_{need} = &x_{need};\n' for need in self.needs)
        source += f'''int x_{name};
            __attribute__((section("__ksymtab_strings"))) char s[] = "x_{name}";
            __attribute__((section("__ksymtab"))) int *__ksymtab_x_{name} = &x_{name};
            __attribute__((section(".modinfo"))) char i[] = "name={name}\\0{fields}";\n'''
        subprocess.run(['gcc', '-g', '-x', 'c', '-c', '-o', out, '-'], input=source, text=True,
                       check=True)


TINY = {
    'base': Module(),
    'bus': Module('base', alias='of:N*T*Ctiny,bus', softdep='pre: helper'),
    'helper': Module(),
    'disk': Module('bus', alias=['pci:v*d00000001sv*', 'char-major-7-*', 'devname:disk'],
                   firmware=['tiny/disk.bin', 'tiny/lost.bin', 'tiny/more-*.bin']),
    'power': Module(alias='i2c:power'),
    'vfat': Module(alias='fs-vfat'),
    'nls_cp437': Module(), 'nls_cp850': Module(), 'nls_ascii': Module(), 'nls_utf8': Module(),
}
RELEASE = '6.0.0-tiny'


def tiny(top, modules=TINY, lib='lib'):
    """Compile a tree below the folder `top`; returns the folder of its modules."""
    tree = top / lib / 'modules' / RELEASE
    (tree / 'kernel').mkdir(parents=True)
    for name, module in modules.items():
        module.compile(name, tree / f'kernel/{name}.ko')
    (tree / 'modules.builtin').write_text('kernel/fs/ext4/ext4.ko\n')
    return tree


@pytest.fixture(scope='module')
def small(tmp_path_factory):
    """Not for writing."""
    return tiny(tmp_path_factory.mktemp('tiny'))


def configured(tree, *lines):
    """A tree, and the kernel's configuration in it."""
    (tree / 'config').write_text('\n'.join(['# Linux', 'CONFIG_MODULES=y', *lines, '']))
    return tree


# ---- which, and in which order -------------------------------------------------------------------

@pytest.fixture(scope='module')
def whole(armmp):
    """The index of all modules of a kernel."""
    return read_index(output(MODULES, 'index', armmp))


def test_order_is_modprobes(whole, armmp):
    """For every 40th module, and one that modprobe prints a need of twice; the tree that modprobe reads is depmod's own, in the cache."""
    release = next((armmp / 'lib/modules').iterdir()).name
    assert len(whole) > 3000
    for name in [*list(whole)[::40], 'btrfs']:
        loads, _ = whole[name]
        shown = output('modprobe', '-C', '/dev/null', '-d', armmp, '-S', release, '--show-depends', name)
        names = [Path(row.split()[1]).name.split('.')[0].replace('-', '_')
                 for row in shown.splitlines() if row.startswith('insmod ')]
        assert loads == list(dict.fromkeys(names))


def test_index(small, tmp_path):
    packed = Packed(small, tmp_path / 'out', 'disk ext4')
    assert packed.index.splitlines()[:2] == ['.ko', '= ext4']
    assert packed.lines() == {
        'ext4': ([], []),
        'base': (['base'], []),
        'bus': (['base', 'helper', 'bus'], ['of:N*T*Ctiny,bus']),
        'helper': (['helper'], []),
        # no char-major, no devname
        'disk': (['base', 'helper', 'bus', 'disk'], ['pci:v*d00000001sv*'])}
    assert set(packed.files) == {'modules.index', 'base.ko', 'bus.ko', 'helper.ko', 'disk.ko'}
    why = {line.split(maxsplit=2)[1]: line.split(maxsplit=2)[2]
           for line in packed.table.splitlines() if re.match(r' +\d+ \w+ ', line)}
    assert why == {'base': 'needed by disk', 'bus': 'needed by disk', 'helper':
                   'soft dependency of disk', 'disk': 'named by MODULES_LIST'}
    assert re.search('built in ext4 +named by MODULES_LIST', packed.table)


def test_names(small, tmp_path):
    """Modules and aliases, `-` and `_`, comments, and what a kernel may lack."""
    names = tmp_path / 'list'
    names.write_text('# this board\nfs-vfat  # its boot partition\nnls-utf8\nnosuch?\n')
    packed = Packed(small, tmp_path / 'out', 'power?', '--list', names)
    assert {'vfat', 'nls_utf8', 'power'} <= set(packed.lines())
    assert 'nothing asks for' not in packed.table
    assert 'not in this kernel: nosuch' in packed.table
    assert re.search(f'vfat +named by {names}', packed.table)


def test_unknown_name(small, tmp_path):
    text = refused(small, tmp_path / 'out', 'hepler')
    assert f'hepler: no such module or alias in {RELEASE}; near: helper;' in text
    assert len(refused(small, tmp_path / 'out', 'x' * 2**16)) < 400


def test_no_name(small, tmp_path):
    assert 'no names of modules; list them in boards/BOARD/modules' in refused(small, tmp_path / 'out')
    note = 'no module of a file system'
    assert note in Packed(small, tmp_path / 'out', 'disk').table
    assert note not in Packed(small, tmp_path / 'out', 'disk vfat').table


def test_nothing_asks(small, tmp_path):
    """Said of what was named and has no pattern; not when a named module brings it."""
    table = Packed(small, tmp_path / 'out', 'disk base nls_cp850').table
    assert re.findall('nothing asks for .*', table) == ['nothing asks for nls_cp850: give modules=nls_cp850']


def test_no_list(small, tmp_path):
    for option in ('--list', '--capture'):
        assert 'typo: No such file' in refused(small, tmp_path / 'out', '', option, tmp_path / 'typo')
    assert 'MODULES_LIST: `?` without a name' in refused(small, tmp_path / 'out', 'disk ?')


@pytest.mark.parametrize('lines, charsets', [
    (None, ['nls_ascii', 'nls_cp437', 'nls_utf8']),
    (['CONFIG_FAT_DEFAULT_CODEPAGE=850', 'CONFIG_FAT_DEFAULT_IOCHARSET="ascii"'],
     ['nls_ascii', 'nls_cp850']),
])
def test_requests(lines, charsets, tmp_path):
    """What vfat makes the kernel ask for answers to its alias too, and stands before it."""
    tree = tiny(tmp_path)
    packed = Packed(configured(tree, *lines) if lines else tree, tmp_path / 'out', 'vfat')
    asked = [name for name, (_, patterns) in packed.lines().items() if 'fs-vfat' in patterns]
    assert sorted(asked[:-1]) == charsets and asked[-1] == 'vfat'
    assert re.search('nls_ascii +requested by vfat', packed.table)


def test_requests_of_what_is_built_in(tmp_path):
    tree = tiny(tmp_path)
    (tree / 'kernel/vfat.ko').unlink()
    (tree / 'modules.builtin').write_text('kernel/fs/fat/vfat.ko\n')
    lines = Packed(tree, tmp_path / 'out', 'vfat').lines()
    assert lines['vfat'] == ([], [])
    assert 'fs-vfat' in lines['nls_ascii'][1]


def test_requests_of_a_stock_kernel(whole):
    order = list(whole)
    for name, kind in (('nls_cp437', 'vfat'), ('nls_ascii', 'vfat'), ('deflate', 'ubifs'),
                       ('zstd', 'ubifs'), ('9pnet_virtio', '9p'), ('xxhash_generic', 'btrfs')):
        assert f'fs-{kind}' in whole[name][1]
        assert order.index(name) < order.index(kind)
    assert 'fs-vfat' not in whole['nls_utf8'][1]


# ---- where they are ------------------------------------------------------------------------------

def test_places(small, tmp_path):
    """A tree, a folder with one (a space in its name), a package, a kernel build, qemu/stock's: all the same."""
    tree = configured(tiny(tmp_path / 'a root', lib='usr/lib'))
    shutil.move(tree / 'config', tmp_path / 'a root/config')
    (tmp_path / 'a root/lib').symlink_to('usr/lib')
    package = tmp_path / 'package'
    shutil.copytree(tmp_path / 'a root/usr', package / 'usr')
    (package / 'DEBIAN').mkdir()
    (package / 'DEBIAN/control').write_text(
        'Package: tiny\nVersion: 1\nArchitecture: all\nMaintainer: x <x@y>\nDescription: x\n')
    subprocess.run(['dpkg-deb', '-b', package, tmp_path / 'tiny.deb'], check=True,
                   stdout=subprocess.DEVNULL)
    build = tmp_path / 'build'
    (build / 'include/config').mkdir(parents=True)
    (build / 'include/config/kernel.release').write_text(f'{RELEASE}\n')
    for file in tree.glob('kernel/*.ko'):
        shutil.copy(file, build)
    # no order but that of the folder there; here it is made
    (build / 'modules.order').write_text(
        ''.join(f'{path.stem}.o\n' for path in sorted(tree.glob('kernel/*.ko'))))
    shutil.copy(tree / 'modules.builtin', build)
    stock = tmp_path / 'stock'
    shutil.copytree(tmp_path / 'a root/usr', stock / 'modules')
    made = [Packed(where, tmp_path / f'out{number}', 'disk vfat ext4') for number, where in
            enumerate((tree, tmp_path / 'a root', tmp_path / 'tiny.deb', build, stock))]
    for packed in made[1:]:
        assert {name: line for name, line in packed.lines().items()} == made[0].lines()
        assert ({name: file.read_bytes() for name, file in packed.files.items() if '.ko' in name} ==
                {name: file.read_bytes() for name, file in made[0].files.items() if '.ko' in name})


def test_tree_is_only_read(tmp_path):
    tree = tiny(tmp_path)

    def state():
        return {path: (path.stat().st_mtime_ns, path.stat().st_size) for path in tree.rglob('*')}
    before = state()
    Packed(tree, tmp_path / 'out', 'disk')
    assert state() == before


def test_no_tree(small, tmp_path):
    assert 'no modules here' in refused(tmp_path, tmp_path / 'out')
    tiny(tmp_path, {})
    shutil.copytree(tmp_path / f'lib/modules/{RELEASE}', tmp_path / 'lib/modules/6.1')
    text = refused(tmp_path, tmp_path / 'out')
    assert 'several kernels' in text and 'lib/modules/6.1' in text
    (tmp_path / 'bad.deb').write_text('nothing')
    assert 'dpkg-deb' in refused(tmp_path / 'bad.deb', tmp_path / 'out')


# ---- bad trees -----------------------------------------------------------------------------------

def complaints(tree, out, names, *expected):
    """It is packed all the same, and each complaint is made once."""
    result = run(MODULES, 'pack', tree, out, '--names', names)
    assert result.returncode == 0, result.stdout
    lines = result.stdout.splitlines()
    assert len(lines) == len(expected)
    for line, words in zip(sorted(lines), sorted(expected)):
        assert line.startswith(f'modules: {words}')


def test_loop(tmp_path):
    tree = tiny(tmp_path, TINY | {'one': Module('two'), 'two': Module('one'), 'three': Module('two')})
    (text,) = run(MODULES, 'pack', tree, tmp_path / 'out', '--names', 'disk').stdout.splitlines()
    assert re.match(r'modules: (one -> two -> one|two -> one -> two): these need each other', text)
    assert (tmp_path / 'out/modules.list').exists()
    assert 'needs two' in refused(tree, tmp_path / 'out', 'three')


def test_damaged(tmp_path):
    tree = tiny(tmp_path)
    (tree / 'kernel/junk.ko').write_text('junk')
    (tree / 'kernel/cut.ko').write_bytes((tree / 'kernel/base.ko').read_bytes()[:100])
    (tree / 'kernel/empty.ko.xz').write_text('')
    complaints(tree, tmp_path / 'out', 'disk', 'junk: its file is damaged', 'cut: its file is damaged',
               'empty: its file is damaged')
    # half of a file is found out when it is wanted
    whole = (tree / 'kernel/power.ko').read_bytes()
    (tree / 'kernel/power.ko').write_bytes(whole[:-len(whole) // 3])
    text = refused(tree, tmp_path / 'out', 'power')
    assert 'power' in text
    assert 'junk: no such module' in refused(tree, tmp_path / 'out', 'junk')


def test_missing_file(tmp_path):
    tree = tiny(tmp_path)
    (tree / 'kernel/base.ko').unlink()
    assert 'bus: needs base, which' in refused(tree, tmp_path / 'out', 'disk')
    Packed(tree, tmp_path / 'out', 'power')


@pytest.mark.parametrize('name', ['modules.dep', 'modules.order', 'modules.builtin', 'modules.alias'])
def test_foolish_lists(name, tmp_path):
    """What the tree says of itself does not count, or not so much that it could do harm."""
    tree = tiny(tmp_path)
    (tree / name).write_text(f'kernel/disk.ko: kernel/disk.ko\n{"x" * 2**20}\nkernel/ba')
    assert Packed(tree, tmp_path / 'out', 'disk').lines()['disk'][0] == ['base', 'helper', 'bus', 'disk']


def test_index_limit(tmp_path):
    tree = tiny(tmp_path, {'wide': Module(alias=[f'pci:v{n:08}{"0" * 40}sv*' for n in range(10000)])})
    text = refused(tree, tmp_path / 'out', 'wide')
    assert re.search(r'modules.index: \d+ bytes in 1 lines, and /init takes less than 524288', text)


# ---- in which form -------------------------------------------------------------------------------

XZ = 'CONFIG_MODULE_DECOMPRESS=y', 'CONFIG_MODULE_COMPRESS_XZ=y'


@pytest.mark.parametrize('lines, compress, suffix', [
    (None, 'none', '.ko'),
    (XZ, 'none', '.ko.xz'),
    (XZ, 'xz', '.ko'),
    (XZ[1:], 'none', '.ko'),
    (('CONFIG_MODULE_DECOMPRESS=y', 'CONFIG_MODULE_COMPRESS_ZSTD=y'), 'none', '.ko.zst'),
    (('CONFIG_MODULE_DECOMPRESS=y', 'CONFIG_MODULE_COMPRESS_GZIP=y'), 'none', '.ko.gz'),
])
def test_form(lines, compress, suffix, small, tmp_path):
    """The one that makes the archive smallest, of those that the kernel can load."""
    tree = shutil.copytree(small, tmp_path / RELEASE)
    for file in tree.glob('kernel/*.ko'):
        subprocess.run(['xz', file], check=True)
    if lines:
        configured(tree, *lines)
    packed = Packed(tree, tmp_path / 'out', ' '.join(TINY), '--compress', compress)
    assert packed.index.startswith(f'{suffix}\n')
    assert set(packed.files) == {'modules.index'} | {f'{name}{suffix}' for name in TINY}
    unpack = {'.ko': 'cat', '.ko.xz': 'xzcat', '.ko.gz': 'zcat', '.ko.zst': 'zstdcat'}[suffix]
    assert subprocess.check_output([unpack, packed.files[f'base{suffix}']])[:4] == b'\x7fELF'


@pytest.mark.parametrize('kind', ['gz', 'xz'])
def test_form_of_a_stock_kernel(kind, cloud, tmp_path):
    """It is worth measuring: of the same modules, gzip packs .ko.xz better, xz plain ones."""
    packed = Packed(cloud, tmp_path / 'out', 'erofs', '--compress', kind)
    assert packed.index.startswith({'gz': '.ko.xz\n', 'xz': '.ko\n'}[kind])
    name = {'gz': 'erofs.ko.xz', 'xz': 'erofs.ko'}[kind]
    data = packed.files[name].read_bytes()
    shipped = next(cloud.glob('**/erofs.ko.xz')).read_bytes()
    plain = lzma.decompress(data) if kind == 'gz' else data
    # signed: not one byte may change
    assert plain == lzma.decompress(shipped) and plain.endswith(SIGNED)


def test_strip(small, tmp_path):
    """Debug information goes, but not where a signature covers it."""
    tree = shutil.copytree(small, tmp_path / RELEASE)
    with open(tree / 'kernel/power.ko', 'ab') as file:
        file.write(b'signature' + SIGNED)
    packed = Packed(tree, tmp_path / 'out', 'base power')
    assert b'.debug_info' in (tree / 'kernel/base.ko').read_bytes()
    assert b'.debug_info' not in packed.files['base.ko'].read_bytes()
    assert packed.files['power.ko'].read_bytes() == (tree / 'kernel/power.ko').read_bytes()


# ---- without signature ---------------------------------------------------------------------------

UNFORCED = 'CONFIG_MODULE_SIG=y', '# CONFIG_MODULE_SIG_FORCE is not set'


def signed_tree(small, top, *lines):
    """Of which one module is signed, with such a configuration."""
    tree = shutil.copytree(small, top / f'lib/modules/{RELEASE}')
    with open(tree / 'kernel/power.ko', 'ab') as file:
        file.write(b'signature' + SIGNED)
    return configured(tree, *lines) if lines else tree


@pytest.mark.parametrize('lines, cmdline, captured, reason', [
    (['CONFIG_MODULE_SIG_FORCE=y'], '', '', 'CONFIG_MODULE_SIG_FORCE=y'),
    (['CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY=y'], '', '', 'CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY=y'),
    (['CONFIG_LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=y'], '', '', 'CONFIG_LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY=y'),
    (['CONFIG_CMDLINE="quiet lockdown=integrity"'], '', '', 'lockdown=integrity in CONFIG_CMDLINE'),
    ([], 'root=/dev/vda module.sig_enforce', '', 'module.sig_enforce in the command line'),
    ([], 'module.sig_enforce=1', '', 'module.sig_enforce=1 in the command line'),
    ([], '"module.sig-enforce=Yes"', '', 'module.sig-enforce=Yes in the command line'),
    ([], 'module.sig_enforce=on module.sig_enforce=0', '', 'module.sig_enforce=on in the command line'),
    ([], 'lockdown=none lockdown=confidentiality', '', 'lockdown=confidentiality in the command line'),
    ([], '', 'cmdline quiet lockdown=integrity', 'lockdown=integrity in {board}'),
    ([], '', 'sig_enforce Y', '`sig_enforce Y` in {board}'),
    ([], '', 'lockdown none [integrity] confidentiality', '`lockdown none [integrity] confidentiality` in {board}'),
    ([], '', 'lockdown none integrity [confidentiality]', '`lockdown none integrity [confidentiality]` in'),
    # nothing of that
    ([], '', '', None),
    ([], '', 'sig_enforce N\nlockdown [none] integrity confidentiality', None),
    ([], 'module.sig_enforce=0 module.sig_enforce= lockdown lockdown=none sig_enforce=1', '', None),
    ([], 'root=/dev/vda -- module.sig_enforce lockdown=integrity', '', None),
    ([], 'note="x module.sig_enforce" xmodule.sig_enforce', '', None),
    (['# CONFIG_LOCK_DOWN_KERNEL_FORCE_INTEGRITY is not set', 'CONFIG_LOCK_DOWN_KERNEL_FORCE_NONE=y',
      'CONFIG_LOCK_DOWN_IN_EFI_SECURE_BOOT=y'], '', '', None),
    # a kernel that knows no signatures
    (['CONFIG_MODULE_SIG=n'], 'module.sig_enforce', '', None),
])
def test_strip_is_refused(lines, cmdline, captured, reason, small, tmp_path):
    """Where a kernel enforces signatures, as far as its configuration, command line and board tell."""
    tree = signed_tree(small, tmp_path, *UNFORCED, *lines)
    options = ['--strip', cmdline]
    if captured:
        (tmp_path / 'board').write_text(
            re.sub('^cmdline', f'{captured}\n\\g<0>', BOARD, flags=re.M) if 'cmdline' not in captured else
            re.sub('^cmdline', captured, BOARD, flags=re.M))
        options += ['--capture', tmp_path / 'board', '--cmdline', 'root=/dev/sda1 rootfstype=vfat']
    names = '' if captured else 'power base'
    if reason:
        text = refused(tree, tmp_path / 'out', names, *options)
        reason = reason.format(board=tmp_path / 'board')
        assert f'MODULES_STRIP: {RELEASE} takes only signed modules: {reason}' in text
        # unsigned ones have nothing to lose
        (tree / 'kernel/power.ko').write_bytes((tree / 'kernel/power.ko').read_bytes().removesuffix(SIGNED))
    packed = Packed(tree, tmp_path / 'out', names, *options)
    assert SIGNED not in packed.files['power.ko'].read_bytes()
    assert ('signatures removed: 1; ' in packed.table) == (reason is None)


def test_strip_needs_the_configuration(small, tmp_path):
    text = refused(signed_tree(small, tmp_path), tmp_path / 'out', 'power', '--strip', '')
    assert f'whether {RELEASE} takes unsigned modules is not known without its configuration' in text
    Packed(tmp_path / f'lib/modules/{RELEASE}', tmp_path / 'out', 'base', '--strip', '')


def test_strip_unsigned(small, tmp_path):
    """More than debug information goes, and nothing is said of signatures."""
    less, least = (Packed(small, tmp_path / f'out{len(options)}', 'base', *options)
                   for options in ((), ('--strip', '')))
    assert b'.comment' in less.files['base.ko'].read_bytes()
    assert b'.comment' not in least.files['base.ko'].read_bytes()
    assert 'signatures' not in least.table


class Elf:
    """A module as the kernel's loader sees it.

    sections     {name: bytes}
    allocated    the names of those that it keeps
    symbols      (name, value, section's name or number)
    exported     those that are global
    relocations  {section's name: [(place, type, addend, symbol)]}
    """

    def __init__(self, data):
        self.data, self.wide = data, data[4] == 2
        start, = struct.unpack_from('<Q' if self.wide else '<I', data, 40 if self.wide else 32)
        size, count, names = struct.unpack_from('<3H', data, 58 if self.wide else 46)
        self.headers = [struct.unpack_from('<IIQQQQIIQQ' if self.wide else '<10I', data, start + i * size)
                        for i in range(count)]
        self.names = [self.text(names, header[0]) for header in self.headers]
        self.sections = {name: self.body(header) for name, header in zip(self.names, self.headers)}
        self.allocated = {name for name, header in zip(self.names, self.headers) if header[2] & 2}
        table = next(header for header in self.headers if header[1] == 2)
        entries = list(struct.iter_unpack('<IBBHQQ' if self.wide else '<IIIBBH', self.body(table)))
        self.symbols = [self.symbol(entry, table[6]) for entry in entries]
        self.exported = {symbol for symbol, entry in zip(self.symbols, entries)
                         if entry[1 if self.wide else 3] >> 4 and symbol[2]}
        self.relocations = {self.names[header[7]]: list(self.read(header))
                            for header in self.headers if header[1] in (4, 9)}

    def body(self, header):
        return b'' if header[1] == 8 else self.data[header[4]:header[4] + header[5]]

    def text(self, section, place):
        place += self.headers[section][4]
        return self.data[place:self.data.index(b'\0', place)].decode()

    def symbol(self, entry, strings):
        name, value, where = (entry[0], entry[4], entry[3]) if self.wide else (entry[0], entry[1], entry[5])
        return self.text(strings, name), value, self.names[where] if where < len(self.names) else where

    def read(self, header):
        form = ('<QQq' if self.wide else '<IIi')[:4 if header[1] == 4 else 3]
        for place, info, *addend in struct.iter_unpack(form, self.body(header)):
            shift = 32 if self.wide else 8
            yield place, info & (1 << shift) - 1, addend, self.symbols[info >> shift]


@pytest.mark.parametrize('kernel, prefix, names', [
    ('cloud-amd64', '', 'virtio_blk squashfs nf_conntrack'),
    ('armmp', 'arm-linux-gnueabihf-', 'sunxi_mmc sdhci_omap bcm2835 squashfs'),
    pytest.param('amd64', '', 'ahci sd_mod nvme xhci_pci usb_storage squashfs nf_conntrack', marks=pytest.mark.long),
    pytest.param('arm64', 'aarch64-linux-gnu-', 'dw_mmc_rockchip bcm2835 squashfs', marks=pytest.mark.long),
    pytest.param('newest', '', 'virtio_blk squashfs', marks=pytest.mark.long),
    pytest.param('bookworm', '', 'virtio_blk erofs', marks=pytest.mark.long),
])
def test_strip_keeps_what_loading_needs(kernel, prefix, names, tmp_path):
    """The same bytes in the same sections, the same symbols in all relocations, every global symbol."""
    modules = machine.stock(kernel) / 'modules'
    options = '--compress', 'xz', '--objcopy', f'{prefix}objcopy'
    whole = Packed(modules, tmp_path / 'whole', names, *options)
    less = Packed(modules, tmp_path / 'less', names, *options, '--strip', '')
    assert set(less.files) == set(whole.files) and less.index == whole.index
    files = [name for name in whole.files if name.endswith('.ko')]
    assert len(files) >= len(names.split())
    for name in files:
        signed, data = (packed.files[name].read_bytes() for packed in (whole, less))
        assert signed.endswith(SIGNED) and SIGNED not in data
        before, after = Elf(signed), Elf(data)
        gone = set(before.sections) - set(after.sections)
        kept = {section for section in before.allocated if not section.startswith('.note')}
        assert after.allocated == kept and {'.modinfo', '.gnu.linkonce.this_module'} <= kept
        # the newest kernel has no versions of symbols
        assert ('__versions' in kept) == (kernel != 'newest')
        assert {section: before.sections[section] for section in kept} == \
            {section: after.sections[section] for section in kept}
        assert after.relocations == before.relocations
        assert set(after.symbols) < set(before.symbols) and before.exported <= set(after.symbols)
        assert '.comment' in gone and not [section for section in after.sections if 'note' in section]
        # functions that are registered by their number in it
        assert ('.BTF' in after.sections) == ('.BTF_ids' in before.sections)
        assert len(data) < len(signed)


@pytest.mark.parametrize('given', [True, False])
def test_firmware(given, tmp_path):
    """Compressed files are unpacked, patterns are looked up, what lacks is named."""
    tree = tiny(tmp_path)
    folder = tmp_path / ('mine' if given else 'lib/firmware')
    (folder / 'tiny').mkdir(parents=True)
    (folder / 'tiny/disk.bin.xz').write_bytes(lzma.compress(b'packed'))
    (folder / 'tiny/more-1.bin').write_text('plain')
    (folder / 'tiny/more-1.bin.xz').write_text('not this one')
    (folder / 'tiny/more-2.bin').write_text('plain')
    (folder / 'tiny/more of it.bin').write_text('a space')
    (folder / 'tiny/more-a space.bin.xz').write_text('is left out')
    (folder / 'tiny/of-nobody.bin').write_text('unused')
    packed = Packed(tree, tmp_path / 'out', 'disk', *(('--firmware', folder) if given else ()))
    firmware = {name: file.read_text() for name, file in packed.files.items() if '.bin' in name}
    assert firmware == {'disk.bin': 'packed', 'more-1.bin': 'plain', 'more-2.bin': 'plain'}
    assert 'file /lib/firmware/tiny/disk.bin ' in (tmp_path / 'out/modules.list').read_text()
    assert 'firmware that was not found: tiny/lost.bin' in packed.table
    assert 'firmware left out, for the space in its name: tiny/more-a space.bin' in packed.table
    assert 'more of it' not in packed.table
    assert f' {folder}/tiny ' in (tmp_path / 'out/modules.d').read_text().replace('\n', ' ')


# ---- what a board needs --------------------------------------------------------------------------

BOARD = """\
kernel 5.10
cmdline root=UUID=AB-CD rw
20 1 8:1 / / rw,relatime shared:1 - vfat /dev/sda1 rw
21 1 0:5 / /dev rw - devtmpfs devtmpfs rw
device /devices/platform/soc/1.bus
MODALIAS=of:NbusT(null)Ctiny,bus
DRIVER=tinybus
module /module/bus
supplier /devices/i2c-0/0-0034/power.1
device /devices/i2c-0/0-0034
MODALIAS=i2c:power
DRIVER=power
device /devices/platform/soc
MODALIAS=of:NsocT(null)Ctiny,soc
device /devices/platform/soc/1.bus/disk0
MODALIAS=pci:v0000AAAAd00000001sv0
DRIVER=disk
device /devices/platform/soc/2.other
MODALIAS=of:NotherT(null)Ctiny,other
DRIVER=other
module /module/other
device /devices/platform/soc/2.other/gpiochip0
MAJOR=8
MINOR=1
DEVNAME=gpiochip0
device /devices/platform/soc/1.bus/disk0/block/sda
MAJOR=8
MINOR=0
DEVNAME=sda
DEVTYPE=disk
device /devices/platform/soc/1.bus/disk0/block/sda/sda1
MAJOR=8
MINOR=1
DEVNAME=sda1
DEVTYPE=partition
device /devices/platform/soc/2.other/block/sdb
MAJOR=8
MINOR=16
DEVNAME=sdb
DEVTYPE=disk
device /devices/platform/soc/2.other/nvme/nvme0/nvme0c0n1
DEVTYPE=disk
device /devices/virtual/block/dm-0
MAJOR=254
MINOR=0
DEVNAME=dm-0
DEVTYPE=disk
name /dev/disk/by-uuid/ab-cd /dev/sda1
name /dev/disk/by-label/my\\x20root /dev/sdb
"""
WIDE = TINY | {'other': Module(alias=['of:N*T*Ctiny,[a-z]ther', 'of:N*T*Ctiny,another']),
               'rival': Module(alias='of:N*T*Ctiny,bus'), 'soc': Module(alias='of:N*T*Ctiny,soc')}


@pytest.fixture(scope='module')
def wide(tmp_path_factory):
    return tiny(tmp_path_factory.mktemp('wide'), WIDE)


@pytest.fixture
def board(tmp_path):
    (tmp_path / 'board').write_text(BOARD)
    return tmp_path / 'board'


SDA = {'base', 'bus', 'helper', 'disk', 'power', 'vfat', 'nls_cp437', 'nls_ascii', 'nls_utf8'}


@pytest.mark.parametrize('cmdline, chosen, how', [
    ('', SDA, 'sda1 (root=UUID=AB-CD), vfat'),
    ('root=/dev/sda1', SDA, 'sda1 (root=/dev/sda1), vfat'),
    ('root=8:1', SDA, 'sda1 (root=8:1), vfat'),
    ('root=0801', SDA, 'sda1 (root=0801), vfat'),
    ('root=PARTUUID=1234-02/PARTNROFF=1', SDA, 'sda1 (what was mounted on / when'),
    ('root=/dev/sdb rootfstype=ext4', {'other', 'ext4'}, 'sdb (root=/dev/sdb), ext4'),
    ('x "root=LABEL=my root" rootfstype=ext4 -- root=8:1', {'other', 'ext4'}, 'sdb (root=LABEL=my'),
])
def test_board(cmdline, chosen, how, wide, board, tmp_path):
    """Root's disk, all above it, what those hang on, the file system; nothing else."""
    packed = Packed(wide, tmp_path / 'out', '', '--capture', board, '--cmdline', cmdline)
    assert set(packed.lines()) == chosen
    assert f'root: {how}' in packed.table
    assert str(board) in (tmp_path / 'out/modules.d').read_text()
    if 'bus' in chosen:
        assert 'bus                      drives 1.bus' in packed.table
    else:
        # no more patterns than that board needs
        assert packed.lines()['other'][1] == ['of:N*T*Ctiny,[a-z]ther']


def test_board_without_driver(wide, board, tmp_path):
    options = '--capture', board, '--cmdline', 'root=/dev/dm-0 rootfstype=vfat'
    assert "no driver of root's disk in the capture" in Packed(wide, tmp_path / 'out', '', *options).table


def test_board_is_refused(wide, board, tmp_path):
    text = refused(wide, tmp_path / 'out', '', '--capture', board, '--cmdline', 'root=/dev/sdb')
    assert 'root=/dev/sdb was not mounted' in text and 'rootfstype=' in text
    board.write_text(BOARD.replace(' / / ', ' / /mnt '))
    text = refused(wide, tmp_path / 'out', '', '--capture', board, '--cmdline', 'root=/dev/sdx')
    assert 'root=/dev/sdx is not in it' in text
    board.write_text('nothing\n')
    assert 'no devices in it' in refused(wide, tmp_path / 'out', '', '--capture', board)


def test_board_of_another_kernel(small, board, tmp_path):
    packed = Packed(small, tmp_path / 'out', '', '--capture', board, '--cmdline',
                    'root=/dev/sdb rootfstype=xfs')
    assert '/devices/platform/soc/2.other: other drove it, which is not in this kernel' in packed.table
    assert 'file system xfs: no module of this kernel' in packed.table


def test_capture(cloud, tmp_path):
    """On a running board, by toybox's shell; then what another kernel needs there."""
    toybox = Path(output(TOP / 'packages/build', 'toybox', 'x86_64', 'demo')) / 'toybox'
    init = """#!/bin/sh
        mount -t proc proc /proc; mount -t sysfs sysfs /sys; dmesg -n 1
        echo BEGIN; sh /capture; echo END; poweroff -f\n"""
    tree = {'bin/toybox': toybox, 'capture': TOP / 'image/capture', 'sbin/init': init,
            'dev': DIR, 'proc': DIR, 'sys': DIR}
    tree |= {f'bin/{name}': LINK('toybox')
             for name in ('sh', 'mount', 'dmesg', 'cat', 'readlink', 'poweroff')}
    with machine.boot('qemu-x86_64', root=machine.disk(tmp_path / 'disk', tree),
                      initrd=machine.image('qemu-x86_64')) as guest:
        text = guest.wait()
    (tmp_path / 'board').write_text(text.partition('BEGIN\n')[2].partition('END\n')[0])
    packed = Packed(cloud, tmp_path / 'out', '', '--capture', tmp_path / 'board')
    assert packed.lines() == {'virtio_pci': ([], []), 'ext4': ([], []),
                              'virtio_blk': (['virtio_blk'], ['virtio:d00000002v*'])}


def test_capture_of_a_locked_kernel(cloud, tmp_path):
    """It says that its kernel takes only signed modules; of Debian's, in an initramfs of toybox alone."""
    toybox = Path(output(TOP / 'packages/build', 'toybox', 'x86_64', 'demo')) / 'toybox'
    init = """#!/bin/sh
        mount -t proc proc /proc; mount -t sysfs sysfs /sys; dmesg -n 1
        mount -t securityfs securityfs /sys/kernel/security
        echo BEGIN; sh /capture; echo END; poweroff -f\n"""
    tree = machine.CONSOLE | {'bin/toybox': toybox, 'capture': TOP / 'image/capture', 'init': init,
                              'proc': DIR, 'sys': DIR}
    tree |= {f'bin/{name}': LINK('toybox')
             for name in ('sh', 'mount', 'dmesg', 'cat', 'readlink', 'poweroff')}
    with machine.boot('qemu-x86_64', kernel=machine.stock('cloud-amd64') / 'kernel',
                      initrd=machine.cpio(tmp_path / 'cpio', tree),
                      cmdline='console=ttyS0 root=/dev/vda rootfstype=erofs lockdown=integrity') as guest:
        text = guest.wait().partition('BEGIN\n')[2].partition('END\n')[0]
    assert re.search(r'^sig_enforce N$', text, re.M)
    assert re.search(r'^lockdown none \[integrity\] confidentiality$', text, re.M)
    # without what gives it away besides, and with a disk
    (tmp_path / 'board').write_text(text.replace(' lockdown=integrity', '') + """
device /devices/vda
DEVTYPE=disk
DEVNAME=vda
MAJOR=254
MINOR=0
""")
    assert '`lockdown none [integrity] confidentiality` in' in refused(
        cloud, tmp_path / 'out', '', '--capture', tmp_path / 'board', '--strip', '')


# ---- make ----------------------------------------------------------------------------------------

class Build:
    """Builds of a copy of the sources, in one folder."""

    def __init__(self, top, out):
        self.top, self.out = copied(TOP, top), out
        out.mkdir()

    def configure(self, *lines):
        (self.out / '.config').write_text(''.join(f'CONFIG_{line}\n' for line in lines))

    def make(self, *words):
        """What was made, of modules and archives."""
        result = make(f'O={self.out}', *words, top=self.top)
        assert result.returncode == 0, result.stdout
        self.said = result.stdout
        return re.findall(r'^  (?:MODULES|IMAGE) +\S*/(\S+)$', result.stdout, re.M)

    def fails(self, *words):
        result = make(f'O={self.out}', *words, top=self.top)
        assert result.returncode != 0, result.stdout
        return result.stdout

    def images(self):
        return sorted(file.name for file in (self.out / 'images').iterdir())

    def modules(self, archive='initramfs.cpio.gz'):
        listing = output('bsdtar', '-tf', self.out / 'images' / archive)
        return sorted(re.findall(rf'lib/modules/{RELEASE}/(\S+)\.ko', listing))


def test_make(tmp_path):
    tree = tiny(tmp_path / 'a place')
    build = Build(tmp_path / 'source', tmp_path / 'out')
    build.configure('MODULES_LIST="vfat ext4"')
    given = f'MODULES={tree.parents[2]}'
    fat = ['nls_ascii', 'nls_cp437', 'nls_utf8', 'vfat']

    assert build.make(given) == ['modules.list', 'initramfs.cpio.gz']
    assert build.modules() == fat
    assert re.search(r'^ +\d+ vfat +named by MODULES_LIST$', build.said, re.M)
    whole = (build.out / 'images/initramfs.cpio.gz').stat().st_size
    core, modules = re.search(rf'SIZE +{whole} bytes: core (\d+) \+ modules (\d+)', build.said).groups()
    assert int(core) + int(modules) == whole and 'budget' not in build.said

    # made anew for what changes, and for nothing else
    assert build.make(given) == []
    (build.top / 'boards/qemu-x86_64/modules').write_text('power\n')
    assert build.make(given) == ['modules.list', 'initramfs.cpio.gz']
    assert build.modules() == sorted([*fat, 'power'])
    Module('base').compile('power', tree / 'kernel/power.ko')
    assert build.make(given) == ['modules.list', 'initramfs.cpio.gz']
    assert build.modules() == sorted([*fat, 'base', 'power'])
    (build.top / 'boards/qemu-x86_64/modules').unlink()
    assert build.make(given) == ['modules.list', 'initramfs.cpio.gz']
    assert build.modules() == fat
    build.configure('MODULES_LIST="disk"')
    assert build.make(given) == ['modules.list', 'initramfs.cpio.gz']
    assert build.modules() == ['base', 'bus', 'disk', 'helper']
    note = 'make: MODULES= not given: the image '
    assert note not in build.said
    # said as often as it is so, whatever was built before
    named = f'{note}has none of the modules that MODULES_LIST names; give MODULES=WHERE'
    assert build.make() == ['initramfs.cpio.gz']
    assert build.modules() == [] and build.said.count(note) == build.said.count(named) == 1
    assert build.make() == [] and build.said.count(note) == build.said.count(named) == 1
    (build.top / 'boards/qemu-x86_64/modules').write_text('power\n')
    build.make()
    assert 'of the modules that boards/qemu-x86_64/modules and MODULES_LIST names' in build.said
    (build.top / 'boards/qemu-x86_64/modules').unlink()
    build.make(given)
    build.configure()
    build.make()
    assert f'{note}is without the modules of {RELEASE}; repeat' in build.said
    build.make()
    assert note not in build.said
    build.configure('MODULES=n')
    (build.top / 'boards/qemu-x86_64/modules').write_text('power\n')
    build.make()
    assert note not in build.said
    (build.top / 'boards/qemu-x86_64/modules').unlink()
    for word in 'MODULES_FOR', 'FIRMWARE':
        assert f'{word}=x: `make all` takes no notice of it here; it is for: MODULES' in build.fails(f'{word}=x')
    assert 'MODULES_LIST is an option of the configuration' in build.fails(given, 'MODULES_LIST=disk')

    # an archive of their own
    build.configure('MODULES_LIST="helper"', 'MODULES_APART=y')
    assert 'modules.cpio.gz' in build.make(given)
    archive = f'modules-{RELEASE}.cpio.gz'
    assert build.images() == ['initramfs.cpio', 'initramfs.cpio.gz', 'initramfs.list', archive]
    assert (build.modules(), build.modules(archive)) == ([], ['helper'])
    # the same bytes from another place
    there = shutil.copytree(tree, tmp_path / 'elsewhere' / RELEASE)
    before = (build.out / 'images' / archive).read_bytes()
    build.make(f'MODULES={there}')
    assert (build.out / 'images' / archive).read_bytes() == before
    # of another compression it goes; another kernel's stays, while they are apart
    other = f'modules-{RELEASE}-2.cpio.gz'
    there = there.rename(there.with_name(f'{RELEASE}-2'))
    build.configure('MODULES_LIST="helper"', 'MODULES_APART=y', 'COMPRESS_NONE=y')
    build.make(given)
    build.configure('MODULES_LIST="helper"', 'MODULES_APART=y')
    build.make(f'MODULES={there}')
    build.make(given)
    build.make()
    assert build.images() == ['initramfs.cpio', 'initramfs.cpio.gz', 'initramfs.list', other, archive]
    build.configure()
    build.make()
    assert build.images() == ['initramfs.cpio', 'initramfs.cpio.gz', 'initramfs.list']

    # firmware that was not there, in a folder that was not; a module that was not
    build.configure('MODULES_LIST="disk"')
    firmware = f'FIRMWARE={tmp_path}/firmware'
    build.make(given, firmware)
    assert build.make(given, firmware) == [] and 'not found: tiny/lost.bin' in build.said
    (tmp_path / 'firmware/tiny').mkdir(parents=True)
    (tmp_path / 'firmware/tiny/lost.bin').write_text('found')
    assert 'modules.list' in build.make(given, firmware) and 'not found: tiny/lost' not in build.said
    build.configure('MODULES_LIST="late? helper"')
    build.make(given)
    Module().compile('late', tree / 'kernel/late.ko')
    build.make(given)
    assert build.modules() == ['helper', 'late']

    # too much, and too little
    build.configure('MODULES_LIST="helper"', 'MODULES_LIMIT=5000')
    assert re.search(r'sizes: .*: \d+ bytes are above CONFIG_MODULES_LIMIT=5000; ', build.fails(given))
    build.configure('MODULES=n')
    assert 'this /init loads no modules; set CONFIG_MODULES=y' in build.fails(given)
    build.configure()
    (build.top / 'boards/qemu-x86_64/modules').write_text('nosuch\n')
    assert ('modules: boards/qemu-x86_64/modules: nosuch: no such module or alias' in
            build.fails(given))


def test_make_without_signatures(small, tmp_path):
    """The option, and the command line that decides: CMDLINE=, else the board's."""
    tree = signed_tree(small, tmp_path, *UNFORCED)
    build = Build(tmp_path / 'source', tmp_path / 'out')
    given = f'MODULES={tree}', f'{build.out}/modules/modules.list'
    cmdline = build.top / 'boards/qemu-x86_64/cmdline'
    sizes = {}
    for option in 'ny':
        build.configure('MODULES_LIST="power"', f'MODULES_STRIP={option}')
        assert build.make(*given) == ['modules.list']
        assert build.make(*given) == []
        table = (build.out / 'modules/modules.table').read_text()
        assert ('signatures removed: 1; ' in table) == (option == 'y')
        sizes[option] = int(re.search(r'^ +(\d+) power ', table, re.M)[1]), int(
            (build.out / 'modules/modules.size').read_text())
    assert sizes['y'] < sizes['n']
    refusal = f'modules: MODULES_STRIP: {RELEASE} takes only signed modules: module.sig_enforce in the command line; '
    assert refusal in build.fails(*given, 'CMDLINE=root=/dev/vda module.sig_enforce')
    cmdline.write_text(f'{cmdline.read_text().strip()} module.sig_enforce\n')
    assert refusal in build.fails(*given)
    assert build.make(*given, 'CMDLINE=root=/dev/vda') == ['modules.list']
    # in the kernel's configuration
    configured(tree, *UNFORCED, 'CONFIG_MODULE_SIG_FORCE=y')
    assert 'takes only signed modules: CONFIG_MODULE_SIG_FORCE=y; ' in build.fails(*given, 'CMDLINE=root=/dev/vda')
