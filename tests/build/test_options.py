"""Options on make's command line that nobody would take: kconfig/options.mk, by the table in help.txt."""
import re

import pytest

from builds import make
from machine import TOP

HELP = (TOP / 'help.txt').read_text().partition('\nVariables')[2]
TAKERS = dict(re.findall(r'^  ([A-Z_]+)=\S* +(?:\[(.*?)\])?', HELP, re.M))


def said(tmp_path, *words):
    """What make says and whether it went on, without doing anything."""
    result = make(f'O={tmp_path}/out', '-n', *words)
    return result.returncode == 0, result.stdout


@pytest.mark.parametrize('words, takers', [
    (['SIZE=4G'], 'image'),
    (['KEY=/none'], 'FIT'),
    (['KERNEL=/none'], 'kernel qemu FIT UKI MODULES'),
    (['CMDLINE=root=/dev/vda'], 'image qemu UKI DTB_CMDLINE MODULES kernel-check kernel-fragment'),
    (['MODULES_FOR=/none'], 'MODULES kernel-check kernel-fragment'),
    (['FIRMWARE=/none'], 'MODULES'),
    (['BOARD=qemu-arm', 'qemu', 'KERNEL=/none', 'SIZE=4G'], 'image'),
    (['BOARD=qemu-arm', 'qemu', 'KERNEL=/none', 'BOOT=fit'], 'image'),
    (['BOARD=orangepi-pc', 'image', 'KEY=/none'], 'FIT'),
    (['BOARD=orangepi-pc', 'image', 'BOOT=fit', 'CONTROL_DTB=/none'], 'KEY'),
    (['BOARD=orangepi-pc', 'image', 'DEV=/dev/none'], 'flash'),
    (['BOARD=orangepi-pc', 'image', 'YES=1'], 'flash'),
    (['BOARD=qemu-arm-uboot', 'image', 'KERNEL=/none', 'DTB=/none'], 'board.dtb qemu FIT'),
    (['kernel-check', 'KCONFIG=/none', 'ROOT=/none'], 'root.img qemu'),
    (['flash', 'DEV=/none', 'SIZE=4G'], 'image'),
    (['host', 'PREFIX=/usr'], 'install'),
    (['clean', 'ROOT=/none'], 'root.img qemu'),
    (['defconfig', 'KEY=/none'], 'FIT'),
])
def test_nobody_takes_it(words, takers, tmp_path):
    good, text = said(tmp_path, *words)
    assert not good and re.search(rf'\*\*\* {words[-1]}: `make .*` takes no notice of it here; it is for: {takers}\.  '
                                  'Stop', text), text


@pytest.mark.parametrize('words', [
    ['BOARD=orangepi-pc', 'image', 'BOOT=fit', 'KEY=/none', 'CONTROL_DTB=/none', 'SIZE=4G', 'DTB=/none', 'KERNEL=/none'],
    ['BOARD=orangepi-pc', 'qemu', 'SIZE=4G', 'BOOT=extlinux', 'DISKID=12345678', 'BOOTLOADER=/none'],
    ['BOARD=qemu-arm', 'qemu', 'ROOT=/none', 'KERNEL=/none', 'DTB=/none', 'CMDLINE=root=/dev/vda'],
    ['BOARD=qemu-arm', 'MODULES=/none', 'MODULES_FOR=/none', 'FIRMWARE=/none', 'CMDLINE=root=/dev/vda'],
    ['kernel-check', 'KCONFIG=/none', 'CMDLINE=root=/dev/vda', 'MODULES_FOR=/none'],
    ['flash', 'DEV=/dev/none', 'FIXED=1', 'YES=1'],
    ['install', 'PREFIX=/usr', 'DESTDIR=/none', 'HOSTCC=cc', 'V=1', 'CACHE=/none', 'DL_DIR=/none', 'PYTHON=python3'],
    # not given
    ['SIZE=', 'KEY='],
])
def test_somebody_takes_it(words, tmp_path):
    good, text = said(tmp_path, *words)
    assert 'takes no notice' not in text and 'no such option' not in text, text


@pytest.mark.parametrize('word, hint', [
    ('BORD=orangepi-pc', '`make help` lists them'),
    ('COMPRESS_XZ=y', 'CONFIG_COMPRESS_XZ is set by make menuconfig'),
])
def test_unknown(word, hint, tmp_path):
    good, text = said(tmp_path, word)
    assert not good and f'{word}: no such option; {hint}' in text, text


def test_the_environment_is_not_looked_at(tmp_path):
    """Anything may be there."""
    result = make(f'O={tmp_path}', '-n', SIZE='4G', KEY='/none', BORD='x')
    assert result.returncode == 0, result.stdout


def test_variables_of_a_make_around_this_one(tmp_path):
    """Buildroot's own are on its command line."""
    result = make(f'O={tmp_path}', '-n', 'BR2_EXTERNAL=/none', MAKELEVEL='1')
    assert result.returncode == 0, result.stdout
    result = make(f'O={tmp_path}', '-n', 'deps', 'all', 'KEY=/none')
    assert result.returncode != 0 and 'takes no notice' in result.stdout, result.stdout


@pytest.mark.parametrize('before', ['CONFIG_FORM_FIT=n', 'CONFIG_FORM_FIT=y'])
def test_by_the_configuration_of_now(before, tmp_path):
    """Not by the one that make has read before."""
    config = tmp_path / 'out/.config'
    config.parent.mkdir()
    for line in before, 'CONFIG_FORM_FIT=y', 'CONFIG_FORM_FIT=y', 'CONFIG_FORM_FIT=n', 'CONFIG_FORM_FIT=n':
        config.write_text(f'{line}\n')
        _, text = said(tmp_path, 'KEY=/none')
        assert ('takes no notice' in text) == line.endswith('n'), text


def test_every_variable_is_in_the_help():
    """Those that the makefiles take from the user, and no others."""
    makefiles = [TOP / 'Makefile', *TOP.glob('*/*.mk'), *TOP.glob('*/*/*.mk')]
    text = ''.join(path.read_text() for path in makefiles if 'external' not in path.parts)
    defaults = set(re.findall(r'^(?:export )?([A-Z_]+) \?=', text, re.M))
    used = set(re.findall(r'\$\(([A-Z_]+)\)|\$\$\{?([A-Z_]+)\b', text))
    assert defaults <= set(TAKERS)
    for name in TAKERS:
        assert any(name in pair for pair in used) or name in ('BOOTLOADER', 'SIZE', 'OVERLAY_SIZE', 'CHECK', 'DL_DIR', 'V', 'CACHE'), name
    goals = set(re.findall(r'^([a-z][a-z-]+)(?= .*:|:)', text, re.M))
    for name, takers in TAKERS.items():
        for taker in filter(None, takers.split(', ')):
            assert re.fullmatch('FIT|UKI|DTB_CMDLINE|kernel|board.dtb|root.img', taker) or taker in goals | set(TAKERS), name
