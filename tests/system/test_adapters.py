"""The worked adapters keep to the protocol and answer as the same readers do in a process a case; the documents tell
the truth."""

import json
import re
import unittest
from pathlib import Path

from tests.system.support import BIN, CONFORM, ROOT, SystemTest, absent, run

DOCUMENT = ROOT / "docs/plugging-in.md"
PROTOCOL = json.loads((ROOT / "implementations/protocol/schema.json").read_text())
READER = ROOT / "implementations/spec-reader"
SPEC_READER = [
    "--read-cmd",
    f"python3 {READER}/qcow2_spec_reader.py {{image}} {{out}}",
    "--range-cmd",
    f"python3 {READER}/qcow2_spec_reader.py {{image}} {{out}} --offset {{offset}} --length {{length}}",
]
ADAPTERS = {
    "model": (f"{BIN}/qcow2-model-adapter", ["--impl", "model"]),
    "libqcow": (f"{BIN}/libqcow-adapter", ["--impl", "libqcow"]),
    "spec-reader": (f"python3 {READER}/adapter.py", SPEC_READER),
}


class Adapters(SystemTest):
    def command(self, name: str) -> str:
        command, _ = ADAPTERS[name]
        if not Path(command.split()[-1]).is_file():
            absent(command)
        return command

    def check(self, name: str) -> None:
        done = run(CONFORM, "adapter", "check", self.command(name))
        self.assertEqual(0, done.returncode, done.stdout.decode())
        self.assertIn(f"hello: {name} ", done.stdout.decode())

    def statuses(self, *how: str) -> dict:
        run(CONFORM, "run", *how, "--case", "size-field/*", "--case", "range/*", "--jobs", 1, "--out", self.dir)
        lines = [json.loads(line) for line in (self.dir / "results.jsonl").read_text().splitlines()]
        return {(line["case"], line["index"]): line["status"] for line in lines
                if line["type"] == "operation" and line["op"] in ("read", "read-range")}

    def compare(self, name: str) -> None:
        kept, started = self.statuses("--adapter", self.command(name)), self.statuses(*ADAPTERS[name][1])
        self.assertGreater(len(kept), 20)
        self.assertEqual(started, kept)

    def test_model(self) -> None:
        self.check("model")
        self.compare("model")

    def test_libqcow(self) -> None:
        self.check("libqcow")
        self.compare("libqcow")

    def test_spec_reader(self) -> None:
        self.check("spec-reader")
        self.compare("spec-reader")


class Document(unittest.TestCase):
    """Each message in docs/plugging-in.md fits its schema: every required key, no other, and what is constant is so."""

    def fits(self, message: dict, name: str) -> None:
        schema = PROTOCOL["definitions"][name]
        self.assertLessEqual(set(schema["required"]), set(message), message)
        self.assertLessEqual(set(message), set(schema["properties"]), message)
        for key, value in message.items():
            form = schema["properties"][key]
            if "const" in form:
                self.assertEqual(form["const"], value)
            if "enum" in form:
                self.assertIn(value, form["enum"])

    def test_messages(self) -> None:
        lines = re.findall(r"^    ([<>]) (\{.*\})$", DOCUMENT.read_text(), re.MULTILINE)
        seen = []
        for (sent, request), (came, answer) in zip(lines[::2], lines[1::2], strict=True):
            self.assertEqual((">", "<"), (sent, came))
            op = json.loads(request)["op"]
            self.fits(json.loads(request), f"{op}.request")
            self.fits(json.loads(answer), f"{op}.answer")
            self.assertEqual(json.loads(request)["seq"], json.loads(answer)["seq"])
            seen.append(op)
        operations = ["read", "read-range", "read-snapshot", "map", "check", "repair", "modify"]
        self.assertEqual(["hello", *operations, "bye"], seen)
        self.assertEqual([f"#/definitions/{op}.{kind}" for op in seen for kind in ("request", "answer")],
                         [message["$ref"] for message in PROTOCOL["anyOf"]])
