"""senders.py LISTENER: in a network namespace of its own (unshare -rn), what reaches /init's socket."""
import re
import socket
import struct
import subprocess
import sys

UEVENTS = 15  # NETLINK_KOBJECT_UEVENT
EVENT = b'add@/devices/forged\0ACTION=add\0DEVPATH=/devices/forged\0SUBSYSTEM=block\0DEVNAME=sda\0'


class Listener:
    def __init__(self, *arguments):
        self.process = subprocess.Popen([sys.argv[1], *arguments], text=True, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.says('ready ')

    def line(self):
        """The next, but none about a network device's queues."""
        while re.search(r' [rt]x-\d+$', line := self.process.stdout.readline().rstrip('\n')):
            pass
        return line

    def says(self, *lines):
        for line in lines:
            said = self.line()
            assert said == line, f'{line!r} awaited, but {said!r} came'


def send(data, port=0, groups=1, own=None):
    """From a socket of ours, whose own port may be set."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, UEVENTS) as sender:
        sender.bind((own or 0, 0))
        sender.sendto(data, (port, groups))


def through_kernel(data):
    """The kernel sends it on as its own, with SEQNUM= behind it (Linux 4.18; by root only)."""
    header = struct.pack('=IHHII', 16 + len(data), 16, 1, 1, 0)
    send(header + data, groups=0)


def network(*words):
    subprocess.run(['ip', 'link', *words], check=True)


listener = Listener()
port = listener.process.pid

for forged in (
        lambda: send(EVENT),                              # many hear it
        lambda: send(EVENT, groups=3),
        lambda: send(EVENT, port=port, groups=0),         # only /init does
        lambda: send(EVENT[:-1], port=port, groups=0),    # no NUL
        lambda: send(b'@', port=port, groups=0),
        lambda: send(bytes(9000), port=port, groups=0),   # more than it reads
        lambda: send(EVENT + bytes(9000)),
        lambda: through_kernel(b'libudev\0' + bytes(40)),
        lambda: through_kernel(b'add@devices/forged\0'),
        lambda: through_kernel(b'add\0'),
        lambda: through_kernel(b'\0')):
    forged()
    listener.says('dropped ')
# of group 2 it hears nothing
send(EVENT, groups=2)
network('add', 'real', 'type', 'veth', 'peer', 'name', 'other')
listener.says('device other', 'device real')
through_kernel(EVENT)
listener.says('device forged')
network('del', 'real')
listener.says('remove real', 'remove other')
listener.process.kill()

# more than the queue holds, while it does not listen
listener = Listener('wait')
for number in range(60):
    network('add', f'a{number}', 'type', 'veth', 'peer', 'name', f'b{number}')
listener.process.stdin.write('\n')
listener.process.stdin.flush()
listener.says('kindling: uevents lost; rescanning /sys', 'dropped ', 'lost ')
network('add', 'real', 'type', 'veth', 'peer', 'name', 'other')
# the first of them, and not one of those before
listener.says('device other')
listener.process.kill()
