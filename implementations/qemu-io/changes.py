"""Steps on an image. They are given to one qemu-io, which is ended where qemu-img has the step: snapshots, commit,
rebase."""

import os
import re
import subprocess
from typing import Any, Optional

from console import Console, Died, Refused, Unsupported, expect, parts


def number(value: object) -> int:
    return int(value, 16) if isinstance(value, str) else int(str(value))


class Changes:
    """Steps on one image, one after the other."""

    def __init__(self, image: str) -> None:
        self.image = image
        self.console: Optional[Console] = None

    def take(self, what: str, how: Any) -> None:
        if what in ("snapshot_create", "snapshot_apply", "snapshot_delete"):
            flag = {"snapshot_create": "-c", "snapshot_apply": "-a", "snapshot_delete": "-d"}[what]
            self.qemu_img("snapshot", flag, how, self.image)
        elif what == "commit":
            self.qemu_img("commit", "-q", "-f", "qcow2", self.image)
        elif what == "rebase":
            name, form = (how["backing_file"], how["format"]) if how else ("", "raw")
            self.qemu_img("rebase", "-f", "qcow2", "-b", name, *(["-F", form] if name else []), self.image)
        elif what == "resize":
            self.ask(f"truncate {number(how)}")
        elif what == "flush":
            self.ask("flush")
        else:
            self.guest_step(what, number(how["offset"]), number(how["length"]), how)

    def guest_step(self, what: str, offset: int, length: int, how: Any) -> None:
        if what == "discard":
            self.in_parts("discard", "discard", offset, length)
        elif what == "write_zeroes":
            self.in_parts("write -z", "wrote", offset, length)
        elif what == "write":
            self.write("write", offset, length, how)
        elif what == "write_compressed":
            self.write_compressed(offset, length, how)
        else:
            raise Died(0, f"no such step: {what}")

    def write(self, command: str, offset: int, length: int, how: Any) -> None:
        source = f"-s {how['file']}" if "file" in how else f"-P {number(how['byte'])}"
        self.in_parts(f"{command} {source}", "wrote", offset, length)

    def write_compressed(self, offset: int, length: int, how: Any) -> None:
        """QEMU compresses into clusters that are not allocated, and refuses all others for just that."""
        said = self.ask(f"alloc {offset} {length}")
        taken = re.match(rb"(\d+)/\d+ bytes allocated at offset", said)
        if not taken:
            raise Died(0, f"alloc: {said.decode(errors='replace').strip()}")
        try:
            self.write("write -c", offset, length, how)
        except Refused as refusal:
            if int(taken[1]) > 0:
                raise Unsupported(f"write -c over what is allocated: {refusal}") from refusal
            raise

    def in_parts(self, command: str, done: str, offset: int, length: int) -> None:
        for start, count in parts(offset, length):
            one = f"{command} {start} {count}"
            expect(self.ask(one), done, count, start, one)

    def ask(self, command: str) -> bytes:
        if self.console is None:
            self.console = Console(self.image, "-d", "unmap")
        return self.console.ask(command)

    def qemu_img(self, *words: str) -> None:
        self.close()
        ran = subprocess.run(["qemu-img", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, cwd=os.path.dirname(os.path.abspath(self.image)), check=False)
        if ran.returncode < 0:
            raise Died(-ran.returncode, f"qemu-img {words[0]}: signal {-ran.returncode}")
        if ran.returncode != 0:
            raise Refused(ran.stdout.decode(errors="replace").strip())

    def close(self) -> None:
        console, self.console = self.console, None
        if console is not None:
            console.close()


def modify(image: str, steps: list[dict[str, Any]]) -> None:
    """Raises Refused, Unsupported or Died at the first step that is not done."""
    changes = Changes(image)
    try:
        for step in steps:
            (what, how), = step.items()
            changes.take(what, how)
    finally:
        changes.close()
