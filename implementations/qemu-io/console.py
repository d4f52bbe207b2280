"""One qemu-io that stays up: it is given a command a line, and is done with it when it prompts for the next."""

import os
import re
import subprocess
from typing import Iterator, NoReturn

PROMPT = b"qemu-io> "
REQUEST_MAX = 1 << 30  # qemu-io takes less than 2 GiB at a time
REFUSALS = re.compile(
    rb"failed: |can't open|argument too large|must be|exceeds|out of range|not supported|Unable to|Could not",
    re.IGNORECASE,
)
DUMP_LINE = re.compile(rb"[0-9a-f]{8,16}:  ((?:[0-9a-f]{2} ){1,16}) ")  # what follows are the bytes as characters


class Refused(Exception):
    """What QEMU said."""


class Unsupported(Exception):
    """What QEMU has no means for."""


class Died(Exception):
    """How a program ended that should not have, or what it said that cannot be: its signal or 0, and a line."""

    def __init__(self, signal: int, why: str) -> None:
        super().__init__(why)
        self.signal = signal


class Console:
    """Of one image, opened with qemu-io's `flags`, in its folder: QEMU looks for an external data file there."""

    def __init__(self, image: str, *flags: str) -> None:
        words = ["qemu-io", "-f", "qcow2", *flags, image]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        cwd=os.path.dirname(os.path.abspath(image)))
        self.heard = bytearray()
        self.refused = False
        self._until_prompt()

    def ask(self, command: str) -> bytes:
        """What it prints; raises what it says when it does not do it."""
        return self._held_to(self._said_to(command))

    def ask_for_dump(self, command: str) -> tuple[bytes, bytes]:
        """What it prints beside the dump, and the dump's bytes: whatever these spell, qemu-io does not say it."""
        talk, digits = [], []
        for line in self._said_to(command).split(b"\n"):
            of_dump = DUMP_LINE.match(line)
            if of_dump:
                digits.append(of_dump[1])
            else:
                talk.append(line)
        return self._held_to(b"\n".join(talk)), bytes.fromhex(b"".join(digits).decode())

    def _said_to(self, command: str) -> bytes:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(command.encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # what it said before tells why
        return self._until_prompt()

    def _held_to(self, said: bytes) -> bytes:
        if REFUSALS.search(said):
            self.refused = True
            raise Refused(said.decode(errors="replace").strip())
        return said

    def close(self) -> None:
        """The image is whole on the disk afterwards."""
        if self.process.returncode is not None:
            return  # how it ended has been told
        said = self.process.communicate()[0]
        if self.process.returncode != 0 and not (self.refused and self.process.returncode > 0):
            self._ended(said)

    def _until_prompt(self) -> bytes:
        assert self.process.stdout is not None
        while not self.heard.endswith(PROMPT):
            more = os.read(self.process.stdout.fileno(), 1 << 16)
            if not more:
                self._ended(bytes(self.heard))
            self.heard += more
        said, self.heard = bytes(self.heard[: -len(PROMPT)]), bytearray()
        return said

    def _ended(self, said: bytes) -> NoReturn:
        status = self.process.wait()
        text = said.decode(errors="replace").strip()
        if status >= 0 and REFUSALS.search(said):
            raise Refused(text)
        raise Died(max(0, -status), f"qemu-io ended with {status}: {text}")


def parts(offset: int, length: int) -> Iterator[tuple[int, int]]:
    """The range in requests of a size that qemu-io takes; one that is empty is a request too."""
    for start in range(offset, offset + length, REQUEST_MAX) if length else [offset]:
        yield start, min(REQUEST_MAX, offset + length - start)


def expect(said: bytes, what: str, length: int, offset: int, command: str) -> None:
    """Holds qemu-io to its own account of what it has done."""
    if not re.search(rf"^{what} {length}/{length} bytes at offset {offset}$".encode(), said, re.MULTILINE):
        raise Died(0, f"{command}: {said.decode(errors='replace').strip()}")
