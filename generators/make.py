"""One case made: its image, the files beside it, the guest disk, and what the lock says of them all."""

from dataclasses import dataclass
from typing import Optional

from generators.case.case import Case
from generators.streams.content import Content
from generators.case.errors import CaseError
from generators.guest.guest import Guest, read_guest, refused_whole
from generators.image.image import Image, build_image
from generators.guest.modify import After, Before, disks_after
from generators.image.sparse import SparseFile
from generators.case.spec import Spec, number

WHOLE_DISK_STAGES = ("open", "header", "l1")  # a refusal there concerns every guest cluster
PLAIN_FILE_MAX = 1 << 30  # a case with a longer image or disk says in "requires" what it asks of the file system


@dataclass(frozen=True)
class Made:
    image: Image
    siblings: dict[str, SparseFile]
    guest: Guest
    alternatives: dict[str, SparseFile]
    after: dict[str, After]  # by the number of the operation
    snapshots: dict[str, SparseFile]  # where an operation must leave them as they are

    def lock_entry(self) -> Spec:
        guest = {**_of_disk(self.guest.file), "refused": [list(part) for part in self.guest.refused]}
        changed = {"after": {index: _of_disk(after.file) for index, after in self.after.items()},
                   "snapshots": {name: _of_disk(file) for name, file in sorted(self.snapshots.items())}}
        return {
            "image": _of_image(self.image.file),
            "siblings": {name: _of_image(file) for name, file in sorted(self.siblings.items())},
            "guest": guest,
            "alternatives": {name: _of_disk(file) for name, file in sorted(self.alternatives.items())},
            **{key: value for key, value in changed.items() if value},
        }


def _of_image(file: SparseFile) -> Spec:
    return {"length": file.length, "sha256": file.image_digest()}


def _of_disk(file: SparseFile) -> Spec:
    return {"length": file.length, "sha256": file.disk_digest()}


def make_case(case: Case) -> Made:
    try:
        made = _make(case)
        for index, operation in enumerate(case.operations):
            _agree(made, operation, f"operations.{index}")
        _ordinary(case, made)
        _fits(case, made)
        return made
    except CaseError as error:
        raise CaseError(str(error), case.path) from None


def _make(case: Case) -> Made:
    siblings: dict[str, SparseFile] = {}
    try:
        image = build_image(case.image)
        backing = _backing(case, case.image, siblings)
        for rebase in _rebases(case):
            _backing(case, {"backing_file": {"name": rebase["backing_file"], "format": rebase["format"]}}, siblings)
        if image.data_file is not None and "missing" not in case.image["data_file"]:
            siblings[case.image["data_file"]["name"]] = image.data_file
    except CaseError as error:
        raise error if error.where.startswith("siblings") else error.inside("image") from None
    stages = {operation["expect"].get("stage") for operation in case.operations}
    guest = refused_whole(image) if stages & set(WHOLE_DISK_STAGES) else read_guest(image, backing)
    stated = case.image.get("alternatives", {})
    alternatives = {name: guest.file.resized(number(other["length"])) for name, other in stated.items()}
    snapshots = _snapshots(case, image, backing)
    before = Before(image, guest.file, snapshots, _backing_disk(case, backing), frozenset(case.siblings))
    return Made(image, siblings, guest, alternatives, _after(case, guest, before), snapshots)


# ---- what changes leave ------------------------------------------------------------------------------------
def _after(case: Case, guest: Guest, before: Before) -> dict[str, After]:
    after = {}
    for index, operation in enumerate(case.operations):
        if operation["op"] not in ("write", "modify") or operation["expect"]["verdict"] == "reject":
            continue
        if guest.refused:
            raise CaseError("the image cannot be read as a whole, so it cannot be changed", f"operations.{index}")
        if operation["op"] == "modify":
            try:
                disks = disks_after(before, operation["steps"])
            except CaseError as error:
                raise error.inside(f"operations.{index}") from None
            after.update({f"{index}.{name}" if name else str(index): disk for name, disk in disks.items()})
    return after


