"""fuzz/lives.py: a few lives from fixed seeds; and it finds what is wrong with a model that is wrong on purpose."""

import json
import shlex
import subprocess
import sys
from pathlib import Path

from tests.system.support import BIN, MODEL, ROOT, SystemTest, require_tool

SEQUENCES, DAMAGED_EACH = 25, 8
PLANTED_SEQUENCES, PLANTED_DAMAGED = 40, 2

# Of the source: the file, what stands there, what is planted, and the kind of difference that must be found.
SOURCE_FAULTS = (
    ("model/files/chain.cpp", "open_snapshot(active, *found)", "open_snapshot(active, table->snapshots.front())",
     "bytes: a snapshot differs"),
    ("model/read/reader.cpp", "[&](const Zero&) -> Result<void> {", "[&](const Zero&) -> Result<void> {\n"
     "return read_unallocated(offset, part, scratch);", "bytes: the active disk differs"),
)
LIES = {
    "no-snapshots": "bytes: a snapshot differs",
    "wrong-byte": "bytes: the active disk differs",
    "all-data": "map: the model says data depth 0, QEMU zero depth 0",
    "always-clean": "(check: the model|clean after repair; check) says clean",
    "repair-appends": "a second repair changes more",
    "repair-writes-data": "repair (changes a readable byte|makes unreadable what could be read)",
    "dies": "model info ends by exit 134",
}


class LivesTest(SystemTest):
    def setUp(self) -> None:
        super().setUp()
        require_tool("qemu-img")
        require_tool("qemu-io")

    def lives(self, model: Path, sequences: int, damage: int, *more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run([sys.executable, ROOT / "fuzz/lives.py", "--sequences", str(sequences), "--seed", "1",
                               "--damage", str(damage), "--model", model, "--keep", self.dir / "kept",
                               "--counts", self.dir / "counts.json", *more],
                              capture_output=True, text=True, check=False, cwd=ROOT)


class Lives(LivesTest):
    def test_model_and_qemu_agree_on_each_step_and_repair_is_safe(self) -> None:
        done = self.lives(MODEL, SEQUENCES, DAMAGED_EACH)
        self.assertEqual((0, ""), (done.returncode, done.stderr), done.stdout)
        counts = json.loads((self.dir / "counts.json").read_text(encoding="utf-8"))
        totals = counts["totals"]
        self.assertEqual((SEQUENCES, SEQUENCES * DAMAGED_EACH), (totals["sequences"], totals["damaged images"]))
        for feature in ("snapshots", "bitmaps", "a backing file"):
            self.assertGreaterEqual(totals[f"sequences with {feature}"], SEQUENCES // 3, feature)
        self.assertGreater(len(counts["operations"]), 25)
        self.assertGreater(len(counts["damage fell upon"]), 10)

    def test_a_seed_gives_the_same_life_again(self) -> None:
        self.lives(MODEL, 3, 2)
        first = json.loads((self.dir / "counts.json").read_text(encoding="utf-8"))
        (self.dir / "counts.json").unlink()
        self.lives(MODEL, 3, 2)
        self.assertEqual(first, json.loads((self.dir / "counts.json").read_text(encoding="utf-8")))


class PlantedFaults(LivesTest):
    def assert_found(self, model: Path, kind: str) -> None:
        done = self.lives(model, PLANTED_SEQUENCES, PLANTED_DAMAGED, "--until", f"^{kind}")
        self.assertEqual((1, ""), (done.returncode, done.stderr), done.stdout)
        self.assertRegex(done.stdout, rf"seed \d+: {kind}")
        kept = [path for path in (self.dir / "kept").iterdir() if (path / "commands.sh").exists()]
        self.assertTrue(kept, "no reproduction is kept")

    def test_each_lie_is_found(self) -> None:
        for fault, kind in LIES.items():
            with self.subTest(fault):
                script = self.dir / fault
                words = [sys.executable, str(ROOT / "tests/system/lying_model.py"), fault, str(MODEL)]
                script.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n', encoding="utf-8")
                script.chmod(0o755)
                self.assert_found(script, kind)

    def test_each_fault_in_the_source_is_found(self) -> None:
        for source, true, planted, kind in SOURCE_FAULTS:
            with self.subTest(source):
                self.assert_found(self.built_with(ROOT / source, true, planted), kind)

    def built_with(self, source: Path, true: str, planted: str) -> Path:
        """The model of this build, one of its files changed: compiled and linked as the build does it."""
        text = source.read_text(encoding="utf-8")
        self.assertEqual(1, text.count(true), f"{source} no longer has what the fault changes")
        changed, built = self.dir / source.name, self.dir / f"model-{source.stem}"
        changed.write_text(text.replace(true, planted), encoding="utf-8")
        build = BIN.parent
        commands = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
        compiled = next(shlex.split(one["command"]) for one in commands if one["file"] == str(source))
        compiled[compiled.index("-o") + 1] = str(changed.with_suffix(".o"))
        compiled[compiled.index("-c") + 1] = str(changed)
        subprocess.run([*compiled, "-w"], cwd=build, check=True, capture_output=True)
        linked = subprocess.run(["ninja", "-t", "commands", "qcow2-model"], cwd=build, check=True, capture_output=True,
                                text=True).stdout.splitlines()[-1]
        words = shlex.split(linked.removeprefix(": && ").removesuffix(" && :"))
        words[words.index("-o") + 1] = str(built)
        words.insert(words.index("-o"), str(changed.with_suffix(".o")))  # before the library, which has the true one
        subprocess.run(words, cwd=build, check=True, capture_output=True)
        return built
