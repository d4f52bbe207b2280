"""Disk images that Debian packages bring, compressed by qemu-img in every way it can.

The model reads, maps and counts as qemu-img does.
"""

import random
from collections.abc import Iterator
from pathlib import Path

from tests.system.support import (
    CLUSTER_BITS,
    EXTENDED_L2_CLUSTER_BITS,
    SystemTest,
    absent,
    require_tool,
    tool,
    tool_json,
)

IMAGES_WITH_RANGES = 5
RANGES_PER_IMAGE = 5  # with seven disks: 175 ranges

MAP_FIELDS = ("depth", "zero", "data")


def merged(extents: list[dict]) -> list[dict]:
    """Neighbours joined where they agree in depth, zero and data, and run on in offset (where they have one)."""
    result: list[dict] = []
    for extent in extents:
        row = {key: extent[key] for key in ("start", "length", "offset", *MAP_FIELDS) if key in extent}
        last = result[-1] if result else None
        if last and follows(last, row):
            last["length"] += row["length"]
        else:
            result.append(row)
    return result


def follows(last: dict, row: dict) -> bool:
    if last["start"] + last["length"] != row["start"] or any(last[key] != row[key] for key in MAP_FIELDS):
        return False
    if "offset" in last and "offset" in row:
        return last["offset"] + last["length"] == row["offset"]
    return "offset" not in last and "offset" not in row


class RealDisk:
    """The tests of one disk; a subclass says where it is."""

    path = Path()

    def setUp(self) -> None:
        super().setUp()
        require_tool("qemu-img")
        if not self.path.is_file():
            absent(str(self.path))
        self.raw = self.path

    def test_deflate(self) -> None:
        for cluster_bits in CLUSTER_BITS:
            self.judge(cluster_bits, "zlib", extended_l2=False)

    def test_zstd(self) -> None:
        for cluster_bits in CLUSTER_BITS:
            self.judge(cluster_bits, "zstd", extended_l2=False)

    def test_extended_l2_entries(self) -> None:
        for cluster_bits in EXTENDED_L2_CLUSTER_BITS:
            for compression in ("zlib", "zstd"):
                self.judge(cluster_bits, compression, extended_l2=True)

    def test_random_ranges(self) -> None:
        data = self.raw.read_bytes()
        chance = random.Random(self.path.name)
        for _ in range(IMAGES_WITH_RANGES):
            cluster_bits = chance.choice(CLUSTER_BITS)
            image = self.converted(cluster_bits, chance.choice(("zlib", "zstd")), extended_l2=False)
            for offset, length in random_ranges(chance, len(data), 1 << cluster_bits):
                with self.subTest(image=image.name, offset=offset, length=length):
                    done = self.run_model("read", image, "-", "--offset", offset, "--length", length)
                    self.assertEqual((0, b""), (done.returncode, done.stderr))
                    self.assertTrue(done.stdout == data[offset : offset + length], "the bytes differ")
            image.unlink()

    def judge(self, cluster_bits: int, compression: str, extended_l2: bool) -> None:
        with self.subTest(cluster_bits=cluster_bits, compression=compression, extended_l2=extended_l2):
            image = self.converted(cluster_bits, compression, extended_l2)
            self.check_read(image)
            self.check_map(image)
            self.check_count(image)
            image.unlink()

    def converted(self, cluster_bits: int, compression: str, extended_l2: bool) -> Path:
        image = self.dir / f"{cluster_bits}-{compression}{'-extended' if extended_l2 else ''}.qcow2"
        options = f"cluster_size={1 << cluster_bits},compression_type={compression}"
        options += f",extended_l2={'on' if extended_l2 else 'off'}"
        tool("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", "-o", options, self.raw, image)
        return image

    def check_read(self, image: Path) -> None:
        ours, qemus = self.dir / "ours.raw", self.dir / "qemus.raw"
        done = self.run_model("read", image, ours)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        tool("qemu-img", "convert", "-f", "qcow2", "-O", "raw", image, qemus)
        self.assertTrue(ours.read_bytes() == qemus.read_bytes(), "the bytes differ from qemu-img's")
        self.assertTrue(ours.read_bytes() == self.raw.read_bytes(), "the bytes differ from the disk's own")

    def check_map(self, image: Path) -> None:
        ours = merged(self.model_json("map", image))
        qemus = merged(tool_json("qemu-img", "map", "-f", "qcow2", "--output=json", image))
        self.assertEqual(qemus, ours)

    def check_count(self, image: Path) -> None:
        checked = tool_json("qemu-img", "check", "-f", "qcow2", "--output=json", image)
        self.assertEqual(checked.get("compressed-clusters", 0), self.model_json("info", image)["compressed_clusters"])


def random_ranges(chance: random.Random, size: int, cluster_size: int) -> Iterator[tuple[int, int]]:
    """Ranges of all magnitudes: within a cluster, over a border, over many clusters, and up to the end."""
    for number in range(RANGES_PER_IMAGE):
        offset = size - chance.randint(1, cluster_size) if number == 0 else chance.randrange(size)
        offset = max(offset, 0)
        longest = min(size - offset, 1 << chance.randint(0, 23))
        yield offset, (size - offset) if number == 0 else chance.randint(1, longest)


class GrubRescueIso(RealDisk, SystemTest):
    path = Path("/usr/lib/grub-rescue/grub-rescue-cdrom.iso")


class GrubRescueFloppy(RealDisk, SystemTest):
    path = Path("/usr/lib/grub-rescue/grub-rescue-floppy.img")


class FirmwareCode(RealDisk, SystemTest):
    path = Path("/usr/share/OVMF/OVMF_CODE_4M.fd")


class FirmwareCodeSecureBoot(RealDisk, SystemTest):
    path = Path("/usr/share/OVMF/OVMF_CODE_4M.secboot.fd")


class FirmwareVariables(RealDisk, SystemTest):
    path = Path("/usr/share/OVMF/OVMF_VARS_4M.fd")


class FirmwareVariablesEnrolled(RealDisk, SystemTest):
    path = Path("/usr/share/OVMF/OVMF_VARS_4M.ms.fd")


class Ext4FileSystem(RealDisk, SystemTest):
    """A file system with real files in it, and most of the disk empty."""

    path = Path("/usr/share/common-licenses")

    def setUp(self) -> None:
        SystemTest.setUp(self)
        for name in ("qemu-img", "mke2fs"):
            require_tool(name)
        self.raw = self.dir / "ext4.raw"
        tool("mke2fs", "-q", "-t", "ext4", "-d", self.path, self.raw, "8M")
