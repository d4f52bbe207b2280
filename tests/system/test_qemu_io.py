"""The adapter over qemu-io: what it makes of an honest one, and of one that says one thing and exits with another."""

import json
import os
import signal
import sys

from tests.system.support import MODEL, ROOT, SystemTest, require_tool, run

ADAPTER = ROOT / "implementations/qemu-io/adapter.py"
CLUSTER = 1 << 16
STRANGE = 70


class Adapter(SystemTest):
    def setUp(self) -> None:
        super().setUp()
        self.image = self.dir / "image.qcow2"
        self.disk = bytes(i * i % 251 for i in range(4 * CLUSTER))

    def ask(self, *requests: dict, **env: str) -> tuple[list[str], int]:
        """The answers to these requests of one session, and how the adapter ends after them."""
        session = self.dir / "session"
        session.write_text("".join(json.dumps({"seq": seq, "image": str(self.image), **request}) + "\n"
                                   for seq, request in enumerate(requests, 1)))
        with session.open("rb") as file:
            done = run(sys.executable, ADAPTER, stdin=file, env={**os.environ, **env})
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([answer["seq"] for answer in answers], list(range(1, len(answers) + 1)))
        return [answer["answer"] for answer in answers], done.returncode

    def range(self, offset: int, length: int, out: str = "out", **more: str) -> dict:
        (self.dir / out).unlink(missing_ok=True)
        return {"op": "read-range", "out": str(self.dir / out), "offset": offset, "length": length, **more}

    def read(self, offset: int, length: int, **env: str) -> tuple[list[str], int, bytes]:
        answers, status = self.ask(self.range(offset, length), **env)
        out = self.dir / "out"
        return answers, status, out.read_bytes() if out.exists() else b""

    def modify(self, *steps: dict, **env: str) -> tuple[list[str], int]:
        return self.ask({"op": "modify", "steps": steps}, **env)


class WithQemu(Adapter):
    def setUp(self) -> None:
        super().setUp()
        require_tool("qemu-io")
        (self.dir / "raw").write_bytes(self.disk)
        self.assertEqual(0, self.run_model("write", self.dir / "raw", self.image).returncode)

    def after(self) -> bytes:
        return run(MODEL, "read", self.image, "-").stdout

    def test_ranges(self) -> None:
        for offset, length in ((0, 1), (3, 40), (CLUSTER - 7, 100), (4 * CLUSTER - 1, 1), (5, 0), (0, 4 * CLUSTER)):
            with self.subTest(offset=offset, length=length):
                self.assertEqual((["accept"], 0, self.disk[offset : offset + length]), self.read(offset, length))

    def test_bytes_that_spell_a_refusal_are_bytes(self) -> None:
        spelt = b"exceeds"
        (self.dir / "raw").write_bytes(spelt.ljust(CLUSTER, b"\0"))
        self.assertEqual(0, self.run_model("write", self.dir / "raw", self.image).returncode)
        self.assertEqual((["accept"], 0, spelt), self.read(0, len(spelt)))

    def test_a_range_past_the_end_is_refused(self) -> None:
        for offset, length in ((4 * CLUSTER, 1), (4 * CLUSTER - 1, 2), (1 << 62, 1), ((1 << 64) - 1, 5), (0, 1 << 63)):
            with self.subTest(offset=offset):
                self.assertEqual((["reject"], 0, b""), self.read(offset, length))

    def test_what_is_no_image_is_refused(self) -> None:
        self.image.write_bytes(b"no image" * 1000)
        self.assertEqual((["reject"], 0, b""), self.read(0, 1))
        self.assertEqual((["reject"], 0), self.modify({"write": {"offset": 0, "length": 1, "byte": 1}}))

    def test_a_session_goes_on_after_a_refusal_and_sees_each_image_as_it_is(self) -> None:
        other = self.dir / "other.qcow2"
        (self.dir / "raw").write_bytes(self.disk[::-1])
        self.assertEqual(0, self.run_model("write", self.dir / "raw", other).returncode)
        step = {"write": {"offset": 8, "length": 2, "byte": 255}}
        answers = self.ask(self.range(0, 8, "1"), self.range(8, 8, "2"), self.range(4 * CLUSTER, 8, "3"),
                           self.range(8, 8, "4"), {"op": "modify", "steps": [step]}, self.range(8, 8, "5"),
                           self.range(0, 8, "6", image=str(other)))
        self.assertEqual((["accept", "accept", "reject", "accept", "accept", "accept", "accept"], 0), answers)
        expected = {"1": self.disk[:8], "2": self.disk[8:16], "4": self.disk[8:16], "5": b"\xff\xff" + self.disk[10:16],
                    "6": self.disk[::-1][:8]}
        self.assertEqual(expected, {out: (self.dir / out).read_bytes() for out in expected})

    def test_an_external_data_file_is_found_beside_the_image(self) -> None:
        self.image.unlink()
        words = ["create", "-q", "-f", "qcow2", "-o", "data_file=data", self.image.name, "1M"]
        done = run("qemu-img", *words, cwd=self.dir)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertEqual((["accept"], 0), self.modify({"write": {"offset": 0, "length": 4, "byte": 97}}))
        self.assertEqual((["accept"], 0, b"aaaa\0"), self.read(0, 5))

    def test_steps(self) -> None:
        done = self.modify({"write": {"offset": CLUSTER + 1, "length": 10, "byte": 85}},
                           {"discard": {"offset": "0x20000", "length": "0x10000"}},
                           {"write_compressed": {"offset": 2 * CLUSTER, "length": CLUSTER, "byte": 7}},
                           {"resize": 5 * CLUSTER})
        self.assertEqual((["accept"], 0), done)
        expected = bytearray(self.disk) + bytes(CLUSTER)
        expected[CLUSTER + 1 : CLUSTER + 11] = b"U" * 10
        expected[2 * CLUSTER : 3 * CLUSTER] = bytes([7]) * CLUSTER
        self.assertEqual(expected, self.after())

    def test_a_compressed_write_over_an_allocated_cluster_is_unsupported(self) -> None:
        done = self.modify({"write_compressed": {"offset": 0, "length": CLUSTER, "byte": 7}})
        self.assertEqual((["unsupported"], 0), done)
        self.assertEqual(self.disk, self.after())

    def test_a_write_past_the_end_is_refused(self) -> None:
        self.assertEqual((["reject"], 0), self.modify({"write": {"offset": 4 * CLUSTER, "length": 1, "byte": 7}}))


