"""Boots that measure themselves: their init is mark.c.

    with TemporaryDirectory() as folder:
        root = machine.disk(folder / 'root.img', {'sbin/init': mark(folder), **MARK_NEEDS})
        boot(machine.kernel('x86_64'), root, image, WORDS).whole

Time is counted in instructions, one a nanosecond. The idle loop polls, so that waiting for the
disk, which the host does in its own time, takes the instructions of that time and not a whole tick.
"""
import os
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import machine
from machine import DIR

BOARD = 'qemu-x86_64'
QEMU = ('-icount', 'shift=0,sleep=off', '-rtc', 'base=2026-01-01,clock=vm')
WORDS = 'quiet idle=poll panic=-1'
TRACE = f'{WORDS} trace_event=raw_syscalls:sys_enter trace_buf_size=8M'
MARK_NEEDS = {'dev': DIR, 'mnt': DIR}


class Boot(NamedTuple):
    """Milliseconds to init's first act, from the line "Memory:" and from /init's start; system calls;
    milliseconds from the disk to its mount. Negative: there is none. What is mounted at /, and
    {a device in use: what it is made of}."""
    whole: float
    in_init: float
    calls: int
    late: float
    root: str
    used: dict


def mark(folder):
    return machine.program(machine.BOARDS[BOARD], Path(__file__).with_name('mark.c'), folder / 'mark')


def boot(kernel, root, initrd, words, qemu=QEMU, meanwhile=lambda guest: None):
    """One boot; `meanwhile` is called with it. Another mounted root than was to be measured: no figure."""
    with machine.boot(BOARD, kernel=kernel, root=root, initrd=initrd, append=words, qemu=qemu,
                      timeout=600) as guest:
        meanwhile(guest)
        text = guest.wait()
        found = re.search(r'==== (\d+) us, (-?\d+) us in /init, (-?\d+) calls, (-?\d+) us, root by (.*)', text)
        mount = re.findall('==== root (.*)', text)
        if not found or not mount:
            raise guest.failed('no result')
        if (found[5].strip() == 'the kernel') != (initrd is None):
            raise guest.failed('another mounted root than was to be measured')
    used = {name: of.strip() for name, of in re.findall(r'==== used (\S+)(.*)', text)}
    return Boot(int(found[1]) / 1000, int(found[2]) / 1000, int(found[3]), int(found[4]) / 1000,
                # the last one lies over the others
                mount[-1].strip(), used)


def times(count, measure):
    """The sorted results of so many calls, one on each processor at a time."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return sorted(pool.map(lambda _: measure(), range(count)))
