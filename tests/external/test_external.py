"""external/: Buildroot's tree and Yocto's layer are read and their commands run, with a stub of each."""
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from kconfiglib import Kconfig

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
        values = {'BR2_PACKAGE_KINDLING_BOARD': '"qemu-x86_64"', 'BR2_PACKAGE_KINDLING_CONFIG': '""'}
        cross = shutil.which('x86_64-linux-gnu-gcc').removesuffix('gcc')
        return subprocess.run(
            ['make', '-f', TOP / 'tests/external/buildroot.mk', *words, f'BASE_DIR={tmp_path}',
             f'MIRROR={mirror}', f'BR2_EXTERNAL_KINDLING_PATH={TREE}', f'TARGET_CROSS={cross}',
             *(f'{name}={value}' for name, value in (values | options).items())],
            cwd=tmp_path, env=environment(), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return run


def kconfig(tmp_path, **on):
    """Config.in behind what Buildroot has before it."""
    names = 'BR2_x86_64', 'BR2_i386', 'BR2_arm', 'BR2_aarch64', 'BR2_mips'
    top = tmp_path / 'Config.in'
    top.write_text(''.join(f'config {name}\n\tbool "{name}"\n\n' for name in names) +
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


@pytest.mark.parametrize('arch', ['x86_64', 'i386', 'arm', 'aarch64'])
def test_options(arch, tmp_path):
    kconf = kconfig(tmp_path, **{f'BR2_{arch}': 'y', 'BR2_PACKAGE_KINDLING': 'y'})
    board = kconf.syms['BR2_PACKAGE_KINDLING_BOARD'].str_value
    assert (TOP / f'boards/{board}/defconfig').exists() and board == f'qemu-{arch}'
    assert kconf.syms['BR2_PACKAGE_KINDLING_CONFIG'].str_value == ''


def test_options_of_another_processor(tmp_path):
    kconf = kconfig(tmp_path, BR2_mips='y', BR2_PACKAGE_KINDLING='y')
    assert kconf.syms['BR2_PACKAGE_KINDLING'].str_value == 'n'


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
    # again, with the board's own configuration; musl is there
    result = buildroot('kindling')
    assert result.returncode == 0, result.stdout
    assert (tmp_path / 'images/initramfs.cpio.gz').exists() and 'BUILD   musl' not in result.stdout


# ---- Yocto ---------------------------------------------------------------------------------------

ASSIGNMENT = re.compile(r'([\w:${}.-]+(?:\[[\w.-]+\])?)\s*(\?\?=|\?=|:=|\.=|=\.|\+=|=\+|=)\s*'
                        r'("(?:[^"\\]|\\.)*"|\'[^\']*\')')
STATEMENT = re.compile(r'(inherit|include|require|addtask|deltask|EXPORT_FUNCTIONS)\b\s+(.*)')


def read(path):
    """A recipe or configuration: {variable: value}, {function: text}, its other statements. What bitbake's
    grammar does not have is an error."""
    values, functions, statements = {}, {}, []
    lines = iter(path.read_text().splitlines())
    for line in lines:
        while line.endswith('\\'):
            line = line[:-1] + next(lines)
        if not line.strip() or line.startswith('#'):
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
    return values, functions, statements


def expanded(text, values):
    """As bitbake expands: what it does not know stays."""
    while (now := re.sub(r'\$\{([\w.+/~:-]+)\}', lambda found: values.get(found[1], found[0]), text)) != text:
        text = now
    return text


RECIPE = LAYER / 'recipes-core/kindling/kindling_git.bb'


def test_layer():
    values, functions, statements = read(LAYER / 'conf/layer.conf')
    assert not functions and not statements
    here = {'LAYERDIR': str(LAYER)}
    assert list(Path('/').glob(expanded(values['BBFILES'], here).split()[0][1:])) == [RECIPE]
    assert re.match(expanded(values['BBFILE_PATTERN_kindling'].strip(), here), str(RECIPE))
    assert values['BBFILE_COLLECTIONS'].split() == ['kindling']
    assert Path(expanded(values['KINDLING_TREE'], here)).resolve() == TOP
    assert values['LAYERSERIES_COMPAT_kindling'] and values['LAYERDEPENDS_kindling'] == 'core'
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


@pytest.mark.long
@pytest.mark.parametrize('arch, prefix', [('x86_64', 'x86_64-linux-gnu-'), ('arm', 'arm-linux-gnueabihf-')])
def test_recipe_builds_an_image(arch, prefix, tmp_path, mirror):
    """Its shell functions, with the variables that bitbake would set."""
    values, functions, _ = read(RECIPE)
    work = tmp_path / 'work'
    values |= {'S': str(work / 'tree'), 'WORKDIR': str(work), 'DL_DIR': str(mirror), 'TARGET_ARCH': arch,
               'TARGET_PREFIX': prefix, 'TOOLCHAIN_OPTIONS': ' -O2', 'MACHINE': 'my-machine',
               'DEPLOYDIR': str(tmp_path / 'deploy')}
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
