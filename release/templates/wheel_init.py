"""Images of qcow2-conform, and what a sound reader answers.

Some files are terabytes long and nearly all hole, so the corpus comes packed; unpack() keeps the holes.
"""

import tarfile
from pathlib import Path

ARCHIVE = Path(__file__).with_name("corpus.tar.gz")


def unpack(folder: "str | Path") -> Path:
    """Unpacks into `folder` and returns the path of the corpus: index.tsv, images, guest disks."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder)
    return Path(folder) / "corpus"
