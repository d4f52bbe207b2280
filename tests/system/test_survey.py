"""The exit status of ./run without arguments: about the harness, the model and qemu-img, not about the others."""

import json

from scripts import survey_verdict
from tests.system.support import SystemTest


def implementation(name: str, absent: str = "", **counts: int) -> dict:
    return {"name": name, "absent": absent, "must": {"counts": {key.replace("_", "-"): n for key, n in counts.items()}}}


class Survey(SystemTest):
    def status(self, runner: int, *implementations: dict) -> int:
        file = self.dir / "summary.json"
        file.write_text(json.dumps({"implementations": implementations}))
        return survey_verdict.main(str(file), runner)

    def test_both_conform_however_the_others_do(self) -> None:
        model, qemu = implementation("model", **{"pass": 3}), implementation("qemu-img", **{"pass": 2, "not_run": 1})
        self.assertEqual(0, self.status(0, model, qemu))
        self.assertEqual(0, self.status(1, model, qemu, implementation("7zip", wrong_data=3)))

    def test_answers_that_a_case_leaves_open_are_no_failure(self) -> None:
        qemu = implementation("qemu-img", **{"pass": 1, "choice": 2, "observed": 1})
        self.assertEqual(0, self.status(0, implementation("model", **{"pass": 3}), qemu))
        self.assertEqual(0, self.status(0, implementation("model", **{"pass": 3, "inconsistent_choice": 2}), qemu))

    def test_one_does_not_conform(self) -> None:
        model, qemu = implementation("model", **{"pass": 3}), implementation("qemu-img", **{"pass": 2, "crash": 1})
        self.assertEqual(1, self.status(1, model, qemu))

    def test_what_was_not_run_does_not_conform(self) -> None:
        model = implementation("model", **{"pass": 3})
        self.assertEqual(3, self.status(0, model))
        self.assertEqual(3, self.status(0, model, implementation("qemu-img", absent="no qemu-img", not_run=3)))
        self.assertEqual(3, self.status(0, model, implementation("qemu-img")))

    def test_an_unsound_harness_is_passed_on(self) -> None:
        for status in (2, 3, 4, 5, 6, 130):
            self.assertEqual(status, survey_verdict.main("/nonexistent", status))
