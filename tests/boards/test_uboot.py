"""What U-Boot refuses, and in which words: typed at its prompt on QEMU's ARM, from a card that has all
of the files. The last one starts, to the real init.
"""
import subprocess

import pytest

import machine
from builds import built
from machine import TOP, kernel_folder
from test_boards import root

BOARD = 'qemu-arm-uboot'
# what U-Boot starts with, and where boards/BOARD/boot/fit loads the image
PROMPT, ADDRESS = r'\n=> ', '0x44000000'
FORM = 'CONFIG_FORM_FIT=y\nCONFIG_DTB_CMDLINE=y\n'


def run(*words):
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def key(folder):
    """A key and its certificate, DIR/NAME of both."""
    folder.mkdir()
    run('openssl', 'req', '-batch', '-new', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '3650',
        '-subj', '/CN=test', '-keyout', folder / 'dev.key', '-out', folder / 'dev.crt')
    return folder / 'dev'


def control(out):
    """The device tree that QEMU gives U-Boot, which is U-Boot's own too."""
    run(TOP / 'qemu/run', BOARD, '--card', '/dev/null', '--', '-machine', f'dumpdtb={out}')
    return out


def card(folder, *goals):
    """A card whose boot partition has kindling.itb and its parts, and these: {name: bytes}."""
    folder.mkdir()
    found = kernel_folder('qemu/kernel arm32')
    tree = control(folder / 'machine.dtb')
    out = built(BOARD, FORM, ('image', 'BOOT=fit', f'KERNEL={found}', f'ROOT={root("arm")}', f'DTB={tree}',
                              *goals), folder='uboot').out
    card = (out / 'images/disk.img').rename(folder / 'disk.img')
    files = {'kindling.itb': out / 'images/kindling.itb', 'kernel': found / 'kernel',
             'initramfs': out / 'initramfs', 'board.dtb': out / 'images/board.dtb'}
    files = {name: file.read_bytes() for name, file in files.items()}
    for name in 'kernel', 'initramfs', 'board.dtb':
        put(card, name, files[name])
    return card, files


def put(card, name, data):
    """A file onto the card's boot partition."""
    file = card.parent / name
    file.write_bytes(data)
    run('mcopy', '-o', '-i', f'{card}@@1M', file, f'::{name}')


def altered(data, part):
    """With one bit changed, in the middle of that part."""
    at = data.index(part) + len(part) // 2
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1:]


class prompt(machine.guest):
    """U-Boot at its prompt."""

    def __init__(self, card, *qemu):
        super().__init__([TOP / 'qemu/run', BOARD, '--card', card, '--', *qemu])

    def __enter__(self):
        self.expect('Hit any key')
        self.send('')
        self.expect(PROMPT)
        self.say('virtio scan')
        return self

    def say(self, line):
        """A command's words, once it is back at the prompt."""
        self.send(line)
        self.expect(PROMPT)
        return self.child.before.replace('\r', '')

    def refused(self, line, words):
        """It says the words, and starts nothing."""
        text = self.say(line)
        assert words in text and 'Starting kernel' not in text, text

    def start(self, line):
        """The whole console, once the kernel is done."""
        self.send(line)
        self.expect('INIT end|Rebooting in \\d+ seconds')
        return self.text


def bootm(name):
    """With the tree and the archive moved away from behind each other: they grow."""
    return (f'setenv fdt_high; setenv initrd_high; load virtio 0:1 {ADDRESS} /{name} && '
            f'bootm {ADDRESS}#kindling')


@pytest.mark.long
def test_verified_boot(tmp_path):
    """U-Boot has the public key: what is not signed with it, or was changed since, does not start."""
    ours, theirs = key(tmp_path / 'ours'), key(tmp_path / 'theirs')
    with_key = control(tmp_path / 'control.dtb')
    _, unsigned = card(tmp_path / 'unsigned')
    _, foreign = card(tmp_path / 'foreign', f'KEY={theirs}')
    disk, files = card(tmp_path / 'signed', f'KEY={ours}', f'CONTROL_DTB={with_key}')
    signed = files['kindling.itb']
    put(disk, 'unsigned.itb', unsigned['kindling.itb'])
    put(disk, 'foreign.itb', foreign['kindling.itb'])
    for part in 'kernel', 'initramfs', 'board.dtb':
        put(disk, f'{part}.itb', altered(signed, files[part]))
    put(disk, 'cmdline.itb', signed.replace(b'root=PARTUUID=6b696e64-02', b'root=PARTUUID=6b696e64-01'))
    put(disk, 'weaker.itb', signed.replace(b'sha256,rsa2048', b'sha256,rsa1024'))
    with prompt(disk, '-dtb', with_key) as guest:
        for name, words in {
            'unsigned': "No 'signature' subnode found",
            'foreign': 'sha256,rsa2048:dev-  error!',
            'weaker': 'sha256,rsa1024:dev-  error!',
            'kernel': "Bad hash value for 'hash' hash node in 'kernel' image node",
            'initramfs': "Bad hash value for 'hash' hash node in 'ramdisk' image node",
            'board.dtb': "Bad hash value for 'hash' hash node in 'fdt' image node",
            'cmdline': "Bad hash value for 'hash' hash node in 'fdt' image node",
        }.items():
            guest.refused(bootm(f'{name}.itb'), words)
        text = guest.start(bootm('kindling.itb'))
    # U-Boot has no bootargs of its own: these are the signed tree's
    command = (TOP / f'boards/{BOARD}/cmdline').read_text().strip()
    for line in ('sha256,rsa2048:dev+ OK', f'Kernel command line: {command}\n', 'kindling: root /dev/vda2',
                 'INIT end'):
        assert line in text, text


CONF = """\
label kindling
	kernel /{kernel}
	initrd /{initramfs}
	{fdt}
	append {cmdline}
"""


def test_bad_card(tmp_path):
    """Files that are missing, and an archive with a bit changed: in a FIT U-Boot sees it, else the kernel."""
    disk, files = card(tmp_path / 'card')
    archive = files['initramfs']
    put(disk, 'altered', altered(archive, archive))
    put(disk, 'altered.itb', altered(files['kindling.itb'], archive))
    good = {'kernel': 'kernel', 'initramfs': 'initramfs', 'fdt': '', 'cmdline': 'console=ttyAMA0 panic=1'}
    for name, change in {'no-kernel': {'kernel': 'none'}, 'no-initramfs': {'initramfs': 'none'},
                         'no-tree': {'fdt': 'fdt /none.dtb'}, 'raw': {'initramfs': 'altered'}}.items():
        put(disk, f'{name}.conf', CONF.format(**good | change).encode())
    sysboot = 'sysboot virtio 0:1 fat ${{scriptaddr}} /{}.conf'.format
    with prompt(disk) as guest:
        guest.refused(bootm('altered.itb'), "Bad hash value for 'hash' hash node in 'ramdisk' image node")
        guest.refused(bootm('none.itb'), 'Failed to load')
        guest.refused(sysboot('no-kernel'), 'Skipping kindling for failure retrieving kernel')
        guest.refused(sysboot('no-initramfs'), 'Skipping kindling for failure retrieving initrd')
        guest.say('setenv fdt_addr_r 0x43000000')
        guest.refused(sysboot('no-tree'), 'Skipping kindling for failure retrieving FDT')
        text = guest.start(sysboot('raw'))
        guest.wait()
    for line in 'Initramfs unpacking failed', 'Kernel panic', 'Rebooting in 1 seconds':
        assert line in text, text
