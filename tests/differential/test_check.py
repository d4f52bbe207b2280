"""qcow2-model check and qemu-img check on random images; a few here, all with compare_check.py or --nightly."""

import os
from pathlib import Path

from tests.differential.compare_check import LISTED, Answer, compare, difference, is_listed
from tests.system.support import ROOT, SystemTest, require_tool

SEEDS = range(int(os.environ.get("QCOW2_RANDOM_IMAGES", "100")))


class Check(SystemTest):
    def test_the_model_and_qemu_img_agree_on_random_images(self) -> None:
        require_tool("qemu-img")
        words = set()
        for seed in SEEDS:
            word, found = compare(seed, self.dir)
            words.add(word)
            if found is not None and not is_listed(found):
                with self.subTest(seed=seed):
                    self.fail(found)
        self.assertLessEqual({"clean", "corrupt", "leaks", "refused"}, words)

    def test_a_difference_without_its_mark_is_a_bug(self) -> None:
        clean = Answer("clean", "", {})
        marked = Answer("corrupt", "", {"violations": [{"rule": "zero-cluster-v2", "detail": ""}]})
        other = Answer("corrupt", "", {"violations": [{"rule": "check-refcounts", "detail": ""}]})
        self.assertEqual("zero-flag-in-version-2", difference(marked, clean))
        self.assertFalse(is_listed(difference(other, clean) or ""))
        self.assertFalse(is_listed(difference(Answer("exit -6", "", {}), clean) or ""))

    def test_a_wrong_number_is_a_difference(self) -> None:
        numbers = {"corruptions": 0, "leaks": 0, "allocated_clusters": 3, "compressed_clusters": 2,
                   "image_end_offset": 512}
        theirs = {"allocated-clusters": 3, "compressed-clusters": 1, "image-end-offset": 512}
        self.assertIn(
            "compressed_clusters", difference(Answer("clean", "", numbers), Answer("clean", "", theirs)) or ""
        )

    def test_every_listed_difference_rests_on_a_clause(self) -> None:
        slugs = (Path(ROOT) / "spec/slugs.txt").read_text().split()
        self.assertEqual([], [one["name"] for one in LISTED if one["clause"] not in slugs])
