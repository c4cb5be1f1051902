"""The images of tests/probe/images.toml, each made once: images()['ext4'] is the path of its file.

They are kept in build/tests/images/, and made anew when their row, or handmade.py, changed.
"""
import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import tomllib
from concurrent.futures import ThreadPoolExecutor

from machine import BUILD, TOP, alone

HERE = TOP / 'tests/probe'
OUT = BUILD / 'tests/images'
UNITS = {'K': 10, 'M': 20, 'G': 30, 'T': 40}

# `into N NAME`, in a row's commands
INTO = '''
disk=$1
into() {
	eval "from=\\$image_$(echo "$2" | tr .- __)"
	start=$(partx -g -b -o START -n "$1" "$disk")
	dd if="$from" of="$disk" seek="$start" conv=notrunc,sparse status=none
}
'''


@functools.cache
def rows():
    """{name: its row}"""
    found = {}
    for row in tomllib.loads((HERE / 'images.toml').read_text())['image']:
        assert row['name'] not in found, row['name']
        found[row['name']] = row
    return found


@functools.cache
def images():
    """{name: path of the image}"""
    # what others are made of first, and one by one: two of them would make it at the same time
    tree()
    for row in rows().values():
        for name in needs(row):
            image(name)
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(pool.map(lambda name: (name, image(name)), rows()))


def image(name):
    row = rows()[name]
    path = OUT / f'{name}-{key(name)}'
    with alone(path):
        if not path.exists():
            make(row, path)
    return path


def make(row, path):
    name = row['name']
    for old in OUT.glob(f'{name}-????????????'):
        old.unlink()
    new = path.with_name(f'{path.name}.new')
    new.unlink(missing_ok=True)
    if 'from' in row:
        subprocess.run(['cp', '--sparse=always', image(row['from']), new], check=True)
    if 'size' in row:
        with open(new, 'wb') as file:
            file.truncate(in_bytes(row['size']))
    if 'make' in row:
        env = os.environ | {'tree': str(tree()), 'handmade': str(HERE / 'handmade.py')}
        env |= {'image_' + re.sub('[.-]', '_', name): str(image(name)) for name in needs(row)}
        done = subprocess.run(['sh', '-euc', INTO + row['make'], 'sh', new], env=env, cwd=OUT,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, errors='backslashreplace')
        assert done.returncode == 0, f'{name}: {done.stdout}'
    with open(new, 'r+b') as file:
        for offset, data in row.get('poke', {}).items():
            file.seek(int(offset, 0))
            file.write(bytes.fromhex(data))
        if 'cut' in row:
            file.truncate(in_bytes(row['cut']))
    new.rename(path)


def needs(row):
    """The names of the images that it is made of."""
    return [*([row['from']] if 'from' in row else []),
            *re.findall(r'^into \d+ (\S+)$', row.get('make', ''), re.M)]


def key(name):
    row = rows()[name]
    said = json.dumps(row) + ''.join(key(need) for need in needs(row))
    if 'handmade' in row.get('make', ''):
        said += (HERE / 'handmade.py').read_text()
    return hashlib.sha256(said.encode()).hexdigest()[:12]


@functools.cache
def tree():
    """The files that images are filled with."""
    folder = OUT / 'tree'
    with alone(folder):
        if not folder.exists():
            new = OUT / 'tree.new'
            shutil.rmtree(new, ignore_errors=True)
            (new / 'sbin').mkdir(parents=True)
            (new / 'sbin/init').write_text('#!/bin/sh\n' * 100)
            (new / 'numbers').write_text(''.join(f'{number}\n' for number in range(5000)))
            new.rename(folder)
    return folder


def in_bytes(size):
    """Of a number that may end in K, M, G or T."""
    return int(size[:-1]) << UNITS[size[-1]] if size[-1:] in UNITS else int(size)
