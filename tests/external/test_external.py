"""external/: Buildroot's tree and Yocto's layer are read and their commands run, with a stub of each."""
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest
from kconfiglib import COMMENT, Kconfig, expr_value

from machine import TOP, output

TREE = TOP / 'external/buildroot'
LAYER = TOP / 'external/meta-kindling'


def environment():
    """Not that of the make which runs the tests, and no network: there is none while a package is built."""
    ours = ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'CROSS_COMPILE', 'V', 'CACHE', 'DL_DIR')
    offline = {'http_proxy': 'http://127.0.0.1:9', 'https_proxy': 'http://127.0.0.1:9'}
    return {name: value for name, value in os.environ.items() if name not in ours} | offline


def recipe(name):
    """{file name: sha256} of the upstream form of packages/NAME/recipe, and its address."""
    text = (TOP / f'packages/{name}/recipe').read_text().replace('\\\n', ' ')
    return next(re.findall(r'^(\S+)\s+([0-9a-f]{64})\s+(https\S+)$', line)[0]
                for line in text.splitlines() if 'https://' in line)


@pytest.fixture(scope='module')
def mirror(tmp_path_factory):
    """A folder with musl's and dtc's sources under the names that upstream gives them."""
    folder = tmp_path_factory.mktemp('mirror')
    for name in 'musl', 'dtc':
        shutil.copy(output(TOP / 'packages/fetch', name), folder / recipe(name)[0])
    return folder


# ---- Buildroot -----------------------------------------------------------------------------------

