"""The parsers of what is not trusted, under libFuzzer and sanitizers: 50 seconds each, all options on.

What a run has learned stays in build/tests/fuzz/corpus/, for the next one; a crash is kept in
build/tests/fuzz/crashes/, and its message says how to see it again.
"""
import functools
import os
import re
import subprocess

import pytest

import seeds
from builds import autoconf, every_option
from machine import BUILD, TOP

HERE = TOP / 'tests/fuzz'
OUT = BUILD / 'tests/fuzz'
SECONDS = 20
# of check-long
RUNS = 10 ** (7 if os.environ.get('ALL') else 6)
LEAST = 1_000  # runs in that time, on a busy machine too: with less it has found nothing because it did nothing

# name -> the longest input in bytes, and the sources beside fuzz_NAME.c
TEXT = ['init/lib/str.c']
MEDIUM = ['tests/fuzz/medium.c', *(f'init/plan/{name}.c' for name in ('chain', 'crc', 'reader', 'text'))]
LAYERS = ['init/plan/layer.c', 'init/plan/layer/*.c', *(f'init/plan/{name}.c' for name in ('chain', 'crc', 'reader', 'text'))]
NAMES = {
    # on most processors the kernel's own limit is 2,048 or 4,096
    'cmdline': (4096, [*TEXT, *LAYERS, *(f'init/plan/{name}.c' for name in ('cmdline', 'mountopts', 'params'))]),
    'rootspec': (512, [*TEXT, *LAYERS, 'init/plan/cmdline.c', 'init/plan/rootspec.c', 'init/plan/judge.c']),
    'uevent': (2048, [*TEXT, 'init/plan/uevent.c']),
    'pattern': (512, [*TEXT, *(f'init/plan/{name}.c' for name in ('cmdline', 'modules'))]),
    'modules': (4096, [*TEXT, *(f'init/plan/{name}.c' for name in ('cmdline', 'modules'))]),
    'parttable': (12000, [*MEDIUM, 'init/plan/parttable*.c']),
    'overlay': (5120, [*TEXT, *LAYERS]),
    'verity': (4096, [*TEXT, *LAYERS, 'tests/fuzz/medium.c']),
    'super': (12000, [*MEDIUM, *TEXT, 'init/plan/super.c', 'init/plan/super/*.c']),
}
# The stand-in for plan/crc.c lets the fuzzer get behind the checksums; with "-crc" they count as
# they do in /init.
TARGETS = [*NAMES, 'parttable-crc', 'super-crc']

FLAGS = ['-std=gnu11', '-D_GNU_SOURCE', '-g', '-O1', '-Wall', '-Wextra', '-Werror', '-I', TOP / 'init']
SANITIZERS = ['-fsanitize=fuzzer,address,undefined', '-fno-sanitize-recover=all']


def run(*command):
    result = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout.decode(errors='backslashreplace')


def build(out, *words):
    run('clang', *FLAGS, *words, '-o', out)
    return out


def sources(name):
    return [path for pattern in NAMES[name][1] for path in sorted(TOP.glob(pattern))]


@functools.cache
def header():
    """The options' header; the seeds of all targets are then there too."""
    made = autoconf(OUT / 'config', every_option('y'))
    # without sanitizers: what they find is the fuzzer's to tell, which begins with the seeds
    program = build(OUT / 'seed', '-Wl,--wrap=crc,--wrap=crc_hole', '-include', made, HERE / 'seed.c',
                    *dict.fromkeys(sources('super') + sources('parttable')))
    for target in TARGETS:
        seeds.make(target, OUT / 'seeds' / target, program)
    return made


def fuzzer(target):
    """The path of the built target."""
    name, _, true_crc = target.partition('-')
    files = sources(name)
    if not true_crc:
        files = [HERE / 'crc_off.c' if path.name == 'crc.c' else path for path in files]
    return build(OUT / target, *SANITIZERS, '-include', header(), HERE / f'fuzz_{name}.c', *files)


def fuzz(target, *limit):
    """Runs the target over the inputs that are known; its output."""
    name = target.partition('-')[0]
    corpus, crashes = OUT / 'corpus' / target, OUT / 'crashes'
    for folder in corpus, crashes:
        folder.mkdir(parents=True, exist_ok=True)
    words = HERE / f'{name}.dict'
    command = [fuzzer(target), *limit, f'-max_len={NAMES[name][0]}', '-timeout=5',
               '-print_final_stats=1', f'-artifact_prefix={crashes}/{target}-',
               *([f'-dict={words}'] if words.exists() else []), corpus,
               OUT / 'seeds' / target]
    result = subprocess.run([str(word) for word in command], text=True, errors='backslashreplace',
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, f'to see it again: {command[0]} FILE\n{result.stdout[-8000:]}'
    return result.stdout


@pytest.mark.parametrize('target', TARGETS)
def test_a_while(target):
    output = fuzz(target, f'-max_total_time={SECONDS}')
    assert executions(output) > LEAST, output


@pytest.mark.long
@pytest.mark.parametrize('target', TARGETS)
def test_long(target):
    assert executions(fuzz(target, f'-runs={RUNS}')) >= RUNS


def executions(output):
    return int(re.search(r'^stat::number_of_executed_units: *(\d+)', output, re.M)[1])
