"""The build itself: the same bytes everywhere, sizes, what is made again, and complaints."""
import os
import re
import shutil
import subprocess
from pathlib import Path

import pexpect
import pytest
from kconfiglib import COMMENT, MENU, Kconfig

from builds import built, copied, every_option, make
from machine import BOARDS, TIMEOUT, TOP, output


@pytest.fixture
def copy(tmp_path):
    return copied(TOP, tmp_path / 'elsewhere')


def gzipped(path):
    return len(subprocess.run(['gzip', '-9n'], input=path.read_bytes(), check=True,
                              stdout=subprocess.PIPE).stdout)


# ---- the same bytes ------------------------------------------------------------------------------

@pytest.mark.parametrize('board', BOARDS)
def test_reproducible(board, copy, tmp_path):
    images = []
    for top, out, variables in (
            (copy, tmp_path / 'a', {'TZ': 'UTC'}),
            (copied(copy, tmp_path / 'deeper/cöpy@2+~,'), tmp_path / 'deeper/b', {'TZ': 'Asia/Tokyo'})):
        result = make(f'BOARD={board}', f'O={out}', top=top, **variables)
        assert result.returncode == 0, result.stdout
        images.append([(out / 'images' / name).read_bytes()
                       for name in ('initramfs.cpio', 'initramfs.cpio.gz')])
    assert images[0] == images[1]


def test_dtc_is_reproducible(tmp_path, monkeypatch):
    """A package for this machine, in two places, one of them in a git tree."""
    monkeypatch.setenv('DL_DIR', str(Path(output(TOP / 'packages/fetch', 'dtc')).parent))
    (tmp_path / 'git').mkdir()
    for words in 'init -q', '-c user.name=x -c user.email=x@x commit -q --allow-empty -m x':
        subprocess.run(['git', *words.split()], cwd=tmp_path / 'git', check=True)
    built = []
    for cache in tmp_path / 'a', tmp_path / 'git/deeper/cache':
        monkeypatch.setenv('CACHE', str(cache))
        folder = Path(output(TOP / 'packages/build', 'dtc', 'host'))
        built.append({file.name: file.read_bytes() for file in folder.iterdir()})
    assert built[0] == built[1]
    assert set(built[0]) == {'dtc', 'fdtdump', 'fdtget', 'fdtoverlay', 'fdtput'}


# ---- sizes ---------------------------------------------------------------------------------------

# board -> the most bytes of the smallest configuration
SMALLEST = {
    'qemu-x86_64': 5120,
    'qemu-i386': 5120,
    'qemu-arm': 5120,
    'versatilepb': 5888,
    'qemu-aarch64': 5888,
    'qemu-riscv64': 5120,
}


@pytest.mark.parametrize('board', SMALLEST)
def test_sizes(board):
    budget = dict(re.findall(r'^(core|shell) (\d+)$', (TOP / f'boards/{board}/budget').read_text(), re.M))
    assert gzipped(built(board, every_option('n')).out / 'images/initramfs.cpio') <= SMALLEST[board]
    # by design 16,384, 15 % more for ARM64 and ARMv5: it has to become as small again
    assert gzipped(built(board).out / 'images/initramfs.cpio') <= int(budget['core']) < 20000
    assert gzipped(built(board, 'CONFIG_SHELL=y').out / 'images/initramfs.cpio') <= int(budget['shell']) < 90000


def test_every_option_builds():
    assert gzipped(built('qemu-x86_64', every_option('y')).out / 'images/initramfs.cpio') < 100000


def test_budget_is_kept(copy, tmp_path):
    (copy / 'boards/qemu-x86_64/budget').write_text('core 4000\nshell 90000\n')
    result = make(f'O={tmp_path / "out"}', top=copy)
    assert result.returncode != 0
    assert re.search(r'budget: .*: \d+ bytes are above the board\'s 4000', result.stdout)


# ---- what is linked ------------------------------------------------------------------------------

FORBIDDEN = re.compile(
    # stdio
    r'v?[fsd]?n?w?printf|vas?printf|v?[fs]?w?scanf|printf_core|fmt_fp|std(in|out|err)|__std\w+'
    r'|__ofl_\w+|f(open|close|read|write|flush)|f?(put|get)[cs](_unlocked)?|perror'
    # malloc
    r'|(__libc_)?([mc]|re)alloc|(__libc_)?free|aligned_alloc|memalign|__malloc_\w+|__expand_heap'
    # fnmatch, glob, regex
    r'|fnmatch\w*|glob(free)?|do_glob|reg(comp|exec|free|error)|tre_\w+')


