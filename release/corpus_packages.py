"""An exported corpus as an npm package and as a Python wheel: scripts/corpus-packages calls it.

Both hold the corpus as one packed archive, since neither form of package keeps holes, and a few lines that unpack it
into a folder of the user's. Everything is the same to the bit wherever it is made.
"""

import base64
import gzip
import hashlib
import io
import json
import zipfile
from pathlib import Path

from release.sparse_tar import SparseTar

TEMPLATES = Path(__file__).parent / "templates"
TIME = 1_519_084_800  # 2018-02-20, when the thread began; no package says more of when it was made
ARCHIVE = "corpus.tar.gz"
SUMMARY = "Images and expectations for testing readers of compressed clusters in qcow2 images"
WHEEL_TAG = "py3-none-any"


def gzipped(data: bytes) -> bytes:
    return gzip.compress(data, 9, mtime=0)


def corpus_archive(corpus: Path) -> bytes:
    """The exported corpus below `corpus/`, holes kept."""
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", fileobj=packed, mode="wb", compresslevel=9, mtime=0) as out:
        with SparseTar(out, TIME) as tar:
            tar.add_tree("corpus", corpus)
    return packed.getvalue()


def npm_package(archive: bytes, version: str, license_text: bytes) -> tuple[str, bytes]:
    """The name of the file, and what npm install takes."""
    name = "qcow2-conform-corpus"
    manifest = {"name": name, "version": version, "description": SUMMARY, "license": "MIT", "type": "module",
                "exports": "./index.js", "files": [ARCHIVE, "index.js"], "engines": {"node": ">=18"}, "os": ["!win32"]}
    out = io.BytesIO()
    with SparseTar(out, TIME) as tar:
        tar.add_bytes("package/package.json", (json.dumps(manifest, indent=2) + "\n").encode())
        tar.add_bytes("package/LICENSE", license_text)
        tar.add_bytes("package/index.js", (TEMPLATES / "index.js").read_bytes())
        tar.add_bytes(f"package/{ARCHIVE}", archive)
    return f"{name}-{version}.tgz", gzipped(out.getvalue())


def wheel(archive: bytes, version: str, license_text: bytes) -> tuple[str, bytes]:
    """The name of the file, and what pip install takes."""
    module = "qcow2_conform_corpus"
    info = f"{module}-{version}.dist-info"
    files = {
        f"{module}/__init__.py": (TEMPLATES / "wheel_init.py").read_bytes(),
        f"{module}/{ARCHIVE}": archive,
        f"{info}/LICENSE": license_text,
        f"{info}/METADATA": (f"Metadata-Version: 2.1\nName: qcow2-conform-corpus\nVersion: {version}\n"
                             f"Summary: {SUMMARY}\nLicense: MIT\nRequires-Python: >=3.9\n").encode(),
        f"{info}/WHEEL": ("Wheel-Version: 1.0\nGenerator: qcow2-conform\nRoot-Is-Purelib: true\n"
                          f"Tag: {WHEEL_TAG}\n").encode(),
    }
    record = "".join(f"{name},sha256={_wheel_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, data in files.items():
            member = zipfile.ZipInfo(name, (2018, 2, 20, 0, 0, 0))
            member.external_attr = 0o100644 << 16
            member.compress_type = zipfile.ZIP_STORED if name.endswith(".gz") else zipfile.ZIP_DEFLATED
            packed.writestr(member, data)
    return f"{module}-{version}-{WHEEL_TAG}.whl", out.getvalue()


def _wheel_digest(data: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
