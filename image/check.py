"""Can this card boot? Its parts are held against each other before image/card makes it, and the whole of it
against its command line. What is wrong is the end; what cannot be told is noted.
"""
import json
import os
import re
import struct
import subprocess
import sys
from pathlib import Path, PurePosixPath

from kconfiglib import Kconfig

# Of file(1)'s words the first one that is there, and the processor that it tells.
PROCESSORS = [("ARM64", "arm64"), ("aarch64", "arm64"), ("ARM", "arm"), ("x86", "x86"), ("80386", "x86"),
              ("RISC-V", "riscv")]
# CONFIG_ARCH: the processor of its kernels
OURS = {"arm": "arm", "armv5": "arm", "aarch64": "arm64", "x86_64": "x86", "i386": "x86", "riscv64": "riscv"}
# what is no form of a kernel or of a file system
USELESS = re.compile(r"empty$|.*\b(text|archive|directory)\b")
# by the number in the superblock: linux/fs/squashfs/squashfs_fs.h
SQUASHFS_PACKED = {1: "ZLIB", 3: "LZO", 4: "XZ", 5: "LZ4", 6: "ZSTD"}
# as init/boot/check.c
INITS = ["/sbin/init", "/etc/init", "/bin/init"]


class Refused(Exception):
    """Why the card cannot boot."""


def refuse(*words):
    raise Refused(": ".join(map(str, words)))


def note(*words):
    print(f"  {'NOTE':7} {': '.join(map(str, words))}")


def output(*words, **more):
    environment = os.environ | {"PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin", "LC_ALL": "C"}
    return subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=environment, **more)


def form(data):
    """What file(1) says of a file, or of bytes, compressed or not."""
    if isinstance(data, bytes):
        said = output("file", "-bz", "-", input=data)
    else:
        said = output("file", "-Lbz", "--", data)
    return re.split(",? version ", said.stdout.decode(errors="replace").strip())[0]


def processor(said):
    return next((name for word, name in PROCESSORS if re.search(rf"\b{word}\b", said)), None)


# ---- the kernel ----------------------------------------------------------------------------------

def check_kernel(kernel, arch):
    said = form(kernel)
    if USELESS.match(said):
        refuse(f"KERNEL={kernel}", f"not a kernel: {said}")
    if processor(said) not in (None, OURS[arch]):
        refuse(f"KERNEL={kernel}", f"not for {arch}: {said}")


def configuration(kernel):
    """The file with this kernel's: in its folder, in /boot, or where it was built."""
    places = [kernel.with_name("config"), kernel.with_name(kernel.name.replace("vmlinuz", "config"))]
    built = re.match(r"(.*)/arch/[^/]+/boot/", str(kernel.resolve()))
    places += [Path(built[1]) / ".config"] if built else []
    return next((path for path in places if path != kernel and path.is_file()), None)


def lacking(path, image, root):
    """What this kernel lacks of what the image must have, a line each (kindling check-kernel)."""
    words = ["check-kernel", "--json", "--board", image.board.name, "--config", os.environ["CONFIG"],
             "--cmdline", os.environ["CMDLINE"], "--modules", ",".join(image.modules)]
    said = output(os.environ["KINDLING"], *words, *(["--type", image.types[0]] if root else []), path)
    if not said.stdout:
        refuse(said.stderr.decode(errors="replace").strip())
    return [line for step in json.loads(said.stdout)["steps"] if step["step"] == "must" for line in step["text"]]


def check_configuration(kernel, image, root, has_overlay):
    """Has this kernel what the image needs, with the modules that are in it?"""
    path = configuration(kernel)
    if not path:
        note(f"KERNEL={kernel}", "its configuration is not with it, so it was not held against root and modules "
             "(make kernel-check KCONFIG=)")
        return
    config = dict(re.findall(r"^CONFIG_(\w+)=([ym])$", path.read_text(errors="replace"), re.M))
    rows = lacking(path, image, root)
    if has_overlay and config.get("EXT4_FS") != "y" and not ("EXT4_FS" in config and "ext4" in image.modules):
        rows.append("EXT4_FS                  the file system of the writable layer")
    if rows:
        print("".join(f"  must    {row}\n" for row in rows), file=sys.stderr, end="")
        refuse(path, "the kernel lacks what the image must have, see above, and none of its modules brings that")
    if root and image.types == ["squashfs"]:
        check_squashfs(config, path, root)


