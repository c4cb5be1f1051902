"""docs/recipes.md: what is named in it exists, and each recipe makes the card and boots.

Its blocks marked `sh` are one script for each recipe, behind those before the first one. Indented lines are the
kernel's command line and what the console shows; `...` and N stand for anything.
"""
import fnmatch
import functools
import os
import re
import subprocess

import pytest
from kconfiglib import Kconfig

import machine
import messages
from builds import copied
from machine import TOP, output

PAGE = (TOP / 'docs/recipes.md').read_text()
PAGES = sorted(TOP.glob('docs/*.md'))
HELP = (TOP / 'help.txt').read_text()


def script(text):
    return '\n'.join(re.findall(r'^```sh\n(.*?)^```$', text, re.M | re.S))


def without_files(text):
    """The commands alone, each in a line, without what `cat` writes."""
    return re.sub(r"<<'?(\w+)'?\n.*?^\1$", '', text, flags=re.M | re.S).replace('\\\n', ' ')


START, *RECIPES = re.split(r'^## (?=.*$)', PAGE, flags=re.M)
RECIPES = {text.partition('\n')[0]: text for text in RECIPES}


def outputs(text):
    """The command line, if the recipe says it, and the lines of the console."""
    blocks = re.findall(r'(?<=\n\n)(?: {4}\S.*\n)+', text)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    shown = [line for line in lines if line.startswith(('kindling: ', 'Verifying '))]
    return [line for line in lines if 'rootwait=' in line], shown


def pattern(line):
    return re.sub(r'\bN\b', r'\\d+', re.escape(line)).replace(r'\.\.\.', '.*')


def makes():
    """The words behind each `make`."""
    lines = re.sub(r'\$\([^)]*\)', 'X', without_files(script(PAGE))).splitlines()
    return [line.split()[1:] for line in lines if re.match(r'\s*make ', line)]


@functools.cache
def options():
    """Kconfig's symbols."""
    return set(Kconfig(str(TOP / 'kconfig/Kconfig'), warn=False).syms)


def kernel_symbols():
    """Those that the tree knows of the kernel: what images need, boards have, tests' kernels are made with."""
    files = [TOP / 'image/symbols', *TOP.glob('boards/*/symbols'), *TOP.glob('qemu/kernels/*.config')]
    return {word for file in files for word in re.findall(r'[A-Z][A-Z0-9_]+', file.read_text().replace('CONFIG_', ' '))}


# Of the kernel, which no image needs, and of others than kindling and the kernel.
ELSEWHERE = {'IP_PNP', 'IP_PNP_DHCP', 'ROOT_NFS', 'NFS_FS', 'SERIAL_EARLYCON', 'MODULE_DECOMPRESS', 'MTD_BLOCK', 'MTD_UBI_BLOCK',
             'KEYS', 'TMPFS', 'TTY', 'DEFAULT_INIT'}


def test_goals_and_variables():
    """As test_options.py: by help.txt."""
    variables = set(re.findall(r'^  ([A-Z_]+)=', HELP, re.M))
    goals = set(re.findall(r'^  make ([a-z-]+)', HELP, re.M)) | {'defconfig'}
    found = makes()
    assert len(found) > 15
    for word in (word for words in found for word in words):
        name, is_set, _ = word.partition('=')
        assert name in variables if is_set else word in goals or re.fullmatch(r'build/\$board/demo\.img', word), word


def test_boards():
    """They are in the tree, or were copied from one that is."""
    copied_to = set(re.findall(r'cp -r boards/[\w-]+ \$BOARD_PATH/([\w-]+)', PAGE))
    named = {word[6:] for words in makes() for word in words if word.startswith('BOARD=')} - {'$board'}
    named |= set(re.findall(r'\bboards/([a-z0-9_][\w-]*)', PAGE))
    assert {board for board in named - copied_to if not (TOP / f'boards/{board}/defconfig').exists()} == set()
    assert copied_to - named == set()


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_options_exist(page):
    text = page.read_text()
    assert set(re.findall(r'CONFIG_(\w+)', text)) - options() - kernel_symbols() - ELSEWHERE == set()
    spans = set(re.findall(r'`(?:CONFIG_)?([A-Z][A-Z0-9_]{2,})(?:=[yn1])?`', text))
    variables = set(re.findall(r'^  ([A-Z_]+)=', HELP, re.M))
    assert spans - options() - kernel_symbols() - variables - ELSEWHERE == set()


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_files_exist(page):
    text = page.read_text()
    links = re.findall(r'\]\(([^)#:]+)\)', text)
    assert [link for link in links if not (page.parent / link).exists()] == []
    files = re.findall(r'(?<![\w/$.-])((?:boards/[a-z0-9_][\w-]*/)?[A-Za-z-]+\.md)(?![\w.])', text)
    assert [file for file in files if not any((folder / file).exists() for folder in (TOP, page.parent))] == []


