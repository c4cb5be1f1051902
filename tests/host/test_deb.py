"""make deb: the same bytes twice, from two places; what is in it; installed into an empty root."""
import os
import re
import subprocess

import pytest

from builds import copied, make
from machine import BUILD, TOP, output

VERSION = re.search('#define VERSION "(.*)"', (TOP / 'init/init.h').read_text())[1]


def package(out, top=TOP, **variables):
    result = make('deb', f'H={out}', top=top, **variables)
    assert result.returncode == 0, result.stdout
    path, = re.findall(r'^  READY   (\S+)$', result.stdout, re.M)
    assert path == f'{out}/kindling_{VERSION}_{output("dpkg", "--print-architecture")}.deb'
    return path


@pytest.fixture(scope='module')
def deb():
    return package(BUILD / 'tests/host/deb')


def test_contents(deb, tmp_path):
    rows = [line.split() for line in output('dpkg-deb', '-c', deb).splitlines()]
    assert {row[1] for row in rows} == {'root/root'}
    assert {row[0] for row in rows} == {'drwxr-xr-x', '-rw-r--r--', '-rwxr-xr-x'}
    files = {row[5] for row in rows if row[0][0] == '-'}
    assert {name for name in files if '/kindling/boards/' not in name} == {f'./usr/{name}' for name in (
        'bin/kindling', *(f'share/man/man{n}/kindling.{n}.gz' for n in (1, 5, 7)), 'share/bash-completion/completions/kindling',
        'share/zsh/vendor-completions/_kindling', 'share/fish/vendor_completions.d/kindling.fish',
        'share/doc/kindling/copyright', 'share/doc/kindling/changelog.gz')}
    assert './usr/share/kindling/boards/qemu-arm/symbols' in files
    fields = dict(line.split(': ', 1) for line in output('dpkg-deb', '-f', deb).splitlines() if line[0] != ' ')
    assert (fields['Package'], fields['Version']) == ('kindling', VERSION)
    assert re.fullmatch(r'libc6 \(>= [\d.]+\)', fields['Depends'])


def test_is_the_same_each_time(deb, tmp_path):
    """In another folder, at another time, with another umask."""
    old = os.umask(0o077)
    try:
        other = package(tmp_path / 'other', copied(TOP, tmp_path / 'tree'),
                        SOURCE_DATE_EPOCH=output('git', '-C', TOP, 'log', '-1', '--format=%ct'))
    finally:
        os.umask(old)
    with open(deb, 'rb') as one, open(other, 'rb') as two:
        assert one.read() == two.read()


def test_installs(deb, tmp_path):
    """Into an empty root, whose libc6 is that of this machine; and away again."""
    root, admin = tmp_path / 'root', tmp_path / 'root/var/lib/dpkg'
    for name in 'updates', 'info', 'triggers':
        (admin / name).mkdir(parents=True)
    (admin / 'status').touch()
    dpkg = ['dpkg', f'--root={root}', '--force-not-root', '--force-depends', '--log=/dev/null']
    env = os.environ | {'PATH': f'{os.environ["PATH"]}:/usr/sbin:/sbin'}
    subprocess.run([*dpkg, '-i', deb], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
    tool = root / 'usr/bin/kindling'
    assert output(tool, '--version') == f'kindling {VERSION}'
    said = subprocess.run([tool, 'explain', '--board', 'qemu-arm', 'root=/dev/vda'], cwd=root, check=True,
                          stdout=subprocess.PIPE, env={}).stdout.decode()
    assert said.startswith(f'image    {root}/usr/share/kindling/boards/qemu-arm/defconfig\n')
    assert 'ok installed' in output('dpkg-query', f'--admindir={admin}', '-s', 'kindling')
    subprocess.run([*dpkg, '-P', 'kindling'], check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=env)
    assert not list(root.rglob('*kindling*'))
