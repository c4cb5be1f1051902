"""How many of the branches of init/plan the unit tests and the fuzzer's seeds take, all options on."""
import json
import shutil
import subprocess
from collections import Counter

from machine import TOP
from test_fuzz import HERE, OUT, TARGETS, header, run

INIT = TOP / 'init'
LEAST = 95  # percent
FLAGS = ['-std=gnu11', '-D_GNU_SOURCE', '-O0', '--coverage', '-I', INIT]


def compiled(folder, pattern):
    objects = []
    for source in sorted(TOP.glob(pattern)):
        objects.append(folder / f'{source.stem}.o')
        run('gcc', *FLAGS, '-include', header(), '-c', source, '-o', objects[-1])
    return objects


def branches(obj):
    """[(source, line, taken)] of an object's own source, one for each branch."""
    output = subprocess.run(['gcov', '--json-format', '--stdout', '--branch-probabilities', obj],
                            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            cwd=obj.parent).stdout
    return [(file['file'], line['line_number'], branch['count'] > 0)
            for file in json.loads(output)['files'] if file['file'].startswith(str(INIT / 'plan'))
            for line in file['lines'] for branch in line['branches']]


def test_branches_of_plan():
    folder = OUT / 'coverage'
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    plan = [obj for pattern in ('*', 'super/*', 'layer/*') for obj in compiled(folder, f'init/plan/{pattern}.c')]
    text = [INIT / 'lib/str.c']
    units = [path for path in TOP.glob('tests/unit/test_*.c')
             if (INIT / f'plan/{path.stem[5:]}.c').exists() or path.stem == 'test_members']
    for unit in units:
        program = folder / unit.stem
        run('gcc', *FLAGS, '-include', header(), unit, *plan, *text, '-lcmocka', '-o', program)
        # whether it passes is test_unit.py's matter
        subprocess.run([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for target in TARGETS:
        name, _, true_crc = target.partition('-')
        program = folder / target
        # the sources of the tests themselves come without counters: they are not judged
        run('gcc', *FLAGS, '-include', header(), HERE / f'fuzz_{name}.c', HERE / 'replay.c',
            HERE / 'medium.c', *plan, *text, '-o', program)
        run(program, OUT / 'seeds' / target)

    found = [branch for obj in plan for branch in branches(obj)]
    whole, taken = Counter(), Counter()
    for source, _, is_taken in found:
        whole[source] += 1
        taken[source] += is_taken
    table = '\n'.join(f'{100 * taken[source] / whole[source]:6.1f} % of {whole[source]:4} {source}'
                      for source in sorted(whole))
    missed = Counter((source, line) for source, line, is_taken in found if not is_taken)
    lines = '\n'.join(f'{source}:{line}: {count} not taken' for (source, line), count in
                      sorted(missed.items()))
    percent = 100 * sum(taken.values()) / sum(whole.values())
    print(f'{percent:.1f} % of {sum(whole.values())} branches\n{table}\n{lines}')
    assert percent >= LEAST