def forbidden(program):
    """The symbols of a program that are of stdio, malloc, fnmatch, glob or regex."""
    names = [line.split()[-1] for line in output('nm', program).splitlines()]
    assert 'main' in names or 'start' in names, 'no symbol table'
    return [name for name in names if FORBIDDEN.fullmatch(re.sub(r'[.@].*', '', name))]


@pytest.mark.parametrize('board', BOARDS)
@pytest.mark.parametrize('value', 'yn')
def test_links_no_library(board, value):
    assert forbidden(built(board, every_option(value)).out / 'init/init.debug') == []


@pytest.mark.parametrize('call, name', [
    ('printf("%d", argc)', 'printf'),
    ('fputs(argv[0], stderr)', 'fputs'),
    ('return !malloc(argc)', 'malloc'),
    ('return fnmatch(argv[0], argv[1], 0)', 'fnmatch'),
    ('glob_t g; return glob(argv[0], 0, 0, &g)', 'glob'),
    ('regex_t r; return regcomp(&r, argv[0], 0)', 'regcomp'),
])
def test_links_no_library_would_fail(call, name, tmp_path):
    """A control: what links one of them does not pass."""
    includes = ''.join(f'#include <{header}.h>\n'
                       for header in ('stdio', 'stdlib', 'fnmatch', 'glob', 'regex'))
    source = tmp_path / 'control.c'
    source.write_text(f'{includes}int main(int argc, char **argv) {{ {call}; return argc; }}\n')
    musl = output(TOP / 'packages/build', 'musl', 'x86_64')
    subprocess.run(['x86_64-linux-gnu-gcc', '-specs', f'{musl}/lib/musl-gcc.specs', '-static',
                    '-fno-builtin', '-o', tmp_path / 'control', source], check=True)
    assert name in forbidden(tmp_path / 'control')


# ---- the configuration ---------------------------------------------------------------------------

BAD_CONFIGS = {
    'CONFIG_NO_SUCH_OPTION=y': 'NO_SUCH_OPTION',
    'CONFIG_SHELL_SECONDS=5': 'SHELL_SECONDS',  # hangs on CONFIG_SHELL
    'CONFIG_PANIC_SECONDS=99999999': 'PANIC_SECONDS',
    'CONFIG_PANIC_SECONDS=soon': 'PANIC_SECONDS',
    'CONFIG_INFO=maybe': 'INFO',
    'CONFIG_INFO=y\nCONFIG_INFO=n': 'INFO',
}


@pytest.mark.parametrize('lines', BAD_CONFIGS)
def test_bad_config(lines, tmp_path):
    """Refused by name; olddefconfig drops it by name, and then it builds."""
    (tmp_path / '.config').write_text(lines + '\n')
    refused = make(f'O={tmp_path}')
    assert refused.returncode != 0
    assert BAD_CONFIGS[lines] in refused.stdout and 'olddefconfig' in refused.stdout
    assert not (tmp_path / 'images').exists()
    dropped = make(f'O={tmp_path}', 'olddefconfig')
    assert dropped.returncode == 0, dropped.stdout
    assert BAD_CONFIGS[lines] in dropped.stdout
    result = make(f'O={tmp_path}')
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize('lines, says', [
    ('CONFIG_ARM=y\nCONFIG_COMPRES_XZ=y', r'defconfig:2: CONFIG_COMPRES_XZ: no such option; the nearest is '
     'CONFIG_COMPRESS_XZ$'),
    ('# CONFIG_WIAT is not set', r'defconfig:1: CONFIG_WIAT: no such option; the nearest is CONFIG_WAIT$'),
    ('CONFIG_MAC80211_RC_MINSTREL=y', r'defconfig:1: CONFIG_MAC80211_RC_MINSTREL: no such option$'),
    ('\n\nCONFIG_PANIC_SECONDS=soon', r'defconfig:3: .*soon.* CONFIG_PANIC_SECONDS'),
    ('CONFIG_SHELL_SECONDS=5', r'defconfig:1: CONFIG_SHELL_SECONDS=5 contradicts other options'),
    ('CONFIG_ARM', r"defconfig:1: .*'CONFIG_ARM'$"),
])
def test_bad_board(lines, says, copy, tmp_path):
    """A board's file is named with its line; what would not mend it is not advised."""
    (copy / 'boards/qemu-x86_64/defconfig').write_text(lines + '\n')
    for goal in 'defconfig', 'all':
        result = make(f'O={tmp_path}/out', goal, top=copy)
        assert result.returncode != 0
        assert re.search(rf'^boards/qemu-x86_64/{says}', result.stdout, re.M), result.stdout
        assert 'correct it' in result.stdout and 'olddefconfig' not in result.stdout
        assert not (tmp_path / 'out/.config').exists()


