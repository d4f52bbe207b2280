"""The worked adapters keep to the protocol and answer as the same readers do in a process a case; the documents tell
the truth."""

import json
import re
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.adapters.mistakes import MISTAKES
from tests.system.support import BIN, CONFORM, ROOT, SystemTest, absent, run

SECONDS = 8  # for an operation: an adapter that hangs is asked again, alone
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


class Bank(SystemTest):
    """Adapters that take several requests at a time: right ones pass, and each of tests/adapters/ gets its status."""

    def judge(self, name: str, case: str) -> tuple[int, list[dict]]:
        command = f"{sys.executable} -E -S -m tests.adapters.adapter {name}"
        folder = self.dir / name
        done = run(CONFORM, "run", "--adapter", command, "--case", case, "--timeout", SECONDS, "--jobs", 1,
                   "--out", folder)
        if not (folder / "results.jsonl").is_file():
            return done.returncode, []
        lines = map(json.loads, (folder / "results.jsonl").read_text().splitlines())
        return done.returncode, [line for line in lines if line.get("op") == "read-parallel"]

    def test_each_gets_its_status(self) -> None:
        with ThreadPoolExecutor(2) as pool:
            judged = pool.map(lambda name: self.judge(name, MISTAKES[name].case), MISTAKES)
            for (name, mistake), (status, records) in zip(MISTAKES.items(), judged):
                with self.subTest(name):
                    self.assertEqual([mistake.status] if mistake.status else [],
                                     [record["status"] for record in records], [r["detail"] for r in records])
                    failures = {"pass": 0, "harness-error": 4, "": 4}
                    self.assertEqual(failures.get(mistake.status, 1), status)

    def test_how_many_were_open(self) -> None:
        for name, open_max in (("right", 8), ("takes-two-at-a-time", 2), ("answers-in-reverse", 8)):
            with self.subTest(name):
                _, (record,) = self.judge(name, MISTAKES[name].case)
                traffic = record["properties"]
                self.assertEqual((240, 1, open_max),
                                 (traffic["requests"], traffic["connections"], traffic["in_flight_max"]))
                if name == "answers-in-reverse":
                    self.assertGreater(traffic["overtaken"], 100)

    def test_the_model(self) -> None:
        """All cases of read-parallel."""
        run(CONFORM, "run", "--adapter", f"{BIN}/qcow2-model-adapter", "--clause", "parallel-reads", "--jobs", 1,
            "--out", self.dir)
        lines = map(json.loads, (self.dir / "results.jsonl").read_text().splitlines())
        records = [line for line in lines if line.get("op") == "read-parallel"]
        self.assertGreater(len(records), 10)
        self.assertEqual({"pass"}, {record["status"] for record in records}, [r["detail"] for r in records])
        self.assertEqual({8}, {record["properties"]["in_flight_max"] for record in records})

    def test_check(self) -> None:
        for name, exit_status, says in (
                ("right", 0, "64 requests, up to 8 of them open at a time, are each answered\n"),
                ("numbers-and-data-of-two-swapped", 4, "are each answered: no: "),
                ("one-number-twice", 4, "but the request was"),
                ("does-not-say-how-many", 4, "parallel")):
            with self.subTest(name):
                done = run(CONFORM, "adapter", "check", f"{sys.executable} -E -S -m tests.adapters.adapter {name}")
                self.assertEqual(exit_status, done.returncode, done.stdout.decode())
                self.assertIn(says, done.stdout.decode() + done.stderr.decode())


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
