"""corpus/layout/: where the generators say that things stand, they stand."""

import json
import zlib

from tests.generators.project import ProjectTest, plain_case


class Anatomy(ProjectTest):
    def setUp(self) -> None:
        super().setUp()
        self.write(
            plain_case(
                features=["deflate", "zero-clusters"],
                image={
                    "cluster_bits": 12,
                    "guest": {
                        "0": "compressed",
                        "1": {"stream": {"length": 600}, "additional_sectors": "least + 2"},
                        "2": "zero",
                        "3": "unallocated",
                    },
                },
            )
        )
        self.assertEqual(0, self.build("lock")[0])
        self.layout = json.loads((self.corpus / "layout/plain.json").read_text())
        self.image = (self.corpus / "images/plain/plain.qcow2").read_bytes()

    def number(self, offset: int, length: int) -> int:
        return int.from_bytes(self.image[offset:offset + length], "big")

    def entry(self, guest_offset: int) -> dict:
        return next(entry for entry in self.layout["entries"] if entry["guest_offset"] == guest_offset)

    def test_header_fields_are_where_the_format_has_them(self) -> None:
        values = {field["name"]: self.number(field["offset"], field["length"]) for field in self.layout["header"]}
        self.assertEqual((0x514649FB, 3, 12), (values["magic"], values["version"], values["cluster_bits"]))
        places = {place["name"]: place["start"] for place in self.layout["places"]}
        self.assertEqual(places["l1_table"], values["l1_table_offset"])

    def test_entries_lead_from_the_l1_table_to_the_stream(self) -> None:
        for index in (0, 1):
            entry = self.entry(index * 4096)
            table = self.number(entry["l1_entry_at"], 8) & (1 << 56) - 512
            self.assertEqual(entry["l2_entry_at"], table + index * entry["l2_entry_length"])
            value = self.number(entry["l2_entry_at"], 8)
            self.assertEqual(1, value >> 62)
            self.assertEqual(entry["host_offset"], value & (1 << self.layout["host_offset_bits"]) - 1)
            self.assertEqual(entry["additional_sectors"], (value & (1 << 62) - 1) >> self.layout["host_offset_bits"])
            stream = entry["stream"]
            self.assertEqual(stream["start"], entry["host_offset"])
            data = self.image[stream["start"]:stream["start"] + stream["length"]]
            decoder = zlib.decompressobj(-15)
            self.assertEqual(4096, len(decoder.decompress(data, 4096)))
            self.assertGreaterEqual(stream["length"], stream["needed"])
            self.assertLessEqual(stream["length"], entry["available_bytes"])
        self.assertGreater(self.entry(4096)["available_bytes"], 600 + 512)

    def test_what_refers_to_nothing_has_no_host_offset(self) -> None:
        self.assertNotIn("host_offset", self.entry(2 * 4096))
        self.assertEqual("unallocated", self.entry(3 * 4096)["kind"])


class Planted(ProjectTest):
    def planted(self, **image: object) -> list[dict[str, int]]:
        self.write(plain_case(image={"cluster_bits": 12, "guest": {"0": "compressed", "1": "standard"}, **image}))
        self.assertEqual(0, self.build("lock")[0])
        layout = json.loads((self.corpus / "layout/plain.json").read_text())
        self.places = {place["name"]: place["start"] for place in layout["places"]}
        return layout["planted"]

    def test_nothing_is_planted_in_an_image_that_is_right(self) -> None:
        self.assertEqual([], self.planted())
        self.assertEqual([], self.planted(refcounts={"set": {"guest.1": 1}}))

    def test_a_wrong_refcount_is_at_its_host_cluster(self) -> None:
        faults = self.planted(refcounts={"set": {"guest.1": 3, "l1_table + 7": "+1"}})
        self.assertEqual([{"host_offset": self.places["l1_table"]}, {"host_offset": self.places["guest.1"]}], faults)

    def test_flipped_bits_are_at_what_the_entry_refers_to(self) -> None:
        faults = self.planted(guest={"0": "compressed", "1": {"data": "rest", "flip_bits": "0x8000000000000000"}},
                              l1={"0": {"flip_bits": "0x1"}})
        self.assertEqual([{"host_offset": self.places["l2_table.0"]},
                          {"host_offset": self.places["guest.1"], "guest_offset": 4096}], faults)