def menuconfig(out, lines, columns):
    return pexpect.spawn('make', ['-C', str(TOP), f'O={out}', 'menuconfig'], encoding='utf-8', timeout=TIMEOUT,
                         dimensions=(lines, columns), env=os.environ | {'TERM': 'vt100'})


@pytest.mark.parametrize('lines, columns', [(6, 24), (11, 80), (24, 39)])
def test_menuconfig_without_room(lines, columns, tmp_path):
    """It would be blank."""
    menu = menuconfig(tmp_path, lines, columns)
    menu.expect(f'menuconfig: the terminal is {columns}x{lines}, too small; it takes 40x12')
    menu.expect(pexpect.EOF)
    menu.close()
    assert menu.exitstatus == 2


def test_menuconfig_with_room(tmp_path):
    menu = menuconfig(tmp_path, 12, 40)
    menu.expect('kindling configuration')
    menu.expect('Finding root')
    menu.send('Q')
    menu.expect(pexpect.EOF)
    menu.close()
    assert menu.exitstatus == 0


def test_menuconfig_without_terminal(tmp_path):
    result = make(f'O={tmp_path}', 'menuconfig')
    assert result.returncode == 2 and 'menuconfig: no terminal here' in result.stdout


def test_every_option_has_help():
    nodes = [node for node in Kconfig(str(TOP / 'kconfig/Kconfig')).node_iter()
             if node.prompt and node.item not in (MENU, COMMENT)]
    assert len(nodes) > 60
    assert [f'{node.filename}:{node.linenr}: {node.prompt[0]}' for node in nodes if not (node.help or '').strip()] == []


def test_savedefconfig(copy, tmp_path):
    lines = 'CONFIG_ARM=y\nCONFIG_CMDLINE="root=/dev/vda \\"a b\\""\n# CONFIG_INFO is not set\n'
    first, second = tmp_path / 'first', tmp_path / 'second'
    first.mkdir()
    (first / '.config').write_text(lines)
    result = make('BOARD=qemu-arm', f'O={first}', 'savedefconfig', top=copy)
    assert result.returncode == 0, result.stdout
    saved = (copy / 'boards/qemu-arm/defconfig').read_text()
    options = [line for line in saved.splitlines() if 'CONFIG_' in line]
    assert sorted(options) == sorted(lines.splitlines())
    # and back: the whole configuration from the minimal one is the one that was saved
    for out in (first, second):
        result = make('BOARD=qemu-arm', f'O={out}', 'defconfig', top=copy)
        assert result.returncode == 0, result.stdout
    again = (first / '.config').read_text()
    assert again == (second / '.config').read_text()
    assert all(line in again for line in lines.splitlines())


@pytest.mark.parametrize('board', BOARDS)
def test_defconfig_is_minimal(board, copy, tmp_path):
    before = (copy / f'boards/{board}/defconfig').read_text()
    result = make(f'BOARD={board}', f'O={tmp_path / "out"}', 'savedefconfig', top=copy)
    assert result.returncode == 0, result.stdout
    assert (copy / f'boards/{board}/defconfig').read_text() == before


def test_board_defconfig_goal(copy):
    result = make('qemu-arm_defconfig', top=copy)
    assert result.returncode == 0, result.stdout
    assert 'CONFIG_ARM=y' in (copy / 'build/qemu-arm/.config').read_text()


