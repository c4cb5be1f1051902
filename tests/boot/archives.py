"""The modules of a row's kernel as a second archive, with what is wrong with them.

    archive(out, stock, names, changes)     stock is the folder of a kernel (qemu/stock)

A change is "VERB MODULE": `empty virtio_blk`; see CHANGES. It may have a value: `alias brd pci:*`.
"""
import hashlib
import re
import subprocess
from pathlib import Path

import machine
from machine import BUILD, TOP, alone, once


# how a file of that name is made, and read
COMPRESS = {'.ko': ['cat'], '.ko.gz': ['gzip', '-c'], '.ko.xz': ['xz', '--check=crc32', '-c'],
            '.ko.zst': ['zstd', '-qc']}
UNPACK = {'.ko': ['cat'], '.ko.xz': ['xz', '-dc']}


def run(command, data):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


@once
def packed(stock, names):
    """What image/modules makes of them."""
    out = BUILD / 'tests' / f'modules-{hashlib.sha256(f"{stock} {names}".encode()).hexdigest()[:12]}'
    with alone(out):
        subprocess.run(['/usr/bin/python3', TOP / 'image/modules', 'pack', stock / 'modules', out,
                        '--names', names], check=True, stdout=subprocess.DEVNULL)
    return out


class Archive:
    """The index, {module: the lines' words}, and the files, {module: bytes}."""

    def __init__(self, stock, names):
        work = packed(stock, names)
        self.release = (work / 'release').read_text().strip()
        # it says with these lines what it chose
        index = next(Path(line.split()[2]) for line in (work / 'modules.list').read_text().splitlines()
                     if line.split()[1].endswith('/modules.index'))
        self.suffix, *lines = index.read_text().splitlines()
        self.lines = {line.partition('= ')[2].split(' ')[0]: line for line in lines}
        self.files = {name: path.read_bytes() for name in self.lines
                      if (path := index.with_name(name + self.suffix)).exists()}

    def plain(self, name):
        return run(UNPACK[self.suffix], self.files[name])

    def pack(self, name, data, suffix=None):
        self.files[name] = run(COMPRESS[suffix or self.suffix], data)

    def unsigned(self, name):
        """As it was before its signature was added: struct module_signature ends with its length."""
        data, tail = self.plain(name), b'~Module signature appended~\n'
        assert data.endswith(tail)
        data = data.removesuffix(tail)
        return data[:-12 - int.from_bytes(data[-4:], 'big')]

    def tree(self):
        index = '\n'.join([self.suffix, *self.lines.values(), ''])
        files = {f'{name}{self.suffix}': data for name, data in self.files.items()}
        folder = f'lib/modules/{self.release}'
        return {f'{folder}/{name}': data for name, data in (files | {'modules.index': index}).items()}


def without(a, name):
    """As if the build had not been told of it."""
    del a.lines[name], a.files[name]


def forgotten(a, name):
    """Its dependents' lines do not know of it."""
    without(a, name)
    a.lines = {other: line.replace(f'{name} ', '') for other, line in a.lines.items()}


def vermagic(a, name):
    """The right release, but other options of the kernel."""
    data = re.sub(rb'(vermagic=\S+ SMP [^\0]*)mod_unload', rb'\1MOD_UNLOAD', a.unsigned(name))
    assert b'MOD_UNLOAD' in data
    a.pack(name, data)


def forged(a, name):
    """Changed after it was signed: a word of its description."""
    data = a.plain(name)
    at = data.index(b'description=') + len(b'description=')
    a.pack(name, data[:at] + b'X' + data[at + 1:])


def release(a, value):
    a.release = value


def suffix(a, value):
    """All of them compressed in another form."""
    for name in a.files:
        a.pack(name, a.plain(name), value)
    a.suffix = value


def alias(a, name, pattern):
    """One more alias, behind all other modules."""
    a.lines[name] = f'{a.lines.pop(name)} {pattern}'


CHANGES = {
    'without': without,
    'forgotten': forgotten,
    'missing': lambda a, name: a.files.pop(name),
    'empty': lambda a, name: a.files.update({name: b''}),
    'cut': lambda a, name: a.files.update({name: a.files[name][:len(a.files[name]) // 2]}),
    'cut inside': lambda a, name: a.pack(name, a.plain(name)[:len(a.plain(name)) // 2]),
    'garbage': lambda a, name: a.files.update({name: bytes(range(256)) * 40}),
    'garbage inside': lambda a, name: a.pack(name, bytes(range(256)) * 40),
    'unsigned': lambda a, name: a.pack(name, a.unsigned(name)),
    'forged': forged,
    'vermagic': vermagic,
    'release': release,
    'suffix': suffix,
    'alias': alias,
}


def archive(out, stock, names, changes):
    a = Archive(stock, names)
    for change in changes:
        verb, _, what = change.partition(': ')
        CHANGES[verb](a, *what.split(' ', 1))
    return machine.cpio(out, a.tree())
