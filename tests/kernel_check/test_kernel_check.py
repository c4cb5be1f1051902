"""make kernel-check and kernel-fragment: on the configurations of the kernels that boot our boards, whole and
with each needed symbol taken away in turn."""
import functools
import gzip
import io
import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from kconfiglib import BOOL, Kconfig

from builds import make
from features import marks
from machine import BUILD, FOLDERS, TOP, kernels, output, stock

BOARDS = sorted(FOLDERS)
KERNELS = [pytest.param(board, line, marks=marks(line))
           for board in BOARDS if (FOLDERS[board] / 'kernel').exists() for line in kernels(board)]


@functools.cache
def tool():
    """The host tool, which is what these goals call."""
    result = make('host', f'H={BUILD / "tests/kernel_check/host"}')
    assert result.returncode == 0, result.stdout
    return BUILD / 'tests/kernel_check/host/kindling'


def asked(folder, board, text, *words, status=(0, 1)):
    """The steps of `kindling check-kernel --json` on this text, by the board's own configuration."""
    (folder / 'asked').write_text(text)
    result = subprocess.run([tool(), 'check-kernel', '--json', '--board', board, '--config',
                             FOLDERS[board] / 'defconfig', *words, folder / 'asked'],
                            cwd=TOP, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert result.returncode in status, result.stderr
    found = json.loads(result.stdout)
    assert found['status'] == result.returncode
    return found['steps']


def lacking(folder, board, text):
    """The rows that it lacks, as dicts with `names`, the symbols, and `modules`, those of the first."""
    rows = [step for step in asked(folder, board, text) if step['step'] in ('must', 'advice')]
    for row in rows:
        pairs = [one.partition(':') for one in row['symbols'].split('|')]
        row['names'], row['modules'] = [name for name, _, _ in pairs], set(filter(None, pairs[0][2].split(',')))
    return rows


def needed(folder, board):
    """All rows, as a kernel lacks them that has nothing: that of the processor, and the others."""
    nothing = '# Linux/x 6.12.1 Kernel Configuration\n'
    first = lacking(folder, board, nothing)
    assert len(first) == 1
    return first, lacking(folder, board, f'{nothing}CONFIG_{first[0]["symbol"]}=y\n')


def rows_of_symbols():
    """The first column of each row of image/symbols."""
    return [line.split()[0] for line in (TOP / 'image/symbols').read_text().splitlines() if line and line[0] != '#']


def config_of(line):
    """The configuration of the kernel that a line of boards/BOARD/kernel prints."""
    return (Path(output(*f'{TOP}/{line}'.split())) / 'config').read_text()


@pytest.fixture
def check(tmp_path):
    """Check a text for a board: the result, and the symbols that it names as must and as advice."""
    def run(board, text, *words, **variables):
        kernel = tmp_path / 'kernel.config'
        kernel.write_text(text)
        result = make(f'BOARD={board}', f'O={tmp_path / "out"}', 'kernel-check', f'KCONFIG={kernel}', *words,
                      **variables)
        return result, named('must', result.stdout), named('advice', result.stdout)
    return run


def named(kind, text):
    return re.findall(rf'^  {kind} +(\w+)', text, re.M)


def without(text, *symbols):
    """A configuration without these symbols, as the kernel's own tools write it."""
    return re.sub(rf'^CONFIG_({"|".join(symbols)})=.*$', r'# CONFIG_\1 is not set', text, flags=re.M)


# ---- real configurations -------------------------------------------------------------------------

@pytest.mark.parametrize('board, line', KERNELS)
def test_kernels_of_boards_pass(board, line, check):
    result, must, advice = check(board, config_of(line))
    assert result.returncode == 0, result.stdout
    assert (must, advice) == ([], [])


@pytest.mark.parametrize('board, line', KERNELS)
def test_each_symbol_is_missed(board, line, tmp_path):
    """Taken away alone it is named, and nothing else is; =m in place of =y is named where it will not do."""
    def missed(text):
        return [row['symbols'] for row in lacking(tmp_path, board, text)]
    text = config_of(line)
    listed = FOLDERS[board] / 'modules'
    ours = set(re.findall(r'^[\w-]+', listed.read_text() if listed.exists() else '', re.M))
    first, rows = needed(tmp_path, board)
    assert len(rows) > 15
    for row in rows:
        # a choice, as of disks, has symbols that other rows ask for too
        expected = [other['symbols'] for other in rows if set(other['names']) <= set(row['names'])]
        assert missed(without(text, *row['names'])) == expected
        if row['step'] == 'must' and len(row['names']) == 1 and not row['modules'] & ours:
            module = text.replace(f'\nCONFIG_{row["names"][0]}=y\n', f'\nCONFIG_{row["names"][0]}=m\n')
            assert module != text
            assert missed(module) == [row['symbols']]
    # without that one the others are not looked at
    assert missed(without(text, *first[0]['names'], 'BLK_DEV_INITRD')) == [first[0]['symbols']]


@pytest.mark.parametrize('name', ['bookworm', 'newest', 'cloud-amd64'])
def test_other_kernels(name, check):
    """Older and newer ones have the same names. Debian's for clouds lack SATA and SD, some USB."""
    result, must, advice = check('x86_64-uefi', (stock(name) / 'config').read_text())
    assert (result.returncode, must) == (0, []), result.stdout
    assert set(advice) <= {'SATA_AHCI', 'USB_SUPPORT', 'USB', 'USB_XHCI_HCD', 'USB_STORAGE', 'MMC', 'MMC_BLOCK',
                           'MMC_SDHCI', 'MMC_SDHCI_PCI'}


def test_readme_names_the_same(tmp_path):
    """What the README says that a kernel must have."""
    told = re.search(r'2\. Your kernel needs, built in: (.*?); the driver', (TOP / 'README.md').read_text(), re.S)[1]
    told = re.findall(r'`(\w+)`', told)
    rows = [row for row in needed(tmp_path, 'qemu-x86_64')[1] if row['when'] != 'board' and row['step'] == 'must']
    assert sorted(told) == sorted(row['symbol'] for row in rows if row['symbol'] != 'EXT4_FS')


def test_every_board_has_symbols():
    assert [board for board in BOARDS if not (FOLDERS[board] / 'symbols').exists()] == []


# ---- what is said --------------------------------------------------------------------------------

@pytest.mark.parametrize('lines, words, said', [
    ('CONFIG_DEFAULT_INIT="/opt/init"', '', 'DEFAULT_INIT is /opt/init: .*init=/opt/init'),
    ('CONFIG_DEFAULT_INIT="/opt/init"', ' init=/opt/init', None),
    ('CONFIG_DEFAULT_INIT=""', '', None),
    ('CONFIG_INITRAMFS_FORCE=y', '', 'INITRAMFS_FORCE: '),
    ('CONFIG_CMDLINE_FORCE=y\nCONFIG_CMDLINE="root=/dev/x"', '', "CMDLINE_FORCE: .*'root=/dev/x'"),
    ('CONFIG_CMDLINE_OVERRIDE=y\nCONFIG_CMDLINE=""', '', 'CMDLINE_OVERRIDE: '),
])
def test_what_the_kernel_does_by_itself(lines, words, said, tmp_path):
    steps = asked(tmp_path, 'qemu-x86_64', f'# Linux/x86 6.12.0 Kernel Configuration\n{lines}\n', '--cmdline',
                  f'root=/dev/vda{words}')
    found = [step['text'][0] for step in steps if step['step'] == 'note']
    assert (len(found) == 1 and re.search(said, found[0])) if said else found == [], found



def test_order_and_status(check):
    """What depends on another comes behind it; only a must is an error."""
    text = config_of('qemu/kernel arm32')
    lost = ['VIRTIO_BLK', 'BLK_DEV', 'NET', 'RD_GZIP', 'BLK_DEV_INITRD']
    result, must, advice = check('qemu-arm', without(text, *lost))
    assert must == ['BLK_DEV_INITRD', 'RD_GZIP', 'BLK_DEV', 'VIRTIO_BLK'] and advice == ['NET']
    assert result.returncode != 0 and 'it lacks 4 of what' in result.stdout
    result, must, advice = check('qemu-arm', without(text, 'NET', 'PRINTK', 'SERIAL_AMBA_PL011_CONSOLE'))
    assert result.returncode == 0 and must == []
    assert advice == ['PRINTK', 'NET', 'SERIAL_AMBA_PL011_CONSOLE']


def test_options_decide(check):
    text = config_of('qemu/kernel x86_64')
    for line, symbol in (('CONFIG_COMPRESS_XZ=y', 'RD_XZ'), ('CONFIG_COMPRESS_ZSTD=y', 'RD_ZSTD'),
                         ('CONFIG_COMPRESS_LZ4=y', 'RD_LZ4'), ('CONFIG_FORM_EFI=y', 'EFI_STUB'),
                         ('CONFIG_SHELL=y', 'TTY')):
        out = make_config(line)
        assert check('qemu-x86_64', text, f'O={out}')[1] == []
        assert check('qemu-x86_64', without(text, symbol), f'O={out}')[1] == [symbol]
    out = make_config('CONFIG_MAKE_NODES=y')
    assert check('qemu-x86_64', without(text, 'DEVTMPFS', 'RD_XZ'), f'O={out}')[1] == []
    out = make_config('CONFIG_FORM_LIST=y')
    assert check('qemu-x86_64', without(text, 'RD_GZIP'), f'O={out}')[1] == []


def make_config(line):
    """A build folder with this configuration."""
    out = BUILD / 'tests/kernel_check'
    out.mkdir(parents=True, exist_ok=True)
    (out / '.config').write_text(f'{line}\n')
    return out


@pytest.mark.parametrize('cmdline, lost, must, advice', [
    # the card's file system, another one that the image knows, none
    ('root=/dev/vda', 'EXT4_FS', [], ['EXT4_FS']),
    ('root=/dev/vda', 'EXT4_FS SQUASHFS EROFS_FS', ['EXT4_FS'], []),
    ('root=/dev/vda rootfstype=squashfs', 'EXT4_FS', [], []),
    ('root=/dev/vda rootfstype=squashfs', 'SQUASHFS', ['SQUASHFS'], []),
    ('root=/dev/vda rootfstype=ext4,squashfs', 'SQUASHFS', [], ['SQUASHFS']),
    ('root=/dev/vda rootfstype=ext2', 'EXT4_USE_FOR_EXT2', ['EXT4_USE_FOR_EXT2'], []),
    ('root=/dev/vda rootfstype=vfat', 'NLS_CODEPAGE_437', ['NLS_CODEPAGE_437'], []),
    ('root=/dev/vda rootfstype=iso9660', 'ISO9660_FS', ['ISO9660_FS'], []),
    # partition tables
    ('root=/dev/vda', 'MSDOS_PARTITION EFI_PARTITION', [], []),
    ('root=/dev/vda2', 'MSDOS_PARTITION EFI_PARTITION', ['MSDOS_PARTITION'], []),
    ('root=/dev/mmcblk0p2', 'MSDOS_PARTITION', [], []),
    ('root=PARTUUID=12345678-02', 'MSDOS_PARTITION', ['MSDOS_PARTITION'], []),
    ('root=PARTUUID=12345678-02', 'EFI_PARTITION', [], []),
    ('root=PARTUUID=6b696e64-6c69-4e67-8000-000000000002', 'EFI_PARTITION', ['EFI_PARTITION'], []),
    ('root=PARTLABEL=root', 'EFI_PARTITION', ['EFI_PARTITION'], []),
    ('root=/dev/vda root=/dev/vda rootfallback=PARTLABEL=b', 'EFI_PARTITION', ['EFI_PARTITION'], []),
    # the last word counts
    ('root=PARTLABEL=root root=/dev/vda', 'EFI_PARTITION', [], []),
    # flash and shares
    ('root=ubi0:rootfs rootfstype=ubifs', '-', ['MTD', 'MTD_UBI', 'UBIFS_FS'], []),
    ('root=mtd0 rootfstype=jffs2', '-', ['MTD', 'JFFS2_FS'], []),
    ('root=tag rootfstype=virtiofs', '-', ['FUSE_FS', 'VIRTIO_FS'], []),
])
def test_root_decides(cmdline, lost, must, advice, check):
    text = without(config_of('qemu/kernel x86_64'), 'MTD', 'MTD_UBI', 'UBIFS_FS', 'JFFS2_FS', 'FUSE_FS', 'VIRTIO_FS', *lost.split())
    result = check('qemu-x86_64', text, CMDLINE=f'console=ttyS0 {cmdline}')
    assert result[1:] == (must, advice), result[0].stdout


def test_module_where_it_must_be_built_in(check):
    """=m is named, with the module that would do; a module in the image does."""
    text = (stock('armmp') / 'config').read_text()
    result, must, _ = check('qemu-arm', text)
    assert must == ['VIRTIO_MMIO', 'VIRTIO_BLK', 'EXT4_FS'] and result.returncode != 0
    assert 'it is =m: set it =y, or name virtio_blk in boards/qemu-arm/modules' in result.stdout
    lines = 'CONFIG_ARM=y\nCONFIG_MODULES_LIST="virtio-mmio virtio_blk fs-ext4"'
    result, must, _ = check('qemu-arm', text, f'O={make_config(lines)}')
    assert (result.returncode, must) == (0, []) and re.search(r'module +VIRTIO_BLK +virtio_blk', result.stdout)
    result, must, _ = check('qemu-arm', text, f'O={make_config("CONFIG_ARM=y")}', MODULES_FOR='x.capture')
    assert (result.returncode, must) == (0, [])
    # an /init that loads none
    out = make_config('CONFIG_ARM=y\nCONFIG_MODULES=n')
    result, must, _ = check('orangepi-pc', text, f'O={out}')
    assert must == ['MMC_SUNXI', 'EXT4_FS'] and 'boards/' not in result.stdout


def test_status_for_a_script(tmp_path):
    """The tool's own tells a kernel that lacks something from an error; make's is 2 for both."""
    kernel = stock('armmp') / 'config'
    words = ['BOARD=qemu-arm', f'O={tmp_path}', 'kernel-check']
    assert make(*words, f'KCONFIG={kernel}').returncode == make(*words, 'KCONFIG=/nowhere').returncode == 2
    command, = re.findall(r'^ +(build/host/kindling check-kernel .*)$', (TOP / 'image/README.md').read_text(), re.M)
    command = command.replace('build/host/kindling', str(tool())).replace('--board x', '--board qemu-arm')
    for file, status in (kernel, 1), ('/nowhere', 2):
        line = command.replace('/boot/config-6.12.0', str(file))
        assert subprocess.run(line, shell=True, cwd=TOP).returncode == status


def test_kernel_without_devtmpfs_mount(check):
    """/init mounts devtmpfs where that kernel alone would not: said, unless the command line decides it."""
    text = without(config_of('qemu/kernel x86_64'), 'DEVTMPFS_MOUNT')
    result, must, advice = check('qemu-x86_64', text)
    assert (result.returncode, must, advice) == (0, [], [])
    assert re.search(r'NOTE .*DEVTMPFS_MOUNT.*devtmpfs.mount=0', result.stdout)
    for word in 'devtmpfs.mount=0', 'devtmpfs.mount=1':
        result = check('qemu-x86_64', text, CMDLINE=f'root=/dev/vda {word}')[0]
        assert result.returncode == 0 and 'DEVTMPFS_MOUNT' not in result.stdout
    assert 'DEVTMPFS_MOUNT' not in check('qemu-x86_64', config_of('qemu/kernel x86_64'))[0].stdout


def test_what_nothing_needs(check):
    """uname(2) names the modules' folder, and /init's clock has 64 bits: kernels without these are READY."""
    text = without(config_of('qemu/kernel arm32'), 'PROC_SYSCTL', 'SYSCTL', 'COMPAT_32BIT_TIME')
    result, must, advice = check('qemu-arm', text)
    assert (result.returncode, must, advice) == (0, [], []), result.stdout


def test_another_processor(check):
    """Then nothing else is said."""
    result, must, advice = check('qemu-arm', config_of('qemu/kernel x86_64'))
    assert (must, advice) == (['ARM'], []) and result.returncode != 0 and 'Linux/x86_64' in result.stdout


def test_every_file_system_has_a_row():
    kconf = Kconfig(str(TOP / 'kconfig/Kconfig'), warn=False)
    options = {sym.name for sym in kconf.unique_defined_syms
               if sym.name.startswith('FS_') and sym.orig_type == BOOL}
    rows = {when.partition('=')[0] for when in rows_of_symbols()}
    assert options - {'FS_MEMBERS', 'FS_VOLUMES'} <= rows


def test_rows_name_our_options():
    """A first column that names no option would never hold."""
    kconf = Kconfig(str(TOP / 'kconfig/Kconfig'), warn=False)
    for when in rows_of_symbols():
        if when not in ('always', 'modules') and not when.startswith('root='):
            for option in when.partition('=')[0].split(','):
                assert option.lstrip('!') in kconf.syms, when


# ---- bad input -----------------------------------------------------------------------------------

def test_gzip(check, tmp_path):
    """As /proc/config.gz has it."""
    packed = tmp_path / 'config.gz'
    packed.write_bytes(gzip.compress(config_of('qemu/kernel x86_64').encode()))
    result = make(f'O={tmp_path / "out"}', 'kernel-check', f'KCONFIG={packed}')
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize('content, why', [
    (b'', 'empty'),
    (b'\n \n', 'empty'),
    (b'\x7fELF\0\1\2\xff', 'no line `# Linux/... Kernel Configuration`'),
    (b'CONFIG_ARM=y\nCONFIG_COMPRESS_XZ=y\n', 'no line `# Linux/... Kernel Configuration`'),
    (b'# Linux/arm 6.12.1 Kernel Configuration\nCONFIG_ARM=y\nCONFIG_BLK_DEV_IN', 'its last line has no end'),
    (gzip.compress(b'# Linux/arm 6.12.1 Kernel Configuration\n' * 99)[:-9], 'damaged'),
    (gzip.compress(b'# Linux/arm 6.12.1 Kernel Configuration\n')[:-8] + bytes(8), 'damaged'),
    (b'\x1f\x8b\x08\x00' + b'\xff' * 99, 'damaged'),
], ids=['empty', 'blank', 'binary', 'ours', 'cut', 'gzip cut', 'gzip sum', 'no gzip'])
@pytest.mark.parametrize('goal', ['kernel-check', 'kernel-fragment'])
def test_damaged(goal, content, why, tmp_path):
    bad = tmp_path / 'bad config'
    bad.write_bytes(content)
    result = make('BOARD=qemu-arm', f'O={tmp_path / "out"}', goal, f'KCONFIG={bad}')
    assert result.returncode != 0 and f'kindling: {bad}: {why}' in result.stdout
    assert 'Traceback' not in result.stdout
    assert not (tmp_path / 'out/kernel.fragment').exists()


@pytest.mark.parametrize('word, why', [
    ('KCONFIG=/no/such', 'kindling: /no/such: No such file or directory'),
    ('KCONFIG=/', 'kindling: /: Is a directory'),
    ('KCONFIG=', 'kernel-check: KCONFIG= not given'),
])
def test_missing(word, why, tmp_path):
    result = make(f'O={tmp_path}', 'kernel-check', word)
    assert result.returncode != 0 and why in result.stdout and 'Traceback' not in result.stdout


# ---- the fragment --------------------------------------------------------------------------------

def merged(text, fragment):
    """As merge_config.sh -m does: the fragment's word counts."""
    symbols = re.findall(r'^CONFIG_(\w+)=y$', fragment, re.M)
    return re.sub(rf'^(# )?CONFIG_({"|".join(symbols)})[= ].*\n', '', text, flags=re.M) + fragment


@pytest.mark.parametrize('board', BOARDS)
def test_fragment_gives_what_is_needed(board, check, tmp_path):
    """Merged into a configuration that has nothing, it makes the check pass."""
    words = f'BOARD={board}', f'O={tmp_path / "out"}', 'kernel-fragment'
    result = make(*words)
    assert result.returncode == 0, result.stdout
    fragment = (tmp_path / 'out/kernel.fragment').read_text()
    arch = next(name for name in re.findall(r'CONFIG_(\w+)', fragment) if name.startswith(('ARM', 'X86', 'ARCH_RV')))
    nothing = f'# Linux/x 6.12.1 Kernel Configuration\nCONFIG_{arch}=y\n# CONFIG_BLK_DEV_INITRD is not set\n'
    assert check(board, nothing)[1] != []
    result, must, advice = check(board, merged(nothing, fragment))
    assert (result.returncode, must, advice) == (0, [], []), result.stdout
    # with a kernel, only what it lacks
    (tmp_path / 'whole').write_text(merged(nothing, fragment))
    (tmp_path / 'less').write_text(without(merged(nothing, fragment), 'BLK_DEV_INITRD', 'NET'))
    for name, lines in ('whole', []), ('less', ['CONFIG_BLK_DEV_INITRD=y', 'CONFIG_NET=y']):
        assert make(*words, f'KCONFIG={tmp_path / name}').returncode == 0
        written = (tmp_path / 'out/kernel.fragment').read_text().splitlines()
        assert [line for line in written if line.startswith('CONFIG_')] == lines


KERNEL_ARCH = {'x86_64': 'x86_64', 'i386': 'i386', 'arm': 'arm', 'armv5': 'arm', 'aarch64': 'arm64', 'riscv64': 'riscv'}


class LinuxKconfig(Kconfig):
    """The kernel's options. Kconfiglib does not know the newer spelling of one statement."""

    def _open(self, filename, mode):
        return io.StringIO(super()._open(filename, mode).read().replace('\n\tmodules\n', '\n\toption modules\n'))


def linux_environment(source):
    """What the kernel's make sets for its Kconfig; what stands for a compiler is quick."""
    tools = f'{source}/scripts/dummy-tools'
    return {'srctree': str(source), 'KERNELVERSION': '6.12', 'CONFIG_SHELL': 'sh', 'HOSTCC': 'gcc',
            'CC': f'{tools}/gcc', 'LD': f'{tools}/ld', 'NM': 'nm', 'OBJCOPY': 'objcopy',
            'PAHOLE': 'true', 'RUSTC': 'false', 'BINDGEN': 'false'}


def kernel_config(arch, compiler, lines, goal, out):
    """The .config that the kernel's make writes of the lines."""
    out.mkdir(parents=True, exist_ok=True)
    (out / '.config').write_text(lines)
    clean = {'PATH': f'{os.environ["PATH"]}:/usr/sbin:/sbin', 'HOME': os.environ['HOME']}
    subprocess.run(['make', '-s', '-C', source_of_linux(), f'O={out}', f'ARCH={KERNEL_ARCH[arch]}',
                    f'CROSS_COMPILE={compiler}', goal], check=True, env=clean, stdout=subprocess.DEVNULL)
    return (out / '.config').read_text()


@pytest.mark.long
@pytest.mark.parametrize('board', BOARDS)
def test_kernel_takes_the_fragment(board, image, check, tmp_path, monkeypatch):
    """The kernel's own tools keep every line of it: the symbols are its own, and what they depend on is there,
    before each."""
    arch, out, source = image(board).value('ARCH'), tmp_path / 'kernel', source_of_linux()
    compiler = next(line.split()[1] for line in (TOP / 'packages/arches').read_text().splitlines()
                    if line.split()[:1] == [arch])
    assert make(f'BOARD={board}', f'O={tmp_path / "out"}', 'kernel-fragment').returncode == 0
    fragment = tmp_path / 'out/kernel.fragment'
    symbols = re.findall(r'^CONFIG_(\w+)=y$', fragment.read_text(), re.M)
    kernel_config(arch, compiler, '', 'tinyconfig', out)
    if arch == 'armv5':
        # the families exclude each other, and v7 is the kernel's default
        with open(out / '.config', 'a') as config:
            config.write('# CONFIG_ARCH_MULTI_V7 is not set\n')
    # one after the other
    with monkeypatch.context() as patch:
        for name, value in {**linux_environment(source), 'ARCH': KERNEL_ARCH[arch],
                            'SRCARCH': re.sub('x86_64|i386', 'x86', KERNEL_ARCH[arch])}.items():
            patch.setenv(name, value)
        patch.chdir(source)
        kconf = LinuxKconfig('Kconfig', warn=False)
        kconf.load_config(out / '.config')
        for symbol in symbols:
            kconf.syms[symbol].set_value('y')
            assert kconf.syms[symbol].str_value == 'y', f'{symbol}: what does it depend on?'
    # all at once, as users do it
    subprocess.run([source / 'scripts/kconfig/merge_config.sh', '-m', '-O', out, out / '.config', fragment],
                   check=True, cwd=source, stdout=subprocess.DEVNULL)
    whole = kernel_config(arch, compiler, (out / '.config').read_text(), 'olddefconfig', out)
    assert [symbol for symbol in symbols if f'\nCONFIG_{symbol}=y\n' not in whole] == []
    result, must, advice = check(board, whole)
    assert (result.returncode, must, advice) == (0, [], []), result.stdout


@pytest.mark.long
def test_kernel_takes_the_pcs_fragment(check, tmp_path):
    """As its first lines say, onto Debian's configuration: every line stays, and no PC needs a module."""
    fragment, out = TOP / 'qemu/kernels/x86_64-pc.config', tmp_path / 'kernel'
    out.mkdir()
    (out / '.config').write_text((stock('amd64') / 'config').read_text())
    assert '#     scripts/kconfig/merge_config.sh .config .../qemu/kernels/x86_64-pc.config\n' in fragment.read_text()
    subprocess.run([source_of_linux() / 'scripts/kconfig/merge_config.sh', '-m', '-O', out, out / '.config', fragment],
                   check=True, cwd=source_of_linux(), stdout=subprocess.DEVNULL)
    whole = kernel_config('x86_64', 'x86_64-linux-gnu-', (out / '.config').read_text(), 'olddefconfig', out)
    lines = re.findall('^CONFIG_.*$', fragment.read_text(), re.M)
    assert len(lines) > 50 and [line for line in lines if f'\n{line}\n' not in whole] == []
    for board in 'x86_64-bios', 'x86_64-uefi':
        no_modules = make_config('CONFIG_COMPRESS_XZ=y\nCONFIG_CARD_SQUASHFS=y\nCONFIG_MODULES=n')
        result, must, advice = check(board, whole, f'O={no_modules}')
        assert (result.returncode, must, advice) == (0, [], []), result.stdout


@functools.cache
def source_of_linux():
    """The kernel source that qemu/kernel has unpacked."""
    home = os.environ.get('XDG_CACHE_HOME', os.path.expanduser('~/.cache'))
    cache = Path(os.environ.get('CACHE', f'{home}/kindling'))
    output(TOP / 'qemu/kernel', 'x86_64')
    return sorted(cache.glob('linux-source-6.12-*'))[-1]
