"""The kernel is the oracle: what it makes of odd partition tables, plan/parttable lists too.

Each disk of tables.py is attached to one guest, which tells numbers, starts, sizes and names; the
kernel's own list of "available partitions", without root, tells the PARTUUIDs.
"""
import functools
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

import machine
from builds import autoconf, every_option
from machine import BUILD, TOP
from tables import tables

HERE = TOP / 'tests/probe'
INIT = TOP / 'init'
BOARD = 'qemu-x86_64'


@functools.cache
def disks():
    out = BUILD / 'tests/tables'
    out.mkdir(parents=True, exist_ok=True)
    return tables(out)


def attached():
    """QEMU's arguments, one LUN for each disk."""
    words = ['-device', 'virtio-scsi-pci,id=bus']
    for i, disk in enumerate(disks()):
        words += ['-drive', f'file={disk.path},format=raw,if=none,id=disk{i},readonly=on',
                  '-device', f'scsi-hd,drive=disk{i},bus=bus.0,lun={i},'
                  f'logical_block_size={disk.sector},physical_block_size={disk.sector}']
    return words


@functools.cache
def initrd():
    folder = BUILD / 'tests/tables.guest'
    folder.mkdir(parents=True, exist_ok=True)
    init = machine.program('x86_64', HERE / 'partitions.c', folder / 'init')
    return machine.cpio(folder / 'initrd', {'init': init, **machine.CONSOLE, 'sys': machine.DIR})


def console(words, **options):
    with machine.boot(BOARD, kernel=machine.kernel('x86_64-pc'), qemu=attached(),
                      cmdline=f'console=ttyS0 panic=-1 {words}', **options) as guest:
        return guest.wait()


def told(words):
    """{disk's path: [(number, start, size, name)]} of the guest's init."""
    text = console(f'loglevel=1 disks={len(disks())} {words}', initrd=initrd())
    assert f'\nEND {len(disks())}\n' in text, text
    paths = {disk.size // 512: disk.path for disk in disks()}
    found = {disk.path: [] for disk in disks()}
    lines = re.findall(r'^PART (\d+) (\d+) (\d+) (\d+) (.*)$', text, re.M)
    for of, number, start, size, name in lines:
        found[paths[int(of)]].append((int(number), int(start), int(size), name))
    return found


def available(words):
    """{disk's path: {number: PARTUUID}} of the kernel's list, when it finds no root."""
    text = console(f'loglevel=5 root=/dev/none {words}')
    paths = {disk.size // 1024: disk.path for disk in disks()}
    found = {disk.path: {} for disk in disks()}
    path = None
    lines = re.findall(r'[0-9a-f]+ +(\d+) (sd\w+) ?(.*)', text.partition('available')[2])
    for kib, name, uuid in lines:
        number = name.lstrip('abcdefghijklmnopqrstuvwxyz')
        if number:
            found[path][int(number)] = uuid.strip()
        else:
            path = paths[int(kib)]
    return found


def listed(words):
    """{disk's path: [(number, start, size, uuid, name)]} of plan/parttable."""
    program = BUILD / 'tests/list_table'
    sources = [INIT / f'plan/{unit}.c' for unit in ('parttable', 'reader', 'crc', 'text')]
    header = autoconf(BUILD / 'tests/list_table_config', every_option('y'))
    subprocess.run(['gcc', '-std=gnu11', '-D_GNU_SOURCE', '-g', '-O1', '-include', header,
                    '-fsanitize=address,undefined', '-fno-sanitize-recover=all', '-I', INIT,
                    HERE / 'list_table.c', *sources, '-o', program], check=True)
    found = {}
    for sector in {disk.sector for disk in disks()}:
        paths = [disk.path for disk in disks() if disk.sector == sector]
        text = subprocess.run([program, *words.split(), str(sector), *paths], check=True,
                              stdout=subprocess.PIPE).stdout.decode(errors='surrogateescape')
        for line in text.split('\0')[:-1]:
            assert not line.startswith('id '), f'parttable_find() of {line[3:]}, behind {list(found)}'
            if line.startswith('/'):
                path = next(path for path in paths if line.startswith(f'{path} '))
                found[path] = []
            else:
                number, start, size, uuid, name = line.split(' ', 4)
                found[path].append((int(number), int(start), int(size), uuid.strip('-'), name))
    return found


def seven_bits(name):
    """utf16_le_to_7bit() of block/partitions/efi.c"""
    units = memoryview(name.encode('utf-8', 'surrogateescape').decode('utf-8', 'surrogatepass')
                       .encode('utf-16-le', 'surrogatepass')).cast('H')
    masked = ''.join(chr(unit & 0x7f) for unit in units).partition('\0')[0]
    return re.sub('[^ -~]', '!', masked)


def compare(kernel, ours, uuids=None):
    differences = []
    for disk in disks():
        # an entry that ends before it starts gives one of nearly 2^64 sectors: not ours
        theirs = sorted(part for part in kernel[disk.path] if part[2] <= disk.size // 512)
        mine = [(number, start, size, seven_bits(name))
                for number, start, size, _, name in ours[disk.path]]
        if mine != theirs:
            differences.append(f'{disk.path.name}\n  kernel {theirs}\n  ours   {mine}')
        if uuids is not None:
            mine = {number: uuid for number, _, _, uuid, _ in ours[disk.path]}
            theirs = {number: uuid for number, uuid in uuids[disk.path].items() if number in mine}
            if mine != theirs:
                differences.append(f'{disk.path.name}\n  kernel {theirs}\n  ours   {mine}')
    assert not differences, '\n'.join(differences)


@pytest.mark.long
def test_partitions_are_the_kernels():
    disks(), initrd()  # once, not by two at a time
    with ThreadPoolExecutor(2) as pool:
        guests = [pool.submit(told, ''), pool.submit(told, 'gpt'), pool.submit(available, '')]
        ours, forced = listed(''), listed('gpt')
        kernel, kernel_forced, uuids = [guest.result() for guest in guests]
    compare(kernel, ours, uuids)
    compare(kernel_forced, forced)
    # the tables do differ by it
    assert ours != forced