def check_squashfs(config, path, root):
    with open(root, "rb") as file:
        packed, attributes = struct.unpack("<20xH34xQ", file.read(64))
    name = SQUASHFS_PACKED.get(packed)
    if name and f"SQUASHFS_{name}" not in config:
        refuse(path, f"root is packed with {name.lower()}, and the kernel lacks SQUASHFS_{name}")
    if attributes != 2**64 - 1 and "SQUASHFS_XATTR" not in config:
        note(path, "root has extended attributes (file capabilities), which the kernel will not see: "
             "it lacks SQUASHFS_XATTR")


# ---- root ----------------------------------------------------------------------------------------

def given_root():
    return f"ROOT={os.environ['ROOT']}"


def root_type(root, image):
    """The file system of ROOT=; what is none is an error."""
    probed = json.loads(output(os.environ["KINDLING"], "probe", "--json", root).stdout or "[{}]")
    whole = probed[0]
    if "TYPE" in whole:
        return whole["TYPE"]
    name = given_root()
    if "PTTYPE" in whole:
        refuse(name, "a disk with partitions, and it is to be one of them", "give the root partition alone")
    said = form(Path(root))
    if USELESS.match(said) or not image.types:
        refuse(name, f"not a file system: {said}", "a directory, a tarball or the image of a file system")
    note(name, f"not a file system that kindling knows, so what is in it was not looked at: {said}")
    return image.types[0]


def disk_of(image):
    """The name that root= expects of the card, or none."""
    for root in image.roots:
        found = re.fullmatch(r"/dev/(mmcblk\d+|nvme\d+n\d+|[a-z]+)(p?\d+)?", root)
        if found:
            return f"{found[1]}="
    return ""


def check_choice(disk, root, image):
    """`kindling fits`, with the card's own command line."""
    line = os.environ["CMDLINE"]
    result = output(os.environ["KINDLING"], "fits", "--config", os.environ["CONFIG"], line, f"{disk_of(image)}{disk}")
    said = result.stdout.decode(errors="replace").replace(str(disk), "disk.img")
    verifies = os.environ.get("ROOTHASH") == "1"
    if result.returncode == 1 and not verifies:
        note("root", result.stderr.decode(errors="replace").strip())
        return
    if result.returncode:
        print(said, result.stderr.decode(errors="replace"), sep="", file=sys.stderr, end="")
        refuse("this card has not the root that its command line asks for", line.strip())
    block, _, notes = said.partition("\n\n")
    if "cut short" in notes:
        refuse(given_root(), notes.strip())
    # which the image may, by a command line of its own
    if verifies and not re.search(r"^roothash=\S+: verified,", notes, re.M):
        refuse("ROOTHASH=1", "the image would start this root without verifying it", line.strip())
    for text in notes.splitlines():
        note("root", text)
    place = int(re.search(r"^OFFSET=(\d+)$", block, re.M)[1])
    with open(disk, "rb") as card, open(root, "rb") as file:
        card.seek(place)
        if card.read(1 << 17).startswith(file.read(1 << 16)):
            return
    print(block, file=sys.stderr)
    refuse("the root that the command line asks for, see above, is another one than ROOT=", line.strip())


# ---- init ----------------------------------------------------------------------------------------

class Ext:
    """Files of an ext2, ext3 or ext4 image."""

    def __init__(self, image):
        self.image = image

    def ask(self, request):
        return output("debugfs", "-R", request, self.image).stdout

    def opens(self):
        return self.look("/") is not None

    def look(self, path):
        """The kind of the file, as `ls -l` begins; whether it may be run; where the link leads. Or None."""
        text = self.ask(f'stat "{path}"').decode(errors="replace")
        found = re.search(r"Type: (\w+) .*Mode: +(\d+)", text)
        if not found:
            return None
        kind = {"symlink": "l", "directory": "d", "regular": "-"}.get(found[1], "?")
        link = re.search(r'^Fast link dest: "(.*)"$', text, re.M)
        target = link[1] if link else self.read(path).decode(errors="replace") if kind == "l" else ""
        return kind, int(found[2], 8) & 0o111, target

    def read(self, path):
        return self.ask(f'cat "{path}"')


class Squashfs:
    """The same of a squashfs."""

    def __init__(self, image):
        self.image = image

    def opens(self):
        return not output("unsquashfs", "-s", self.image).returncode

    def look(self, path):
        listed = output("unsquashfs", "-d", "", "-lln", self.image, path.lstrip("/")).stdout.decode(errors="replace")
        found = re.search(rf"^(\S+) .* {re.escape(path)}(?: -> (.*))?$", listed, re.M)
        return found and (found[1][0], "x" in found[1], found[2])

    def read(self, path):
        return output("unsquashfs", "-cat", self.image, path.lstrip("/")).stdout


