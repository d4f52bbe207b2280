#!/usr/bin/python3
"""qemu-io at level 1: reads ranges of a qcow2 image's disk, and takes steps on an image (docs/plugging-in.md).

One qemu-io stays up for the ranges of one image. It is ended after a refusal, before another image, and before steps:
an answer never rests on what an earlier one has left in QEMU. Older versions of qemu-io exit 0 with "read failed", so
nothing counts as done unless qemu-io says how many bytes it has done, and nothing as refused unless it says so.
Whatever else happens ends the adapter: by qemu-io's signal, or with exit status 70.
"""

import json
import os
import signal
import subprocess
import sys

from changes import modify
from console import Died, Refused, Unsupported
from ranges import Ranges

STRANGE = 70
MESSAGE_MAX = 4096  # characters: an answer is a line of less than 64 KiB
FEATURES = ["deflate", "zstd", "extended-l2", "v2", "backing-file", "snapshot", "external-data-file",
            "standard-clusters", "zero-clusters"]


def hello() -> dict:
    said = subprocess.run(["qemu-io", "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False)
    return {"protocol": 1, "name": "qemu-io", "version": said.stdout.decode(errors="replace").partition("\n")[0],
            "operations": ["read-range", "modify"], "features": FEATURES}


def answer(request: dict, ranges: Ranges) -> dict:
    """To read-range or modify."""
    try:
        if request["op"] == "read-range":
            data = ranges.read(request["image"], request["offset"], request["length"])
            with open(request["out"], "wb") as file:
                file.write(data)
        else:
            ranges.close()
            modify(request["image"], request["steps"])
    except Refused as refusal:
        return {"answer": "reject", "message": str(refusal)[:MESSAGE_MAX]}
    except Unsupported as lack:
        return {"answer": "unsupported", "message": str(lack)[:MESSAGE_MAX]}
    return {"answer": "accept"}


def serve(ranges: Ranges) -> None:
    for line in sys.stdin:
        request = json.loads(line)
        if request["op"] == "hello":
            said = hello()
        elif request["op"] == "bye":
            said = {}
        else:
            said = answer(request, ranges)
        print(json.dumps({"seq": request["seq"], **said}), flush=True)
        if request["op"] == "bye":
            return


def main() -> int:
    ranges = Ranges()
    try:
        serve(ranges)
        ranges.close()
    except Died as death:
        print(f"qemu-io: {death}", file=sys.stderr, flush=True)
        if death.signal:
            signal.signal(death.signal, signal.SIG_DFL)
            os.kill(os.getpid(), death.signal)
        return STRANGE
    return 0


if __name__ == "__main__":
    sys.exit(main())
