"""What check names is compared with where the case has its faults, recorded, and never scored."""

import json

from tests.system.support import BIN, CONFORM, SystemTest, require_tool, run

CASE = "refcount-too-high"
CHECKER = """import json, sys
for line in sys.stdin:
    request = json.loads(line)
    answer = {"seq": request["seq"]}
    if request["op"] == "hello":
        answer |= {"protocol": 1, "name": "mine", "version": "1", "operations": ["check"]}
    elif request["op"] == "check":
        is_image = open(request["image"], "rb").read(4) == b"QFI\\xfb"  # who answers all alike is stopped
        found = {"answer": "leaks", "found": [{"host_offset": 7}, {"guest_offset": 1 << 40}]}
        answer |= found if is_image else {"answer": "reject"}
    print(json.dumps(answer), flush=True)
"""


class NamedFaults(SystemTest):
    def record(self, *how: object) -> dict:
        run(CONFORM, "run", *how, "--case", CASE, "--out", self.dir / "results")
        lines = [json.loads(line) for line in (self.dir / "results/results.jsonl").read_text().splitlines()]
        record, = [line for line in lines if line["type"] == "operation" and line["op"] == "check"]
        self.assertEqual("pass", record["status"], record)
        return record

    def assert_found(self, *how: object) -> None:
        properties = self.record(*how)["properties"]
        self.assertEqual([], properties["missed"])
        self.assertEqual(1, len(properties["planted"]))
        self.assertLessEqual(set(properties["planted"]), set(properties["named"]))

    def test_qemu_img_by_its_text(self) -> None:
        require_tool("qemu-img")
        self.assert_found("--impl", "qemu-img")

    def test_the_model_by_its_text(self) -> None:
        self.assert_found("--impl", "model")

    def test_the_model_by_its_adapter(self) -> None:
        self.assert_found("--adapter", BIN / "qcow2-model-adapter")

    def test_another_place_is_a_remark_and_the_operation_passes(self) -> None:
        checker = self.dir / "checker.py"
        checker.write_text(CHECKER)
        record = self.record("--adapter", f"python3 {checker}")
        self.assertEqual(["0x0"], record["properties"]["named"])
        self.assertEqual(record["properties"]["planted"], record["properties"]["missed"])
        self.assertIn("at fault, and not named: host clusters 0x", record["detail"])

    def test_who_names_nothing_gets_no_remark(self) -> None:
        record = self.record("--check-cmd", f"{BIN}/qcow2-model check {{image}}", "--name", "mine")
        self.assertIsNone(record["properties"])
        self.assertIsNone(record["detail"])
