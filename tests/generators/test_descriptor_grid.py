"""Each mistaken reading of the descriptor meets a case that it gets wrong, at every size where one can exist."""

import unittest
from typing import Callable, Dict, Iterator, List, Tuple

from generators.case.case import Case, case_files, parse_case
from generators.cli import Project
from generators.image.entries import Entry
from generators.image.image import build_image
from generators.case.schema import Validator
from tests.generators.project import ROOT

# (entry, cluster_bits) -> (host_offset, available bytes)
Reading = Callable[[int, int], Tuple[int, int]]
SECTOR = 512


def split(entry: int, x: int, size_bits: int) -> Tuple[int, int]:
    return entry & (1 << x) - 1, entry >> x & (1 << size_bits) - 1


def right(entry: int, bits: int) -> Tuple[int, int]:
    offset, field = split(entry, 70 - bits, bits - 8)
    return offset, (field + 1) * SECTOR - offset % SECTOR


def old_split(entry: int, bits: int) -> Tuple[int, int]:
    offset, field = split(entry, 71 - bits, bits - 9)
    return offset, (field + 1) * SECTOR - offset % SECTOR


def old_unit(entry: int, bits: int) -> Tuple[int, int]:
    offset, field = split(entry, 70 - bits, bits - 8)
    return offset, max(0, field * SECTOR - offset % SECTOR)


def count_from_the_sector(entry: int, bits: int) -> Tuple[int, int]:
    offset, field = split(entry, 70 - bits, bits - 8)
    return offset, field * SECTOR


def highest_bit_lost(entry: int, bits: int) -> Tuple[int, int]:
    offset, field = split(entry, 70 - bits, bits - 9)
    return offset, (field + 1) * SECTOR - offset % SECTOR


def masked(width: int) -> Reading:
    def reading(entry: int, bits: int) -> Tuple[int, int]:
        offset, field = split(entry, 70 - bits, min(width, bits - 8))
        return offset, (field + 1) * SECTOR - offset % SECTOR
    return reading


def standard_mask(entry: int, bits: int) -> Tuple[int, int]:
    return entry & 0x00FFFFFFFFFFFE00, right(entry, bits)[1]


def zero_flag_first(entry: int, bits: int) -> Tuple[int, int]:
    return (0, 0) if entry & 1 else right(entry, bits)


# The cluster sizes at which an entry can show the mistake.
EVERY = range(9, 22)
MISTAKES: Dict[str, Tuple[Reading, range]] = {
    "the split of the old wording": (old_split, EVERY),
    "the unit of the old wording": (old_unit, EVERY),
    "n sectors from the offset on": (count_from_the_sector, EVERY),
    "a size field of cluster_bits - 9 bits": (highest_bit_lost, EVERY),
    "a size field masked with 0xff": (masked(8), range(17, 22)),
    "a size field masked with 0xfff": (masked(12), range(21, 22)),
    "the offset mask of standard entries": (standard_mask, EVERY),
    "bit 0 taken for the zero flag": (zero_flag_first, EVERY),
}


def grid() -> Iterator[Case]:
    project = Project(str(ROOT))
    validator = Validator(project.schema)
    for family, path in case_files(str(ROOT)):
        if family == "descriptor" and path.startswith("cases/descriptor/fields-with-"):
            yield parse_case(family, path, project.read(path), validator)


def compressed(entries: Dict[int, Entry]) -> List[Entry]:
    return [entry for entry in entries.values() if entry.body is not None and entry.body.stream is not None]


class DescriptorGrid(unittest.TestCase):
    def test_every_mistake_is_wrong_somewhere_at_every_size(self) -> None:
        sizes = set()
        for case in grid():
            image = build_image(case.image)
            bits = image.geometry.cluster_bits
            sizes.add(bits)
            for name, (reading, where) in MISTAKES.items():
                with self.subTest(case=case.id, mistake=name):
                    wrong = [entry for entry in compressed(image.entries) if self.is_wrong(entry, bits, reading)]
                    self.assertEqual(bits in where, bool(wrong))
        self.assertEqual(set(EVERY), sizes)

    def is_wrong(self, entry: Entry, bits: int, reading: Reading) -> bool:
        """Another place, or fewer bytes than the stream needs: the cluster cannot come out right."""
        assert entry.body is not None and entry.body.stream is not None and entry.body.stream.needed is not None
        offset, available = right(entry.value, bits)
        self.assertEqual(entry.host_offset, offset)
        self.assertLessEqual(entry.body.stream.needed, available)
        wrong_offset, wrong_available = reading(entry.value, bits)
        return wrong_offset != offset or wrong_available < entry.body.stream.needed


if __name__ == "__main__":
    unittest.main()
