#!/usr/bin/env python3
"""writer.py FAULT MODEL RAW IMAGE CLUSTER_BITS COMPRESSION REFCOUNT_BITS: writes by the model, and makes one
mistake."""

import os
import signal
import subprocess
import sys
import time

from qcow2_image import COPIED, Image

fault, model, raw, image, cluster_bits, compression, refcount_bits = sys.argv[1:]


def write(disk: bytes, bits: str = cluster_bits) -> None:
    with open(image + ".raw", "wb") as file:
        file.write(disk)
    subprocess.run([model, "write", image + ".raw", image, "--cluster-bits", bits, "--compression", compression,
                    "--refcount-bits", refcount_bits], check=True)
    os.remove(image + ".raw")


def damaged() -> Image:
    write(disk)
    return Image(image)


with open(raw, "rb") as given:
    disk = given.read()
if fault == "honest":
    write(disk)
elif fault == "no-image":
    pass
elif fault == "a-folder":
    os.mkdir(image)
elif fault == "the-raw-disk":
    with open(image, "wb") as file:
        file.write(disk)
elif fault == "wrong-content":
    write(disk[:70000] + b"?" + disk[70001:])
elif fault == "short-disk":
    write(disk[:-512])
elif fault == "other-cluster-size":
    write(disk, "12")
elif fault == "size-field-too-small":
    new = damaged()
    place = new.entries()[0]
    new.put(place, new.number(place) - new.one_sector())
    new.save()
elif fault == "size-field-raised":  # no mistake, a habit: the extent stays in its host cluster
    new = damaged()
    place = new.entries()[0]
    new.put(place, new.number(place) + new.one_sector())
    new.save()
elif fault == "refcounts-over-the-stream":  # with a field that says a whole host cluster more
    new = damaged()
    place = new.entries()[-1]
    new.put(place, new.number(place) + new.size // 512 * new.one_sector())
    new.data += bytes(new.size)  # the file goes on behind the extent
    new.save()
elif fault == "copied-flag":
    new = damaged()
    place = new.entries()[1]
    new.put(place, new.number(place) | COPIED)
    new.save()
elif fault == "leak":
    new = damaged()
    new.append(b"nobody's")
    new.save()
elif fault == "leak-in-an-extent":
    new = damaged()
    new.count(new.extent(new.number(new.entries()[0])).start, 1)
    new.save()
elif fault == "no-last-block":  # the first bit of a deflate stream says that its block is the last
    new = damaged()
    start = new.extent(new.number(new.entries()[-1])).start
    new.data[start] &= ~1
    new.save()
elif fault == "uncompressed":
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", "qcow2", "-o", f"cluster_size={1 << int(cluster_bits)}",
                    raw, image], check=True)
elif fault == "changes-raw":
    write(disk)
    with open(raw, "ab") as file:
        file.write(b"?")
elif fault == "refuses":
    sys.exit(1)
elif fault == "exit-7":
    sys.exit(7)
elif fault == "crash":
    os.kill(os.getpid(), signal.SIGSEGV)
elif fault == "hang":
    time.sleep(60)
elif fault == "flood":
    with open(image, "wb") as file:
        while True:
            file.write(b"\0" * (1 << 20))
else:
    sys.exit(f"no such fault: {fault}")
