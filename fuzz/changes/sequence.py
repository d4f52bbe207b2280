"""One sequence from its seed: an image by qemu-img create, two copies, and each step taken by model and by QEMU.

After each step every byte of both disks and of their snapshots must be what the steps say: that of the model's copy as
QEMU reads it, and that of QEMU's as the model does. In the end both checkers must call both images clean. A step that
one of them refuses (more references than the width can say, a version 2 image that has snapshots) is left out.
"""

import json
import shutil
from collections import Counter
from pathlib import Path
from random import Random

from changes.expected import Expected
from changes.steps import Step, draw, expect
from lives.create import CLUSTER_BITS, disk_size, draw_options, joined
from lives.programs import Difference, Programs

STEPS = (4, 12)
BACKED = 0.35
MINE, THEIRS = "model/image.qcow2", "qemu/image.qcow2"
REFUSALS = ("refcount-width", "snapshot-tables")


class Sequence:
    def __init__(self, seed: int, programs: Programs, counts: Counter[str]) -> None:
        self.random, self.programs, self.counts = Random(seed), programs, counts
        self.snapshots: dict[str, Expected] = {}
        self.steps: list[Step] = []
        self.mine, self.theirs = (programs.folder / name for name in ("model", "qemu"))
        self.mine.mkdir()
        self.disk = self._create()

    def run(self) -> None:
        for number in range(self.random.randint(*STEPS)):
            self._step(draw(self.random, self.disk, [*self.snapshots], number, self.backed))
        for image in (MINE, THEIRS):
            if self.programs.ask_model("check", "--deep", image).status != 0:
                raise Difference("check: the model finds something", image)
            checked = self.programs.run("qemu-img", "check", "-q", "-f", "qcow2", image)
            if checked.status != 0:
                raise Difference("check: QEMU finds something", f"{image}: {checked.out.decode()} {checked.err}")
        self.counts["sequences"] += 1

    # ---- the image -------------------------------------------------------------------------------------
    def _create(self) -> Expected:
        random, bits = self.random, self.random.choice(CLUSTER_BITS)
        size, options = min(disk_size(random, bits), 1 << 20), draw_options(random, bits)
        for key in ("data_file", "data_file_raw"):
            options.pop(key, None)
        data, words = bytearray(size), []
        if random.random() < BACKED:
            options.pop("preallocation", None)
            data, words = self._backing_file(size)
        self._must("qemu-img", "create", "-q", "-f", "qcow2", *words, "-o", joined(options), MINE, str(size))
        shutil.copytree(self.mine, self.theirs)
        self.backed = bool(words)
        self.counts.update(f"{key}={value}" for key, value in options.items())
        self.counts["backing file"] += bool(words)
        return Expected(1 << bits, data)

    def _backing_file(self, size: int) -> tuple[bytearray, list[str]]:
        random = self.random
        length = max(512, size + random.choice((0, 0, -size // 2, size // 3)) // 512 * 512)
        content = self._content(self.mine / "base.raw", length)
        form = random.choice(("raw", "qcow2"))
        if form == "qcow2":
            self._must("qemu-img", "convert", "-q", "-c", "-f", "raw", "-O", "qcow2", "model/base.raw",
                       "model/base.qcow2")
        return (content + bytes(size))[:size], ["-b", f"base.{form}", "-F", form]

    def _content(self, path: Path, length: int) -> bytearray:
        random, content = self.random, bytearray(length)
        for _ in range(random.randint(1, 4)):
            start = random.randrange(0, length, 512)
            part = min(length - start, random.randint(1, 1 << 16))
            content[start : start + part] = bytes([random.randint(1, 255)]) * part
        path.write_bytes(content)
        return content

    # ---- a step ----------------------------------------------------------------------------------------
    def _step(self, step: Step) -> None:
        if step.kind == "rebase" and step.json:
            self._content(self.mine / step.json["backing_file"], max(512, len(self.disk.data) // 512 * 512))
            shutil.copy(self.mine / step.json["backing_file"], self.theirs)
        kept = self.programs.folder / "kept"
        shutil.copytree(self.theirs, kept, dirs_exist_ok=True)
        if not self._qemu(step):
            shutil.copytree(kept, self.theirs, dirs_exist_ok=True)
            self.counts[f"refused by QEMU: {step.kind}"] += 1
            return
        if not self._model(step):
            shutil.copytree(kept, self.theirs, dirs_exist_ok=True)
            return
        self.steps.append(step)
        self.disk = expect(step, self.disk, self.snapshots)
        if step.kind == "rebase":
            self.backed = bool(step.json)
        self.counts["steps"] += 1
        self.counts[f"step {step.kind}"] += 1
        self._compare()

    def _model(self, step: Step) -> bool:
        (self.programs.folder / "steps.json").write_text(json.dumps([step.text()]))
        done = self.programs.ask_model("modify", MINE, "steps.json")
        if done.status == 1 and any(rule in done.err for rule in REFUSALS):
            self.counts[f"refused by the model: {step.kind}"] += 1
            return False
        if done.status != 0:
            raise Difference(f"model modify refuses: {step.kind}", f"{step.text()}: {done.err}")
        return True

    def _qemu(self, step: Step) -> bool:
        """One that QEMU compresses over allocated clusters alone is a plain write to it."""
        words = [word.replace("{image}", THEIRS) for word in step.qemu]
        if "{image}" not in step.qemu:
            words.append(THEIRS)
        if self._done(words):
            return True
        return step.kind == "write_compressed" and self._done([word.replace("-c -P", "-P") for word in words])

    def _done(self, words: list[str]) -> bool:
        done = self.programs.run(*words)
        return done.status == 0 and b"failed: " not in done.out

    def _compare(self) -> None:
        self._compare_disk(self.disk)
        for name, disk in self.snapshots.items():
            self._compare_disk(disk, name)

    def _compare_disk(self, disk: Expected, snapshot: str = "") -> None:
        words = ["-l", f"snapshot.name={snapshot}"] if snapshot else []
        self._must("qemu-img", "convert", "-q", "-f", "qcow2", "-O", "raw", *words, MINE, "seen.raw")
        seen = (self.programs.folder / "seen.raw").read_bytes()
        if snapshot:  # QEMU shows it as long as the disk is now
            seen = seen[: len(disk.data)]
        wrong = disk.as_long_as(len(seen) if snapshot else len(disk.data)).first_wrong(seen, True)
        self._judge(wrong, "the model's image", snapshot)
        option = ["--snapshot", snapshot] if snapshot else []
        for image, by_model in ((MINE, True), (THEIRS, False)) if snapshot else ((THEIRS, False),):
            seen = self.programs.ask_model("read", *option, image, "-").out
            self._judge(disk.first_wrong(seen, by_model), f"{image} as the model reads it", snapshot)
        self.counts["disks compared"] += 2

    def _judge(self, wrong: str | None, what: str, snapshot: str) -> None:
        if wrong:
            raise Difference(f"bytes: {what}, {'a snapshot' if snapshot else 'the disk'}", f"{snapshot} {wrong}")

    def _must(self, *words: str) -> None:
        done = self.programs.run(*words)
        if done.status != 0:
            raise Difference(f"{words[0]} {words[1]} fails", f"{' '.join(words)}: {done.err}")
