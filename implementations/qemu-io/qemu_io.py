"""An adapter over qemu-io: reads a range of a qcow2 image's disk, or does to an image what a file of steps says.

    qemu_io.py read-range IMAGE OUT OFFSET LENGTH
    qemu_io.py modify IMAGE STEPS

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
from typing import NoReturn

DONE, REFUSED, UNSUPPORTED, STRANGE = 0, 1, 3, 70
REQUEST_MAX = 1 << 30  # qemu-io takes less than 2 GiB at a time
REFUSALS = re.compile(
    rb"failed: |can't open|argument too large|must be|exceeds|out of range|not supported|Unable to|Could not",
    re.IGNORECASE,
)
DUMP_LINE = re.compile(rb"^[0-9a-f]{8,16}:  ((?:[0-9a-f]{2} ){1,16})", re.MULTILINE)


class Refused(Exception):
    """What QEMU said."""


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


def write(image: str, offset: int, length: int, byte: int, flags: str = "") -> None:
    for start, count in parts(offset, length):
        command = f"write {flags}-P {byte} {start} {count}"
        expect(qemu_io(image, command), "wrote", count, start, command)


def write_compressed(image: str, offset: int, length: int, byte: int) -> None:
    """QEMU compresses into clusters that are not allocated, and refuses all others for just that."""
    said = qemu_io(image, f"alloc {offset} {length}")
    taken = re.match(rb"(\d+)/\d+ bytes allocated at offset", said)
    if not taken:
        stop(STRANGE, f"qemu-io alloc: {said.decode(errors='replace').strip()}")
    try:
        write(image, offset, length, byte, "-c ")
    except Refused as refusal:
        if int(taken[1]) > 0:
            raise Unsupported(f"write -c over what is allocated: {refusal}") from refusal
        raise


def discard(image: str, offset: int, length: int) -> None:
    for start, count in parts(offset, length):
        command = f"discard {start} {count}"
        expect(qemu_io(image, command, "-d", "unmap"), "discard", count, start, command)


def modify(image: str, steps_file: str) -> None:
    with open(steps_file, encoding="utf-8") as file:
        steps = json.load(file)
    for step in steps:
        (what, how), = step.items()
        if what == "resize":
            qemu_io(image, f"truncate {number(how)}")
            continue
        offset, length = number(how["offset"]), number(how["length"])
        if what == "discard":
            discard(image, offset, length)
        elif what == "write":
            write(image, offset, length, number(how["byte"]))
        elif what == "write_compressed":
            write_compressed(image, offset, length, number(how["byte"]))
        else:
            stop(STRANGE, f"no such step: {what}")


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
    except Unsupported as lack:
        stop(UNSUPPORTED, str(lack))
    return DONE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
