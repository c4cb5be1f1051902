"""The pure code, unit by unit: each test_*.c against its sources, with sanitizers; and every
source of /init under the warnings of two compilers, with all options on and off.
"""
import functools
import random
import subprocess

import pytest

from builds import every_option
from machine import BUILD, TOP

HERE = TOP / 'tests/unit'
INIT = TOP / 'init'

# test -> the options it is built with beside all on: what its C text says with `if (CONFIG_X)`
# is tried with both values
UNITS = {
    'cmdline': [],
    'params': ['CONFIG_SHELL=n', 'CONFIG_ROOTFLAGS=n', 'CONFIG_WAIT=n', 'CONFIG_ROOTFALLBACK=n',
               'CONFIG_EMERGENCY_WORD=n', 'CONFIG_MODULES=n', 'CONFIG_FOREIGN_WORDS=n',
               'CONFIG_ROOTWAIT_SECONDS=7'],
    'rootspec': ['CONFIG_ROOT_DEVNUM=n', 'CONFIG_ROOT_TAG=n', 'CONFIG_ROOT_FLASH=n',
                 'CONFIG_ROOT_SHARE=n', 'CONFIG_ROOTFLAGS=n'],
    'layer': ['CONFIG_OVERLAY_KEEP=y', 'CONFIG_VERITY_ONLY=n'],
    'judge': ['CONFIG_ROOT_TAG=n', 'CONFIG_DUPLICATE_FIRST=y', 'CONFIG_DUPLICATE_PREFER=y'],
    'uevent': [],
    'modules': [],
    'mountopts': [],
    'parttable': [],
    'members': [],
    'program': [],
    'check': [],
    'words': [],
    'str': [],
    'compiler': [],
    'log': [],
    'find': [],
    'fail': [],
    'mount': [],
    'loader': [],
    'switch': ['CONFIG_KEEP_PROC_SYS=n'],
    'super': [],
    'chain': [],
    'reader': [],
    'crc': [],
    'text': [],
}

CFLAGS = ('-std=gnu11', '-D_GNU_SOURCE', '-g', '-O1', '-Wall', '-Wextra', '-Werror',
          '-fsanitize=address,undefined', '-fno-sanitize-recover=all')


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, **options)
    assert result.returncode == 0, result.stdout.decode(errors='backslashreplace')
    return result.stdout


def autoconf(line='', value='y'):
    """The autoconf.h of a configuration with all options on or off, but for one line."""
    name = line.split('=')[0]
    lines = [kept for kept in every_option(value).splitlines()
             if not (name and kept.startswith(name + '='))]
    # what hangs on an option that is off would contradict it
    if line == 'CONFIG_WAIT=n':
        lines.remove('CONFIG_GUARD=y')
    if line == 'CONFIG_SHELL=n':
        lines.remove('CONFIG_VERITY_SHELL=y')
    if line == 'CONFIG_ROOT_TAG=n':
        lines.remove('CONFIG_ROOT_GPT_AUTO=y')
    if line in ('CONFIG_SHELL=n', 'CONFIG_MODULES=n'):
        lines = [kept for kept in lines if not kept.startswith(f'{name}_')]
    out = BUILD / 'tests/unit' / f'{value}-{line or "all"}'
    out.mkdir(parents=True, exist_ok=True)
    (out / '.config').write_text('\n'.join([*lines, line, '']))
    run('/usr/bin/python3', 'kconfig/conf', 'sync', out / '.config', out / 'config', cwd=TOP)
    return out / 'config/autoconf.h'


@functools.cache
def library(line):
    """The pure code and what is tested over a lib/sys of the test's own, as an archive, and its
    autoconf.h."""
    header = autoconf(line)
    objects = []
    for source in [*INIT.glob('plan/**/*.c'), INIT / 'lib/str.c', INIT / 'lib/log.c', INIT / 'lib/dir.c',
                   *(INIT / f'boot/{name}.c' for name in ('find', 'look', 'device', 'events', 'coldplug', 'guard'))]:
        objects.append(header.parent / f'{source.stem}.o')
        run('gcc', *CFLAGS, '-include', header, '-c', source, '-o', objects[-1])
    archive = header.parent / 'library.a'
    archive.unlink(missing_ok=True)
    run('ar', 'rcs', archive, *objects)
    return archive, header


def gathered(header, folder):
    """The objects that an archive would not give: nobody calls them, the linker gathers them."""
    return [header.parent / f'{source.stem}.o' for source in INIT.glob(f'plan/{folder}/*.c')]


def compiled(out, source, line=''):
    archive, header = library(line)
    # the words of layers are tested in test_layer; without them they are refused
    layers = gathered(header, 'layer') if source.stem == 'test_layer' else []
    run('gcc', *CFLAGS, '-include', header, '-I', INIT, source, *gathered(header, 'super'), *layers, archive,
        '-lcmocka', '-o', out)
    return out


@pytest.mark.parametrize('unit, line', [
    (unit, line) for unit, lines in UNITS.items() for line in ('', *lines)])
def test_unit(unit, line, tmp_path):
    test = compiled(tmp_path / unit, HERE / f'test_{unit}.c', line)
    # the copies that a parser works on are never freed
    run(test, env={'ASAN_OPTIONS': 'detect_leaks=0'})


