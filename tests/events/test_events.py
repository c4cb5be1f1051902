"""/init's socket for device events, against this machine's kernel in a network namespace: what is not
the kernel's is dropped, and what the queue cannot hold is told as lost.
"""
import subprocess

from builds import autoconf
from machine import TOP

HERE = TOP / 'tests/events'
SOURCES = [TOP / 'init' / name for name in (
    'boot/events.c', 'plan/uevent.c', 'plan/text.c', 'lib/sys.c', 'lib/str.c', 'lib/log.c')]


def test_senders_and_overrun(tmp_path):
    config = autoconf(tmp_path, 'CONFIG_UEVENT_QUEUE=4\n')
    subprocess.run(['gcc', '-std=gnu11', '-D_GNU_SOURCE', '-Os', '-Wall', '-Wextra', '-Werror', '-static',
                    '-nostdlib', '-fno-stack-protector', '-ffunction-sections', '-Wl,--gc-sections', '-I', TOP / 'init', '-include', config,
                    HERE / 'listen.c', *SOURCES, '-o', tmp_path / 'listen'], check=True)
    result = subprocess.run(['unshare', '-rn', '/usr/bin/python3', HERE / 'senders.py', tmp_path / 'listen'],
                            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60)
    assert result.returncode == 0, result.stdout
