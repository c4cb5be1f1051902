"""The host tool reads a .config as Kconfig does: every option of random configurations."""
import random
import re
from collections import defaultdict

import pytest
from kconfiglib import BOOL, INT, STRING, Kconfig

from machine import TOP, output

STRINGS = ['', 'root=/dev/vda', 'a "b" \\ c', '\\\\', '"', "it's"]


@pytest.fixture(scope='module')
def reader(tmp_path_factory):
    """Runs config.c on a file: {option: text}."""
    out = tmp_path_factory.mktemp('config')
    header, program = out / 'options.h', out / 'print_options'
    output('/usr/bin/python3', TOP / 'kconfig/conf', 'host', header)
    output('gcc', '-std=gnu11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-include', header,
           '-I', TOP / 'init', TOP / 'tests/host/print_options.c', TOP / 'init/host/config.c',
           TOP / 'init/lib/str.c', '-o', program)
    return lambda path: dict(line.split(' ', 1) for line in output(program, path).splitlines())


@pytest.fixture(autouse=True)
def at_the_top(monkeypatch):
    monkeypatch.chdir(TOP)


def value(sym):
    if sym.orig_type == BOOL:
        return str(sym.tri_value // 2)
    return sym.str_value or '0' if sym.orig_type == INT else f'"{sym.str_value}"'


def values(kconf):
    return {sym.name: value(sym) for sym in kconf.unique_defined_syms
            if sym.orig_type in (BOOL, INT, STRING)}


def shuffled(rng):
    kconf = Kconfig('kconfig/Kconfig', warn=False)
    symbols = [sym for sym in kconf.unique_defined_syms if sym.nodes[0].prompt]
    for sym in rng.sample(symbols, rng.randrange(len(symbols))):
        if sym.orig_type == BOOL:
            sym.set_value('y' if sym.choice else rng.choice('ny'))
        elif sym.orig_type == INT:
            sym.set_value(str(rng.choice([0, 1, 5, 86400])))
        else:
            sym.set_value(rng.choice(STRINGS))
    return kconf


@pytest.mark.parametrize('seed', range(40))
def test_random_configuration(seed, reader, tmp_path):
    kconf = shuffled(random.Random(seed))
    kconf.write_config(str(tmp_path / 'whole'))
    kconf.write_min_config(str(tmp_path / 'minimal'))
    for name in 'whole', 'minimal':
        assert reader(tmp_path / name) == values(kconf), (tmp_path / name).read_text()


def test_no_line_is_the_default(reader, tmp_path):
    (tmp_path / 'empty').write_text('')
    assert reader(tmp_path / 'empty') == values(Kconfig('kconfig/Kconfig', warn=False))


def test_every_type_has_its_file():
    """formats.c knows the option of each type that a format of init/plan/super can give."""
    rows = dict(re.findall(r'{ "(\w+)", "?(\w+)"? }', (TOP / 'init/host/formats.c').read_text()))
    found = defaultdict(set)
    for path in (TOP / 'init/plan/super').glob('*.c'):
        for name in re.findall(r'type = "(\w+)"', path.read_text()):
            found[name].add(path.stem)
    assert len(found) > 25
    assert [name for name in found if rows.get(name, name).lower() not in found[name]] == []
    options = {sym.name for sym in Kconfig('kconfig/Kconfig', warn=False).unique_defined_syms}
    assert {f'FS_{file.upper()}' for files in found.values() for file in files} <= options
