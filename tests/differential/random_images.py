"""Random qcow2 images from a seed: what the case language can say, drawn by lot, and then perhaps damaged.

The generators make the image, so that neither the model nor QEMU decides what one looks like. The same seed gives the
same bytes on every machine.
"""

import struct
from random import Random
from typing import Callable

from generators.case.errors import CaseError
from generators.image.image import Image, build_image
from generators.image.sparse import SparseFile
from generators.case.spec import Spec

ATTEMPTS = 50  # a draw that the case language refuses (streams on top of each other, counts too large) is drawn again


def random_image(seed: int, clusters_max: int = 24) -> tuple[SparseFile, str]:
    """The image of a seed, and in a word or two what was done to it ("" where it was left alone)."""
    random = Random(seed)
    image = _built(random, clusters_max)
    return image.file, ", ".join(_damage(random, image))


def _built(random: Random, clusters_max: int) -> Image:
    for _ in range(ATTEMPTS):
        try:
            return build_image(_spec(random, clusters_max))
        except CaseError:
            continue
    raise AssertionError(f"no image in {ATTEMPTS} draws")


# ---- the image -------------------------------------------------------------------------------------------
def _spec(random: Random, clusters_max: int) -> Spec:
    cluster_bits = random.choice((9, 9, 9, 10, 11, 12, 12, 14, 16))
    version = 3 if random.random() < 0.9 else 2
    zstd = version == 3 and random.random() < 0.3
    spec: Spec = {
        "cluster_bits": cluster_bits,
        "compression": "zstd" if zstd else "deflate",
        "filler": random.choice((0, 1, 3)),
        "overlaps": True,
    }
    if version == 2:
        spec["header"] = {"version": 2}
    elif random.random() < 0.5:
        spec["refcounts"] = {"bits": 1 << random.randrange(7)}
    if version == 3 and cluster_bits >= 14 and random.random() < 0.3:
        spec["extended_l2"] = True
    _streams(random, spec)
    spec["guest"] = _guest(random, spec, random.randint(1, clusters_max))
    if random.random() < 0.2:
        spec["snapshots"] = [{"name": f"s{i}", "guest": _guest(random, spec, random.randint(0, 4))}
                             for i in range(random.randint(1, 2))]
    if random.random() < 0.3:
        highest = max(int(index) for index in spec["guest"])
        spec["virtual_size"] = (highest << cluster_bits) + random.randint(1, 3 << cluster_bits)
    if random.random() < 0.1:
        spec["file_length"] = f"end {random.choice('+-')} {random.randint(1, 2 << cluster_bits)}"
    return spec


def _streams(random: Random, spec: Spec) -> None:
    """Streams with names, which several guest clusters share."""
    if random.random() < 0.3:
        spec["streams"] = {f"shared{i}": _stream(random, spec) for i in range(random.randint(1, 3))}


