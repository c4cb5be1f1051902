"""What /init loads, against kmod: all modules and all aliases of Debian's own kernels.

The index of a whole tree comes from image/modules; what is in it, as init/plan reads it, must be
what modprobe does with the same tree and command line. The order is also held against what depmod
says of dependencies, and the aliases against libkmod: image/modules itself asks modprobe.
"""
import functools
import os
import random
import re
import shlex
import subprocess
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from builds import autoconf, every_option
from machine import BUILD, TOP, stock

HERE = TOP / 'tests/modules'
OUT = BUILD / 'tests/kmod'
SEED = 4
KERNELS = ['cloud-amd64', *(pytest.param(name, marks=pytest.mark.long)
                            for name in ('amd64', 'armmp', 'arm64', 'riscv64'))]


def run(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, text=True,
                          stdout=subprocess.PIPE, **options).stdout


@functools.cache
def programs():
    """emit and lookup, built."""
    OUT.mkdir(parents=True, exist_ok=True)
    header = autoconf(OUT / 'config', every_option('y'))
    flags = ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror']
    plan = [TOP / f'init/plan/{name}.c' for name in ('modules', 'params', 'cmdline', 'layer')]
    run('gcc', *flags, '-I', TOP / 'init', '-include', header, HERE / 'emit.c', *plan,
        TOP / 'init/lib/str.c', '-o', OUT / 'emit')
    run('gcc', *flags, HERE / 'lookup.c', '-lkmod', '-o', OUT / 'lookup')
    return OUT / 'emit', OUT / 'lookup'


def underscored(name):
    return name.replace('-', '_')


def module_of(path):
    """The module in a file."""
    return underscored(Path(path).name.partition('.ko')[0])


class Kernel:
    """A stock kernel's modules, by depmod's files, and the index of all of them."""

    def __init__(self, name):
        OUT.mkdir(parents=True, exist_ok=True)
        self.base = stock(name) / 'modules'
        self.folder = next((self.base / 'lib/modules').iterdir())
        self.release = self.folder.name
        self.config = dict(re.findall(r'^CONFIG_(\w+)="?(.*?)"?$',
                                      (stock(name) / 'config').read_text(), re.M))
        self.needs = {}
        for line in self.lines('dep'):
            path, needs = line.split(':')
            self.needs[module_of(path)] = [module_of(need) for need in needs.split()]
        self.aliases = [tuple(line.removeprefix('alias ').rsplit(' ', 1)) for line in self.lines('alias')
                        if line.startswith('alias ')]

    @functools.cached_property
    def index(self):
        return self.written(run(TOP / 'image/modules', 'index', self.folder))

    def written(self, text):
        path = OUT / f'{self.release}.index'
        path.write_text(text)
        return path

    def lines(self, name):
        return (self.folder / f'modules.{name}').read_text().splitlines()

    def emitted(self, cmdline, names):
        """{name: {module that /init loads: its options}}, in its order."""
        cmdline_file = OUT / 'emit.cmdline'
        cmdline_file.write_text(cmdline)
        output = run(programs()[0], self.index, cmdline_file, input=''.join(f'{name}\n' for name in names))
        found = []
        for answer in output.split('\n\n')[:-1]:
            loads = {}
            for line in answer.strip().splitlines():
                module, _, options = line.partition(' ')
                loads.setdefault(module, shlex.split(options))
            found.append(loads)
        return dict(zip(names, found, strict=True))

    def meant(self, words):
        """The modules that /init, and those that libkmod takes each word for."""
        def ask(command, half):
            output = run(*command, input=''.join(f'{word}\n' for word in half))
            return [underscored(line).split() for line in output.splitlines()]
        emit, lookup = programs()
        cut = (len(words) + 1) // 2
        with ThreadPoolExecutor(2) as pool:
            ours = sum(pool.map(lambda half: ask([emit, self.index], half), (words[:cut], words[cut:])), [])
        return zip(words, ours, ask([lookup, self.folder], words), strict=True)


@pytest.fixture(scope='module', params=KERNELS)
def kernel(request):
    return Kernel(request.param)


# ---- the order, and the parameters ----------------------------------------------------------------

FORMS = ['{0}.a=1', '{1}.b-c="1 2"', '{0}.d=x=y,z {1}.d=/a.b', '"{0}.e=1 2" quiet {0}.f=', '{1}.g "x.h=" {0}.i']


