"""The descriptor's arithmetic, against the table that the model is tested against too, and against real entries."""

import json
import unittest
from pathlib import Path

from generators import layout

TABLE = json.loads((Path(__file__).resolve().parents[1] / "cluster_sizes.json").read_text())


class ClusterSizes(unittest.TestCase):
    def test_table_has_every_cluster_size(self) -> None:
        self.assertEqual(list(range(9, 22)), [row["cluster_bits"] for row in TABLE])

    def test_layout_agrees_with_the_table(self) -> None:
        for row in TABLE:
            bits = row["cluster_bits"]
            with self.subTest(cluster_bits=bits):
                most = layout.additional_sectors_max(bits)
                self.assertEqual(row["cluster_size"], 1 << bits)
                self.assertEqual(row["host_offset_bits"], layout.host_offset_bits(bits))
                self.assertEqual(row["additional_sectors_bits"], layout.additional_sectors_bits(bits))
                self.assertEqual(row["additional_sectors_max"], most)
                self.assertEqual(row["available_bytes_max"], layout.available_bytes(0, most))
                self.assertEqual(int(row["host_offset_max"], 16), layout.host_offset_max(bits))

    def test_reserved_offset_bits_end_where_the_field_does(self) -> None:
        self.assertEqual(0b11111 << 56, layout.reserved_offset_bits(9))
        self.assertEqual(1 << 56, layout.reserved_offset_bits(13))
        self.assertEqual([0] * 8, [layout.reserved_offset_bits(bits) for bits in range(14, 22)])


class Entries(unittest.TestCase):
    def test_entry_of_the_2018_thread(self) -> None:
        self.assertEqual(0x6000000000000BFE, layout.compressed_entry(9, 3070, 1))
        self.assertEqual(514, layout.available_bytes(3070, 1))

    def test_entries_of_qemu_test_214(self) -> None:
        self.assertEqual(0x4008000000A00000, layout.compressed_entry(21, 0xA00000, 4))
        self.assertEqual(0x4008000000A00802, layout.compressed_entry(21, 0xA00802, 4))
        self.assertEqual(2560 - 2, layout.available_bytes(0xA00802, 4))

    def test_least_size_field_ends_in_the_sector_of_the_last_byte(self) -> None:
        for offset in (0, 1, 255, 510, 511, 512, 3070):
            for length in (1, 2, 511, 512, 513, 1024, 5000):
                sectors = layout.least_additional_sectors(offset, length)
                self.assertGreaterEqual(layout.available_bytes(offset, sectors), length)
                if sectors:
                    self.assertLess(layout.available_bytes(offset, sectors - 1), length)

    def test_refcounts_narrower_than_a_byte_begin_at_its_low_bit(self) -> None:
        self.assertEqual(b"\x05", layout.refcount_bytes({0: 1, 2: 1}, 9, 1)[:1])
        self.assertEqual(b"\x21", layout.refcount_bytes({0: 1, 1: 2}, 9, 4)[:1])
        self.assertEqual(b"\x00\x03\x00\x01", layout.refcount_bytes({0: 3, 1: 1}, 9, 16)[:4])
        self.assertEqual(bytes(7) + b"\x01", layout.refcount_bytes({0: 1}, 9, 64)[:8])
