"""A kernel's modules, as kmod's own tools see them."""
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

# where kmod is, for users other than root too
os.environ["PATH"] += ":/usr/sbin:/sbin"
# No module: what modprobe prints between two answers.
END = "end_of_answer"


def die(what, why, now):
    sys.exit(f"modules: {what}: {why}; {now}")


def warn(what, why, now):
    print(f"modules: {what}: {why}; {now}", file=sys.stderr)


def read(path, now):
    """The text of a file that the user gave."""
    try:
        return Path(path).read_text(errors="replace")
    except OSError as error:
        die(path, error.strerror, now)


def underscored(name):
    """A name or a pattern with `_` for `-`, but as ranges have it."""
    return re.sub(r"\[[^]]*\]|-", lambda found: found[0] if found[0] != "-" else "_", name)


def name_of(path):
    """The module in a file."""
    return underscored(re.sub(r"\.ko(\.\w+)?$", "", os.path.basename(path)))


class Tree:
    """The modules in WHERE, in a folder of links of our own: WHERE is only read.

    release   what uname -r says with this kernel
    files     {module: its file}, in kmod's order
    aliases   {module: patterns}
    config    {option: value} without CONFIG_, or None where it is not found
    firmware  the folder beside it, there or not, or None
    inputs    the files that all this came from
    """

    def __init__(self, where, work):
        self.inputs = []
        self.folder = Path(work)
        self.folder.mkdir(exist_ok=True)
        where = Path(where)
        if where.suffix == ".deb" and where.is_file():
            self.inputs.append(where)
            where = self._unpacked(where)
        if (where / "include/config/kernel.release").is_file():
            self._link_build(where)
        else:
            self._link_tree(where)
        self._depmod()
        self._read()

    # ---- where the modules are -------------------------------------------------------------------

    def _unpacked(self, deb):
        out = self.folder / "deb"
        if subprocess.run(["dpkg-deb", "-x", deb, out]).returncode:
            die(deb, "not a package that dpkg-deb can unpack", "fetch it again")
        return out

    def _link_build(self, build):
        self.release = (build / "include/config/kernel.release").read_text().strip()
        self._start(build, [build / ".config"], None)
        order = build / "modules.order"
        if not order.is_file():
            die(build, "no modules.order", "`make modules` there first")
        # each line is a/b.ko or, since Linux 6.0, a/b.o
        paths = [re.sub(r"\.k?o$", ".ko", line) for line in order.read_text().splitlines()]
        for path in paths:
            self._link(build / path, f"kernel/{path}")
        (self.tree / "modules.order").write_text("".join(f"kernel/{path}\n" for path in paths))

    def _link_tree(self, where):
        found = [where] if (where / "kernel").is_dir() else sorted(
            path for lib in ("lib", "usr/lib", "modules/lib") for path in where.glob(f"{lib}/modules/*")
            if (path / "kernel").is_dir())
        # lib may be a link to usr/lib
        found = list({path.resolve(): path for path in found}.values())
        if not found:
            die(where, "no modules here",
                "give /lib/modules/VERSION, a folder with lib/modules/VERSION, a .deb or a kernel build")
        if len(found) > 1:
            die(where, "several kernels", f"give one of {', '.join(map(str, found))}")
        source = found[0].resolve()
        self.release = source.name
        # of a root, /usr merged or not, or of a folder that only holds modules
        root = source.parents[3 if source.parents[2].name == "usr" else 2]
        self._start(source, [source / "config", source / "build/.config",
                             root / f"boot/config-{self.release}", root / "config",
                             root.parent / "config"], source.parents[1] / "firmware")
        order = source / "modules.order"
        if order.is_file():
            shutil.copy(order, self.tree)
        for folder, folders, names in os.walk(source, followlinks=True):
            if Path(folder) == source:
                # a kernel's source and build folders
                folders[:] = [name for name in folders if name not in ("build", "source")]
            if not (source / "modules.dep").is_file():
                # nothing else changes when a module is added
                self.inputs.append(Path(folder))
            for name in names:
                if re.search(r"\.ko(\.\w+)?$", name):
                    path = Path(folder) / name
                    self._link(path, str(path.relative_to(source)))

    def _start(self, source, configs, firmware):
        """Begin the folder of links."""
        self.tree = self.folder / "lib/modules" / self.release
        self.tree.mkdir(parents=True)
        (self.tree / "modules.order").touch()
        built_in = source / "modules.builtin"
        lines = built_in.read_text() if built_in.is_file() else ""
        (self.tree / "modules.builtin").write_text(f"{lines.rstrip()}\nkernel/{END}.ko\n".lstrip())
        info = source / "modules.builtin.modinfo"
        (self.tree / info.name).write_bytes(info.read_bytes() if info.is_file() else b"")
        self.config = None
        for path in configs:
            if path.is_file() and "\nCONFIG_MODULES=y\n" in (text := path.read_text()):
                lines = re.findall(r"^CONFIG_(\w+)=\"?(.*?)\"?$", text, re.MULTILINE)
                self.config = dict(lines)
                self.inputs.append(path)
                break
        self.firmware = firmware
        self.inputs += [path for name in ("order", "builtin", "dep")
                        if (path := source / f"modules.{name}").is_file()]

    def _link(self, path, name):
        link = self.tree / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(path.absolute())

    # ---- what kmod says of them ------------------------------------------------------------------

    def _depmod(self):
        """Run depmod, without the modules that it cannot take."""
        if not shutil.which("depmod"):
            die("depmod", "not installed", "`make deps` does that (Debian's package kmod)")
        while True:
            result = subprocess.run(["depmod", "-b", self.folder, self.release],
                                    text=True, stderr=subprocess.PIPE)
            bad = [Path(path) for path in
                   re.findall(r"failed to load symbols from (.*): ", result.stderr)]
            for path in bad:
                warn(name_of(path), "its file is damaged", "left out")
            for loop in re.findall(r"Cycle detected: (.*)", result.stderr):
                warn(loop, "these need each other", "left out")
                bad += [path for path in self.tree.rglob("*.ko*")
                        if name_of(path) in loop.split(" -> ")]
            if not bad:
                break
            for path in set(bad):
                path.unlink()
        if result.returncode:
            die(self.release, f"depmod fails: {result.stderr.strip()}", "is the folder whole?")

    def _read(self):
        self.files, self.needs = {}, {}
        for line in (self.tree / "modules.dep").read_text().splitlines():
            path, needs = line.split(":")
            self.files[name_of(path)] = self.tree / path
            self.needs[name_of(path)] = [name_of(need) for need in needs.split()]
        self.aliases = {name: [] for name in self.files}
        for line in (self.tree / "modules.alias").read_text().splitlines():
            if line.startswith("alias "):
                _, pattern, name = line.split(" ", 2)
                if name in self.aliases:
                    self.aliases[name].append(pattern)

    def _modprobe(self, option, words):
        """One answer of modprobe, a list of lines, for each word."""
        asked = [item for word in words for item in (word, END)]
        # what it does not know is a warning, and no line
        result = subprocess.run(["modprobe", "-C", "/dev/null", "-d", self.folder, "-S", self.release,
                                 "-a", option, "--", *asked], text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.DEVNULL)
        answers = [[]]
        for line in result.stdout.splitlines():
            if line.split()[-1:] == [END]:
                answers.append([])
            else:
                answers[-1].append(line)
        return answers[:-1]

    def lookup(self, words):
        """For each word, a name or an alias: the modules, and built-in modules, that it means."""
        return [list(dict.fromkeys(map(underscored, answer)))
                for answer in self._modprobe("--resolve-alias", words)]

    def loads(self, names):
        """For each module: what is loaded, in this order; nothing where it is built in."""
        before = len(f"insmod {self.tree}/")
        return [list(dict.fromkeys(name_of(line[before:].split()[0]) for line in answer
                                   if line.startswith("insmod ")))
                for answer in self._modprobe("--show-depends", names)]

    def info(self, names):
        """For each module: the fields of modinfo, {field: values}."""
        if not names:
            return []
        result = subprocess.run(["modinfo", *(self.files[name] for name in names)],
                                text=True, stdout=subprocess.PIPE, errors="replace")
        found = []
        for line in result.stdout.splitlines():
            field, _, value = line.partition(":")
            if field == "filename":
                found.append({})
            found[-1].setdefault(field, []).append(value.strip())
        if len(found) != len(names):
            die(self.release, "modinfo cannot read all modules", "is the folder whole?")
        return found
