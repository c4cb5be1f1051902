"""`make check-lab`, tried on boards that QEMU stands for: their serial port is a socket, or a pseudo terminal."""
import os
import re
import subprocess
import time

import pytest

import machine
from machine import TOP

# the machine's serial port is QEMU's terminal
ON = '''
setsid socat {port} EXEC:'{top}/qemu/run {board} --card {folder}/card',pty,rawer </dev/null >{folder}/on.log 2>&1 &
echo $! >{folder}/pid
'''
OFF = '''
[ ! -e {folder}/pid ] || kill -- -$(cat {folder}/pid) || :
rm -f {folder}/pid
'''


def check_lab(file, *words):
    return subprocess.run([TOP / 'tests/run', 'check-lab', *words], text=True, env=os.environ | {'LAB': str(file)},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Desk:
    """A folder with the board's card, and the file LAB."""

    def __init__(self, folder, board, console, port, **more):
        self.folder, self.file = folder, folder / 'lab.toml'
        names = dict(folder=folder, top=TOP, board=board, port=port.format(folder=folder))
        said = dict(board=board, console=console.format(folder=folder), load=f'cp --sparse=always "$CARD" {folder}/card',
                    on=ON.format(**names), off=OFF.format(**names)) | more
        self.file.write_text(''.join(f"{key} = '''{value}'''\n" for key, value in said.items()))

    def check(self, chosen):
        """What `make check-lab` says of the tests with these words in their names."""
        done = check_lab(self.file, '-k', chosen, '-v')
        return done.returncode, done.stdout


def passed(said):
    return int((re.search(r'(\d+) passed', said) or [0, 0])[1])


def test_a_socket(tmp_path):
    """From power-on: SPL, U-Boot, extlinux, a kernel with modules; then rows with other roots and other words."""
    desk = Desk(tmp_path, 'orangepi-pc', 'socat -,rawer UNIX-LISTEN:{folder}/port,unlink-early',
                'UNIX-CONNECT:{folder}/port,retry=100,interval=0.1', kernel='qemu/kernel arm32', features='ext4 squashfs')
    code, said = desk.check('extlinux or zstd or nonsense')
    assert (code, passed(said)) == (0, 4), said


@pytest.fixture
def cable(tmp_path):
    """Two serial ports and what is between them."""
    with subprocess.Popen(['socat', f'PTY,link={tmp_path}/board,rawer', f'PTY,link={tmp_path}/desk,rawer']) as process:
        end = time.monotonic() + machine.TIMEOUT
        while not (tmp_path / 'desk').exists() or not (tmp_path / 'board').exists():
            assert process.poll() is None and time.monotonic() < end
            time.sleep(0.05)
        yield
        process.kill()


def test_a_serial_line(tmp_path, cable):
    """U-Boot, a FIT; and the rescue shell, typed to."""
    desk = Desk(tmp_path, 'qemu-arm-uboot', 'socat -,rawer {folder}/desk,b115200,rawer', '{folder}/board',
                kernel='qemu/kernel arm32')
    code, said = desk.check('fit or pasted')
    assert (code, passed(said)) == (0, 2), said


def test_a_board_that_does_not_start(tmp_path):
    """Is a failure, with what was shown; so is a command that fails."""
    desk = Desk(tmp_path, 'orangepi-pc', 'echo hello; cat', '', kernel='qemu/kernel arm32', on='true')
    code, said = desk.check('extlinux')
    assert code == 1 and 'Failed: ended without' in said and 'hello' in said, said
    desk = Desk(tmp_path, 'orangepi-pc', 'cat', '', kernel='qemu/kernel arm32', on='echo no relay; exit 3')
    code, said = desk.check('extlinux')
    assert code == 1 and 'Failed: on: exit code 3: no relay' in said, said


@pytest.mark.parametrize('text, why', [
    ('board = 1', 'board: not one of .*, or no text'),
    ('bord = "x"', 'bord: not one of board, off, load, console, on, kernel, features'),
    ('board = "x"', 'off: missing'),
    ('board', 'Expected .*'),
    ('board = "x"\noff = ""\non = ""\nload = ""\nconsole = ""', 'board: x: no such board'),
    ('board = "qemu-arm"\noff = ""\non = ""\nload = ""\nconsole = ""\nfeatures = "ext4 warp"',
     'features: warp: not in tests/features.toml'),
])
def test_a_file_that_is_wrong(text, why, tmp_path):
    file = tmp_path / 'lab.toml'
    file.write_text(text)
    done = check_lab(file)
    assert done.returncode and re.search(f'check-lab: LAB={file}: {why}', done.stdout), done.stdout
