"""What qcow2-model prints with --json is one valid document in the form of docs/model-json.schema.json, whatever the
image."""

import json
import os
import struct

from generators.case.schema import Validator
from tests.system import image as small
from tests.system.image import COMPRESSED, COPIED, L1_OFFSET, L2_OFFSETS, STREAM_OFFSETS, put, put_entry
from tests.system.support import ROOT, SystemTest, require_tool, run

SCHEMA = json.loads((ROOT / "docs/model-json.schema.json").read_text(encoding="utf-8"))
COMMANDS = (("info",), ("map", "--clusters"), ("map", "--streams"), ("explain",), ("check",), ("check", "--deep"),
            ("check", "--repair", "--dry-run"))
STATUSES = {"check": {0, 1, 3, 4}}


class Documents(SystemTest):
    def held(self, *args: object) -> dict:
        done = self.run_model(*args, "--json")
        self.assertIn(done.returncode, STATUSES.get(str(args[0]), {0, 1}), done.stderr)
        document = json.loads(done.stdout.decode("utf-8"))
        Validator(SCHEMA).check(document)
        return document

    def images(self):
        yield "healthy", small.healthy()
        yield "no image", bytearray(b"raw" * 1000)
        yield "empty", bytearray()
        yield "encrypted", put(small.healthy(), "crypt_method", 2)
        yield "cut", small.healthy()[: small.FILE_LENGTH - 100]
        yield "an L2 table that leaves the file", put_entry(small.healthy(), L1_OFFSET, 1, COPIED | 1 << 40)
        yield "bits above 55", put_entry(small.healthy(), L2_OFFSETS[1], 3, COMPRESSED | 1 << 60)
        broken = small.healthy()
        broken[STREAM_OFFSETS[0] : STREAM_OFFSETS[0] + 3] = b"\xff\xff\xff"
        yield "a broken stream", broken
        yield "wrong counts", put_entry(small.healthy(), L1_OFFSET, 0, L2_OFFSETS[0])
        name = small.healthy()
        put(put(name, "backing_file_offset", 256), "backing_file_size", 4)
        name[256:260] = b"\xff\x1b[\x80"
        yield "a name that is no text", name

    def test_of_every_command_on_every_image(self) -> None:
        for what, data in self.images():
            path = self.dir / "image.qcow2"
            path.write_bytes(data)
            for command in COMMANDS:
                with self.subTest(image=what, command=" ".join(command)):
                    self.held(*command, path)

    def test_of_entries(self) -> None:
        for entry in ("0", "1", "0x6000000000000bfe", "0xffffffffffffffff", "0x8000000000050000"):
            self.held("decode", "--cluster-bits", 9, entry)
        self.held("encode", "--cluster-bits", 9, "--host-offset", 3070, "--length", 15)
        refused = self.held("encode", "--cluster-bits", 9, "--host-offset", 3070, "--length", 0)
        self.assertEqual("size-field", refused["refused"]["rule"])

    def test_a_refusal_says_rule_stage_and_place(self) -> None:
        path = self.dir / "image.qcow2"
        path.write_bytes(put_entry(small.healthy(), L1_OFFSET, 0, COPIED | 1 << 40))
        refused = self.held("map", "--clusters", path)["refused"]
        self.assertEqual(("l2-in-file", "l2", 0), (refused["rule"], refused["stage"], refused["where"]["l1_index"]))

    def test_a_snapshot_whose_name_is_no_text(self) -> None:
        require_tool("qemu-img")
        path = self.dir / "image.qcow2"
        for command in (("create", "-q", "-f", "qcow2", path, "1M"), ("snapshot", "-c", "name", path)):
            self.assertEqual(0, run("qemu-img", *command).returncode)
        data = path.read_bytes().replace(b"name", b"\xb2\xff\x80\x1b")
        path.write_bytes(data)
        self.assertEqual("\ufffd\ufffd\ufffd\x1b", self.held("info", path)["snapshots"][0]["name"])
        shown = self.run_model("info", path)
        self.assertEqual((0, b""), (shown.returncode, shown.stderr))
        self.assertNotIn(b"\x1b", shown.stdout)

    def test_findings_of_one_kind_are_folded(self) -> None:
        data = small.healthy()
        for index in range(10, 60):
            put_entry(data, L2_OFFSETS[0], index, 2)
        path = self.dir / "image.qcow2"
        path.write_bytes(data)
        found = self.held("check", path)
        self.assertEqual(50, found["corruptions"])
        fold, = found["violations"]
        self.assertEqual((50, 50, 59), (fold["findings"], fold["count"], fold["last"]["l2_index"]))
        self.assertIn(b"and 49 more like it, up to", self.run_model("check", path).stdout)


