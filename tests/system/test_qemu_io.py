"""The adapter over qemu-io: what it makes of an honest one, and of one that says one thing and exits with another."""

import json
import os
import signal
import sys

from tests.system.support import MODEL, ROOT, Completed, SystemTest, require_tool, run

ADAPTER = ROOT / "implementations/qemu-io/qemu_io.py"
CLUSTER = 1 << 16
DONE, REFUSED, UNSUPPORTED, STRANGE = 0, 1, 3, 70


class Adapter(SystemTest):
    def setUp(self) -> None:
        super().setUp()
        self.image = self.dir / "image.qcow2"
        self.disk = bytes(i * i % 251 for i in range(4 * CLUSTER))

    def call(self, *words: object, **env: str) -> Completed:
        return run(sys.executable, ADAPTER, *words, env={**os.environ, **env})

    def read(self, offset: int, length: int, **env: str) -> tuple[int, bytes]:
        out = self.dir / "out"
        out.unlink(missing_ok=True)
        status = self.call("read-range", self.image, out, offset, length, **env).returncode
        return status, out.read_bytes() if out.exists() else b""

    def modify(self, *steps: dict, **env: str) -> int:
        (self.dir / "steps.json").write_text(json.dumps(steps))
        return self.call("modify", self.image, self.dir / "steps.json", **env).returncode


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
                self.assertEqual((DONE, self.disk[offset : offset + length]), self.read(offset, length))

    def test_a_range_past_the_end_is_refused(self) -> None:
        for offset, length in ((4 * CLUSTER, 1), (4 * CLUSTER - 1, 2), (1 << 62, 1), ((1 << 64) - 1, 5)):
            with self.subTest(offset=offset):
                self.assertEqual(REFUSED, self.read(offset, length)[0])

    def test_what_is_no_image_is_refused(self) -> None:
        self.image.write_bytes(b"no image" * 1000)
        self.assertEqual(REFUSED, self.read(0, 1)[0])
        self.assertEqual(REFUSED, self.modify({"write": {"offset": 0, "length": 1, "byte": 1}}))

    def test_steps(self) -> None:
        self.assertEqual(DONE, self.modify({"write": {"offset": CLUSTER + 1, "length": 10, "byte": 85}},
                                           {"discard": {"offset": "0x20000", "length": "0x10000"}},
                                           {"write_compressed": {"offset": 2 * CLUSTER, "length": CLUSTER, "byte": 7}},
                                           {"resize": 5 * CLUSTER}))
        expected = bytearray(self.disk) + bytes(CLUSTER)
        expected[CLUSTER + 1 : CLUSTER + 11] = b"U" * 10
        expected[2 * CLUSTER : 3 * CLUSTER] = bytes([7]) * CLUSTER
        self.assertEqual(expected, self.after())

    def test_a_compressed_write_over_an_allocated_cluster_is_unsupported(self) -> None:
        self.assertEqual(UNSUPPORTED, self.modify({"write_compressed": {"offset": 0, "length": CLUSTER, "byte": 7}}))
        self.assertEqual(self.disk, self.after())

    def test_a_write_past_the_end_is_refused(self) -> None:
        self.assertEqual(REFUSED, self.modify({"write": {"offset": 4 * CLUSTER, "length": 1, "byte": 7}}))


class WithAnotherQemu(Adapter):
    """A qemu-io of our own: what it says, not what it exits with, is believed."""

    def says(self, text: str, then: str = "exit 0") -> dict[str, str]:
        tool = self.dir / "bin/qemu-io"
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(f"#!/bin/sh\nprintf '{text}'\n{then}\n")
        tool.chmod(0o755)
        return {"PATH": f"{tool.parent}:{os.environ['PATH']}"}

    def test_a_failure_with_exit_0_is_a_refusal(self) -> None:
        self.assertEqual(REFUSED, self.read(0, 1, **self.says("read failed: Input/output error\\n"))[0])

    def test_success_without_a_word_is_none(self) -> None:
        self.assertEqual(STRANGE, self.read(0, 1, **self.says(""))[0])
        self.assertEqual(STRANGE, self.modify({"discard": {"offset": 0, "length": 512}}, **self.says("")))

    def test_nor_is_less_than_was_asked_for(self) -> None:
        for text in ("read 1/2 bytes at offset 0\\n", "read 2/2 bytes at offset 0\\n00000000:  00  .\\n"):
            self.assertEqual(STRANGE, self.read(0, 2, **self.says(text))[0])

    def test_a_failure_without_a_reason_is_no_refusal(self) -> None:
        self.assertEqual(STRANGE, self.read(0, 1, **self.says("", "exit 1"))[0])

    def test_its_signal_is_ours(self) -> None:
        self.assertEqual(-signal.SIGABRT, self.read(0, 1, **self.says("", "kill -ABRT $$"))[0])

    def test_a_dump_is_read_to_the_byte(self) -> None:
        dump = "00000000:  71 63 6f 77  qcow\\nread 4/4 bytes at offset 0\\n"
        self.assertEqual((DONE, b"qcow"), self.read(0, 4, **self.says(dump)))


del Adapter  # no tests of its own
