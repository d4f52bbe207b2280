"""Seeds for the fuzz targets, from the corpus, random images and QEMU: python3 fuzz/seeds.py --corpus DIR --out DIR

Images go to OUT/image (header, read, check, repair, change, commands), streams to OUT/decode; with --zip each target
gets its <target>_seed_corpus.zip, as OSS-Fuzz wants them.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "fuzz")]

from generators.layout import HEADER_LENGTH_V3  # noqa: E402
from lives.records import read_header  # noqa: E402
from tests.differential.random_images import random_image  # noqa: E402

IMAGE_MAX = 200 << 10  # longer seeds make a fuzzer slow
CORPUS_IMAGE_MAX = 8 << 20  # of longer ones the maps are long, and their streams those of others
RANDOM_IMAGES = 200
CLUSTER_BITS_MAX = 16
TARGETS = {"decode": "decode", "header": "image", "read": "image", "check": "image", "repair": "image",
           "change": "image", "commands": "image"}
QEMU_IMAGES = 16


def corpus_images(corpus: Path) -> Iterator[Path]:
    for path in sorted(corpus.glob("images/*/*.qcow2")):
        if path.stat().st_size <= CORPUS_IMAGE_MAX:
            yield path


def random_images(folder: Path) -> Iterator[Path]:
    for seed in range(RANDOM_IMAGES):
        path = folder / f"{seed}.qcow2"
        random_image(seed)[0].store(str(path))
        yield path


def qemu_images(folder: Path) -> Iterator[Path]:
    """Small ones with snapshots, bitmaps, a backing file's name and extended L2 entries, where there is a QEMU."""
    if not shutil.which("qemu-img") or not shutil.which("qemu-io"):
        return
    for number in range(QEMU_IMAGES):
        path = folder / f"qemu-{number}.qcow2"
        options = ["cluster_size=4096", "compat=0.10" if number % 4 == 3 else "compat=1.1"]
        if number % 4 == 2:
            options = ["cluster_size=16384", "extended_l2=on"]
        commands = [["qemu-img", "create", "-q", "-f", "qcow2", "-o", ",".join(options), path, "128k"],
                    ["qemu-io", "-f", "qcow2", "-c", "write -P 1 0 12k", "-c", "write -c -P 2 32k 16k", path]]
        if number % 4 != 3:
            commands += [["qemu-img", "bitmap", "--add", path, f"bitmap-{i}"] for i in range(number % 3)]
        for i in range(1 + number % 2):
            commands += [["qemu-img", "snapshot", "-c", f"snapshot-{i}", path],
                         ["qemu-io", "-f", "qcow2", "-c", f"write -P {3 + i} {4 * i}k 4k", path]]
        if number % 5 == 0:
            commands += [["qemu-img", "rebase", "-u", "-b", "base.raw", "-F", "raw", path]]
        for command in commands:
            subprocess.run(command, capture_output=True, check=True)
        yield path


def streams(model: Path, image: Path) -> Iterator[bytes]:
    """The extents of an image, each behind a byte that says its cluster size and format."""
    with image.open("rb") as file:
        header = read_header(file.read(HEADER_LENGTH_V3))
        if not 9 <= header.cluster_bits <= CLUSTER_BITS_MAX:
            return
        zstd = header.fields["compression_type"] == 1
        head = bytes([header.cluster_bits - 9 | (0x80 if zstd else 0)])
        rows = subprocess.run([model, "map", "--clusters", "--json", image], capture_output=True, check=False)
        for row in json.loads(rows.stdout)["clusters"] if rows.returncode == 0 else ():
            if row["kind"] == "compressed":
                file.seek(min(row["host_offset"], IMAGE_MAX << 20))
                yield head + file.read(row["available_bytes"])


def store(folder: Path, data: bytes) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--corpus", type=Path, default=ROOT / "build/release/corpus")
    parser.add_argument("--model", type=Path, default=ROOT / "build/release/bin/qcow2-model")
    parser.add_argument("--out", type=Path, default=ROOT / "build/fuzz/seeds")
    parser.add_argument("--zip", action="store_true", help="pack them, as OSS-Fuzz wants them")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for image in (*corpus_images(options.corpus), *random_images(Path(folder)), *qemu_images(Path(folder))):
            if image.stat().st_size <= IMAGE_MAX:
                store(options.out / "image", image.read_bytes())
            for stream in streams(options.model, image):
                store(options.out / "decode", stream)
    for target, kind in TARGETS.items() if options.zip else ():
        with zipfile.ZipFile(options.out / f"fuzz_{target}_seed_corpus.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            for seed in sorted((options.out / kind).iterdir()):
                packed.write(seed, seed.name)
    for kind in ("image", "decode"):
        print(f"{len(list((options.out / kind).iterdir()))} seeds in {options.out / kind}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
