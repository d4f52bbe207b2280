#!/usr/bin/python3
"""qemu-storage-daemon at level 1: one daemon for all images, which it opens, copies to a raw file and closes again.

    adapter.py [COMMAND...]     what starts the daemon; without it, qemu-storage-daemon

The daemon's own words (QMP on its standard input and output) are the answer: an image that cannot be opened, or a copy
that ends with an error, is refused. A daemon that dies takes the adapter with it. A part of the disk is copied in whole
sectors, and then cut.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable

SECTOR = 512
FEATURES = ["deflate", "zstd", "extended-l2", "v2", "backing-file", "snapshot", "external-data-file",
            "standard-clusters", "zero-clusters"]


class Refused(Exception):
    """The daemon's own error."""


class Daemon:
    def __init__(self, command: list[str]) -> None:
        pipe = subprocess.PIPE
        options = ["--chardev", "stdio,id=here", "--monitor", "chardev=here"]
        self.process = subprocess.Popen([*command, *options], stdin=pipe, stdout=pipe, text=True)
        self.version = self.next("QMP")["QMP"]["version"]["qemu"]
        self.do("qmp_capabilities")

    def next(self, *keys: str) -> dict:
        """The next message that has one of the keys."""
        for line in self.process.stdout:
            message = json.loads(line)
            if any(key in message for key in keys):
                return message
        sys.exit(128 - self.process.wait() if self.process.wait() < 0 else 3)

    def do(self, command: str, **arguments: object) -> object:
        self.process.stdin.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.process.stdin.flush()
        answer = self.next("return", "error")
        if "error" in answer:
            raise Refused(answer["error"]["desc"])
        return answer["return"]

    def copy(self, source: str, target: str) -> None:
        self.do("blockdev-backup", **{"job-id": "copy", "sync": "full", "device": source, "target": target})
        while (event := self.next("event"))["event"] != "BLOCK_JOB_COMPLETED":
            pass
        while self.do("query-jobs"):
            self.next("event")
        if "error" in event["data"]:
            raise Refused(event["data"]["error"])


def size_of(daemon: Daemon, node: str) -> int:
    return next(each["image"]["virtual-size"] for each in daemon.do("query-named-block-nodes", flat=True)
                if each["node-name"] == node)


def add_image(add: Callable[..., str], image: str) -> str:
    """QEMU looks for an external data file in the folder that it runs in, and not in the image's: we say where it
    is."""
    options = {"driver": "qcow2", "read-only": True, "file": {"driver": "file", "filename": image, "locking": "off"}}
    try:
        return add("image", **options)
    except Refused as refusal:
        missing = re.match(r"Could not open '([^/']+)': No such file", str(refusal))
        if missing is None:
            raise
        beside = os.path.join(os.path.dirname(image), missing[1])
        return add("image", **options, **{"data-file": {"driver": "file", "filename": beside, "locking": "off"}})


def read(daemon: Daemon, request: dict) -> None:
    nodes = []

    def add(name: str, **options: object) -> str:
        daemon.do("blockdev-add", **{"node-name": name, **options})
        nodes.append(name)
        return name

    try:
        source = add_image(add, request["image"])
        size = size_of(daemon, source)
        begin = request.get("offset", 0)
        end = begin + request.get("length", size - begin)
        if end > size:
            raise Refused("the range leaves the disk")
        first, after = begin // SECTOR * SECTOR, -(-end // SECTOR) * SECTOR
        with open(request["out"], "xb") as out:
            out.truncate(after - first)
        if after > first:
            if (first, after) != (0, -(-size // SECTOR) * SECTOR):
                source = add("part", driver="raw", offset=first, size=after - first, file=source)
            target = add("out", driver="raw", file={"driver": "file", "filename": request["out"], "locking": "off"})
            daemon.copy(source, target)
    finally:
        for node in reversed(nodes):
            daemon.do("blockdev-del", **{"node-name": node})
    cut(request["out"], begin - first, end - begin)


def cut(file: str, skip: int, length: int) -> None:
    with open(file, "r+b") as out:
        if skip:
            data = out.seek(skip) and out.read(length)
            out.seek(0)
            out.write(data)
        out.truncate(length)


def answer(daemon: Daemon, request: dict) -> dict:
    if request["op"] == "hello":
        version = "{major}.{minor}.{micro}".format(**daemon.version)
        return {"protocol": 1, "name": "qemu-storage-daemon", "version": version, "operations": ["read", "read-range"],
                "features": FEATURES}
    if request["op"] == "bye":
        return {}
    try:
        read(daemon, request)
    except Refused as refusal:
        return {"answer": "reject", "message": str(refusal)}
    return {"answer": "accept"}


def main() -> None:
    daemon = Daemon(sys.argv[1:] or ["qemu-storage-daemon"])
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps({"seq": request["seq"], **answer(daemon, request)}), flush=True)
        if request["op"] == "bye":
            break
    daemon.process.stdin.close()
    daemon.process.terminate()
    daemon.process.wait()


if __name__ == "__main__":
    main()
