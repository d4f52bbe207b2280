"""check --repair on random images: what QEMU could read reads the same, and what was repaired is clean to QEMU too."""

import filecmp
import os
from collections import Counter
from pathlib import Path

from tests.differential.compare_check import model_check, qemu_check
from tests.differential.random_images import random_image
from tests.system.support import MODEL, SystemTest, require_tool, run

SEEDS = range(int(os.environ.get("QCOW2_RANDOM_IMAGES", "60")))


class Repair(SystemTest):
    def disk(self, image: Path, name: str) -> Path | None:
        """The guest's disk as QEMU reads it, if it does."""
        raw = self.dir / name
        done = run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", image, raw)
        return raw if done.returncode == 0 else None

    def test_random_images(self) -> None:
        require_tool("qemu-img")
        outcomes: Counter[str] = Counter()
        for seed in SEEDS:
            with self.subTest(seed=seed):
                outcomes[self.repair(seed)] += 1
        self.assertLessEqual({"mended", "left alone", "not opened"}, set(outcomes))

    def repair(self, seed: int) -> str:
        path = self.dir / "image.qcow2"
        file, _ = random_image(seed)
        file.store(str(path))
        before, bytes_before = self.disk(path, "before.raw"), path.read_bytes()
        done = run(MODEL, "check", "--repair", path)
        self.assertIn(done.returncode, (0, 1, 4), done.stderr)
        if done.returncode == 4:
            return "not opened"
        if b"not repaired" in done.stderr:
            self.assertEqual(bytes_before, path.read_bytes())
            return "left alone"
        after = self.disk(path, "after.raw")
        if before is not None:
            self.assertTrue(after is not None and filecmp.cmp(before, after, shallow=False), "the disk is another one")
        if done.returncode == 0:
            self.assertEqual(("clean", "clean"), (model_check(path).word, qemu_check(path).word))
        again = path.read_bytes()
        self.assertRegex(run(MODEL, "check", "--repair", path).stdout, rb"\Anothing (to repair|was repaired)\n")
        self.assertEqual(again, path.read_bytes())
        return "mended"