def test_every_unit_is_there():
    assert {f'test_{unit}.c' for unit in UNITS} == {path.name for path in HERE.glob('test_*.c')}
    pure = {path.stem for path in INIT.glob('plan/*.c')}
    assert pure <= set(UNITS), 'a source of init/plan has no test'


# ---- the command line against the kernel's rules ------------------------------------------------

SPACE = b' \t\n\v\f\r\xa0'


def words(line):
    """What the kernel makes of a command line: ([(name, value or None)], the rest behind a --).

    The rules, as kernel-parameters.rst and next_arg()'s and parse_args()'s behaviour give them: a
    word ends at a space that no quote hides; a quote that opens it is dropped, and the one that
    ends it then too; the first '=' behind the first letter parts name and value; a quote that
    opens the value is dropped, with the one that ends the word; `--` alone ends all."""
    found = []
    line = line.lstrip(SPACE)
    while line:
        opened = line.startswith(b'"')
        end, hidden = 0, False
        while end < len(line) and (hidden or line[end] not in SPACE):
            hidden ^= line[end] == ord('"')
            end += 1
        word, line = line[opened:end], line[end:].lstrip(SPACE)
        equals = word.find(b'=', 1)
        name, value = (word, None) if equals < 0 else (word[:equals], word[equals + 1:])
        if value is not None and value.startswith(b'"'):
            value, opened = value[1:], True
        if opened and value is None:
            name = name.removesuffix(b'"')
        elif opened:
            value = value.removesuffix(b'"')
        if (name, value) == (b'--', None):
            break
        found.append((name, value))
    return found, line


def random_line(rng):
    """All bytes but NUL, most of them those that the rules name."""
    alphabet = b'""" =ab- ' if rng.random() < 0.6 else b'"=-_.,/ \t\n\v\f\r\xa0\x85abc09~\x7f\xff'
    length = rng.randrange(40)
    if rng.random() < 0.3:
        return bytes(rng.randrange(1, 256) for _ in range(length))
    return bytes(rng.choices(alphabet, k=length))


def parsed(output):
    """[(words, rest)] as words_of_lines.c prints them."""
    lines, found = [], []
    for field in output.split(b'\0')[:-1]:
        kind, text = field[:1], field[1:]
        if kind == b'N':
            found.append((text, None))
        elif kind == b'V':
            found[-1] = (found[-1][0], text)
        else:
            lines.append((found, text.lstrip(SPACE)))
            found = []
    return lines


@pytest.mark.parametrize('count', [10 ** 5, pytest.param(10 ** 7, marks=pytest.mark.long)])
def test_command_line_is_the_kernels(count, tmp_path):
    program = compiled(tmp_path / 'words', HERE / 'words_of_lines.c')
    rng = random.Random(count)
    for start in range(0, count, 10 ** 5):
        lines = [random_line(rng) for _ in range(10 ** 5)]
        output = subprocess.run([program], input=b'\0'.join(lines) + b'\0', check=True,
                                stdout=subprocess.PIPE).stdout
        for line, (found, rest) in zip(lines, parsed(output), strict=True):
            # the last word of a text may end it: then nothing is left, "--" or not
            assert (found, rest) == words(line), line


def test_the_rules_are_the_documented_ones():
    """The model itself, on what the kernel is known to do."""
    assert words(b'a="b c" "d=e f" -- x') == ([(b'a', b'b c'), (b'd', b'e f')], b'x')
    assert words(b'=a=b ==') == ([(b'=a', b'b'), (b'=', b'')], b'')
    assert words(b'"a="b"" c="') == ([(b'a', b'b"'), (b'c', b'')], b'')
    assert words(b'a="b c') == ([(b'a', b'b c')], b'')


# ---- warnings -----------------------------------------------------------------------------------

WARNINGS = ('-Wall', '-Wextra', '-Wshadow', '-Wstrict-prototypes', '-Wmissing-prototypes',
            '-Wundef', '-Wvla', '-Werror')


@pytest.mark.parametrize('value', 'yn')
@pytest.mark.parametrize('compiler', ['gcc', 'clang'])
def test_no_warning(compiler, value):
    header = autoconf(value=value)
    for source in sorted(set(INIT.glob('**/*.c')) - set(INIT.glob('host/*.c'))):
        # each system call's result is the kernel's long, cut to int in one place: there
        conversion = [] if source.name == 'sys.c' else ['-Wconversion']
        run(compiler, '-std=gnu11', '-D_GNU_SOURCE', '-Os', *WARNINGS, *conversion,
            '-include', header, '-c', source, '-o', '/dev/null')


@pytest.mark.parametrize('compiler', ['gcc', 'clang'])
def test_no_warning_in_the_host_tool(compiler):
    run('make', '-s', 'host', cwd=TOP)
    made = TOP / 'build/host'
    for source in sorted([*INIT.glob('host/*.c'), *INIT.glob('plan/**/*.c'), INIT / 'lib/str.c']):
        run(compiler, '-std=gnu11', '-D_GNU_SOURCE', '-O2', *WARNINGS, '-Wconversion',
            '-I', made, '-include', made / 'options.h', '-c', source, '-o', '/dev/null')
