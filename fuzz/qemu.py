"""QEMU that stays alive: one qemu-storage-daemon, told by QMP which image to open, read from over NBD."""

import json
import os
import socket
import struct
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Optional

NBD_MAGIC, OPTION_MAGIC, REQUEST_MAGIC = 0x4E42444D41474943, 0x49484156454F5054, 0x25609513
EXPORT_NAME, READ, DISCONNECT = 1, 0, 2
NO_ZEROES = 2


class Qemu:
    def __init__(self, folder: Path) -> None:
        self._path = folder / "nbd.sock"
        self._daemon = subprocess.Popen(
            ["qemu-storage-daemon", "--chardev", "stdio,id=qmp", "--monitor", "qmp", "--nbd-server",
             f"addr.type=unix,addr.path={self._path}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        assert self._daemon.stdin is not None and self._daemon.stdout is not None
        self._commands, self._answers = self._daemon.stdin, self._daemon.stdout
        json.loads(self._answers.readline())
        self._ask("qmp_capabilities")
        while not self._path.exists():
            time.sleep(0.01)

    def __enter__(self) -> "Qemu":
        return self

    def __exit__(self, kind: Optional[type[BaseException]], error: Optional[BaseException],
                 trace: Optional[TracebackType]) -> None:
        self._commands.close()
        self._daemon.terminate()
        self._daemon.wait()
        self._answers.close()

    def _ask(self, command: str, **arguments: Any) -> Optional[str]:
        """None, or the error."""
        self._commands.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        self._commands.flush()
        while True:
            answer = json.loads(self._answers.readline())
            if "return" in answer:
                return None
            if "error" in answer:
                return str(answer["error"]["desc"])

    def clusters(self, image: Path, cluster_size: int, count: int) -> Optional[list[Optional[bytes]]]:
        """Each of the first guest clusters, None where reading fails; None alone where the image does not open."""
        file = {"driver": "file", "filename": str(image)}
        if self._ask("blockdev-add", **{"driver": "qcow2", "node-name": "image", "read-only": True, "file": file}):
            return None
        error = self._ask("block-export-add", type="nbd", id="export", **{"node-name": "image", "name": "image"})
        assert error is None, error
        try:
            return self._read(cluster_size, count)
        finally:
            self._ask("block-export-del", id="export", mode="hard")
            while self._ask("blockdev-del", **{"node-name": "image"}):
                time.sleep(0.001)

    def _read(self, size: int, count: int) -> list[Optional[bytes]]:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(os.fspath(self._path))
            stream = connection.makefile("rb")
            magic, option_magic, _ = struct.unpack(">QQH", stream.read(18))
            assert (magic, option_magic) == (NBD_MAGIC, OPTION_MAGIC)
            name = b"image"
            connection.sendall(struct.pack(">IQII", 1 | NO_ZEROES, OPTION_MAGIC, EXPORT_NAME, len(name)) + name)
            stream.read(10)  # the disk's length, and flags
            clusters: list[Optional[bytes]] = []
            for index in range(count):
                connection.sendall(struct.pack(">IHHQQI", REQUEST_MAGIC, 0, READ, index, index * size, size))
                _, error, _ = struct.unpack(">IIQ", stream.read(16))
                clusters.append(None if error else stream.read(size))
            connection.sendall(struct.pack(">IHHQQI", REQUEST_MAGIC, 0, DISCONNECT, 0, 0, 0))
            return clusters
