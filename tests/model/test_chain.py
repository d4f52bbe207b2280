"""The files behind an image: its backing chain and its external data file, found beside it by a plain name or
refused."""

import os
import struct
from pathlib import Path

from tests.system import image as small
from tests.system.image import CLUSTER_SIZE, COPIED, L2_OFFSETS, VIRTUAL_SIZE, guest, healthy, put, put_entry
from tests.system.support import SystemTest

NAME_OFFSET = 256  # in the first cluster, behind the header and its extensions
BACKING_FORMAT, DATA_FILE = 0xE2792ACA, 0x44415441


def extension(kind: int, data: bytes) -> bytes:
    return struct.pack(">II", kind, len(data)) + data + bytes(-len(data) % 8)


def over(name: str, backing_format: str | None = None) -> bytearray:
    """The healthy image, over a backing file."""
    image = put(put(healthy(), "backing_file_offset", NAME_OFFSET), "backing_file_size", len(name))
    image[NAME_OFFSET : NAME_OFFSET + len(name)] = name.encode()
    if backing_format is not None:
        header = extension(BACKING_FORMAT, backing_format.encode())
        image[small.HEADER_LENGTH : small.HEADER_LENGTH + len(header)] = header
    return image


def seen_over(base: bytes) -> bytes:
    """What the healthy image's guest sees over these bytes."""
    disk = bytearray(base[:VIRTUAL_SIZE].ljust(VIRTUAL_SIZE, b"\0"))
    for cluster in (0, 1, small.L2_ENTRIES):
        disk[cluster * CLUSTER_SIZE : (cluster + 1) * CLUSTER_SIZE] = guest()[
            cluster * CLUSTER_SIZE : (cluster + 1) * CLUSTER_SIZE
        ]
    return bytes(disk)


class Chain(SystemTest):
    def given(self, name: str, data: bytes) -> str:
        path = self.dir / name
        path.write_bytes(data)
        return str(path)

    def assert_reads(self, expected: bytes, image: str) -> None:
        done = self.run_model("read", image, "-", cwd="/")
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        self.assertEqual(expected, done.stdout)

    def assert_chain_refused(self, rule: str, image: bytes) -> None:
        path = self.given("image", image)
        for command in (("read", path, "-"), ("map", path)):
            with self.subTest(command=command[0]):
                self.assert_refused(self.run_model(*command), rule, ".")


class BackingFile(Chain):
    def test_a_raw_file_longer_and_shorter_than_the_disk(self) -> None:
        for length in (0, 1, 1000, VIRTUAL_SIZE - 1, VIRTUAL_SIZE, VIRTUAL_SIZE + 1000):
            with self.subTest(length=length):
                base = bytes(1 + i % 250 for i in range(length))
                self.given("base", base)
                self.assert_reads(seen_over(base), self.given("image", over("base", "raw")))

    def test_the_format_that_is_named_decides(self) -> None:
        base = bytes(healthy())
        self.given("base", base)
        self.assert_reads(seen_over(base), self.given("image", over("base", "raw")))
        self.assert_reads(seen_over(guest()), self.given("image", over("base", "qcow2")))

    def test_without_a_named_format_the_first_bytes_decide(self) -> None:
        self.given("base", healthy())
        self.assert_reads(seen_over(guest()), self.given("image", over("base")))
        self.given("base", b"QFI raw bytes")
        self.assert_reads(seen_over(b"QFI raw bytes"), self.given("image", over("base")))

    def test_a_broken_image_is_not_taken_for_a_raw_disk(self) -> None:
        self.given("base", put(healthy(), "version", 9))
        self.assert_chain_refused("header-version", over("base"))
        self.given("base", b"raw bytes")
        self.assert_chain_refused("header-magic", over("base", "qcow2"))

    def test_other_formats(self) -> None:
        self.given("base", b"raw bytes")
        for name in ("vmdk", "QCOW2", "raw\0", "json:{}", " raw"):
            with self.subTest(format=name):
                self.assert_chain_refused("backing-format", over("base", name))

    def test_a_name_that_leads_elsewhere(self) -> None:
        self.given("base", b"raw bytes")
        for name in (
            "/etc/passwd",
            "../base",
            "./base",
            "sub/base",
            ".",
            "..",
            "nbd:localhost:1",
            "json:{}",
            "file:base",
            "base\0x",
        ):
            with self.subTest(name=name):
                self.assert_chain_refused("backing-file", over(name, "raw"))

    def test_a_file_that_is_not_there_or_no_file(self) -> None:
        (self.dir / "folder").mkdir()
        os.mkfifo(self.dir / "pipe")
        for name in ("absent", "folder", "pipe", "n" * 250):
            with self.subTest(name=name[:10]):
                self.assert_chain_refused("backing-file", over(name, "raw"))

    def test_a_chain_that_comes_back(self) -> None:
        self.assert_chain_refused("backing-chain-cycle", over("image", "qcow2"))
        self.given("base", over("image", "qcow2"))
        self.assert_chain_refused("backing-chain-cycle", over("base", "qcow2"))
        (self.dir / "link").symlink_to("image")
        self.assert_chain_refused("backing-chain-cycle", over("link", "raw"))

    def test_a_long_chain(self) -> None:
        for i in range(70):
            self.given(f"image{i}", over(f"image{i + 1}", "qcow2"))
        self.given("image70", b"")
        self.assert_refused(self.run_model("read", self.dir / "image0", "-"), "backing-file", ".")
        self.given("image70", healthy())
        self.assert_reads(guest(), str(self.dir / "image30"))

    def test_info_and_explain_open_no_backing_file(self) -> None:
        path = self.given("image", over("absent", "raw"))
        self.assertEqual("absent", self.model_json("info", path)["backing_file"])
        self.assertEqual(0, self.run_model("explain", path).returncode)