class ClosedPipes(SystemTest):
    def test_nobody_reads_any_more(self) -> None:
        """The program ends without a word; what it was to say is lost, so the exit status is not 0."""
        path = self.dir / "image.qcow2"
        path.write_bytes(small.healthy())
        for command in (("map", path, "--json"), ("check", path), ("info", path), ("read", path, "-")):
            with self.subTest(command=command[0]):
                reading, writing = os.pipe()
                os.close(reading)
                with open(writing, "wb") as pipe:
                    done = self.run_model(*command, stdout=pipe)
                self.assertEqual((2, b""), (done.returncode, done.stderr))


class Notes(SystemTest):
    def test_a_cluster_that_the_end_of_the_file_cuts(self) -> None:
        """A truncated upload of an image that ends in a standard cluster: lawful, and worth knowing."""
        require_tool("qemu-img")
        require_tool("qemu-io")
        path = self.dir / "image.qcow2"
        self.assertEqual(0, run("qemu-img", "create", "-q", "-f", "qcow2", path, "1M").returncode)
        self.assertEqual(0, run("qemu-io", "-f", "qcow2", "-c", "write -P 1 0 128k", path).returncode)
        with open(path, "r+b") as file:
            file.truncate(path.stat().st_size - 60000)
        done = self.run_model("check", "--json", path)
        found = json.loads(done.stdout)
        self.assertEqual((0, 1, 1), (done.returncode, found["notes"], found["clusters_past_end"]))
        self.assertEqual(("note", "standard-past-end"),
                         (found["violations"][0]["severity"], found["violations"][0]["rule"]))
        self.assertIn(b"reach past the end of the file", self.run_model("check", path).stdout)

    def test_streams_that_were_not_decoded_are_told(self) -> None:
        path = self.dir / "image.qcow2"
        path.write_bytes(small.healthy())
        self.assertIn(b"were not decoded", self.run_model("check", path).stdout)
        self.assertNotIn(b"were not decoded", self.run_model("check", "--deep", path).stdout)

    def test_an_extent_far_past_the_end_counts_inside_the_file(self) -> None:
        """Its host cluster in the file has a reference like any other: no leak is seen, and none is freed."""
        data = put_entry(small.healthy(), L2_OFFSETS[1], 0, COMPRESSED | 1 << 61 | STREAM_OFFSETS[1])
        path = self.dir / "image.qcow2"
        path.write_bytes(data)
        done = self.run_model("check", "--json", path)
        found = json.loads(done.stdout)
        self.assertEqual((1, 0, 1), (done.returncode, found["leaks"], found["corruptions"]))
        self.assertEqual("check-extent-past-end", found["violations"][0]["rule"])


class Snapshots(SystemTest):
    def test_snapshots_as_qemu_makes_them_are_clean(self) -> None:
        """QEMU ends the file after the last name; the entry's padding need not be there."""
        require_tool("qemu-img")
        require_tool("qemu-io")
        for version, name in (("1.1", "a"), ("0.10", "four"), ("1.1", "a name of some length")):
            path = self.dir / "image.qcow2"
            commands = [("qemu-img", "create", "-q", "-f", "qcow2", "-o", f"compat={version}", path, "1M"),
                        ("qemu-io", "-f", "qcow2", "-c", "write -P 1 0 64k", path),
                        ("qemu-img", "snapshot", "-c", name, path),
                        ("qemu-io", "-f", "qcow2", "-c", "write -P 2 0 64k", path),
                        ("qemu-img", "snapshot", "-c", name + "2", path)]
            for command in commands:
                self.assertEqual(0, run(*command).returncode)
            for options in ((), ("--repair",)):
                done = self.run_model("check", *options, path)
                self.assertEqual((0, b""), (done.returncode, done.stderr), done.stdout)
            self.assertEqual(0, run("qemu-img", "check", "-f", "qcow2", path).returncode)
            for number, byte in ((1, 1), (2, 2)):
                disk = self.run_model("read", "--snapshot", str(number), "--length", 65536, path, "-").stdout
                self.assertEqual(bytes([byte]) * 65536, disk)

    def test_a_snapshot_table_that_the_file_cuts_is_corrupt(self) -> None:
        data = bytearray(small.healthy())
        table = len(data)
        data += struct.pack(">QIHHIIQII", L1_OFFSET, 2, 1, 4, 0, 0, 0, 0, 16) + bytes(16) + b"1nam"
        path = self.dir / "image.qcow2"
        path.write_bytes(put(put(data, "nb_snapshots", 1), "snapshots_offset", table))
        done = self.run_model("check", "--json", path)
        self.assertEqual(1, done.returncode)
        self.assertIn("snapshot-tables", {one["rule"] for one in json.loads(done.stdout)["violations"]})