class WithAnotherQemu(Adapter):
    """A qemu-io of our own: what it says, not what it exits with, is believed."""

    def setUp(self) -> None:
        super().setUp()
        self.image.write_bytes(b"")

    def says(self, text: str, then: str = "printf 'qemu-io> '; read -r line; exit 0") -> dict[str, str]:
        """Says the text to its first command."""
        tool = self.dir / "bin/qemu-io"
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(f"#!/bin/sh\nprintf 'qemu-io> '\nread -r line\nprintf '{text}'\n{then}\n")
        tool.chmod(0o755)
        return {"PATH": f"{tool.parent}:{os.environ['PATH']}"}

    def test_a_failure_with_exit_0_is_a_refusal(self) -> None:
        self.assertEqual((["reject"], 0, b""), self.read(0, 1, **self.says("read failed: Input/output error\\n")))

    def test_success_without_a_word_is_none(self) -> None:
        self.assertEqual(([], STRANGE, b""), self.read(0, 1, **self.says("")))
        self.assertEqual(([], STRANGE), self.modify({"discard": {"offset": 0, "length": 512}}, **self.says("")))

    def test_nor_is_less_than_was_asked_for(self) -> None:
        for text in ("read 1/2 bytes at offset 0\\n", "read 2/2 bytes at offset 0\\n00000000:  00  .\\n"):
            self.assertEqual(([], STRANGE, b""), self.read(0, 2, **self.says(text)))

    def test_a_failure_without_a_reason_is_no_refusal(self) -> None:
        self.assertEqual(([], STRANGE, b""), self.read(0, 1, **self.says("", "exit 1")))

    def test_its_signal_is_ours(self) -> None:
        self.assertEqual(([], -signal.SIGABRT, b""), self.read(0, 1, **self.says("", "kill -ABRT $$")))

    def test_a_dump_is_read_to_the_byte(self) -> None:
        dump = "00000000:  71 63 6f 77  qcow\\nread 4/4 bytes at offset 0\\n"
        self.assertEqual((["accept"], 0, b"qcow"), self.read(0, 4, **self.says(dump)))


del Adapter  # no tests of its own
