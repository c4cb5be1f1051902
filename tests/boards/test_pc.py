"""What a PC has beside its disk: a screen. And Debian's kernel on it, as the boards' pages say: its modules
in an archive of their own."""
import re
import subprocess

import pytest

import machine
from machine import BUILD, TOP, kernel_folder, output
from test_boards import command, root

BOARDS = ['x86_64-bios', 'x86_64-uefi']
OURS, DEBIANS = 'qemu/kernel x86_64-pc', 'qemu/stock amd64'


def started(board, words, *qemu):
    """The guest of a card, at its init's end; QEMU stays when that has powered off."""
    guest = machine.guest([TOP / 'qemu/run', board, *words, '--', '-no-shutdown', *qemu])
    guest.expect('INIT end|Rebooting in|Kernel panic')
    return guest


# ---- the screen ------------------------------------------------------------------------------------

@pytest.mark.long
def test_screen_of_a_bios(tmp_path):
    """Text, in the memory where a VGA has it, through which the console scrolls; each letter with its colour."""
    with started('x86_64-bios', command('x86_64-bios', 'syslinux', kernel_folder(OURS), '', ' screen'),
                 '-device', 'VGA') as guest:
        assert 'INIT end' in guest.text
        guest.monitor('pmemsave', val=0xb8000, size=32 << 10, filename=str(tmp_path / 'screen'))
        screen = (tmp_path / 'screen').read_bytes()[::2].decode('cp437')
    lines = [screen[at:at + 80].rstrip() for at in range(0, len(screen), 80)]
    assert any(re.search(r'\] kindling: root /dev/sda2 \(squashfs\)', line) for line in lines), lines


@pytest.mark.long
def test_screen_of_uefi(tmp_path):
    """Pixels: those of one line of text at least are lit."""
    with started('x86_64-uefi', command('x86_64-uefi', 'uki', kernel_folder(OURS), '', ' screen'),
                 '-device', 'VGA') as guest:
        assert 'INIT end' in guest.text
        assert re.search('Console: switching to colour frame buffer device', guest.text), guest.text
        guest.monitor('screendump', filename=str(tmp_path / 'screen'))
        picture = (tmp_path / 'screen').read_bytes()
    assert sum(byte > 100 for byte in picture[20:]) > 3000


@pytest.mark.long
@pytest.mark.parametrize('board, way', [('x86_64-bios', 'grub'), ('x86_64-uefi', 'uki')])
def test_with_nothing_but_a_pcs_drivers(board, way):
    """OURS has those of the laboratory too."""
    with started(board, command(board, way, kernel_folder(f'{OURS}-alone'), '', ' alone')) as guest:
        assert 'INIT end' in guest.text and 'kindling: root /dev/sda2 (squashfs)' in guest.text


# ---- Debian's kernel -------------------------------------------------------------------------------

def page(board):
    return (TOP / f'boards/{board}/README.md').read_text()


@pytest.fixture(scope='module', params=BOARDS)
def debians(request):
    """(board, its folder, what make said) of the command in its page."""
    board = request.param
    line, = re.findall(r'^    (make \S+ image KERNEL=\$\(.*\))$', page(board), re.M)
    out = BUILD / f'tests/debians-{board}'
    result = subprocess.run(['sh', '-c', f'{line} O={out} ROOT={root("x86_64")}'], cwd=TOP, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout
    return board, out, result.stdout


def parts(out):
    release = (kernel_folder(DEBIANS) / 'release').read_text().strip()
    return out / 'images/initramfs.cpio.xz', out / f'images/modules-{release}.cpio.xz'


def test_modules_in_an_archive_of_their_own(debians):
    """It says what it weighs, which is what the page says; the rest is the board's core."""
    board, out, said = debians
    core, modules = parts(out)
    size = f'{core.stat().st_size + modules.stat().st_size} bytes: core {core.stat().st_size} + ' \
           f'modules {modules.stat().st_size}'
    assert re.search(rf'^  SIZE +{re.escape(size)}$', said, re.M), said
    assert (out / 'initramfs').read_bytes() == core.read_bytes() + modules.read_bytes()
    assert core.stat().st_size < 18240
    stated = int(re.search(r'are ([\d,]+) bytes even', page(board))[1].replace(',', ''))
    assert 0.9 < modules.stat().st_size / stated < 1.1


# where each bootloader's page says how two files are loaded
CONFIGURATIONS = {
    'x86_64-bios grub': 'grub.cfg',
    'x86_64-bios syslinux': 'syslinux.cfg',
    'x86_64-uefi grub': 'grub.cfg',
    'x86_64-uefi systemd-boot': 'loader/entries/kindling.conf',
}


@pytest.mark.long
@pytest.mark.parametrize('row', CONFIGURATIONS)
def test_two_archives(row, tmp_path):
    """As the board's page says, loaded by the bootloader one behind the other."""
    board, way = row.split()
    name = {'grub': 'GRUB', 'syslinux': 'SYSLINUX', 'systemd-boot': 'systemd-boot'}[way]
    lines = re.search(rf'^\| {name} \| (.*) \|$', page(board), re.M)[1]
    lines = '\n'.join(re.findall('`([^`]*)`', lines))
    words = command(board, way, kernel_folder(DEBIANS), '', ' apart')
    disk = f'{words[1]}@@1M'
    file = CONFIGURATIONS[row]
    text = output('mtype', '-i', disk, f'::{file}')
    changed, count = re.subn(r'^\s*initrd .*$', lines, text, flags=re.M)
    assert count == 1
    (tmp_path / 'changed').write_text(changed + '\n')
    subprocess.run(['mdel', '-i', disk, '::initramfs'], check=True)
    core, modules = parts(BUILD / f'tests/card-{board}')
    for source, to in ((tmp_path / 'changed', file), (core, 'initramfs.cpio.xz'), (modules, 'modules.cpio.xz')):
        subprocess.run(['mcopy', '-o', '-i', disk, source, f'::{to}'], check=True)
    with started(board, words) as guest:
        assert 'INIT end' in guest.text and 'kindling: root /dev/sda2 (squashfs)' in guest.text
