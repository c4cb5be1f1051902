"""The manuals, the page of options and what is released: each word that /init knows has its entry, each file that is
named exists, pages that a command writes are what it writes, and a tarball builds what the checkout does.
"""
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from kconfiglib import Kconfig

from builds import copied, make
from machine import TOP, image, output

KCONF = Kconfig(str(TOP / 'kconfig/Kconfig'), warn=False)
MANUALS = sorted(TOP.glob('man/kindling.?'))
VERSION = re.search(r'#define VERSION "(.*)"', (TOP / 'init/init.h').read_text())[1]


def text(*patterns):
    return ''.join(path.read_text() for pattern in patterns for path in sorted(TOP.glob(pattern)) if path.is_file())


# ---- what a manual says --------------------------------------------------------------------------

MACROS = 'Ar Bq Cm Dv Ev Fl Ic Li No Oc Oo Op Pa Xr'.split()


def plain(line):
    """A line of mdoc(7) as its reader sees it, without brackets."""
    shown, space = '', ''
    for token in re.findall(r'"[^"]*"|\S+', line):
        token = token.strip('"').replace(r'\&', '')
        if token == 'Ns':
            space = ''
        elif token not in MACROS:
            shown, space = f'{shown}{space}{token}', ' '
    return shown


def entries(section):
    """What stands before each item of a manual."""
    page = (TOP / f'man/kindling.{section}').read_text()
    return {plain(line) for line in re.findall(r'^\.It (\S.*)', page, re.M)}


def named(section, macro):
    """The words behind a macro of the manual."""
    page = (TOP / f'man/kindling.{section}').read_text()
    return set(re.findall(rf'(?:^\.| ){macro} ((?:\\.|[^\s,])+)', page, re.M))


def strings(name, source):
    """The words of a C string that begins behind this name."""
    found = re.search(rf'\b{name}\[\] =\n?((?:\s*(?:/\*.*\*/\n|"[^"]*"))+);', source)
    lines = [line for line in found[1].splitlines() if not line.lstrip().startswith('/*')]
    return re.split('[ ,]', ''.join(re.findall(r'"([^"]*)"', '\n'.join(lines))))


# ---- complete ------------------------------------------------------------------------------------

def parameters():
    return re.findall(r'^\tR\("([^"]+)"', text('init/plan/params.c'), re.M)


def layer_words():
    """(their names, the key of one root or NULL)"""
    return re.findall(r'^LAYER_WORD\(\w+, "([^"]+)", "?(\w+)"?\);', text('init/plan/layer/*.c'), re.M)


def test_every_parameter_is_in_the_manual():
    known = {entry.partition('=')[0] for entry in entries(7)}
    words = parameters() + [name for names, _ in layer_words() for name in names.split()]
    assert len(words) > 25 and [word for word in words if word not in known] == []
    page = (TOP / 'man/kindling.7').read_text()
    keys = {'rootfstype', 'rootflags'} | {key for _, key in layer_words() if key != 'NULL'}
    assert [key for key in keys if f'.Li ,{key}= ' not in page] == []


def test_every_form_of_root_is_in_the_manual():
    """Those in the comment above the parser, and those that the parser looks for."""
    grammar = text('init/plan/rootspec.h').partition('#ifndef')[0]
    forms = [form for line in re.findall(r'^ \*     (\S.*)', grammar, re.M)
             for form in re.findall(r'(?<!\S)(\S+)(?=  )', line) if ',' not in form]
    assert len(forms) >= 14 and [form for form in forms if form not in entries(7)] == []
    begins = [form.rstrip('*') for form in strings('forms', text('init/plan/rootspec.c'))]
    assert len(begins) >= 14
    assert [form for form in begins if not any(entry.startswith(form) for entry in entries(7))] == []


