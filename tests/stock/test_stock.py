"""Debian's own kernels boot to a root, one row of stock.toml each, with the modules that its drivers
and its file system need. A table of what these weigh is printed behind the rows.
"""
import hashlib
import lzma
import re
import shutil
import tomllib
from pathlib import Path

import pytest

import disks
import machine
from builds import built
from machine import BOARDS, BUILD, DIR, TOP, once, stock

DATA = tomllib.loads(Path(__file__).with_name('stock.toml').read_text())
MACHINES, BUSES, ROOTS = DATA['machines'], DATA['buses'], DATA['roots']
# What an image with so much of modules may weigh on an SD card's or virtio's squashfs or erofs.
# by design 84,000: what /init has above its 16,384 bytes of core is missing here until it is won back
SMALL_MODULES, SMALL_IMAGE = 81800, 100000
SMALL_BUSES = ('virtio', 'virtio-mmio', 'sdhci-pci', 'mmci', 'sunxi-mmc', 'bcm2835')
SIGNED = b'~Module signature appended~\n'


class Image:
    """The image of a board with modules of a stock kernel, and what it weighs."""

    def __init__(self, board, kernel, modules, config='', firmware=''):
        build = built(board, f'CONFIG_COMPRESS_XZ=y\n{config}\nCONFIG_MODULES_LIMIT=4000000\n'
                      f'CONFIG_MODULES_LIST="{modules}"\n',
                      (f'MODULES={stock(kernel) / "modules"}', f'FIRMWARE={firmware}'),
                      folder=f'stock-{board}')
        # the next one takes its place
        name = hashlib.sha256(repr((kernel, modules, config, firmware)).encode()).hexdigest()[:12]
        self.path = build.out / f'{name}.cpio.xz'
        shutil.copy(build.image, self.path)
        self.whole = self.path.stat().st_size
        self.packed = int((build.out / 'modules/modules.size').read_text())
        listed = (build.out / 'modules/modules.list').read_text()
        self.modules = {Path(name).name: Path(name).read_bytes()
                        for name in re.findall(r'^file \S+\.ko\S* (\S+)', listed, re.M)}
        self.stored = sum(map(len, self.modules.values()))


image = once(Image)


def boot(kernel, name, initrd, words, disk=None, bus=None, more=()):
    """The guest of one boot, its command line beside the console's, and more words for QEMU."""
    found = MACHINES[name]
    qemu = [*found['qemu'].split(), '-kernel', stock(kernel) / 'kernel', '-initrd', initrd,
            '-append', f'console={found["console"]} panic=-1 {words}']
    if 'dtb' in found:
        qemu += ['-dtb', stock(kernel) / f'dtbs/{found["dtb"]}.dtb']
    if bus:
        qemu += [word.replace('DISK', f'file={disk},format=raw,snapshot=on')
                 for word in BUSES[bus]['qemu'].split()]
    return machine.guest([*qemu, *more])


class Case:
    """What came of a row."""

    def __init__(self, row, disk):
        found = ROOTS[row['fs']]
        self.image = image(MACHINES[row['machine']]['board'], row['kernel'],
                           f'{BUSES[row["bus"]]["modules"]} {row["fs"]}', found.get('config', ''))
        root = row.get('root', found['root'])
        with boot(row['kernel'], row['machine'], self.image.path, f'root={root}',
                  disk(row['machine'], row.get('disk', found['disk'])), row['bus']) as guest:
            # not all of these machines can be powered off
            guest.expect('INIT end|Rebooting in|reboot: ')
            self.text = guest.text


def name(row):
    return ' '.join(row[key] for key in ('kernel', 'machine', 'bus', 'fs'))


ROWS = [pytest.param(row, id=name(row), marks=[] if row.get('check') else [pytest.mark.long])
        for row in DATA['boot']]