@pytest.fixture
def buildroot(tmp_path, mirror):
    """Run make on the external tree, with these options of its Config.in."""
    def run(*words, **options):
        values = {'BR2_PACKAGE_KINDLING_BOARD': '"qemu-x86_64"', 'BR2_PACKAGE_KINDLING_BOARD_PATH': '""',
                  'BR2_PACKAGE_KINDLING_CONFIG': '""'}
        cross = shutil.which('x86_64-linux-gnu-gcc').removesuffix('gcc')
        return subprocess.run(
            ['make', '-f', TOP / 'tests/external/buildroot.mk', *words, f'BASE_DIR={tmp_path}',
             f'MIRROR={mirror}', f'BR2_EXTERNAL_KINDLING_PATH={TREE}', f'TARGET_CROSS={cross}',
             *(f'{name}={value}' for name, value in (values | options).items())],
            cwd=tmp_path, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return run


CONFIG = (TREE / 'package/kindling/Config.in').read_text()


def has_board(name):
    return (TOP / f'boards/{name}/defconfig').exists()


def kconfig(tmp_path, **on):
    """Config.in behind what Buildroot has before it."""
    names = {*on, *re.findall(r'BR2_\w+', CONFIG)} - set(re.findall(r'^config (\w+)$', CONFIG, re.M))
    top = tmp_path / 'Config.in'
    top.write_text(''.join(f'config {name}\n\tbool "{name}"\n\n' for name in sorted(names)) +
                   f'source "{TREE}/Config.in"\n')
    os.environ['BR2_EXTERNAL_KINDLING_PATH'] = str(TREE)
    kconf = Kconfig(str(top), warn_to_stderr=False)
    for name, value in on.items():
        assert kconf.syms[name].set_value(value)
    assert kconf.warnings == []
    return kconf


def test_description():
    lines = dict(line.split(': ', 1) for line in (TREE / 'external.desc').read_text().splitlines())
    assert lines['name'] == 'KINDLING' and lines['desc']


# what Buildroot's arch/ sets for a processor -> the board
PROCESSORS = {
    'BR2_x86_64': 'qemu-x86_64',
    'BR2_i386 BR2_x86_i586': 'qemu-i386',
    'BR2_i386 BR2_x86_pentium4': 'qemu-i386',
    'BR2_i386 BR2_x86_i486': None,
    'BR2_arm BR2_arm920t BR2_ARM_CPU_ARMV4 BR2_ARM_EABI': None,
    'BR2_arm BR2_arm926t BR2_ARM_CPU_ARMV5 BR2_ARM_EABI': 'versatilepb',
    'BR2_arm BR2_arm1176jzf_s BR2_ARM_CPU_ARMV6 BR2_ARM_EABI': 'versatilepb',
    'BR2_arm BR2_arm1176jzf_s BR2_ARM_CPU_ARMV6 BR2_ARM_EABIHF': 'versatilepb',
    'BR2_arm BR2_cortex_a8 BR2_ARM_CPU_ARMV7A BR2_ARM_EABIHF': 'qemu-arm',
    'BR2_arm BR2_cortex_a5 BR2_ARM_CPU_ARMV7A BR2_ARM_EABI': 'versatilepb',
    'BR2_arm BR2_cortex_a53 BR2_ARM_CPU_ARMV8A BR2_ARM_EABIHF': 'qemu-arm',
    'BR2_arm BR2_cortex_m4 BR2_ARM_CPU_ARMV7M BR2_ARM_EABI': None,
    'BR2_armeb BR2_cortex_a8 BR2_ARM_CPU_ARMV7A BR2_ARM_EABIHF': None,
    'BR2_aarch64 BR2_cortex_a53 BR2_ARM_CPU_ARMV8A': 'qemu-aarch64',
    'BR2_aarch64_be BR2_cortex_a53 BR2_ARM_CPU_ARMV8A': None,
    'BR2_riscv BR2_RISCV_64 BR2_RISCV_ABI_LP64D': 'qemu-riscv64',
    'BR2_riscv BR2_RISCV_64 BR2_RISCV_ABI_LP64': None,
    'BR2_riscv BR2_RISCV_32 BR2_RISCV_ABI_ILP32D': None,
    'BR2_mips': None,
    'BR2_powerpc64le': None,
}


@pytest.mark.parametrize('names', PROCESSORS)
def test_options(names, tmp_path):
    """The board of QEMU with this processor and ABI, or words instead of the option."""
    kconf = kconfig(tmp_path, **dict.fromkeys(names.split(), 'y'), BR2_PACKAGE_KINDLING='y')
    board = PROCESSORS[names]
    assert kconf.syms['BR2_PACKAGE_KINDLING'].str_value == ('y' if board else 'n')
    assert kconf.syms['BR2_PACKAGE_KINDLING_BOARD'].str_value == (board or '')
    assert board is None or has_board(board)
    assert kconf.syms['BR2_PACKAGE_KINDLING_CONFIG'].str_value == ''
    words, = (node for node in kconf.node_iter() if node.item == COMMENT)
    assert 'kindling needs' in words.prompt[0] and bool(expr_value(words.dep)) == (board is None)


def test_package_variables(buildroot):
    def value(name):
        result = buildroot(f'print-{name}')
        assert result.returncode == 0, result.stdout
        return result.stdout.strip()

    assert value('ALL').split() == ['host-kindling-sources', 'kindling'] or \
        value('ALL').split() == ['kindling', 'host-kindling-sources']
    assert Path(value('KINDLING_SITE')) == TOP
    assert (TOP / value('KINDLING_LICENSE_FILES')).exists()
    assert value('KINDLING_DEPENDENCIES') == 'host-kindling-sources'
    # the same sources as packages/ has
    site, source = value('HOST_KINDLING_SOURCES_SITE'), value('HOST_KINDLING_SOURCES_SOURCE')
    assert (source, f'{site}/{source}') == recipe('musl')[::2]
    assert value('HOST_KINDLING_SOURCES_EXTRA_DOWNLOADS').split() == [recipe('toybox')[2], recipe('dtc')[2]]
    hashes = (TREE / 'package/kindling-sources/kindling-sources.hash').read_text()
    for name in 'musl', 'toybox', 'dtc':
        assert f'sha256  {recipe(name)[1]}  {recipe(name)[0]}\n' in hashes


def test_buildroot_builds_an_image(buildroot, tmp_path):
    """All of the package's commands, from its sources to the images."""
    config = tmp_path / 'my_defconfig'
    config.write_text('CONFIG_COMPRESS_XZ=y\nCONFIG_FORM_UINITRD=y\nCONFIG_DTB_CMDLINE=y\n')
    result = buildroot('kindling', BR2_PACKAGE_KINDLING_CONFIG=f'"{config}"')
    assert result.returncode == 0, result.stdout
    images = {path.name for path in (tmp_path / 'images').iterdir()}
    assert {'initramfs.cpio.xz', 'initramfs.list', 'uInitrd', 'kindling.dtbo'} <= images
    assert 'init' in output('bsdtar', '-tf', tmp_path / 'images/initramfs.cpio.xz')
    # nothing of this machine's own cache
    assert list((tmp_path / 'build/kindling/cache').glob('musl-x86_64-*'))
    assert not (tmp_path / 'build/kindling/build').exists()
    # again, with the configuration of a board from elsewhere; musl is there
    shutil.copytree(TOP / 'boards/qemu-x86_64', tmp_path / 'boards/mine')
    result = buildroot('kindling', BR2_PACKAGE_KINDLING_BOARD='"mine"',
                       BR2_PACKAGE_KINDLING_BOARD_PATH=f'"{tmp_path}/boards"')
    assert result.returncode == 0, result.stdout
    assert (tmp_path / 'images/initramfs.cpio.gz').exists() and 'BUILD   musl' not in result.stdout
    assert 'of BOARD=mine;' in (tmp_path / 'build/kindling/out/.config').read_text()


# ---- Yocto ---------------------------------------------------------------------------------------

ASSIGNMENT = re.compile(r'([\w:${}.-]+(?:\[[\w.-]+\])?)\s*(\?\?=|\?=|:=|\.=|=\.|\+=|=\+|=)\s*'
                        r'("(?:[^"\\]|\\.)*"|\'[^\']*\')')
STATEMENT = re.compile(r'(inherit|include|require|addtask|deltask|EXPORT_FUNCTIONS)\b\s+(.*)')


def read(path):
    """A recipe or configuration: {variable: value}, {function: text}, its other statements; of Python the text is
    under `python`, what runs while it is parsed, and `def`. What bitbake's grammar does not have is an error."""
    values, functions, statements = {}, {}, []
    python = {'python': '', 'def': ''}
    lines = iter(path.read_text().splitlines())
    for line in lines:
        while line.endswith('\\'):
            line = line[:-1] + next(lines)
        if not line.strip() or line.startswith('#'):
            continue
        if line.startswith('def '):
            while line.strip():
                python['def'] += f'{line}\n'
                line = next(lines, '')
            continue
        if line == 'python () {':
            while (line := next(lines)) != '}':
                python['python'] += f'{line}\n'
            continue
        if found := re.fullmatch(r'(\w+)\(\) \{', line):
            body = []
            for line in lines:
                if line == '}':
                    break
                body.append(f'{line}\n')
            else:
                raise AssertionError(f'{path}: {found[1]} has no end')
            functions[found[1]] = ''.join(body)
        elif found := ASSIGNMENT.fullmatch(line):
            name, sign, value = found[1], found[2], found[3][1:-1]
            if sign in ('?=', '??='):
                values.setdefault(name, value)
            elif sign in ('+=', '.='):
                values[name] = values.get(name, '') + (' ' if sign == '+=' else '') + value
            else:
                values[name] = value
        elif found := STATEMENT.fullmatch(line):
            statements.append((found[1], *found[2].split()))
        else:
            raise AssertionError(f'{path}: not in the grammar: {line}')
    return values | {'python': python}, functions, statements


def expanded(text, values):
    """As bitbake expands: what it does not know stays."""
    while (now := re.sub(r'\$\{([\w.+/~:-]+)\}', lambda found: values.get(found[1], found[0]), text)) != text:
        text = now
    return text


RECIPE = LAYER / 'recipes-core/kindling/kindling_git.bb'


def test_layer():
    values, functions, statements = read(LAYER / 'conf/layer.conf')
    assert not functions and not statements and not any(values.pop('python').values())
    here = {'LAYERDIR': str(LAYER)}
    assert list(Path('/').glob(expanded(values['BBFILES'], here).split()[0][1:])) == [RECIPE]
    assert re.match(expanded(values['BBFILE_PATTERN_kindling'].strip(), here), str(RECIPE))
    assert values['BBFILE_COLLECTIONS'].split() == ['kindling']
    assert Path(expanded(values['KINDLING_TREE'], here)).resolve() == TOP
    # those that are maintained, in August 2026, and what was before them
    assert {'scarthgap', 'wrynose', 'blacksail'} <= set(values['LAYERSERIES_COMPAT_kindling'].split())
    assert values['LAYERDEPENDS_kindling'] == 'core'
    for tool in values['HOSTTOOLS'].split():
        assert shutil.which(tool), tool


def test_recipe():
    values, functions, statements = read(RECIPE)
    license_file, md5 = re.fullmatch(r'file://(\w+);md5=(\w+)', values['LIC_FILES_CHKSUM']).groups()
    assert hashlib.md5((TOP / license_file).read_bytes()).hexdigest() == md5
    assert (TOP / license_file).read_text().startswith(values['LICENSE'])
    for name in 'musl', 'toybox', 'dtc':
        _, sha256, address = recipe(name)
        assert f'{address};name={name};unpack=0' in values['SRC_URI'].split()
        assert values[f'SRC_URI[{name}.sha256sum]'] == sha256
    tasks = [statement[1] for statement in statements if statement[0] == 'addtask']
    assert {f'do_{task}' for task in tasks} <= set(functions)
    for text in functions.values():
        subprocess.run(['sh', '-n'], input=text, text=True, check=True)


@pytest.mark.parametrize('bad', ['A = 1', 'A == "x"', 'do_it() {\n\ttrue\n', 'inherits deploy', 'A = "x" B'])
def test_reader_would_fail(bad, tmp_path):
    """A control: what bitbake refuses is refused."""
    (tmp_path / 'x.bb').write_text(f'{bad}\n')
    with pytest.raises(AssertionError):
        read(tmp_path / 'x.bb')


# What the machines of openembedded-core set, and one of meta-raspberrypi: -> the board
MACHINES = {
    'qemux86-64': ('x86_64', '', 'm64 core2', 'qemu-x86_64'),
    'qemux86': ('i686', '', 'm32 core2', 'qemu-i386'),
    'genericx86': ('i586', '', 'm32 i586', 'qemu-i386'),
    'an i486': ('i486', '', 'm32', ''),
    'qemuarm': ('arm', 'armv7ve', 'arm vfp cortexa15 neon thumb callconvention-hard', 'qemu-arm'),
    'qemuarm, soft': ('arm', 'armv7a', 'arm armv7a vfp thumb', 'versatilepb'),
    'a Cortex-A32': ('arm', 'armv8a', 'arm armv8a cortexa32 crc callconvention-hard neon thumb', 'qemu-arm'),
    'qemuarmv5': ('arm', 'armv5', 'arm armv5 dsp thumb', 'versatilepb'),
    'raspberrypi0': ('arm', 'armv6', 'arm armv6 vfp arm1176jzfs callconvention-hard', 'versatilepb'),
    'an ARM920': ('arm', 'armv4', 'arm armv4 thumb', ''),
    'a Cortex-M4': ('arm', 'armv7m', 'armv7m cortexm4', ''),
    'qemuarm, big': ('armeb', 'armv7a', 'arm armv7a bigendian', ''),
    'qemuarm64': ('aarch64', 'armv8a', 'aarch64 armv8a crc cortexa57', 'qemu-aarch64'),
    'qemuriscv64': ('riscv64', '', 'rv 64 i m a f d c', 'qemu-riscv64'),
    'qemuriscv32': ('riscv32', '', 'rv 32 i m a f d c', ''),
    'qemumips': ('mips', '', 'o32 bigendian fpu-hard mips32r2', ''),
    'qemuppc64': ('powerpc64le', '', 'm64 fpu-hard altivec vsx power9', ''),
    'qemuloongarch64': ('loongarch64', '', 'loongarch64', ''),
}


class Skipped(Exception):
    pass


@pytest.mark.parametrize('machine', MACHINES)
def test_board_of_a_machine(machine):
    arch, override, features, board = MACHINES[machine]
    values, _, _ = read(RECIPE)
    data = {'TARGET_ARCH': arch, 'TUNE_FEATURES': features, 'MACHINE': machine,
            'MACHINEOVERRIDES': f'{override}:{arch}:{machine}'}
    d = SimpleNamespace(getVar=data.get)
    names = {'d': d, 'bb': SimpleNamespace(parse=SimpleNamespace(SkipRecipe=Skipped))}
    exec(values['python']['def'], names)
    expression, = re.fullmatch(r'\$\{@(.*)\}', values['KINDLING_BOARD']).groups()
    data['KINDLING_BOARD'] = eval(expression, names)
    assert data['KINDLING_BOARD'] == board and (not board or has_board(board))

    def parsed():
        exec('def parsed(d):\n' + values['python']['python'] + 'parsed(d)', names)
    if board:
        return parsed()
    with pytest.raises(Skipped, match=rf"no board of kindling's has the processor of {machine} \({arch}\): those have"):
        parsed()
    # one's own board is for one's own
    data['KINDLING_BOARD'] = 'mine'
    parsed()


@pytest.mark.parametrize('ccargs, abi', [
    (' -mthumb -mfpu=neon -mfloat-abi=hard -mcpu=cortex-a15', '-mfpu=neon -mfloat-abi=hard'),
    (' -marm -march=armv5te', ''),
])
def test_abi_of_arm(ccargs, abi):
    values, _, _ = read(RECIPE)
    assert values['KINDLING_ABI'] == ''
    expression, = re.fullmatch(r'\$\{@(.*)\}', values['KINDLING_ABI:arm']).groups()
    assert eval(expression, {'d': SimpleNamespace(getVar={'TUNE_CCARGS': ccargs}.get)}) == abi


@pytest.mark.long
@pytest.mark.parametrize('arch, prefix, abi', [
    ('x86_64', 'x86_64-linux-gnu-', ''), ('arm', 'arm-linux-gnueabihf-', ''),
    # an ARMv6 with hard float: Thumb has no code for that
    ('armv5', 'arm-linux-gnueabihf-', '-mfpu=vfp -mfloat-abi=hard'),
])
def test_recipe_builds_an_image(arch, prefix, abi, tmp_path, mirror):
    """Its shell functions, with the variables that bitbake would set."""
    values, functions, _ = read(RECIPE)
    work = tmp_path / 'work'
    values |= {'S': str(work / 'tree'), 'WORKDIR': str(work), 'DL_DIR': str(mirror), 'TARGET_PREFIX': prefix,
               'TOOLCHAIN_OPTIONS': ' -O2', 'MACHINE': 'my-machine', 'DEPLOYDIR': str(tmp_path / 'deploy'),
               'KINDLING_ABI': abi, 'KINDLING_BOARD': {'armv5': 'versatilepb'}.get(arch, f'qemu-{arch}')}
    (tmp_path / 'deploy').mkdir()
    shutil.copytree(TOP, work / 'tree', symlinks=True,
                    ignore=lambda folder, _: {'.git', 'build'} if folder == str(TOP) else set())
    values['B'] = str(work / 'build')
    (work / 'build').mkdir()
    for task in 'do_configure', 'do_compile', 'do_deploy':
        text = 'oe_runmake() { make ${EXTRA_OEMAKE} "$@"; }\nset -e\n' + functions[task]
        result = subprocess.run(['sh', '-c', expanded(text, values)], cwd=work / 'build', env=environment(),
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert result.returncode == 0, result.stdout
    assert 'init' in output('bsdtar', '-tf', tmp_path / 'deploy/kindling-my-machine.cpio.gz')
    # through the programs that stand for the compiler
    assert str(work / 'build/cross') in (work / 'build/out/config/compiler').read_text()
