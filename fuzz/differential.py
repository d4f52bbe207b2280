"""The model against QEMU, cluster by cluster, on random images: python3 fuzz/differential.py [--first N] [--images N]

Every cluster is read by both. Where they differ, and not in a way that the text leaves to them (LISTED), the image is
kept under build/fuzz/disagreements, to be reduced to a case. Counts go to standard output, as JSON. Exit 1: they
differ.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import zlib
from collections import Counter
from pathlib import Path
from typing import IO, Optional

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "fuzz")]

from many_clusters import ManyClusters, many_clusters, store  # noqa: E402
from qemu import Qemu  # noqa: E402

REFUSED, ENDS = 0, 1
LISTED = {
    "deflate-lookahead": "the cluster is complete, and zlib refuses what follows; QEMU hands the refusal on",
    "zstd-over-long": "a frame gives more than the cluster: QEMU refuses, the model stops there",
    "missing-bytes": "the extent reaches past the end of the file: QEMU takes zeros for what is not there",
}

Cluster = tuple[int, Optional[bytes]]


class Model:
    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __enter__(self) -> "Model":
        return self

    def __exit__(self, *_: object) -> None:
        self._stdin.close()
        self._process.wait()
        self._stdout.close()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin is not None
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def clusters(self, image: Path) -> Optional[list[Cluster]]:
        self._stdin.write(f"{image}\n".encode())
        self._stdin.flush()
        head = self._stdout.readline()
        if head == b"refused\n":
            return None
        size, count = map(int, head.split())
        clusters: list[Cluster] = []
        for _ in range(count):
            state = self._stdout.read(1)[0]
            clusters.append((state, None if state == REFUSED else self._stdout.read(size)))
        return clusters


def judge(image: ManyClusters, index: int, ours: Cluster, theirs: Optional[bytes]) -> str:
    """"agree: …", the name of a listed difference, or "differ: …"."""
    state, data = ours
    if data == theirs:
        return "agree: refused" if data is None else "agree: read"
    extent, whole = image.extent(index)
    if data is not None and theirs is None and state != ENDS:
        if image.compression == "zstd":
            return "zstd-over-long"
        if _looks_ahead(extent, image.cluster_size):
            return "deflate-lookahead"
    if not whole and data is None:
        return "missing-bytes"
    if data is None or theirs is None:
        return (
            f"differ: the model {'refuses' if data is None else 'reads'}, QEMU "
            f"{'refuses' if theirs is None else 'reads'}"
        )
    return "differ: other bytes"


def _looks_ahead(extent: bytes, cluster_size: int) -> bool:
    """Whether zlib refuses the extent when it has room for the cluster, and gives all but its last byte one by one: the
    call that gives the last one is the one that looks ahead, and what it gave is lost with it."""
    try:
        zlib.decompressobj(-15).decompress(extent, cluster_size)
        return False
    except zlib.error:
        pass
    stream, given, rest = zlib.decompressobj(-15), 0, extent
    try:
        while given < cluster_size and (byte := stream.decompress(rest, 1)):
            given += len(byte)
            rest = stream.unconsumed_tail
    except zlib.error:
        pass
    return given >= cluster_size - 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--images", type=int, default=20)
    parser.add_argument("--model", type=Path, default=ROOT / "build/release/bin/read-clusters")
    parser.add_argument("--keep", type=Path, default=ROOT / "build/fuzz/disagreements")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    started, reading = time.monotonic(), 0.0
    with tempfile.TemporaryDirectory(prefix="qcow2-conform-") as name, Model(options.model) as model, \
            Qemu(Path(name)) as qemu:
        for seed in range(options.first, options.first + options.images):
            image, path = many_clusters(seed), Path(name) / "image.qcow2"
            store(image, path)
            before = time.monotonic()
            ours, theirs = model.clusters(path), qemu.clusters(path, image.cluster_size, len(image.entries))
            reading += time.monotonic() - before
            if ours is None or theirs is None:
                raise AssertionError(f"seed {seed}: the image does not open")
            for index, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
                verdict = judge(image, index, mine, other)
                counts[verdict] += 1
                if verdict.startswith("differ"):
                    print(
                        f"seed {seed}, guest cluster {index}, entry {image.entries[index]:#x}: {verdict}",
                        file=sys.stderr,
                    )
                    options.keep.mkdir(parents=True, exist_ok=True)
                    store(image, options.keep / f"{seed}.qcow2")
    clusters = sum(counts.values())
    print(json.dumps({"first": options.first, "images": options.images, "clusters": clusters, "counts": dict(counts),
                      "seconds": round(time.monotonic() - started, 1),
                      "clusters_a_second_reading": round(clusters / reading)}, indent=2))
    return 1 if any(verdict.startswith("differ") for verdict in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