FILES = {"ext2": Ext, "ext3": Ext, "ext4": Ext, "squashfs": Squashfs}


def resolved(files, path):
    """The program that a path leads to, within this root; or None."""
    at, rest = PurePosixPath("/"), path.split("/")
    # no end: links in a circle
    for _ in range(200):
        if not rest:
            return None
        name = rest.pop(0)
        at = at.parent if name == ".." else at / name
        found = files.look(str(at)) if name not in ("", ".", "..") else ("d", 0, "")
        if not found:
            return None
        kind, runs, target = found
        if kind == "l":
            at = PurePosixPath("/") if target.startswith("/") else at.parent
            rest = target.split("/") + rest
        elif not rest:
            return str(at) if kind == "-" and runs else None
    return None


def check_init(kind, root, image):
    """One of the programs that /init starts is there, and is for this processor."""
    given = image.last("init")
    names = given or INITS + ["/bin/sh"] * (image.value("INIT_SH") == "y")
    files = FILES[kind](root) if kind in FILES else None
    # what the tools cannot tell is not held against root
    if not files or not files.opens() or re.search(r'[^\w./+:@-]', "".join(names)):
        return
    found = next(filter(None, (resolved(files, name) for name in names)), None)
    if not found:
        refuse(given_root(), f"there is no {' or '.join(names)} in it that can be run")
    said, arch = form(files.read(found)), image.value("ARCH")
    # kernels for arm64 run both
    if processor(said) not in (None, OURS[arch], OURS[arch].removesuffix("64")):
        refuse(given_root(), f"{found} is not for {arch}: {said}")


# systemd's udev takes a device of dm-verity that it did not see made for one that is not ready.
UDEV = ["/usr/lib/systemd/systemd-udevd", "/lib/systemd/systemd-udevd", "/usr/lib/udev", "/lib/udev"]
RULE = "udev/rules.d/09-kindling.rules"


def check_udev(kind, root):
    files = FILES[kind](root) if kind in FILES else None
    if files and any(map(files.look, UDEV)) and \
            not any(files.look(f"{folder}/{RULE}") for folder in ("/etc", "/usr/lib", "/lib")):
        note(given_root(), f"systemd's udev will take root's device for not ready: it has no /etc/{RULE} "
             "(LAYERS.md)")


# ---- all of it -----------------------------------------------------------------------------------

class Image:
    """What is built for a board: its options, modules, and what its command line says of root."""

    def __init__(self, board, config):
        self.board = board
        self.kconf = Kconfig("kconfig/Kconfig", warn_to_stderr=False)
        self.kconf.load_config(config)
        listed = os.environ.get("MODULES_MADE")
        # those that are in it, whatever was asked for
        self.modules = set(re.findall(r"/([^/\s]+)\.ko\S* ", Path(listed).read_text())) if listed else set()
        given = "" if self.value("CMDLINE_OVERRIDE") == "y" else os.environ.get("CMDLINE", "")
        self.words = " ".join((self.value("CMDLINE"), given, self.value("CMDLINE_APPEND"))).split()
        self.roots = self.last("root") + [word.partition("=")[2] for word in self.words
                                          if word.startswith("rootfallback=")]
        types = ",".join(self.last("rootfstype"))
        self.types = types.split(",") if types else []

    def value(self, option):
        return self.kconf.syms[option].str_value

    def last(self, name):
        """The value of a word of the command line, in a list of one, or of none."""
        return [word[len(name) + 1:] for word in self.words if word.startswith(f"{name}=")][-1:]


class Check:
    """Of a card of this board, from these files: {name in genimage.cfg: path}."""

    def __init__(self, board, files):
        self.image = Image(board, os.environ["CONFIG"])
        self.kernel, self.tree, self.root = (files.get(name) and Path(files[name])
                                             for name in ("kernel", "board.dtb", "root.img"))
        self.has_overlay = "overlay.img" in files

    def parts(self):
        image = self.image
        if self.kernel:
            check_kernel(self.kernel, image.value("ARCH"))
        if self.tree and form(self.tree) != "Device Tree Blob":
            refuse(f"DTB={self.tree}", f"not a device tree: {form(self.tree)}")
        if self.root:
            self.kind = root_type(self.root, image)
            image.types = [self.kind]
        if self.kernel:
            check_configuration(self.kernel, image, self.root, self.has_overlay)

    def whole(self, disk):
        if self.root:
            check_choice(disk, self.root, self.image)
            check_init(self.kind, self.root, self.image)
            if os.environ.get("ROOTHASH") == "1":
                check_udev(self.kind, self.root)