def cmdline_for(kernel):
    """A command line with parameters of those that most modules need, and of some others."""
    rng = random.Random(SEED)
    needed = Counter(need for needs in kernel.needs.values() for need in needs)
    names = [name for name, _ in needed.most_common(12)] + rng.sample(sorted(kernel.needs), 12)
    words = [rng.choice(FORMS).format(name, name.replace('_', '-')) for name in names]
    return ' '.join(['root=/dev/vda ro', *words, words[0], 'panic=1']) + '\n'


SHOW = '''
mount --bind "$1" /proc/cmdline || exit 9
while read -r name; do
    echo "name $name"
    modprobe -C /dev/null -d "$2" -S "$3" --show-depends "$name" || exit 1
done
'''


def shown(kernel, cmdline, names):
    """The same by modprobe, which reads /proc/cmdline: of a mount namespace of its own."""
    file = OUT / 'cmdline'
    file.write_text(cmdline)
    namespace = ['unshare', '-m'] if os.geteuid() == 0 else ['unshare', '-rm']
    result = subprocess.run([*namespace, 'sh', '-c', SHOW, 'sh', file, kernel.base, kernel.release],
                            input=''.join(f'{name}\n' for name in names), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert result.returncode == 1 or result.stdout, \
        f'this needs the right to mount in a namespace of its own: {result.stderr}'
    assert result.returncode == 0, result.stderr
    found = {}
    for line in result.stdout.splitlines():
        kind, _, rest = line.partition(' ')
        if kind == 'name':
            loads = found[rest] = {}
        elif kind == 'insmod':
            path, _, options = rest.partition(' ')
            loads.setdefault(module_of(path), shlex.split(options))
    return found


def test_loads_are_modprobes(kernel):
    names = list(kernel.needs)
    cmdline = cmdline_for(kernel)
    print(cmdline)
    with ThreadPoolExecutor(2) as pool:
        halves = pool.map(lambda half: shown(kernel, cmdline, half), (names[::2], names[1::2]))
    expected = {name: loads for half in halves for name, loads in half.items()}
    emitted = kernel.emitted(cmdline, names)
    assert len(names) > 1000 and sum(map(len, emitted.values())) > 2 * len(names)
    for name in names:
        assert list(emitted[name].items()) == list(expected[name].items()), name
    with_options = sum(any(loads.values()) for loads in emitted.values())
    print(f'{len(names)} modules, {with_options} with parameters')
    assert with_options > len(names) / 10


def test_loads_are_in_a_legal_order(kernel):
    """By depmod alone: whatever is needed, or wanted before or after, stands there, once."""
    soft = {}
    for line in kernel.lines('softdep'):
        if not line.startswith('softdep '):
            continue
        _, name, *words = line.split()
        # kmod takes a module's first line, and no notice of words that stand before both
        if underscored(name) in soft:
            continue
        rows = soft[underscored(name)] = {'pre:': [], 'post:': []}
        place = []
        for word in words:
            if word in rows:
                place = rows[word]
            else:
                place.append(underscored(word))
    checked = Counter()
    for name, loads in kernel.emitted('\n', list(kernel.needs)).items():
        order = {module: place for place, module in enumerate(loads)}
        assert set(order) <= set(kernel.needs) and name in order
        for module in order:
            before, after = kernel.needs[module], []
            if module in soft:
                # one that is an alias, or that this kernel lacks, modprobe resolves
                before = before + [word for word in soft[module]['pre:'] if word in kernel.needs]
                after = [word for word in soft[module]['post:'] if word in kernel.needs]
            for other in before:
                assert order[other] < order[module], (name, other, module)
            for other in after:
                assert other in order, (name, module, other)
            if module == name:
                for other in after:
                    assert order[other] > order[module] or name in kernel.needs[other], (name, other)
            checked['before'] += len(before)
            checked['after'] += len(after)
    print(checked)
    assert checked['before'] > 1000
    # Debian's riscv64 has none that come after
    assert checked['after'] or 'RISCV' in kernel.config


# ---- aliases --------------------------------------------------------------------------------------

LETTERS = '0123456789abcdefABCDEFvxyz_-:.,+ '


def members(brackets):
    """Of the inside of [...]: what stands in it, both ends and the middle of each range; and what does not."""
    found, every = [], set()
    for low, high, alone in re.findall(r'(.)-(.)|(.)', brackets):
        codes = [ord(alone)] if alone else list(range(ord(low), ord(high) + 1))
        found += [chr(codes[0]), chr(codes[len(codes) // 2]), chr(codes[-1])]
        every |= set(map(chr, codes))
    return sorted(set(found)), [letter for letter in '/:059@AFGZ`afgz' if letter not in every]


def strings(pattern, rng):
    """Texts that a pattern matches, and some that it does not."""
    parts = re.findall(r'\*|\?|\[[^]]*\]|[^*?[]+', pattern)
    assert ''.join(parts) == pattern
    brackets = [place for place, part in enumerate(parts) if part[0] == '[']

    def text(any_text, any_letter, chosen):
        return ''.join(any_text() if part == '*' else any_letter() if part == '?' else chosen.get(place, part)
                       for place, part in enumerate(parts))

    def some():
        return ''.join(rng.choices(LETTERS, k=rng.randrange(6)))

    first = {place: members(parts[place][1:-1])[0][0] for place in brackets}
    least = text(str, lambda: 'A', first)
    found = {least, least[:-1], f'{least}x', underscored(least),
             text(some, lambda: rng.choice(LETTERS), first)}
    for place in brackets:
        for letter in sum(members(parts[place][1:-1]), []):
            found.add(text(some, lambda: rng.choice(LETTERS), first | {place: letter}))
    return found - {''}


def requested(kernel):
    """{module: what image/requests wants before it}: its own rows are all that kmod does not know."""
    rows = []
    for line in (TOP / 'image/requests').read_text().splitlines():
        if not line.startswith('#'):
            asker, word, *option = line.split()
            values = option[1:] or ['']
            if option and option[0] in kernel.config:
                values = [kernel.config[option[0]]]
            rows += [(asker, word.replace('%', value)) for value in values]
    found = {}
    for (asker, _), (_, _, modules) in zip(rows, kernel.meant([word for _, word in rows])):
        found.setdefault(asker, set()).update(modules)
    return found


def test_aliases_are_kmods(kernel):
    kept = {pattern for line in kernel.index.read_text().splitlines()[1:]
            for pattern in line.partition('= ')[2].split(' ')[1:]}
    left_out = {pattern for pattern, _ in kernel.aliases} - kept
    print('left out:', Counter(re.match(r'[^-:_*]*[-:_*]?', pattern)[0] for pattern in left_out).most_common(20))
    # what a device says of itself has a colon; a file system is fs-NAME; a space is a slip of its author
    assert not [pattern for pattern in left_out if ' ' not in pattern and
                (pattern.startswith('fs-') or (':' in pattern and not pattern.startswith('devname:')))]

    rng = random.Random(SEED)
    words = sorted({word for pattern, _ in kernel.aliases if pattern in kept
                    for word in strings(pattern, rng)})
    before = requested(kernel)
    counts = Counter()
    for word, ours, kmods in kernel.meant(words):
        is_type = word[:3] in ('fs-', 'fs_')
        extra = set().union(*(before.get(name, ()) for name in kmods)) if is_type else set()
        assert set(ours) == set(kmods) | extra, word
        counts[min(len(ours), 3)] += 1
        for name in extra:
            assert all(ours.index(name) < ours.index(asker) for asker in kmods), word
    print(f'{len(kept)} of {len(kernel.aliases)} alias lines, {len(words)} texts: {counts} modules each')
    assert len(words) > 3 * len(kept) and counts[0] > 100 and counts[1] > len(kept) / 2


def test_lists_are_kmods():
    """[0-9a-f] in patterns, which the smallest kernel does not have: an index of nothing but aliases."""
    kernel = Kernel('amd64')
    patterns = {}
    for pattern, name in kernel.aliases:
        if ' ' not in pattern:
            patterns.setdefault(name, []).append(pattern)
    kernel.index = kernel.written('.ko\n' + ''.join(f'{name} = {" ".join([name, *patterns[name]])}\n'
                                                   for name in patterns))
    rng = random.Random(SEED)
    words = sorted({word for pattern, _ in kernel.aliases if '[' in pattern for word in strings(pattern, rng)})
    counts = Counter()
    for word, ours, kmods in kernel.meant(words):
        assert set(map(underscored, ours)) == set(kmods), word
        counts[len(set(ours))] += 1
    print(f'{len(words)} texts: {counts} modules each')
    assert counts[0] > 50 and counts[1] > 50
