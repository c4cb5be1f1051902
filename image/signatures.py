"""Which kernels take only modules that are signed, as far as can be known before they boot."""
import re

SIGNED = b"~Module signature appended~\n"
FORCED = "MODULE_SIG_FORCE", "LOCK_DOWN_KERNEL_FORCE_INTEGRITY", "LOCK_DOWN_KERNEL_FORCE_CONFIDENTIALITY"


def words(cmdline):
    """The words of a command line that the kernel reads, without their quotes."""
    return [word.replace('"', "")
            for word in re.findall(r'(?:[^\s"]|"[^"]*"?)+', cmdline.partition(" -- ")[0])]


def demands(word):
    """Does a word of the command line make the kernel refuse unsigned modules?"""
    name, equals, value = word.partition("=")
    name = name.replace("-", "_")
    if name == "module.sig_enforce":
        # as kstrtobool() reads it; no later word takes it back
        return not equals or bool(re.match(r"[yt1]|on", value, re.IGNORECASE))
    return name == "lockdown" and value in ("integrity", "confidentiality")


def enforced(config, cmdlines, board):
    """What makes a kernel refuse unsigned modules, in words; None where nothing known does.

    config    {option: value} without CONFIG_
    cmdlines  {where it stands: command line}
    board     a Board, or None
    """
    if config.get("MODULE_SIG") != "y":
        return None
    for option in FORCED:
        if config.get(option) == "y":
            return f"CONFIG_{option}=y"
    known = {"CONFIG_CMDLINE": config.get("CMDLINE", ""), **cmdlines}
    if board:
        known[board.path] = board.cmdline
    for place, cmdline in known.items():
        for word in filter(demands, words(cmdline)):
            return f"{word} in {place}"
    if board and board.enforces:
        return f"`{board.enforces}` in {board.path}"
    return None