class DataFile(Chain):
    def image(self, name: bytes | None) -> bytearray:
        image = put(healthy(), "incompatible_features", 1 << 2)
        for table, index in ((0, 1), (1, 0)):
            put_entry(image, L2_OFFSETS[table], index, 0)  # no compressed clusters
        put_entry(image, L2_OFFSETS[0], 0, COPIED)
        if name is not None:
            header = extension(DATA_FILE, name)
            image[small.HEADER_LENGTH : small.HEADER_LENGTH + len(header)] = header
        return image

    def test_standard_clusters_are_read_from_it(self) -> None:
        self.given("data", b"here it is")
        self.assert_reads(b"here it is".ljust(VIRTUAL_SIZE, b"\0"), self.given("image", self.image(b"data")))

    def test_it_must_be_there_and_named_plainly(self) -> None:
        for name in (None, b"", b"absent", b"/etc/passwd", b"../data", b"data\0"):
            with self.subTest(name=name):
                self.assert_chain_refused("external-data-file-missing", self.image(name))

    def test_it_is_not_the_image(self) -> None:
        self.assert_chain_refused("external-data-file-missing|backing-chain-cycle", self.image(b"image"))


class NamedFiles(SystemTest):
    """Names with folders in them are followed only where the caller says so."""

    def setUp(self) -> None:
        super().setUp()
        (self.dir / "sub").mkdir()
        self.base = self.dir / "sub/base.raw"
        self.base.write_bytes(small.guest())
        self.disk = seen_over(small.guest())

    def overlay(self, name: str) -> Path:
        path = self.dir / "overlay.qcow2"
        path.write_bytes(over(name, "raw"))
        return path

    def test_a_path_is_refused_unless_it_is_allowed(self) -> None:
        for name in ("sub/base.raw", "./sub/base.raw", str(self.base)):
            with self.subTest(name):
                done = self.run_model("read", self.overlay(name), "-")
                self.assert_refused(done, "backing-file-missing")
                self.assertIn(b"--follow-backing or --backing NAME=FILE", done.stderr)
                for command in ("read", "map"):
                    out = ("-",) if command == "read" else ()
                    done = self.run_model(command, self.overlay(name), *out, "--follow-backing")
                    self.assertEqual(0, done.returncode)
                self.assertEqual(self.disk, self.run_model("read", self.overlay(name), "-", "--follow-backing").stdout)

    def test_a_name_that_stands_for_a_file(self) -> None:
        for name in ("sub/base.raw", "nbd://somewhere/disk", "json:{}", "absent"):
            with self.subTest(name):
                done = self.run_model("read", self.overlay(name), "-", "--backing", f"{name}={self.base}")
                self.assertEqual((0, self.disk), (done.returncode, done.stdout), done.stderr)

    def test_protocols_are_never_followed(self) -> None:
        for name in ("nbd://somewhere/disk", "json:{}", "file:sub/base.raw", "fat:rw:sub"):
            with self.subTest(name):
                done = self.run_model("read", self.overlay(name), "-", "--follow-backing")
                self.assert_refused(done, "backing-file-missing")

    def test_a_value_that_names_no_file(self) -> None:
        image = self.overlay("sub/base.raw")
        self.assert_usage_error(self.run_model("read", image, "-", "--backing", "sub/base.raw"))
        twice = ("--backing", "a=b", "--backing", "a=c")
        self.assert_usage_error(self.run_model("read", image, "-", *twice))
