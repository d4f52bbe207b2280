#!/usr/bin/env python3
"""modifier.py FAULT MODEL IMAGE STEPS: does the steps by writing a new image with the model, and makes one mistake."""

import glob
import json
import os
import subprocess
import sys

from qcow2_image import Image

fault, model, image, steps_file = sys.argv[1:]


def disk_after(discarded: bytes) -> bytearray:
    """The guest disk after all steps; `discarded` is repeated over what is discarded, empty leaves it as it was."""
    subprocess.run([model, "read", image, image + ".raw"], check=True)
    with open(image + ".raw", "rb") as file:
        disk = bytearray(file.read())
    with open(steps_file, encoding="utf-8") as file:
        steps = json.load(file)
    for step in steps:
        (what, how), = step.items()
        if what == "resize":
            disk = disk[:how].ljust(how, b"\0")
            continue
        part = slice(how["offset"], how["offset"] + how["length"])
        if what == "discard":
            if discarded:
                disk[part] = discarded * (how["length"] // len(discarded))
        else:
            disk[part] = bytes([how["byte"]]) * how["length"]
    return disk


def write(disk: bytes) -> None:
    with open(image + ".raw", "wb") as file:
        file.write(disk)
    subprocess.run([model, "write", image + ".raw", image], check=True)
    os.remove(image + ".raw")


if fault == "honest":
    write(disk_after(b"\0"))
elif fault == "discards-nothing":
    write(disk_after(b""))
elif fault == "discards-into-other-bytes":
    write(disk_after(b"?"))
elif fault == "does-nothing":
    pass
elif fault == "destroys-a-neighbour":
    disk = disk_after(b"\0")
    disk[3 * 65536 + 17] ^= 1
    write(disk)
elif fault in ("leak", "refcount-too-low"):
    write(disk_after(b"\0"))
    new = Image(image)
    if fault == "leak":
        new.append(b"nobody's")
    else:
        new.count(new.l1, -1)
    new.save()
elif fault == "empties-the-snapshot":
    new = Image(image)
    new.put(new.snapshot_l1(), 0)
    new.save()
elif fault == "deletes-image":
    os.remove(image)
elif fault == "touches-sibling":
    write(disk_after(b"\0"))
    for path in glob.glob(os.path.join(os.path.dirname(image), "base*")):
        with open(path, "ab") as file:
            file.write(b"?")
elif fault == "destroys-and-refuses":
    write(disk_after(b""))
    sys.exit(1)
elif fault == "refuses":
    sys.exit(1)
elif fault == "has-no-means":
    sys.exit(3)
else:
    sys.exit(f"no such fault: {fault}")
