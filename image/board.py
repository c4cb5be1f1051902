"""A board, as image/capture printed it: where its root is, and what that hangs on."""
import re

from kmod import die

# Roots without a block device: the modalias of what brings them.
VIRTIO = {"9p": "virtio:d00000009v", "virtiofs": "virtio:d0000001Av"}
FLASH = re.compile(r"mtd|ubi")
BY = {"UUID": "uuid", "LABEL": "label", "PARTUUID": "partuuid", "PARTLABEL": "partlabel"}


class Board:
    """devices  {place below /sys: {word: values}}: modalias, driver, module, supplier
    disks    {place below /sys: device number}
    names    {/dev/disk/by-...: name of the disk}
    mounts   [(number, place, type, source)]
    """

    def __init__(self, path):
        self.path = path
        self.devices, self.disks, self.names, self.mounts, self.cmdline = {}, {}, {}, [], ""
        current = {}
        for line in path.read_text(errors="replace").splitlines():
            word, _, value = line.partition(" ")
            if word == "device":
                current = self.devices[value] = {}
            elif word == "disk":
                disk = value
            elif word == "number":
                self.disks[disk] = value
            elif word == "name" and " " in value:
                name, node = value.split(" ", 1)
                self.names[name] = node.removeprefix("/dev/")
            elif word == "mount" and value.count(" ") >= 3:
                self.mounts.append(tuple(value.split(" ", 3)))
            elif word == "cmdline":
                self.cmdline = value
            else:
                current.setdefault(word, []).append(value)
        if not self.devices:
            die(path, "no devices in it", "run image/capture on the board, as `sh capture >FILE`")

    # ---- which device root is on -----------------------------------------------------------------

    def root(self, cmdline):
        """Where root is: the places of its devices, its file systems, and in words."""
        words = dict(re.findall(r"([\w.-]+)=(\"[^\"]*\"|\S*)", cmdline))
        wanted = words.get("root", "").strip('"')
        types = words.get("rootfstype", "").strip('"').split(",")
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
        return [place for place, number in self.disks.items() if test(place.split("/")[-1], number)]

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
        return (self._disk(lambda name, its: node.replace("/", "!") == name or number == its) or
                self._unnumbered(types[0], node))

    def _mounted(self, mount):
        number, _, kind, source = mount
        name = source.removeprefix("/dev/").replace("/", "!")
        return self._disk(lambda its, own: own == number or its == name) or \
            self._unnumbered(kind, source)

    def _unnumbered(self, kind, source):
        """Roots that are no block device."""
        if kind in VIRTIO:
            return [place for place, device in self.devices.items()
                    if device.get("modalias", [""])[0].startswith(VIRTIO[kind])]
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
        return {place: seen[place] for place in sorted(seen) if "driver" in seen[place]}

    def wanted(self, tree, cmdline):
        """Of a tree: {module: why}, the modaliases that ask for them, and what else is to be said."""
        places, types, how = self.root(cmdline)
        reasons = {}
        notes = [f"root: {' '.join(place.split('/')[-1] for place in places)} ({how}), {','.join(types)}"]
        devices = [(place, device) for place, device in self.chain(places).items()
                   if "modalias" in device]
        answers = tree.lookup([device["modalias"][0] for _, device in devices])
        for (place, device), modules in zip(devices, answers, strict=True):
            driver = device["driver"][0].split("/")[-1]
            bound = [name.split("/")[-1] for name in device.get("module", [])]
            # of several modules that could, the one that did
            for name in set(bound) & set(modules) or modules:
                reasons.setdefault(name, f"drives {place.split('/')[-1]}")
            if not modules:
                notes.append(f"nothing in this kernel asks to drive {place} (there: {driver})")
        for kind, modules in zip(types, tree.lookup([f"fs-{kind}" for kind in types]), strict=True):
            for name in modules or [kind]:
                reasons.setdefault(name, f"file system {kind}")
        return reasons, [device["modalias"][0] for _, device in devices], notes