@pytest.mark.parametrize('macro, words', [
    ('Cm', re.search(r'"(reboot [a-z ]*shell)"', text('init/plan/params.c'))[1].split()),
    ('Cm', re.search(r'str_listed\("(find [a-z ]*)"', text('init/plan/params.c'))[1].split()),
    ('Cm', strings('known', text('init/plan/layer/verity.c'))),
    ('Cm', re.findall(r'"(fec-\w+=)"', text('init/plan/layer/verity.c'))),
    ('Ic', re.search(r'tell\("(cd [a-z ]*)\\n', text('init/boot/shell.c'))[1].split()),
])
def test_every_value_is_in_the_manual(macro, words):
    assert len(words) > 2 and set(words) <= named(7, macro)


def test_options_and_defaults_are_those_of_kconfig():
    for manual in MANUALS:
        page = manual.read_text()
        for line in re.findall(r'^\.(?:Bq |Pq )?Dv (.*)', page, re.M):
            for name in re.findall(r'[A-Z_]{3,}', line):
                assert KCONF.syms[name].nodes, f'{manual.name}: {name}'
        # of what is not in an image by default this is said
        for name, off in re.findall(r'Bq Dv (\w+)( , No off)?', page):
            if not KCONF.syms[name].str_value == 'n':
                assert not off, name
            elif not name.startswith(('LAYER_', 'VERITY_SIGNATURE', 'VERITY_FEC')):
                assert off, name
        for name, number in re.findall(r'^\.Dv (\w+) ,\nwhich is (\d+)', page, re.M):
            assert KCONF.syms[name].defaults[0][0].name == number


def test_messages_are_those_of_init():
    page = (TOP / 'man/kindling.7').read_text()
    said = text('init/boot/**/*.c', 'init/plan/**/*.c', 'init/lib/*.c')
    messages = re.findall(r'"(.*?)"', ' '.join(re.findall(r'^\.It Li (".*)', page.partition('.Sh DIAGNOSTICS')[2], re.M)))
    assert len(messages) > 15 and [message for message in messages if message not in said] == []


def test_every_file_of_a_board_and_image_is_in_the_manual():
    files = {f'boards/BOARD/{path.name}' for path in TOP.glob('boards/*/*') if path.is_file()}
    files |= set(re.findall(r'^(?:dir|nod|file) (\S+)', text('image/core.list', 'image/shell.list'), re.M))
    forms = re.search(r'^all-forms := (.*)', text('image/forms.mk'), re.M)[1].split()
    files |= {f'build/BOARD/images/{form}' for form in forms}
    assert files <= entries(5), files - entries(5)
    lab = re.search(r'^class Lab\(NamedTuple\):\n((?:    \w+: str.*\n)*)', text('tests/lab/lab.py'), re.M)[1]
    keys = set(re.findall(r'(\w+): str', lab))
    assert len(keys) == 7 and keys <= entries(5)


# ---- true ----------------------------------------------------------------------------------------

def is_there(path, sources):
    """Does the tree have this file? Of others, in the image, in root or made by a build, do the sources speak?"""
    place = re.sub(r'\b(BOARD|B|WAY|NAME|DIR|RELEASE|LINK|NODE|X)\b', '*', path)
    if path.endswith('.md') or (TOP / path.partition('/')[0]).is_dir() and not path.startswith(('/', 'build/')):
        return any(TOP.glob(place.rstrip('/')))
    if path.startswith('build/'):
        place = Path(place).name
    return all(piece.strip('/') in sources for piece in place.split('*'))


def test_every_file_that_a_manual_names_exists():
    sources = text('Makefile', 'init/**/*.[ch]', 'init/**/*.mk', 'image/*', 'kconfig/*', 'tests/contract/*', 'boards/README.md')
    for manual in MANUALS:
        paths = named(manual.suffix[1:], 'Pa')
        missing = [path for path in paths if not is_there(path, sources)]
        assert paths and missing == [], f'{manual.name}: {missing}'