@pytest.fixture(scope='session')
def disk(tmp_path_factory):
    """disk(machine, form): the file of a disk with a root, made once."""
    folder = tmp_path_factory.mktemp('stock')

    @once
    def made(arch, form):
        init = machine.program(arch, TOP / 'tests/boot/init.c', folder / f'init-{arch}')
        out = folder / f'{form}-{arch}'.replace(' ', '-')
        disks.make(form, out, {'sbin/init': init, 'dev': DIR, 'proc': DIR, 'sys': DIR})
        return out
    return lambda name, form: made(BOARDS[MACHINES[name]['board']], form)


@pytest.fixture(scope='module')
def case(request, disk):
    """case(row): its boot. Behind the last of them comes the table."""
    found = {}

    def case(row):
        found[name(row)] = Case(row, disk)
        return found[name(row)]
    yield case
    with request.config.pluginmanager.getplugin('capturemanager').global_and_fixture_disabled():
        print(f'\n{"kernel, machine, bus, root":36}{"modules":>8}{"stored":>9}{"core":>7} +'
              f'{"modules":>8} ={"image":>8}')
        for key, case in found.items():
            print(weights(key, case))
        for kernel in dict.fromkeys(row['kernel'] for row in DATA['boot']):
            lack = ' '.join(lacking(kernel))
            print(f'{kernel} is {release(kernel)}{f", without {lack}" if lack else ""}')


def weights(key, case):
    """A line of the table. The modules' bytes are those of an archive with them alone, so that the core's
    also hold what compressing both together changes."""
    found = case.image
    good = 'FAILED' if any(complaints(key, case)) else 'OK'
    return (f'{key:36}{len(found.modules):8}{found.stored:9}{found.whole - found.packed:7} +'
            f'{found.packed:8} ={found.whole:8} {good}')


def release(kernel):
    return (stock(kernel) / 'release').read_text().strip()


def lacking(kernel):
    """The roots' file systems that it has no module of."""
    folder = stock(kernel) / 'modules/lib/modules' / release(kernel)
    there = (folder / 'modules.dep').read_text() + (folder / 'modules.builtin').read_text()
    return [fs for fs in ROOTS if f'/{fs}.ko' not in there]


def complaints(key, case):
    *_, bus, fs = key.split()
    if not re.search(rf'^INIT mount \S+ / {fs} ', case.text, re.M):
        yield f'no root on {fs}'
    # a module that is not as Debian signed it says so
    yield from re.findall(r'^.*(?:kindling: module.*|tainting kernel)$', case.text, re.M)
    if (bus in SMALL_BUSES and fs in ('squashfs', 'erofs') and case.image.whole > SMALL_IMAGE and
            min(case.image.stored, case.image.packed) <= SMALL_MODULES):
        yield f'{case.image.whole} bytes, and {SMALL_IMAGE} are allowed with so few modules'


@pytest.mark.parametrize('row', ROWS)
def test_root(row, case):
    booted = case(row)
    found = list(complaints(name(row), booted))
    assert not found, '\n'.join([*found, booted.text])


@pytest.mark.parametrize('kernel', dict.fromkeys(row['kernel'] for row in DATA['boot']))
def test_rows_have_every_file_system(kernel):
    rows = {row['fs'] for row in DATA['boot'] if row['kernel'] == kernel}
    assert rows == set(ROOTS) - set(lacking(kernel))


def plain(name):
    """The module's name."""
    return name.split('.')[0].replace('-', '_')


def unpacked(name, data):
    return lzma.decompress(data) if name.endswith('.xz') else data


def test_signed_modules_are_packed_as_they_are():
    """Without its debug information a module would lack its signature too."""
    packed = image('qemu-x86_64', 'amd64', 'ahci sd_mod ext4').modules
    packed = {plain(name): unpacked(name, data) for name, data in packed.items()}
    theirs = {plain(file.name): unpacked(file.name, file.read_bytes())
              for file in (stock('amd64') / 'modules').rglob('*.ko.xz') if plain(file.name) in packed}
    assert packed == theirs and len(packed) > 8
    assert all(data.endswith(SIGNED) for data in packed.values())


