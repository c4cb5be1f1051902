"""A board on the desk, as the tests' second machine: its card is written, its power switched, its serial port
read and typed on. What does that is said in a file (TOML), each as a shell command:

    board       a board's name
    kernel      a command that prints a kernel's folder; default: the first line of the board's file `kernel`
    features    what the board has with that kernel, words of tests/features.toml; default: ext4
    off         takes its power away
    load        puts the card image $CARD where the board looks for its card; it has no power then
    console     runs as long as the board does: its output is what comes from the serial port, its input goes there
    on          gives it power

Nothing is written but by `load`.
"""
import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import NamedTuple

import features
import machine
import test_boards
from machine import FOLDERS, TIMEOUT


class Lab(NamedTuple):
    board: str
    off: str
    load: str
    console: str
    on: str
    kernel: str = ''
    features: str = 'ext4'

    @property
    def target(self):
        kernel = self.kernel or test_boards.lines(FOLDERS[self.board] / 'kernel')[0]
        return features.Target(self.board, kernel, frozenset(self.features.split()))

    def words(self, name):
        """Those of the board's own command line with this name, `console` or `root`."""
        words = (FOLDERS[self.board] / 'cmdline').read_text().split()
        return ' '.join(word for word in words if word.startswith(f'{name}='))

    def run(self, what, **variables):
        done = subprocess.run(['sh', '-c', getattr(self, what)], text=True, env=os.environ | variables,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=TIMEOUT)
        if done.returncode:
            raise machine.Failed(f'{what}: exit code {done.returncode}: {done.stdout}')


def read(path):
    """The Lab that a file describes."""
    def bad(why):
        sys.exit(f'check-lab: LAB={path}: {why}')

    try:
        said = tomllib.loads(Path(path).read_text())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        bad(error)
    for key, value in said.items():
        if key not in Lab._fields or not isinstance(value, str):
            bad(f'{key}: not one of {", ".join(Lab._fields)}, or no text')
    for key in Lab._fields:
        if key not in said and key not in Lab._field_defaults:
            bad(f'{key}: missing')
    lab = Lab(**said)
    if lab.board not in FOLDERS:
        bad(f'board: {lab.board}: no such board')
    unknown = set(lab.features.split()) - set(features.FEATURES)
    if unknown:
        bad(f'features: {" ".join(sorted(unknown))}: not in tests/features.toml')
    return lab


class board(machine.console):
    """The board with this card, from power-on; without power again at the end of the `with` block."""

    def __init__(self, lab, card):
        self.lab = lab
        lab.run('off')
        lab.run('load', CARD=str(card))
        super().__init__(['sh', '-c', f'exec {lab.console}'])
        try:
            lab.run('on')
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_):
        self.lab.run('off')
        super().__exit__()
