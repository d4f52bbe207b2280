"""An adapter over qemu-io: reads a range of a qcow2 image's disk, or does to an image what a file of steps says.

    qemu_io.py read-range IMAGE OUT OFFSET LENGTH
    qemu_io.py modify IMAGE STEPS

The steps of an image are given to one qemu-io, which is ended where qemu-img has the step: snapshots, commit, rebase.

Exit status: 0 done, 1 QEMU refused, 3 QEMU says that it cannot do such a step. qemu-io's own exit status does not tell
these apart (older versions exit 0 with "read failed"), so nothing counts as done unless qemu-io says how many bytes it
has done, and nothing as refused unless it says so. Whatever else happens is passed on: its signal, or exit 70.
"""

import json
import os
import re
import signal
import subprocess
import sys
from typing import Any, NoReturn, Optional

from console import REFUSALS, Console, Died, Refused

DONE, REFUSED, UNSUPPORTED, STRANGE = 0, 1, 3, 70
REQUEST_MAX = 1 << 30  # qemu-io takes less than 2 GiB at a time
DUMP_LINE = re.compile(rb"^[0-9a-f]{8,16}:  ((?:[0-9a-f]{2} ){1,16})", re.MULTILINE)


class Unsupported(Exception):
    """A step that QEMU has no means for."""


def qemu_io(image: str, command: str, *flags: str) -> bytes:
    """What qemu-io prints for one of its commands; raises what it says when it does not do it."""
    words = ["qemu-io", "-f", "qcow2", *flags, "-c", command, image]
    ran = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    if ran.returncode < 0:
        die_of(-ran.returncode)
    said = (ran.stdout + ran.stderr).strip()
    failed = ran.returncode != 0 or b"failed: " in ran.stdout + ran.stderr
    if failed and REFUSALS.search(said):
        raise Refused(said.decode(errors="replace"))
    if failed:
        stop(STRANGE, f"qemu-io {command}: exit {ran.returncode}: {said.decode(errors='replace')}")
    return ran.stdout


def expect(said: bytes, what: str, length: int, offset: int, command: str) -> None:
    """Holds qemu-io to its own account of what it has done."""
    if not re.search(rf"^{what} {length}/{length} bytes at offset {offset}$".encode(), said, re.MULTILINE):
        stop(STRANGE, f"qemu-io {command}: {said.decode(errors='replace').strip()}")


def parts(offset: int, length: int) -> list[tuple[int, int]]:
    """The range in requests of a size that qemu-io takes; one that is empty is a request too."""
    starts = range(offset, offset + length, REQUEST_MAX) if length else [offset]
    return [(start, min(REQUEST_MAX, offset + length - start)) for start in starts]


def read_range(image: str, out: str, offset: int, length: int) -> None:
    with open(out, "wb") as file:
        for start, count in parts(offset, length):
            command = f"read -v {start} {count}"
            said = qemu_io(image, command, "-r")
            expect(said, "read", count, start, command)
            data = b"".join(bytes.fromhex(line.decode()) for line in DUMP_LINE.findall(said))
            if len(data) != count:
                stop(STRANGE, f"qemu-io {command}: a dump of {len(data)} bytes")
            file.write(data)


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
            stop(STRANGE, f"no such step: {what}")

    def write(self, command: str, offset: int, length: int, how: Any) -> None:
        source = f"-s {how['file']}" if "file" in how else f"-P {number(how['byte'])}"
        self.in_parts(f"{command} {source}", "wrote", offset, length)

    def write_compressed(self, offset: int, length: int, how: Any) -> None:
        """QEMU compresses into clusters that are not allocated, and refuses all others for just that."""
        said = self.ask(f"alloc {offset} {length}")
        taken = re.match(rb"(\d+)/\d+ bytes allocated at offset", said)
        if not taken:
            stop(STRANGE, f"qemu-io alloc: {said.decode(errors='replace').strip()}")
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
            self.console = Console(self.image)
        return self.console.ask(command)

    def qemu_img(self, *words: str) -> None:
        self.close()
        ran = subprocess.run(["qemu-img", *words], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, cwd=os.path.dirname(os.path.abspath(self.image)), check=False)
        if ran.returncode < 0:
            die_of(-ran.returncode)
        if ran.returncode != 0:
            raise Refused(ran.stdout.decode(errors="replace").strip())

    def close(self) -> None:
        console, self.console = self.console, None
        if console is not None:
            console.close()


def modify(image: str, steps_file: str) -> None:
    with open(steps_file, encoding="utf-8") as file:
        steps = json.load(file)
    changes = Changes(image)
    try:
        for step in steps:
            (what, how), = step.items()
            changes.take(what, how)
    finally:
        changes.close()


def die_of(number_of_signal: int) -> NoReturn:
    signal.signal(number_of_signal, signal.SIG_DFL)
    os.kill(os.getpid(), number_of_signal)
    stop(STRANGE, f"signal {number_of_signal}")


def stop(status: int, why: str) -> NoReturn:
    print(f"qemu_io.py: {why}", file=sys.stderr)
    sys.exit(status)


def main(words: list[str]) -> int:
    try:
        if len(words) == 5 and words[0] == "read-range":
            read_range(words[1], words[2], int(words[3]), int(words[4]))
        elif len(words) == 3 and words[0] == "modify":
            modify(words[1], words[2])
        else:
            stop(STRANGE, "usage: read-range IMAGE OUT OFFSET LENGTH | modify IMAGE STEPS")
    except Refused as refusal:
        stop(REFUSED, str(refusal))
    except Died as death:
        if death.signal:
            die_of(death.signal)
        stop(STRANGE, str(death))
    except Unsupported as lack:
        stop(UNSUPPORTED, str(lack))
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
