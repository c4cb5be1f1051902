"""What card and layers take of make's variables."""
import os
import re
import sys
from pathlib import Path

# of every card
ID = "6b696e64"


def die(*words):
    sys.exit(f"{Path(sys.argv[0]).name}: {': '.join(map(str, words))}; no image made")


def number(name, default):
    """The bytes that the variable says."""
    text = os.environ.get(name) or default
    found = re.fullmatch(r"(\d+)([KMG]?)", text)
    if not found:
        die(f"{name}={text}", "neither bytes nor a number with K, M or G")
    return int(found[1]) << {"": 0, "K": 10, "M": 20, "G": 30}[found[2]]


def disk_id():
    value = (os.environ.get("DISKID") or ID).lower()
    if not re.fullmatch(r"[0-9a-f]{8}", value) or value == "0" * 8:
        die(f"DISKID={value}", "not 8 hex digits, or all 0")
    return value