@pytest.mark.parametrize('words, says', [
    (['O='], 'O=: empty; name a folder, or leave it out for build/qemu-x86_64'),
    (['O=', 'BOARD=qemu-arm', 'clean'], 'O=: empty; .* build/qemu-arm'),
    (['H=', 'host'], 'H=: empty; .* build/host'),
    (['BOARD='], 'BOARD=: no such board in boards; `make list-boards` lists them'),
    (['BOARD=', 'flash'], 'BOARD=: no such board'),
    (['BOARD=../boards/qemu-arm'], r'BOARD=\.\./boards/qemu-arm: no such board'),
    (['BOARD=qemu-arm qemu-i386'], 'BOARD=qemu-arm qemu-i386: no such board'),
    (['O=.', 'clean'], r'O=\.: that is among the sources; build in build/qemu-x86_64, or outside of the tree'),
    (['O=packages', 'clean'], 'O=packages: that is among the sources'),
    (['O=init/new'], 'O=init/new: that is among the sources'),
    (['H=init', 'host'], 'H=init: that is among the sources'),
    (['O=Makefile'], 'O=Makefile: that is a file, not a folder'),
    (['H=Makefile', 'host'], 'H=Makefile: that is a file, not a folder'),
])
def test_bad_folder(words, says, copy):
    """Nothing is made, and nothing of the sources is lost."""
    def state():
        return {path.relative_to(copy) for path in copy.rglob('*')}
    before = state()
    result = make(*words, top=copy)
    assert result.returncode == 2 and re.search(says, result.stdout), result.stdout
    assert state() == before


def test_link_to_the_sources(copy, tmp_path):
    (tmp_path / 'link').symlink_to(copy)
    assert 'that is among the sources' in make(f'O={tmp_path}/link', 'clean', top=copy).stdout
    assert (copy / 'init/init.h').exists()


def test_a_folder_is_of_one_board(copy, tmp_path):
    """What is in it is not built, changed or written to a card as another board's."""
    out = tmp_path / 'out'
    assert make('BOARD=orangepi-pc', f'O={out}', 'defconfig', top=copy).returncode == 0
    (out / 'images').mkdir()
    (out / 'images/disk.img').touch()
    before = (out / '.config').read_text()
    for goal in 'all', 'flash', 'menuconfig', 'olddefconfig', 'savedefconfig', 'kernel-check', 'image':
        result = make('BOARD=qemu-arm', f'O={out}', goal, top=copy)
        assert result.returncode == 2
        assert (f'O={out}: configured for BOARD=orangepi-pc, not qemu-arm; name that one, another O=, or '
                f'configure it anew: make BOARD=qemu-arm O={out} defconfig') in result.stdout
    assert (out / '.config').read_text() == before
    # without BOARD= it is the configured one
    assert make(f'O={out}', 'olddefconfig', top=copy).returncode == 0
    result = make(f'O={out}', 'kernel-check', 'KCONFIG=/nowhere', 'V=1', top=copy)
    assert 'check-kernel --board orangepi-pc ' in result.stdout
    # configured anew, also by the goal that names the board, and without the other's card
    result = make('BOARD=qemu-arm', f'O={out}', 'defconfig', top=copy)
    assert result.returncode == 0 and f'next: make O={out}\n' in result.stdout
    assert not (out / 'images').exists()
    assert make(f'O={out}', 'qemu-i386_defconfig', top=copy).returncode == 0
    assert make('BOARD=qemu-i386', f'O={out}', 'olddefconfig', top=copy).returncode == 0
    # one written by hand is of the board that it is built for
    (out / '.config').write_text('CONFIG_ARM=y\n')
    assert make('BOARD=qemu-arm', f'O={out}', 'olddefconfig', top=copy).returncode == 0


def test_help_needs_no_folder(bare_path):
    for goal in 'help', 'list-boards':
        assert make(goal, 'O=', 'H=', 'BOARD=', PATH=bare_path).returncode == 0


# ---- what is made again --------------------------------------------------------------------------

def made(*words, **options):
    """What a make said that it compiled, linked and packed: {(verb, file)}."""
    result = make(*words, **options)
    assert result.returncode == 0, result.stdout
    return set(re.findall(r'^  (CC|LD|IMAGE) +(\S+)', result.stdout, re.MULTILINE))


def users(top, word, out):
    """The sources of /init, of those built in `out`, in which a word stands, themselves or in a
    header that they include."""
    def text(path):
        found = path.read_text()
        for name in re.findall(r'#include "(.*)"', found):
            found += text((path.parent / name).resolve())
        return found
    return {str(path.relative_to(top)) for path in (top / 'init').glob('**/*.c')
            if (out / path.relative_to(top)).with_suffix('.o').exists()
            and re.search(rf'\b{word}\b', text(path))}


