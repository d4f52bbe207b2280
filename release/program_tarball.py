"""The tarball for any Linux: an installation of static programs with the packed corpus.

python3 -m release.program_tarball STAGE NAME OUT: STAGE is the installation, NAME the folder in the tarball. The links
beside bin/ are for those who call the programs out of the unpacked folder.
"""

import gzip
import sys
from pathlib import Path

from release.corpus_packages import TIME
from release.sparse_tar import SparseTar

PROGRAMS = ("qcow2-conform", "qcow2-model")
KEPT = ("bin", "libexec", "share/qcow2-conform", "share/man", "share/bash-completion", "share/zsh", "share/fish")
LICENCES = "share/doc/qcow2-conform/licenses"  # of what is linked in
DOCUMENTS = ("LICENSE", "CHANGELOG.md")


def program_tarball(stage: Path, name: str, out: Path, documents: Path) -> None:
    with open(out, "wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=9, mtime=0) as packed:
        with SparseTar(packed, TIME, holes=False) as tar:
            for program in PROGRAMS:
                tar.add_link(f"{name}/{program}", f"bin/{program}")
            for document in DOCUMENTS:
                tar.add_file(f"{name}/{document}", documents / document)
            tar.add_bytes(f"{name}/README.md", (Path(__file__).parent / "templates/tarball.md").read_bytes())
            tar.add_tree(f"{name}/licenses", stage / LICENCES)
            for part in KEPT:
                tar.add_tree(f"{name}/{part}", stage / part)


if __name__ == "__main__":
    program_tarball(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(__file__).resolve().parents[1])