def _snapshots(case: Case, image: Image, backing: Optional[Guest]) -> dict[str, SparseFile]:
    """The disks of the snapshots, where an operation reads them or must leave them as they are.

    One with a broken stream is a slip, unless the case reads it. One whose tables cannot be read is none.
    """
    if not {"read-snapshot", "repair", "modify"} & {operation["op"] for operation in case.operations}:
        return {}
    refusable = {operation["snapshot"] for operation in case.operations
                 if operation["op"] == "read-snapshot" and operation["expect"]["verdict"] == "reject"}
    snapshots = {name: read_guest(disk, backing) for name, disk in image.snapshots().items()}
    for name, guest in snapshots.items():
        if guest.refused and guest.is_mapped and name not in refusable:
            raise CaseError(f"the snapshot '{name}' cannot be read as a whole", "image.snapshots")
    return {name: guest.file for name, guest in snapshots.items() if not guest.refused}


def _backing_disk(case: Case, backing: Optional[Guest]) -> Optional[tuple[str, SparseFile]]:
    return (case.image["backing_file"]["name"], backing.file) if backing is not None else None


# ---- files beside the image ------------------------------------------------------------------------------
def _backing(case: Case, spec: Spec, files: dict[str, SparseFile]) -> Optional[Guest]:
    """How the backing file reads that an image names, made from the case's siblings; chains are followed.

    None without one, and where a read of it ends in nothing: the file is missing, or its chain comes back to itself.
    """
    if "backing_file" not in spec or "missing" in spec["backing_file"]:
        return None
    name = spec["backing_file"]["name"]
    sibling = case.siblings.get(name)
    if sibling is None:
        raise CaseError(f"the case has no sibling '{name}' for this backing file", "backing_file")
    if name in files:
        return None
    if "raw" in sibling:
        data = Content(name.partition(".")[0], 0).bytes_of(sibling["raw"], 0)
        files[name] = SparseFile(len(data))
        files[name].write(0, data)
        return Guest(files[name], [])
    inner = sibling["image"]
    try:
        image = build_image(inner)
    except CaseError as error:
        raise error.inside(f"siblings.{name}") from None
    files[name] = image.file
    disk = read_guest(image, _backing(case, inner, files))
    return Guest(image.file, []) if spec["backing_file"].get("format") == "raw" else disk


def _rebases(case: Case) -> list[Spec]:
    """The backing files that steps give to the image."""
    return [step["rebase"] for operation in case.operations for step in operation.get("steps", [])
            if step.get("rebase")]


# ---- what the case expects must be what the generator makes ----------------------------------------------
def _agree(made: Made, operation: Spec, where: str) -> None:
    """A read or a map is accepted when it meets nothing that must be refused, and refused when it does."""
    expect = operation["expect"]
    for choice in expect.get("choices", {}).values():
        if "guest" in choice and choice["guest"] not in made.alternatives:
            raise CaseError(f"the image has no alternative '{choice['guest']}'", f"{where}.expect")
    op, verdict = operation["op"], expect["verdict"]
    if op not in ("read", "read-range", "read-snapshot", "map") or verdict not in ("accept", "reject"):
        return
    start, length = 0, made.guest.file.length
    if op == "read-range":
        start, length = number(operation["offset"]), number(operation["length"])
    must_fail = start + length > made.guest.file.length or _meets(made.guest.refused, start, length)
    if op == "map":  # which does not decode
        must_fail = not made.guest.is_mapped
    if op == "read-snapshot":
        must_fail = operation["snapshot"] not in made.snapshots
    if must_fail != (verdict == "reject"):
        found = "meets a part that must be refused" if must_fail else "meets nothing that must be refused"
        raise CaseError(f"the case says {verdict}, but the {op} {found}", where)


def _meets(parts: list[tuple[int, int]], start: int, length: int) -> bool:
    return any(offset < start + length and start < offset + size for offset, size in parts)


def _ordinary(case: Case, made: Made) -> None:
    """Several readers refuse streams longer than a cluster: only a case that is about them may have one."""
    if "stream-longer-than-cluster" in case.clauses:
        return
    for index, entry in made.image.entries.items():
        stream = entry.body.stream if entry.body is not None else None
        if stream is not None and (stream.needed or 0) > made.image.geometry.cluster_size:
            raise CaseError("its stream is longer than a cluster, and the case is not about that",
                            f"image.guest.{index}")


def _fits(case: Case, made: Made) -> None:
    length = max(made.image.file.length, made.guest.file.length)
    stated = case.document.get("requires", {})
    needed = {"max_file_size": f"{length:#x}"} if length > PLAIN_FILE_MAX else {}
    if stated != needed:
        raise CaseError(f"must be {needed} for files of up to {length} bytes", "requires")