@pytest.mark.parametrize('line, option', [
    ('CONFIG_INIT_SH=y', 'CONFIG_INIT_SH'),
    ('CONFIG_PANIC_SECONDS=3', 'CONFIG_PANIC_SECONDS'),
    ('CONFIG_CMDLINE="rw"', 'CONFIG_CMDLINE'),
    ('CONFIG_ROOT_DEVNUM=n', 'CONFIG_ROOT_DEVNUM'),
    ('CONFIG_COMPRESS_XZ=y', 'CONFIG_COMPRESS'),
])
def test_an_option_rebuilds_its_users(line, option, copy, tmp_path):
    out = tmp_path / 'out'
    assert {verb for verb, _ in made(f'O={out}', top=copy)} == {'CC', 'LD', 'IMAGE'}
    assert made(f'O={out}', top=copy) == set()
    (out / '.config').write_text(line + '\n')
    again = made(f'O={out}', top=copy)
    assert {file for verb, file in again if verb == 'CC'} == users(copy, option, out)
    assert any(verb == 'IMAGE' for verb, _ in again)
    assert made(f'O={out}', top=copy) == set()


@pytest.mark.parametrize('file', ['init/plan/words.h', 'init/lib/str.h', 'init/init.h'])
def test_a_header_rebuilds_its_users(file, copy, tmp_path):
    out = tmp_path / 'out'
    made(f'O={out}', top=copy)
    with open(copy / file, 'a') as header:
        header.write('/* word_of_this_header */\n')
    again = made(f'O={out}', top=copy)
    assert {name for verb, name in again if verb == 'CC'} == users(copy, 'word_of_this_header', out)


def test_image_follows_its_list(copy, tmp_path):
    out = tmp_path / 'out'
    made(f'O={out}', top=copy)
    # the archive grows
    (copy / 'boards/qemu-x86_64/budget').write_text('core 99999\n')
    with open(copy / 'image/core.list', 'a') as file:
        file.write('dir /extra 0755 0 0\n')
    assert {verb for verb, _ in made(f'O={out}', top=copy)} == {'IMAGE'}
    assert 'extra' in output('bsdtar', '-tf', out / 'images/initramfs.cpio')


def test_image_follows_its_certificate(copy, tmp_path):
    """CONFIG_VERITY_CERTIFICATE, from anywhere: it is in the image as it is now, and PEM is none that the kernel reads."""
    out, file = tmp_path / 'out', tmp_path / 'a b.der'
    out.mkdir()
    (out / '.config').write_text('CONFIG_LAYER_VERITY=y\nCONFIG_VERITY_SIGNATURE=y\nCONFIG_VERITY_KEYRING=y\n'
                                 f'CONFIG_VERITY_CERTIFICATE="{file}"\n')

    def said():
        return make(f'O={out}', top=copy).stdout

    for content in b'0 the first', b'0 the second one':
        file.write_bytes(content)
        said()
        assert content in (out / 'images/initramfs.cpio').read_bytes()
    assert 'IMAGE' not in said()
    file.write_bytes(b'-----BEGIN CERTIFICATE-----')
    assert f'CONFIG_VERITY_CERTIFICATE={file}: no DER; openssl' in said()
    file.unlink()
    assert f"'{file}'" in said() and 'verity.der] Error' in said()


@pytest.mark.parametrize('tool', ['mkcpio', 'compress', 'strip'])
def test_image_follows_its_tools(tool, copy, tmp_path):
    out = tmp_path / 'out'
    made(f'O={out}', top=copy)
    with open(copy / 'image' / tool, 'a') as file:
        file.write('# changed\n')
    assert {verb for verb, _ in made(f'O={out}', top=copy)} == {'IMAGE'}


# ---- the image -----------------------------------------------------------------------------------

UNPACK = {
    'CONFIG_COMPRESS_NONE=y': ['cat'],
    'CONFIG_COMPRESS_GZIP=y': ['gzip', '-dc'],
    'CONFIG_COMPRESS_XZ=y': ['xz', '-dc'],
    'CONFIG_COMPRESS_ZSTD=y': ['zstd', '-qdc'],
    'CONFIG_COMPRESS_LZ4=y': ['lz4', '-qdc'],
}


