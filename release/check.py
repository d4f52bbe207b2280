"""Whether the parts of a release are what they say: python3 -m release.check FOLDER VERSION

Says what is wrong, a line each; exit 1 where anything is.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Iterator

from release.linked import LINKED

SUMS = "SHA256SUMS"
TARBALL_MAX = 16_000_000
PACKAGES = ("libqcow2-model-dev", "qcow2-conform", "qcow2-model")
PAGES = {"kill-matrix.md": "mutants:", "kill-matrix.html": "<html", "kill-matrix.json": "{", "registers.md": "# "}


def output(*words: object) -> str:
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout if done.returncode == 0 else f"exit {done.returncode}: {done.stdout}"


def one(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise FileNotFoundError(f"{pattern}: {len(found)} files")
    return found[0]


def sums(folder: Path, _: str) -> Iterator[str]:
    listed = dict(reversed(line.split("  ", 1)) for line in (folder / SUMS).read_text().splitlines())
    there = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir() if path.name != SUMS}
    yield from (f"{name}: not as listed" for name in sorted(listed.keys() | there.keys())
                if listed.get(name) != there.get(name))


def program_tarball(folder: Path, version: str) -> Iterator[str]:
    tarball = one(folder, f"qcow2-conform-{version}-linux-*.tar.gz")
    if tarball.stat().st_size >= TARBALL_MAX:
        yield f"{tarball.name}: {tarball.stat().st_size} bytes are too many"
    with tempfile.TemporaryDirectory() as unpacked:
        subprocess.run(["tar", "-xf", tarball, "-C", unpacked], check=True)
        top = Path(unpacked) / tarball.name.removesuffix(".tar.gz")
        for program in ("qcow2-conform", "qcow2-model"):
            if output(top / program, "--version").strip() != f"{program} {version}":
                yield f"{tarball.name}: {program} does not say that it is {version}"
            if "INTERP" in output("readelf", "-lW", top / program):
                yield f"{tarball.name}: {program} wants libraries of its machine"
        for package in LINKED:
            if not (top / "licenses" / package).is_file():
                yield f"{tarball.name}: no licence of {package}"
        if ", 0 mismatches" not in output(top / "qcow2-conform", "corpus", "verify"):
            yield f"{tarball.name}: its corpus does not agree with its lock"
        reader = f"{top}/qcow2-model read {{image}} {{out}}"
        said = output(top / "qcow2-conform", "run", "--quick", "--read-cmd", reader, "--out", f"{unpacked}/results")
        if not (Path(unpacked) / "results/report.html").exists() or said.startswith("exit"):
            yield f"{tarball.name}: it does not judge the model: {said}"


def debs(folder: Path, version: str) -> Iterator[str]:
    for package in PACKAGES:
        deb = one(folder, f"{package}_{version}_*.deb")
        if output("dpkg-deb", "--field", deb, "Package", "Version") != f"Package: {package}\nVersion: {version}\n":
            yield f"{deb.name}: its control file says something else"
        if f"./usr/share/doc/{package}/copyright" not in output("dpkg-deb", "--contents", deb):
            yield f"{deb.name}: no licence"


def lintian(folder: Path, version: str) -> Iterator[str]:
    """What Debian calls an error in a package; packaging/lintian-overrides has what does not hold for these."""
    packages = [one(folder, f"{package}_{version}_*.deb") for package in PACKAGES]
    said = output("lintian", "--fail-on", "error", "--tag-display-limit", "0", *packages)
    yield from (line for line in said.splitlines() if line.startswith("E: "))
    if said.startswith("exit") and "E: " not in said:
        yield f"lintian: {said}"


def sources(folder: Path, version: str) -> Iterator[str]:
    name = f"qcow2-conform-{version}"
    with tarfile.open(folder / f"{name}.tar.gz") as tar:
        text = tar.extractfile(f"{name}/CMakeLists.txt").read().decode()
    if f"project(qcow2-conform VERSION {version}" not in text:
        yield f"{name}.tar.gz: the sources of another version"


def corpus(folder: Path, version: str) -> Iterator[str]:
    for pattern in (f"qcow2-conform-corpus-{version}.tar.gz", f"qcow2-conform-corpus-{version}.tgz"):
        with tarfile.open(one(folder, pattern)) as tar:
            if len(tar.getmembers()) < 4:
                yield f"{pattern}: nearly nothing in it"
    with zipfile.ZipFile(one(folder, f"qcow2_conform_corpus-{version}-*.whl")) as wheel:
        if bad := wheel.testzip():
            yield f"the wheel: {bad}"


def changes(folder: Path, version: str) -> Iterator[str]:
    said = json.loads((folder / "CHANGES.json").read_text())
    if (said["schema"], said["version"]) != ("qcow2-conform/changes/1", version):
        yield "CHANGES.json: of another version"
    ids = [case["id"] for kind in ("added", "changed", "withdrawn") for case in said[kind]]
    if len(ids) != len(set(ids)):
        yield "CHANGES.json: a case twice"


def sbom(folder: Path, version: str) -> Iterator[str]:
    path = folder / f"qcow2-conform-{version}.spdx.json"
    listed = {file["fileName"]: {one["checksumValue"] for one in file["checksums"]}
              for file in json.loads(path.read_text())["files"]}
    for other in folder.iterdir():
        if other.name in (SUMS, path.name):
            continue
        if hashlib.sha256(other.read_bytes()).hexdigest() not in listed.get(f"./{other.name}", ()):
            yield f"{path.name}: {other.name} is not in it as it is"


def pages(folder: Path, version: str) -> Iterator[str]:
    for name, word in PAGES.items():
        if word not in (folder / name).read_text():
            yield f"{name}: not what it should be"
    for site in folder.glob(f"qcow2-conform-{version}-site.tar.gz"):
        with tarfile.open(site) as tar:
            if f"{site.name.removesuffix('.tar.gz')}/index.html" not in tar.getnames():
                yield f"{site.name}: no index.html"


CHECKS = (sums, program_tarball, debs, lintian, sources, corpus, changes, sbom, pages)


def faults(folder: Path, version: str) -> Iterator[str]:
    for check in CHECKS:
        try:
            yield from check(folder, version)
        except (OSError, ValueError, KeyError, tarfile.TarError, zipfile.BadZipFile,
                subprocess.CalledProcessError) as error:
            yield f"{check.__name__}: {error}"


if __name__ == "__main__":
    found = list(faults(Path(sys.argv[1]), sys.argv[2]))
    for fault in found:
        print(f"release: {fault}", file=sys.stderr)
    sys.exit(bool(found))