def _stream(random: Random, spec: Spec) -> Spec:
    stream: Spec = {}
    size = 1 << spec["cluster_bits"]
    kind = random.random()
    if kind < 0.15:
        stream["length"] = random.randint(size // 2, size + 100)
    elif kind < 0.25:
        stream["then"] = {"random": random.randint(1, 40)}
    elif kind < 0.3:
        stream["cut"] = random.randint(1, 6)
    if random.random() < 0.3:
        unit = random.choice(("sector", "cluster"))
        step = random.randint(0, 511 if unit == "sector" else size - 1)
        stream["host_offset"] = f"{unit} + {step}"
    return stream


def _guest(random: Random, spec: Spec, count: int) -> Spec:
    size = 1 << spec["cluster_bits"]
    per_table = size // (16 if spec.get("extended_l2") else 8)
    indexes = random.sample(range(min(3 * per_table, 4 * count + 8)), count)
    return {str(index): _cluster(random, spec) for index in sorted(indexes)}


def _cluster(random: Random, spec: Spec) -> object:
    kind = random.random()
    if kind < 0.1:
        return "standard"
    if kind < 0.15 and spec.get("header", {}).get("version", 3) == 3:
        return "unallocated" if spec.get("extended_l2") else "zero"
    cluster: Spec = {"stream": _stream(random, spec)}
    if spec.get("streams") and random.random() < 0.5:
        cluster["stream"] = random.choice(sorted(spec["streams"]))
    field = random.random()
    if field < 0.1:
        cluster["additional_sectors"] = f"least + {random.randint(1, 3)}"
    elif field < 0.13:
        cluster["additional_sectors"] = "max"
    elif field < 0.16:
        cluster["additional_sectors"] = "least - 1"
    if random.random() < 0.01:
        cluster["flip_bits"] = f"{1 << random.randrange(64):#x}"
    return cluster


# ---- damage ----------------------------------------------------------------------------------------------
def _damage(random: Random, image: Image) -> list[str]:
    if random.random() < 0.3:
        return []
    done = []
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        name, change = random.choice(DAMAGES)
        change(random, image)
        done.append(name)
    return done


def _place(random: Random, image: Image, *beginnings: str) -> tuple[int, int]:
    """The place, and the length, of one thing whose name begins so."""
    places = [(start, end) for name, start, end in image.places.named()
              if name.startswith(beginnings) and end > start] or [(0, 112)]
    start, end = random.choice(places)
    return start, end - start


def _load(image: Image, offset: int) -> int:
    return int.from_bytes(image.file.read(offset, 8).ljust(8, b"\0"), "big")


def _store(image: Image, offset: int, value: int) -> None:
    image.file.write(offset, struct.pack(">Q", value % (1 << 64)))


def _entry_offset(random: Random, image: Image, *beginnings: str) -> int:
    """One of the first entries of a table, or any."""
    start, length = _place(random, image, *beginnings)
    entries = max(length // 8, 1)
    return start + 8 * random.randrange(min(entries, random.choice((8, 64, entries))))


def _flip_entry_bit(random: Random, image: Image) -> None:
    offset = _entry_offset(random, image, "l1_table", "l2_table", "snapshot.")
    _store(image, offset, _load(image, offset) ^ 1 << random.randrange(64))


def _random_entry(random: Random, image: Image) -> None:
    offset = _entry_offset(random, image, "l2_table")
    length = image.file.length or 1
    compressed = 1 << 62 | random.randrange(1 << random.choice((0, 3, 8))) << 70 - image.geometry.cluster_bits
    aligned = random.randrange(length) >> image.geometry.cluster_bits << image.geometry.cluster_bits
    _store(image, offset, random.choice((
        random.getrandbits(64), compressed % (1 << 62) | 1 << 62 | random.randrange(length), aligned,
        aligned | 1 << 63, 1)))


def _copy_entry(random: Random, image: Image) -> None:
    _store(image, _entry_offset(random, image, "l2_table"), _load(image, _entry_offset(random, image, "l2_table")))


def _refcount(random: Random, image: Image) -> None:
    start, length = _place(random, image, "refcount_block")
    at = start + random.randrange(min(length, random.choice((4, 32, length))))
    image.file.write(at, bytes([image.file.read(at, 1).ljust(1, b"\0")[0] ^ 1 << random.randrange(8)]))


def _refcount_table(random: Random, image: Image) -> None:
    offset = _entry_offset(random, image, "refcount_table")
    value = random.choice(
        (0, _load(image, offset) ^ 1 << random.randrange(64), random.randrange(image.file.length or 1))
    )
    _store(image, offset, value)


def _header_field(random: Random, image: Image) -> None:
    at = random.choice((*range(4, 72), *range(72, 112)))
    image.file.write(at, bytes([image.file.read(at, 1).ljust(1, b"\0")[0] ^ 1 << random.randrange(8)]))


def _table_place(random: Random, image: Image) -> None:
    """A table's offset in the header by a little or much."""
    at = random.choice((40, 48, 64))
    _store(image, at, _load(image, at) + random.choice((1, 8, 512, 1 << image.geometry.cluster_bits, -512, 1 << 40)))


def _stream_byte(random: Random, image: Image) -> None:
    start, length = _place(random, image, "guest", "shared")
    image.file.write(start + random.randrange(length), random.randbytes(1))


def _length(random: Random, image: Image) -> None:
    change = random.choice((-1, -511, -512, -4096, 1, 513, 1 << image.geometry.cluster_bits, 1 << 20))
    image.file.length = max(0, image.file.length + change)


DAMAGES: list[tuple[str, Callable[[Random, Image], None]]] = [
    ("entry bit flipped", _flip_entry_bit), ("random entry", _random_entry), ("entry copied", _copy_entry),
    ("refcount", _refcount), ("refcount table", _refcount_table), ("header field", _header_field),
    ("table moved", _table_place), ("stream byte", _stream_byte), ("file length", _length),
]
