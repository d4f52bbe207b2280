"""The spec's own reader with one planted flaw, as an adapter: adapter.py FLAW

A reader that is right but for one thing, as the readers of the world are: each flaw is one that a published reader has,
or could have.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "implementations/spec-reader"))

import adapter as plugged  # noqa: E402
import qcow2_spec_reader as reader  # noqa: E402

# What a reader can leave unchecked and still give the bytes that the image would have without the flaw.
HARMLESS = {
    "header-length", "header-length-multiple", "header-refcount-order", "header-extensions-fit",
    "header-incompatible-features", "compression-type-agrees", "backing-file-name-length",
    "backing-file-in-first-cluster", "extended-l2-cluster-bits", "l1-table", "zero-cluster-v2", "standard-cluster",
    "external-data-file-standard",
}

honest_require, honest_unallocated, honest_read = reader.require, reader.Image.unallocated, plugged.read


def ignores(clauses: set[str]) -> None:
    """Goes on where one of these clauses refuses."""
    def require(condition: object, clause: str, what: str) -> None:
        if clause not in clauses:
            honest_require(condition, clause, what)

    reader.require = require


def lenient() -> None:
    ignores(HARMLESS)


def raw_where_no_qcow2() -> None:
    """Takes a file with another magic for a raw disk."""
    def read(request: dict, first_free: int) -> dict:
        answer = honest_read(request, first_free)
        if not answer.get("message", "").startswith("header-magic"):
            return answer
        data = Path(request["image"]).read_bytes()
        offset = request.get("offset", 0)
        Path(request["out"]).write_bytes(data[offset:offset + request.get("length", len(data))])
        return {"answer": "accept"}

    plugged.read = read


def no_unallocated_clusters() -> None:
    """Refuses disks with parts that no cluster stands for."""
    def unallocated(image: reader.Image, start: int, stop: int) -> object:
        raise reader.Refused("unallocated-cluster", f"nothing stands for {start:#x}..{stop:#x}")

    reader.Image.unallocated = unallocated


def version_2_only() -> None:
    def require(condition: object, clause: str, what: str) -> None:
        honest_require(condition and not (clause == "header-version" and what == "version 3"), clause, what)

    reader.require = require


def zeros_for_missing_bytes() -> None:
    """Fills up with zeros what a stream does not give."""
    def filled(decode: object) -> object:
        def give(data: bytes, cluster_size: int) -> tuple[bytes, None]:
            cluster, _ = decode(data, cluster_size)
            return bytes(cluster[:cluster_size]).ljust(cluster_size, b"\0"), None
        return give

    reader.inflate, reader.unzstd = filled(reader.inflate), filled(reader.unzstd)


def never_refuses() -> None:
    """Gives zeros for all that it cannot read, and never an error."""
    def read(request: dict, first_free: int) -> dict:
        if honest_read(request, first_free)["answer"] != "accept":
            with open(request["out"], "wb") as out:
                out.truncate(request.get("length", 1 << 19))
        return {"answer": "accept"}

    plugged.read = read


def yes_to_all() -> None:
    """Accepts without a look, and gives as many bytes as a file of its kind often has."""
    def read(request: dict, first_free: int) -> dict:
        Path(request["out"]).write_bytes(os.urandom(request.get("length", 1 << 16)))
        return {"answer": "accept"}

    plugged.read = read


def no_to_all() -> None:
    plugged.read = lambda request, first_free: {"answer": "reject", "message": "no"}


FLAWS = {flaw.__name__: flaw for flaw in (
    lenient, raw_where_no_qcow2, no_unallocated_clusters, version_2_only, zeros_for_missing_bytes, never_refuses,
    yes_to_all, no_to_all)}

if __name__ == "__main__":
    FLAWS[sys.argv[1]]()
    plugged.HELLO["name"] = sys.argv[1]
    plugged.main()
