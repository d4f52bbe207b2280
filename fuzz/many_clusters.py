"""Images for the differential fuzzer: many compressed clusters that share a few streams, whole and damaged.

The streams, and the image around them, are the generators'. The L2 entries then name copies of the streams: as they
are, damaged, cut, with what stands behind them, from other offsets, with other size fields.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from random import Random

from generators.streams.content import Content
from generators.case.errors import CaseError
from generators.image.image import build_image
from generators.case.spec import Spec
from generators.streams.build import build_stream

STREAMS = 24
CLUSTERS = 1024
DRAWS = 200


@dataclass(frozen=True)
class ManyClusters:
    cluster_bits: int
    compression: str
    data: bytes
    entries: list[int]

    @property
    def cluster_size(self) -> int:
        return 1 << self.cluster_bits

    def extent(self, index: int) -> tuple[bytes, bool]:
        """The bytes of a cluster's extent, and whether the file has them all."""
        x = 62 - (self.cluster_bits - 8)
        entry = self.entries[index] % (1 << 62)
        offset, sectors = entry % (1 << x), (entry >> x) + 1
        length = sectors * 512 - offset % 512
        found = self.data[offset : offset + length]
        return found, len(found) == length


def many_clusters(seed: int) -> ManyClusters:
    random = Random(seed)
    bits = random.choice((9, 9, 9, 10, 11, 12))
    compression = random.choice(("deflate", "deflate", "zstd"))
    image = build_image({"cluster_bits": bits, "compression": compression, "filler": 0,
                         "virtual_size": CLUSTERS << bits,
                         "guest": {"0": "compressed"}
                         | {str(index): "zero" for index in range(1, CLUSTERS)}})
    data = bytearray(image.file.read(0, image.file.length))
    streams = _streams(random, bits, compression)
    entries = [_entry(random, data, streams, bits) for _ in range(CLUSTERS)]
    if random.random() < 0.5:
        data += bytes(-len(data) % (1 << bits))
    per_table = (1 << bits) // 8
    for index, entry in enumerate(entries):
        table = image.places.start(image.disk.table(index // per_table))
        struct.pack_into(">Q", data, table + index % per_table * 8, entry)
    return ManyClusters(bits, compression, bytes(data), entries)


def _streams(random: Random, bits: int, compression: str) -> list[bytes]:
    size, streams = 1 << bits, []
    for draw in range(DRAWS):
        content = Content(str(draw), size)
        try:
            streams.append(build_stream(_stream(random, size, compression), compression, content).data)
        except CaseError:
            continue
        if len(streams) == STREAMS:
            break
    return streams


def _stream(random: Random, size: int, compression: str) -> Spec:
    kind = random.randrange(6)
    if kind == 0:
        return {}
    if kind == 1:
        return {"length": random.randint(size // 2, size + 60), "gives": size}
    if kind == 2:
        return {"length": random.randint(size // 2, size + 60), "gives": random.randint(size - 3, size + 40)}
    first = random.randint(1, size - 1)
    if compression == "zstd":
        frame = {"checksum": True} if random.random() < 0.5 else {}
        blocks = [{"raw": first}, {"compressed": "rest"}] if kind == 3 else [{"compressed": "rest"}]
        return {"zstd": [{"blocks": blocks, **frame}]}
    blocks = [{"stored": first}, {"fixed": "rest"}] if kind == 3 else [{"dynamic": first}, {"stored": "rest"}]
    return {"deflate": blocks if kind < 5 else [{"dynamic": "rest"}]}


def _entry(random: Random, data: bytearray, streams: list[bytes], bits: int) -> int:
    """An entry that names a stream, which is put behind what there is, or something that is there already."""
    x = 62 - (bits - 8)
    most = (1 << bits - 8) - 1
    if random.random() < 0.05:
        offset, length = random.randrange(len(data)), random.randint(1, 1 << bits)
    else:
        stream = _damaged(random, random.choice(streams))
        if random.random() < 0.3:
            data += random.randbytes(random.randint(0, 20))
        offset, length = len(data), max(1, len(stream))
        data += stream
    sectors = (offset % 512 + length - 1) // 512
    if random.random() < 0.15:
        sectors += random.choice((-1, 1, most))
    return 1 << 62 | min(max(sectors, 0), most) << x | offset


def _damaged(random: Random, stream: bytes) -> bytes:
    kind = random.random()
    changed = bytearray(stream)
    if kind < 0.45:
        return stream
    if kind < 0.8:
        for _ in range(random.choice((1, 1, 2, 5))):
            changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    elif kind < 0.9:
        del changed[len(changed) - random.randint(1, min(8, len(changed))) :]
    else:
        at = random.randrange(len(changed))
        changed[at : at + random.randint(0, 4)] = random.randbytes(random.randint(0, 4))
    return bytes(changed)


def store(image: ManyClusters, path: Path) -> None:
    path.write_bytes(image.data)
