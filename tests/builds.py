"""Configurations and builds of /init for the tests: a board's own, with lines changed.

    image = built('qemu-x86_64', 'CONFIG_ROOTFLAGS=n').image

Builds are kept in build/tests/, one folder for each board and set of lines.
"""
import functools
import hashlib
import os
import shutil
import subprocess

import kconfiglib
from kconfiglib import BOOL, Kconfig

from machine import BUILD, FOLDERS, TOP, alone


def make(*words, top=TOP, **variables):
    """Run make, with more variables in its environment; both outputs come in stdout."""
    # of the make that runs the tests
    ours = ('MAKEFLAGS', 'MFLAGS', 'MAKELEVEL', 'MAKEOVERRIDES', 'CROSS_COMPILE', 'V')
    env = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(['make', '-C', top, *map(str, words)], text=True, env=env | variables,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def copied(top, to):
    """A copy of a source tree, in another place."""
    def not_source(folder, names):
        return {'build', '.git'} if folder == str(top) else {'__pycache__'}
    return shutil.copytree(top, to, symlinks=True, ignore=not_source)


def every_option(value):
    """The lines that turn all bool options on ('y') or off ('n'); choices stay as they are."""
    kconf = Kconfig(str(TOP / 'kconfig/Kconfig'), warn=False)
    symbols = [sym for sym in kconf.unique_defined_syms
               if sym.orig_type == BOOL and sym.choice is None and sym.nodes[0].prompt]
    for sym in symbols:
        sym.set_value(value)
    return ''.join(f'CONFIG_{sym.name}={value}\n' for sym in symbols
                   if kconfiglib.TRI_TO_STR[sym.tri_value] == value and sym.visibility)


@functools.cache
def settings(board):
    """The options of the board's own configuration: {name without CONFIG_: text}."""
    kconf = Kconfig(str(TOP / 'kconfig/Kconfig'), warn=False)
    kconf.load_config(str(FOLDERS[board] / 'defconfig'))
    return {name: sym.str_value for name, sym in kconf.syms.items()}


@functools.cache
def rivals():
    """{an option: those of its choice, which it excludes}"""
    choices = Kconfig(str(TOP / 'kconfig/Kconfig'), warn=False).unique_choices
    return {f'CONFIG_{sym.name}': {f'CONFIG_{each.name}' for each in choice.syms}
            for choice in choices for sym in choice.syms}


class built:
    """The build of a board with more lines of configuration, made now when it is not there.

    `lines` of the board's own defconfig that set the same option, or another of its choice, are left out; `goals` are more
    words for make. Those with the same `folder` replace each other, and share what they can."""

    def __init__(self, board, lines='', goals=(), folder=None):
        lines = lines.strip() and lines.strip() + '\n'
        name = hashlib.sha256(f'{board}\n{lines}'.encode()).hexdigest()[:12]
        self.out = BUILD / 'tests' / (folder or name)
        self.out.mkdir(parents=True, exist_ok=True)
        defconfig = (FOLDERS[board] / 'defconfig').read_text().splitlines(True)
        names = {line.split('=')[0] for line in lines.splitlines()}
        names = names.union(*(rivals().get(name, ()) for name in names))
        kept = ''.join(line for line in defconfig if line.split('=')[0] not in names)
        config = self.out / '.config'
        with alone(self.out):
            if not config.exists() or config.read_text() != kept + lines:
                config.write_text(kept + lines)
            result = make(f'BOARD={board}', f'O={self.out}', *goals)
        assert result.returncode == 0, result.stdout

    @property
    def image(self):
        """The image in the form that the configuration asks for."""
        auto = (self.out / 'config/auto.mk').read_text().splitlines()
        form = dict(line.split(' := ') for line in auto if line[-1] != '=')['CONFIG_COMPRESS']
        suffix = '' if form == 'none' else f'.{form}'
        return self.out / f'images/initramfs.cpio{suffix}'


def autoconf(out, lines):
    """The C header of these lines of configuration; what it needs is kept in the folder `out`."""
    out.mkdir(parents=True, exist_ok=True)
    (out / '.config').write_text(lines)
    subprocess.run(['/usr/bin/python3', TOP / 'kconfig/conf', 'sync', out / '.config', out / 'config'],
                   check=True, cwd=TOP)
    return out / 'config/autoconf.h'