def every_name():
    """The modules of the boards' lists, and of the rows above; a kernel may lack any."""
    names = [name for file in sorted(TOP.glob('boards/*/modules')) for line in file.read_text().splitlines()
             for name in line.partition('#')[0].split()]
    names += [name for bus in BUSES.values() for name in bus['modules'].split()]
    # by the alias comes what a file system asks for, too
    names += [f'fs-{fs}' for fs in ROOTS]
    return list(dict.fromkeys(name.rstrip('?') for name in names))


def stripped(row, words, disk):
    """What is said of a boot with stripped modules, and their names."""
    found, names = ROOTS['squashfs'], every_name()
    made = image(MACHINES[row['machine']]['board'], row['kernel'], ' '.join(f'{name}?' for name in names),
                 'CONFIG_MODULES_STRIP=y')
    assert made.modules and not any(unpacked(*item).endswith(SIGNED) for item in made.modules.items())
    # a processor without features would refuse the modules for them
    with boot(row['kernel'], row['machine'], made.path, f'root={found["root"]} modules={",".join(names)} {words}',
              disk(row['machine'], found['disk']), 'virtio', ('-cpu', 'max')) as guest:
        guest.expect('INIT end|Rebooting in|reboot: ')
        return guest.text, {plain(name) for name in made.modules}


@pytest.mark.parametrize('row', [
    pytest.param(row, id=row['kernel'], marks=[] if row.get('check') else [pytest.mark.long])
    for row in DATA['stripped']])
def test_stripped_modules_load(row, disk):
    """All of them, without their signature, which the kernel says once; and root is mounted by them."""
    text, names = stripped(row, '', disk)
    assert re.search(r'^INIT mount \S+ / squashfs ', text, re.M), text
    loaded = set(re.findall(r'^INIT module (\w+) .* \(E\)$', text, re.M))
    assert loaded == names, text
    assert 'kindling: module ' not in text, text
    assert len(re.findall('module verification failed.* tainting kernel', text)) == 1, text


@pytest.mark.parametrize('words', [
    'module.sig_enforce', pytest.param('lockdown=integrity', marks=pytest.mark.long),
    pytest.param('module.sig-enforce=on', marks=pytest.mark.long)])
def test_stripped_modules_are_refused(words, disk):
    """By a kernel that enforces signatures: image/modules refuses to make such an image."""
    text, _ = stripped(DATA['stripped'][0], f'{words} rootwait=1', disk)
    assert not re.search('^INIT ', text, re.M), text
    assert re.search('kindling: module virtio_blk: (not signed|its signature is missing)', text), text


@pytest.mark.parametrize('found, text', [
    (False, 'Direct firmware load for regulatory.db failed with error -2'),
    (True, 'loaded regulatory.db is malformed or signature is missing/invalid'),
], ids=['missing', 'there'])
def test_firmware(found, text):
    folder = BUILD / f'tests/firmware-{found}'
    folder.mkdir(parents=True, exist_ok=True)
    if found:
        (folder / 'regulatory.db').write_text('not one\n')
    initrd = image('qemu-x86_64', 'amd64', 'cfg80211', firmware=folder).path
    with boot('amd64', 'pc', initrd, 'modules=cfg80211 root=/dev/vda rootwait=20') as guest:
        guest.expect(re.escape(text))


def test_modules_of_another_kernel():
    initrd = image('qemu-x86_64', 'cloud-amd64', 'virtio_blk erofs').path
    with boot('amd64', 'pc', initrd, 'root=/dev/vda rootwait=1') as guest:
        theirs, ours = (re.escape(release(kernel)) for kernel in ('cloud-amd64', 'amd64'))
        guest.expect(f'kindling: modules: for kernel {theirs}, but this is {ours}; not loaded')