@pytest.mark.parametrize('line', UNPACK)
def test_compression(line):
    build = built('qemu-x86_64', line)
    unpacked = subprocess.check_output([*UNPACK[line], build.image])
    assert unpacked == (build.out / 'images/initramfs.cpio').read_bytes()


def listing(cpio):
    """Mode, owner, group, size or device and name of each entry; links and times do not count."""
    entries = []
    for line in output('bsdtar', '--numeric-owner', '-tvf', cpio).splitlines():
        mode, _, owner, group, size, _, _, _, name = line.split(maxsplit=8)
        entries.append((name.removeprefix('./').rstrip('/'), mode, owner, group, size))
    return sorted(entries)


@pytest.mark.parametrize('config', ['', 'CONFIG_SHELL=y'])
def test_list_form_is_the_kernels(config, tmp_path):
    """The kernel's own tool makes the same archive from images/initramfs.list."""
    home = os.environ.get('XDG_CACHE_HOME', os.path.expanduser('~/.cache'))
    cache = Path(os.environ.get('CACHE', f'{home}/kindling'))
    sources = sorted(cache.glob('linux-source-*/usr/gen_init_cpio.c'))
    if not sources:
        pytest.skip('no kernel source is unpacked')
    build = built('qemu-x86_64', config)
    tool = tmp_path / 'gen_init_cpio'
    subprocess.run(['gcc', '-o', tool, sources[-1]], check=True)
    theirs = tmp_path / 'theirs.cpio'
    theirs.write_bytes(subprocess.run([tool, build.out / 'images/initramfs.list'], check=True,
                                      stdout=subprocess.PIPE).stdout)
    ours = build.out / 'images/initramfs.cpio'
    assert listing(theirs) == listing(ours)
    for name in ('init', 'bin/toybox') if config else ('init',):
        assert (subprocess.check_output(['bsdtar', '-xOf', theirs, name]) ==
                subprocess.check_output(['bsdtar', '-xOf', ours, name]))


# ---- on a machine that has only git and make -----------------------------------------------------

@pytest.fixture
def bare_path(tmp_path):
    """A PATH with make and what every Debian has: no python, no compiler, no apt."""
    folder = tmp_path / 'bin'
    folder.mkdir()
    for name in ('make', 'sh', 'cat', 'sed', 'expand', 'id'):
        (folder / name).symlink_to(shutil.which(name))
    return str(folder)


def test_makefile_is_an_index():
    assert len((TOP / 'Makefile').read_text().splitlines()) <= 120


def test_help(bare_path):
    result = make('help', PATH=bare_path)
    assert result.returncode == 0, result.stdout
    for word in ('deps', 'list-boards', 'BOARD=', 'menuconfig', 'qemu', 'CMDLINE=', 'check', 'CACHE=', 'DL_DIR='):
        assert word in result.stdout


def test_list_boards(bare_path):
    result = make('list-boards', PATH=bare_path)
    assert result.returncode == 0, result.stdout
    names = [line.split()[0].rstrip(':') for line in result.stdout.splitlines()
             if not line.startswith('make')]
    assert sorted(names) == sorted(path.parent.name for path in TOP.glob('boards/*/defconfig'))


def test_deps_without_apt(bare_path):
    result = make('deps', PATH=bare_path)
    assert result.returncode != 0
    for package in ('gcc', 'qemu-system-x86', 'python3-kconfiglib'):
        assert package in result.stdout.split()


def test_unknown_board():
    result = make('BOARD=nonsense')
    assert result.returncode != 0
    assert 'BOARD=nonsense: no such board' in result.stdout and 'list-boards' in result.stdout


@pytest.mark.parametrize('prefix', ['none-', 'none x86_64-linux-gnu-', 'bin/'])
def test_no_compiler(prefix, copy, tmp_path):
    """The third is one, but not from where a package is built."""
    (copy / 'bin').mkdir()
    (copy / 'bin/gcc').symlink_to(shutil.which('x86_64-linux-gnu-gcc'))
    result = make(f'O={tmp_path / "out"}', f'CROSS_COMPILE={prefix}', top=copy)
    assert result.returncode != 0
    assert f'build: {prefix}gcc: no such compiler in PATH; install it, or set CROSS_COMPILE' in result.stdout