@pytest.mark.parametrize('name', ['CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'])
def test_every_file_that_a_page_names_exists(name):
    page = (TOP / name).read_text()
    paths = re.findall(r'\]\((?!https?:)([^)#]+)', page)
    folders = '|'.join(path.name for path in TOP.iterdir() if path.is_dir() and path.name != 'build')
    paths += re.findall(rf'`((?:{folders})/[^`* ]*)`', page) + re.findall(r'`([A-Z]+\.md)`', page)
    assert [path for path in paths if not any(TOP.glob(re.sub(r'\b[A-Z]{2,}\b(?!\.md)', '*', path).rstrip('/')))] == []
    goals = set(re.findall(r'`make ([a-z][a-z-]*)', page))
    assert goals <= set(re.findall(r'^  make ([a-z-]+)', (TOP / 'help.txt').read_text(), re.M))


@pytest.mark.parametrize('manual', MANUALS, ids=lambda path: path.name)
def test_mandoc_has_no_complaint(manual, tmp_path):
    # not about manuals that this machine lacks
    said = subprocess.run(['mandoc', '-Tlint', manual], text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          env={'PATH': '/usr/bin', 'MANPATH': str(tmp_path)}).stdout
    assert [line for line in said.splitlines() if 'referenced manual not found' not in line] == []
    # and what is written has the page's own heading
    assert f'KINDLING({manual.suffix[1:]})' in output('mandoc', '-Tutf8', manual)


# ---- written by a command ------------------------------------------------------------------------

def test_page_of_options(tmp_path):
    subprocess.run(['/usr/bin/python3', 'kconfig/conf', 'page', tmp_path / 'page'], cwd=TOP, check=True)
    page = (tmp_path / 'page').read_text()
    assert (TOP / 'OPTIONS.md').read_text() == page, 'make options writes it anew'
    for node in KCONF.node_iter():
        if node.prompt and node.item in KCONF.unique_defined_syms:
            assert len(re.findall(rf'^(?:### |- )`{node.item.name}`', page, re.M)) == 1, node.item.name


# ---- released ------------------------------------------------------------------------------------

def test_changelog_is_of_this_version():
    assert re.search(r'^## (\S+)', (TOP / 'CHANGELOG.md').read_text(), re.M)[1] == VERSION


def test_dist(tmp_path):
    """The same bytes each time, nothing of the build folder, and without git the image of the checkout."""
    tree = copied(TOP, tmp_path / 'tree')
    for words in 'init -q', 'add -A', '-c user.name=x -c user.email=x@x commit -q -m x':
        subprocess.run(['git', *words.split()], cwd=tree, check=True)
    tarball = tree / f'build/kindling-{VERSION}.tar.xz'
    releases = []
    for umask, zone in ('022', 'UTC'), ('077', 'Asia/Tokyo'):
        result = subprocess.run(['sh', '-c', f'umask {umask}; exec make dist'], cwd=tree, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env={'PATH': '/usr/bin:/bin', 'TZ': zone})
        assert result.returncode == 0 and 'not committed' not in result.stdout, result.stdout
        releases.append(tarball.read_bytes())
    assert releases[0] == releases[1]
    (tree / 'README.md').write_text('changed')
    result = make('dist', top=tree)
    assert result.returncode == 0 and 'what is not committed is not in it' in result.stdout
    assert tarball.read_bytes() == releases[0]

    (tmp_path / 'bin').mkdir()
    (tmp_path / 'bin/git').write_text(f'#!/bin/sh\ntouch {tmp_path}/asked\nexit 1\n')
    (tmp_path / 'bin/git').chmod(0o755)
    subprocess.run(['tar', '-xf', tarball], cwd=tmp_path, check=True)
    unpacked = tmp_path / f'kindling-{VERSION}'
    assert {path.name for path in unpacked.iterdir()} == {path.name for path in TOP.iterdir()} - {'.git', 'build'}
    result = make('BOARD=qemu-x86_64', top=unpacked, PATH=f'{tmp_path}/bin:/usr/bin:/bin:/usr/sbin')
    assert result.returncode == 0 and not (tmp_path / 'asked').exists(), result.stdout
    made = unpacked / 'build/qemu-x86_64/images/initramfs.cpio.gz'
    assert made.read_bytes() == image('qemu-x86_64').read_bytes()
    # there is nothing to release there
    result = make('dist', top=unpacked)
    assert result.returncode == 2 and 'not a git repository' in result.stdout
