"""A folder as a tarball: python3 -m release.tree_tarball FOLDER NAME OUT"""

import gzip
import sys
from pathlib import Path

from release.corpus_packages import TIME
from release.sparse_tar import SparseTar

if __name__ == "__main__":
    with open(sys.argv[3], "wb") as raw, gzip.GzipFile(filename="", fileobj=raw, mode="wb", mtime=0) as packed:
        with SparseTar(packed, TIME, holes=False) as tar:
            tar.add_tree(sys.argv[2], Path(sys.argv[1]))
