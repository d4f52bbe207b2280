"""qcow2-model: where streams end (map --streams), and disks of internal snapshots (read --snapshot)."""

import struct
import zlib
from pathlib import Path

from tests.system import image as small
from tests.system.image import CLUSTER_SIZE, COMPRESSED_DATA, FILE_LENGTH, L1_OFFSET, STREAM_OFFSETS, VIRTUAL_SIZE
from tests.system.image import deflate, guest, healthy, put
from tests.system.support import SystemTest

STREAM = deflate(COMPRESSED_DATA[0])


def stored(data: bytes, final: int) -> bytes:
    return struct.pack("<BHH", final, len(data), len(data) ^ 0xFFFF) + data


class StreamEnds(SystemTest):
    """The stream of guest cluster 1 has the one sector from STREAM_OFFSETS[0] to itself."""

    def cluster(self, stream: bytes) -> dict:
        data = healthy()
        data[STREAM_OFFSETS[0] : STREAM_OFFSETS[0] + CLUSTER_SIZE] = stream.ljust(CLUSTER_SIZE, b"\0")
        (self.dir / "image").write_bytes(data)
        rows = self.model_json("map", "--streams", self.dir / "image")["clusters"]
        return next(row for row in rows if row["guest_offset"] == CLUSTER_SIZE)

    def test_the_last_byte_of_the_end_of_block_code_belongs_to_the_stream(self) -> None:
        self.assertEqual(len(STREAM), self.cluster(STREAM)["stream_length"])

    def test_what_stands_behind_a_stream_does_not(self) -> None:
        self.assertEqual(len(STREAM), self.cluster(STREAM + b"\xff" * 100)["stream_length"])

    def test_an_empty_last_block_does(self) -> None:
        open_stream = zlib.compressobj(9, zlib.DEFLATED, -12)
        flushed = open_stream.compress(COMPRESSED_DATA[0]) + open_stream.flush(zlib.Z_SYNC_FLUSH)
        whole = flushed + open_stream.flush()
        self.assertEqual(len(whole), self.cluster(whole)["stream_length"])

    def test_a_stream_without_a_last_block_has_no_end(self) -> None:
        open_stream = zlib.compressobj(9, zlib.DEFLATED, -12)
        flushed = open_stream.compress(COMPRESSED_DATA[0]) + open_stream.flush(zlib.Z_SYNC_FLUSH)
        row = self.cluster((flushed + stored(b"", 0) * 110)[:CLUSTER_SIZE])
        self.assertIsNone(row["stream_length"])

    def test_nor_has_one_that_would_give_more_than_a_cluster(self) -> None:
        self.assertIsNone(self.cluster(deflate(COMPRESSED_DATA[0] + b"one"))["stream_length"])

    def test_a_stream_that_is_refused_has_a_reason_instead(self) -> None:
        row = self.cluster(deflate(COMPRESSED_DATA[0][:-1]))
        self.assertIn("incomplete-refused", row["refused"])
        self.assertNotIn("stream_length", row)

    def test_zstd_streams_end_with_their_frames(self) -> None:
        raw = self.dir / "raw"
        raw.write_bytes(b"a disk of its own " * 30000)
        self.assertEqual(0, self.run_model("write", raw, self.dir / "image", "--compression", "zstd").returncode)
        rows = self.model_json("map", "--streams", self.dir / "image")["clusters"]
        bytes_of_file = Path(self.dir / "image").read_bytes()
        for row, follower in zip(rows, rows[1:]):  # packed: each ends where the next begins
            self.assertEqual(follower["host_offset"], row["host_offset"] + row["stream_length"])
            self.assertEqual(b"\x28\xb5\x2f\xfd", bytes_of_file[row["host_offset"] :][:4])

    def test_without_streams_nothing_is_decoded(self) -> None:
        (self.dir / "image").write_bytes(healthy())
        for row in self.model_json("map", "--clusters", self.dir / "image")["clusters"]:
            self.assertNotIn("stream_length", row)


class Snapshots(SystemTest):
    """A snapshot table behind the file: "1", called "before", of a disk of two clusters, of which the second is
    missing."""

    SIZE = 2 * CLUSTER_SIZE

    def image(self, l1_entries: int = 1, l1_offset: int = L1_OFFSET, extra: bool = True) -> Path:
        size = struct.pack(">QQ", 0, self.SIZE) if extra else b""
        entry = struct.pack(">QIHHIIQII", l1_offset, l1_entries, 1, 6, 0, 0, 0, 0, len(size)) + size + b"1before"
        data = put(put(healthy(), "nb_snapshots", 1), "snapshots_offset", FILE_LENGTH)
        path = self.dir / "image"
        path.write_bytes(bytes(data) + entry.ljust(CLUSTER_SIZE, b"\0"))
        return path

    def read(self, image: Path, name: str) -> bytes:
        done = self.run_model("read", image, "-", "--snapshot", name)
        self.assertEqual(0, done.returncode, done.stderr)
        return done.stdout

    def test_the_disk_has_the_size_that_it_had(self) -> None:
        self.assertEqual(guest()[: self.SIZE], self.read(self.image(), "before"))
        self.assertEqual(guest(), self.run_model("read", self.image(), "-").stdout)

    def test_a_snapshot_is_named_by_its_id_too(self) -> None:
        self.assertEqual(guest()[: self.SIZE], self.read(self.image(), "1"))

    def test_an_entry_that_does_not_say_has_the_size_of_the_disk(self) -> None:
        self.assertEqual(guest(), self.read(self.image(l1_entries=2, extra=False), "before"))
        self.assertEqual(VIRTUAL_SIZE, len(guest()))

    def test_its_own_l1_table_is_used(self) -> None:
        empty = small.L2_OFFSETS[0] + CLUSTER_SIZE - 2 * 8  # no L1 table stands there, and it is not aligned
        self.assert_refused(self.run_model("read", self.image(l1_offset=empty), "-", "--snapshot", "1"), "l1-table")
        image = self.image(l1_offset=FILE_LENGTH + CLUSTER_SIZE)
        with image.open("ab") as file:
            file.write(struct.pack(">Q", small.COPIED | small.L2_OFFSETS[1]).ljust(CLUSTER_SIZE, b"\0"))
        self.assertEqual(COMPRESSED_DATA[1] + bytes(CLUSTER_SIZE), self.read(image, "1"))

    def test_info_lists_them(self) -> None:
        listed = self.model_json("info", self.image())["snapshots"]
        self.assertEqual([{"id": "1", "name": "before", "virtual_size": self.SIZE}], listed)

    def test_one_that_is_not_there_is_an_error_of_use(self) -> None:
        for name in ("2", "befor", "before "):
            self.assert_usage_error(self.run_model("read", self.image(), "-", "--snapshot", name))