@functools.cache
def patterns():
    """Words of the command line: /init's, its table's of others' words, and the kernel's as the host tool has them."""
    files = [TOP / 'init/plan/params.c', TOP / 'init/plan/foreign.def', TOP / 'init/host/kernel.c', TOP / 'init/plan/modules.c',
             *TOP.glob('init/plan/layer/*.c'), TOP / 'init/boot/layer/verity.c']
    return {word for file in files for _, _, text in messages.literals(file.read_text()) for word in text.split()
            if re.fullmatch(r'[A-Za-z][\w.*-]*', word)}


def unknown(words):
    return {word for word in words if not any(fnmatch.fnmatchcase(word, each) for each in patterns())}


def test_words_are_known():
    """Of the command lines in the recipes."""
    lines = [line for text in RECIPES.values() for line in outputs(text)[0]]
    assert len(lines) >= 6
    assert unknown(word.partition('=')[0] for line in lines for word in line.split()) == set()


@pytest.mark.parametrize('page', PAGES, ids=lambda page: page.name)
def test_words_in_the_text_are_known(page):
    """WORD= and rd.WORD in backquotes."""
    assert unknown(re.findall(r'`([a-z][\w.]*)=', page.read_text()) + re.findall(r'`(rd\.\w[\w.]*)', page.read_text())) \
        - NO_WORDS == set()


# Of RAUC, of a tmpfs, and of the kernel's printk.
NO_WORDS = {'bootloader', 'bootname', 'size', 'printk.devkmsg'}


def test_what_is_not_there_is_found(monkeypatch):
    """The tests above, with a word in the page that is wrong."""
    def fails(test, old, new, *words):
        assert old in PAGE
        monkeypatch.setitem(globals(), 'PAGE', PAGE.replace(old, new))
        with pytest.raises(AssertionError):
            test(*words)
        monkeypatch.undo()
    fails(test_goals_and_variables, 'image ROOT=', 'imago ROOT=')
    fails(test_goals_and_variables, 'OVERLAY_SIZE=', 'OVERLAY_BYTES=')
    fails(test_boards, 'boards/raspi3b/README', 'boards/raspi9/README')
    fails(test_boards, 'BOARD=raspi3b', 'BOARD=raspi9')


# ---- the recipes themselves ------------------------------------------------------------------------

@pytest.fixture(scope='module')
def tree(tmp_path_factory):
    """A copy of the tree and a home, in which what stands before the first recipe has been done; and the environment."""
    top = copied(TOP, tmp_path_factory.mktemp('recipes') / 'tree')
    home = top.parent / 'home'
    home.mkdir()
    cache = os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache')
    env = {**os.environ, 'HOME': str(home), 'XDG_CACHE_HOME': cache, 'PATH': f'{os.environ["PATH"]}:/usr/sbin:/sbin'}
    for name in 'MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES':
        env.pop(name, None)
    run(top, env, script(START))
    return top, env


def run(top, env, text):
    result = subprocess.run(['sh', '-eux', '-c', text], cwd=top, env=env, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout
    return result.stdout


@pytest.mark.long
@pytest.mark.parametrize('recipe', RECIPES)
def test_recipe(recipe, tree, monkeypatch):
    top, env = tree
    text = RECIPES[recipe]
    *before, boot = script(text).strip().splitlines()
    assert re.match(r'make .* qemu |qemu/run ', boot), boot
    said = run(top, env, '\n'.join([exports(), *before]))
    assert re.search('READY +[0-9]+ bytes', said), said
    monkeypatch.chdir(top)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    lines, shown = outputs(text)
    with machine.console(['sh', '-ec', f'{exports()}\n{boot}'], timeout=1200) as console:
        for line in shown:
            console.expect(pattern(line))
        for line in lines:
            assert re.search(f'ommand line: (?:BOOT_IMAGE=\\S+ )?{pattern(line)}', console.text), console.text


def exports():
    """The variables that the page sets before all else."""
    return '\n'.join(re.findall('^export .*$', script(START), re.M))