def test_launcher(tmp_path):
    """As ccache is given: the same bytes, of /init, toybox and a unified kernel image."""
    (tmp_path / '.config').write_text('CONFIG_SHELL=y\nCONFIG_FORM_EFI=y\n')
    (tmp_path / 'kernel').write_bytes(b'a kernel' * 1000)
    result = make(f'O={tmp_path}', f'KERNEL={tmp_path / "kernel"}', 'CROSS_COMPILE=env x86_64-linux-gnu-')
    assert result.returncode == 0, result.stdout
    assert (tmp_path / 'images/kindling.efi').exists()
    assert ((tmp_path / 'images/initramfs.cpio').read_bytes() ==
            (built('qemu-x86_64', 'CONFIG_SHELL=y').out / 'images/initramfs.cpio').read_bytes())


@pytest.mark.parametrize('words', [['CC=clang'], ['CC=clang', 'host'], ['CC=ccache gcc']])
def test_cc(words, tmp_path):
    """It would be passed over, or given what only gcc has; that of an environment is another's."""
    result = make(f'O={tmp_path}', *words)
    assert result.returncode != 0
    assert f'{words[0]}: kindling is built with gcc; CROSS_COMPILE=PREFIX says which' in result.stdout
    assert made('BOARD=qemu-x86_64', f'O={tmp_path}', CC='clang')


# ---- paths ---------------------------------------------------------------------------------------

REFUSED = 'no build in a path with a space, quote or the like'


@pytest.mark.parametrize('name, value', [
    *(('O', f'a{mark}b') for mark in ' \t:;\'"`&|<>()*?=#%\\'), ('O', 'a$$b'), ('H', 'a b'),
])
def test_path_of_a_build(name, value, tmp_path):
    result = make(f'{name}={tmp_path}/{value}', 'host' if name == 'H' else 'all')
    assert result.returncode != 0
    assert f'{name}={tmp_path}/{value.replace("$$", "$")}: {REFUSED}' in result.stdout
    assert not any(tmp_path.iterdir())


def test_path_of_the_sources(tmp_path):
    """Refused in words; what builds nothing works there."""
    top = copied(TOP, tmp_path / 'a b')
    result = make('BOARD=qemu-x86_64', f'O={tmp_path / "out"}', top=top)
    assert result.returncode != 0
    assert f'CURDIR={top}: {REFUSED}' in result.stdout
    for goal in 'help', 'list-boards':
        assert make(goal, top=top).returncode == 0


@pytest.mark.parametrize('variables, words', [
    ({}, 'HOME is not set: no place to keep what is built; set it, or CACHE=DIR'),
    ({'HOME': '/dev/null'}, 'CACHE=/dev/null/.cache/kindling: cannot be made; set another CACHE=DIR'),
    ({'HOME': '/home/a b'}, f'CACHE=/home/a b/.cache/kindling: {REFUSED}'),
    *(({'CACHE': f'/dev/null/a{mark}b'}, f'CACHE=/dev/null/a{mark}b: {REFUSED}')
      for mark in ' \t:;\'"`&|<>()*?=#%\\$'),
])
def test_cache(variables, words, tmp_path, monkeypatch):
    """Said by make before anything is compiled, and by a script alone."""
    for name in 'HOME', 'CACHE', 'XDG_CACHE_HOME', 'DL_DIR':
        monkeypatch.delenv(name, raising=False)
    result = make(f'O={tmp_path}', **variables)
    assert result.returncode != 0
    assert words in result.stdout and '  CC  ' not in result.stdout
    alone = subprocess.run([TOP / 'packages/build', 'dtc', 'host'], text=True, env=os.environ | variables,
                           stderr=subprocess.PIPE)
    assert alone.returncode != 0 and alone.stderr == f'build: {words}\n'.replace(REFUSED, f'{REFUSED}; '
                                                                                'set another CACHE=DIR')


def test_downloads_in_any_place(tmp_path, monkeypatch):
    sources = tmp_path / "someone's (own) sources"
    sources.mkdir()
    shutil.copy(output(TOP / 'packages/fetch', 'dtc'), sources)
    monkeypatch.setenv('DL_DIR', str(sources))
    monkeypatch.setenv('CACHE', str(tmp_path / 'cache'))
    assert (Path(output(TOP / 'packages/build', 'dtc', 'host')) / 'dtc').exists()
