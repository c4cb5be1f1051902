"""A board, as image/capture printed it: where its root is, and what that hangs on."""
import re

from kmod import die, read
from signatures import words

# Roots without a block device: the modalias of what brings them.
VIRTIO = {"9p": "virtio:d00000009v", "virtiofs": "virtio:d0000001Av"}
FLASH = re.compile(r"mtd|ubi")
BY = {"UUID": "uuid", "LABEL": "label", "PARTUUID": "partuuid", "PARTLABEL": "partlabel"}


class Board:
    """devices  {place below /sys: {word: values}}: of its uevent, and module, supplier
    names    {/dev/disk/by-...: name of the disk}
    mounts   [(device number, place, type, source)]
    enforces the line that says that its kernel takes only signed modules, or ""
    """

    def __init__(self, path):
        self.path = path
        self.devices, self.names, self.mounts, self.cmdline, self.enforces = {}, {}, [], "", ""
        device = {}
        text = read(path, "MODULES_FOR=FILE is what image/capture printed on the board")
        for line in text.splitlines():
            word, _, rest = line.partition(" ")
            if word == "device":
                device = self.devices[rest] = {}
            elif word in ("module", "supplier"):
                device.setdefault(word, []).append(rest)
            elif word == "cmdline":
                self.cmdline = rest
            elif line == "sig_enforce Y" or (word == "lockdown" and "[" in rest and "[none]" not in rest):
                self.enforces = line
            elif word == "name" and " " in rest:
                name, node = rest.split(" ", 1)
                name = re.sub(r"\\x(..)", lambda found: chr(int(found[1], 16)), name)
                self.names[name] = node.removeprefix("/dev/")
            elif word.isdigit() and " - " in rest:
                # a line of /proc/self/mountinfo
                before, after = rest.split(" - ", 1)
                self.mounts.append((before.split()[1], before.split()[3], *after.split()[:2]))
            elif "=" in word:
                key, _, value = line.partition("=")
                device[key] = [value]
        if not self.devices:
            die(path, "no devices in it", "run image/capture on the board, as `sh capture >FILE`")

    # ---- which device root is on -----------------------------------------------------------------

    def root(self, cmdline):
        """Where root is: the places of its devices, its file systems, and in words."""
        values = {name: value for name, _, value in (word.partition("=") for word in words(cmdline))}
        wanted = values.get("root", "")
        types = values.get("rootfstype", "").split(",")
        mounted = next((mount for mount in self.mounts if mount[1] == "/"), None)
        places, how = self._named(wanted, types), f"root={wanted}"
        if not places and mounted:
            places = self._mounted(mounted)
            how = "what was mounted on / when it was captured"
        if not places:
            die(self.path, f"root={wanted} is not in it, nor what was mounted on /",
                "give CMDLINE='root=...' with a disk that the board had")
        if types == [""]:
            types = [mount[2] for mount in self.mounts if self._mounted(mount) == places][:1]
        if not types:
            die(self.path, f"root={wanted} was not mounted, so its file system is unknown",
                "add rootfstype= to CMDLINE")
        return places, types, how

    def _disk(self, test):
        """The disks, partitions and MTDs of which a test of name in /dev and number holds."""
        return [place for place, device in self.devices.items()
                if device.get("DEVTYPE", [""])[0] in ("disk", "partition", "mtd")
                # a path of an NVMe disk is hidden: a disk without a node
                and {"DEVNAME", "MAJOR", "MINOR"} <= device.keys()
                and test(device["DEVNAME"][0], ":".join(device["MAJOR"] + device["MINOR"]))]

    def _named(self, root, types):
        tag, _, value = root.partition("=")
        if tag in BY:
            root = f"/dev/disk/by-{BY[tag]}/{value}"
        node = next((node for name, node in self.names.items() if name.lower() == root.lower()),
                    root.removeprefix("/dev/"))
        number = node
        if re.fullmatch(r"[0-9a-f]{3,8}", node):
            code = int(node, 16)
            number = f"{code >> 8 & 0xfff}:{code & 0xff | code >> 12 & 0xfff00}"
        return (self._disk(lambda name, its: node == name or number == its) or
                self._unnumbered(types[0], node))

    def _mounted(self, mount):
        number, _, kind, source = mount
        return self._disk(lambda name, its: number == its or f"/dev/{name}" == source) or \
            self._unnumbered(kind, source)

    def _unnumbered(self, kind, source):
        """Roots that are no block device."""
        if kind in VIRTIO:
            return [place for place, device in self.devices.items()
                    if device.get("MODALIAS", [""])[0].startswith(VIRTIO[kind])]
        if FLASH.match(source):
            return self._disk(lambda name, _: re.fullmatch(r"mtd\d+", name))
        return []

    # ---- what it hangs on ------------------------------------------------------------------------

    def chain(self, places):
        """The devices, of these and all that they hang on, that a driver had: {place: device}."""
        seen, todo = {}, list(places)
        while todo:
            place = todo.pop()
            while place:
                if place in seen:
                    break
                seen[place] = self.devices.get(place, {})
                todo += seen[place].get("supplier", [])
                place = place.rpartition("/")[0]
        return {place: seen[place] for place in sorted(seen) if "DRIVER" in seen[place]}

    def wanted(self, tree, cmdline):
        """Of a tree: {module: why}, the modaliases that ask for them, and what else is to be said."""
        places, types, how = self.root(cmdline)
        names = [place.rpartition("/")[2] for place in places]
        why, notes = {}, [f"root: {' '.join(names)} ({how}), {','.join(types)}"]
        chain = {place: device for place, device in self.chain(places).items()
                 if "MODALIAS" in device}
        aliases = [device["MODALIAS"][0] for device in chain.values()]
        if not chain:
            notes.append("no driver of root's disk in the capture: list names instead")
        # the module that drove it: when several could, and when its alias does not say
        drove = [device.get("module", [""])[0].rpartition("/")[2] for device in chain.values()]
        for place, module, by_alias, by_name in zip(chain, drove, tree.lookup(aliases),
                                                    tree.lookup(drove), strict=True):
            both = [name for name in by_alias if name in by_name]
            for name in both or by_alias or by_name:
                why.setdefault(name, f"drives {place.rpartition('/')[2]}")
            if module and not by_alias + by_name:
                notes.append(f"{place}: {module} drove it, which is not in this kernel")
        for kind, by_alias, by_name in zip(types, tree.lookup([f"fs-{kind}" for kind in types]),
                                           tree.lookup(types), strict=True):
            why.update((name, f"file system {kind}") for name in by_alias or by_name)
            if not by_alias + by_name:
                notes.append(f"file system {kind}: no module of this kernel")
        return why, aliases, notes
