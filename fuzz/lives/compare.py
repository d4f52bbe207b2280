"""After a step: the bytes of each disk, the map, and the verdict of check, the model's against QEMU's."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from lives.differences import Answers, explain
from lives.life import Life
from lives.programs import Difference, Done, Programs
from lives.reading import pieces, read
from lives.records import read_header

MODEL_WORDS = {0: "clean", 1: "corrupt", 3: "leaks", 4: "refused"}
QEMU_WORDS = {0: "clean", 2: "corrupt", 3: "leaks", 1: "refused", 63: "refused"}
NUMBERS = (("allocated-clusters", "allocated_clusters"), ("compressed-clusters", "compressed_clusters"),
           ("image-end-offset", "image_end_offset"))
RAW = "read.raw"

Rules = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Verdict:
    word: str
    text: str
    document: dict[str, Any]


def model_check(programs: Programs, image: str) -> Verdict:
    done = programs.ask_model("check", "--json", "--jobs", "1", image)
    return Verdict(MODEL_WORDS.get(done.status, f"exit {done.status}"), done.err, done.document())


def qemu_check(programs: Programs, image: str) -> Verdict:
    done = programs.run("qemu-img", "check", "-f", "qcow2", "--output=json", image)
    return Verdict(QEMU_WORDS.get(done.status, f"exit {done.status}"), done.err, done.document())


def rules(document: dict[str, Any]) -> Rules:
    found = list(document.get("violations", []))
    found += [document[key] for key in ("refused", "not_repaired") if key in document]
    return tuple((str(one["rule"]), str(one["detail"])) for one in found)


def compare(life: Life, image: str) -> list[str]:
    """The names of the listed differences of an image of this life; raises Difference."""
    names = _check(life, image) + _disk(life, image, None) + _map(life, image)
    if image == life.top:
        for snapshot in life.snapshots:
            names += _disk(life, image, snapshot)
    return names


def _features(life: Life) -> frozenset[str]:
    with life.path.open("rb") as file:
        header = read_header(file.read(512))
    resized = life.operations["resize, smaller"] + life.operations["resize, larger"]
    found = {name for name, is_so in (("truncated", life.truncated), ("resized", bool(resized)),
                                      ("dirty", header.dirty),
                                      ("backing", bool(life.below)), ("snapshots", bool(life.snapshots)),
                                      ("v2", header.fields["version"] == 2), ("extended", header.extended_l2)) if is_so}
    return frozenset(found | life.features)


def _listed(answers: Answers, kind: str, detail: str) -> list[str]:
    name = explain(answers)
    if name is None:
        raise Difference(kind, detail)
    return [name]


# ---- check -----------------------------------------------------------------------------------------------
def _check(life: Life, image: str) -> list[str]:
    model, qemu = model_check(life.programs, image), qemu_check(life.programs, image)
    if model.word == qemu.word:
        return _numbers(model, qemu) if model.word == "clean" else []
    found = rules(model.document)
    slugs = ", ".join(sorted({slug for slug, _ in found}))
    return _listed(Answers("check", model.word, qemu.word, found, qemu.text, _features(life)),
                   f"check: the model says {model.word} ({slugs}), qemu-img {qemu.word}",
                   f"{json.dumps(found[:4])}; {qemu.text.strip()[-400:]}")


def _numbers(model: Verdict, qemu: Verdict) -> list[str]:
    for theirs, ours in NUMBERS:
        if qemu.document.get(theirs, 0) != model.document[ours]:
            raise Difference(f"check: other number of {ours}",
                             f"the model {model.document[ours]}, qemu-img {qemu.document.get(theirs, 0)}")
    return []


# ---- bytes -----------------------------------------------------------------------------------------------
def _rule(refusal: str) -> str:
    """The slug in "qcow2-model: stage: slug: detail"."""
    return (refusal.split(": ") + ["", "", ""])[2]


def _qemu_read(life: Life, image: str, snapshot: Optional[str]) -> tuple[Optional[bytes], str]:
    raw: Path = life.folder / RAW
    raw.unlink(missing_ok=True)
    which = ["-l", f"snapshot.name={snapshot}"] if snapshot else []
    done: Done = life.programs.run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", *which, image, RAW)
    return (raw.read_bytes(), "") if done.status == 0 else (None, done.err.strip())


def _disk(life: Life, image: str, snapshot: Optional[str]) -> list[str]:
    ours, said = read(life.programs, image, snapshot)
    theirs, error = _qemu_read(life, image, snapshot)
    if ours == theirs:
        return _part(life, image, snapshot, theirs) if theirs else []
    where = f"snapshot {snapshot!r}" if snapshot else "the active disk"
    words = ["refused" if data is None else "read" for data in (ours, theirs)]
    if words == ["read", "read"]:
        assert ours is not None and theirs is not None
        shorter = min(len(ours), len(theirs))
        if snapshot and ours[:shorter] == theirs[:shorter]:
            return _listed(Answers("snapshot's length", str(len(ours)), str(len(theirs)), features=_features(life)),
                           "bytes: a snapshot has another length", f"{where}: {len(ours)} and {len(theirs)} bytes")
        first = next((i for i, (a, b) in enumerate(zip(ours, theirs)) if a != b), min(len(ours), len(theirs)))
        raise Difference(f"bytes: {'a snapshot' if snapshot else 'the active disk'} differs",
                         f"{where}, {len(ours)} and {len(theirs)} bytes, the first at {first:#x}")
    rule = _rule(said)
    names = _listed(Answers("bytes", words[0], words[1], ((rule, said),), error, _features(life)),
                    f"bytes: {'a snapshot' if snapshot else 'the active disk'} {words[0]} ({rule}), by QEMU {words[1]}",
                    f"{where}: {said} {error}")
    if theirs is not None:
        _what_is_readable(life, image, snapshot, theirs, where)
    return names


def _part(life: Life, image: str, snapshot: Optional[str], whole: bytes) -> list[str]:
    """A read may begin and end anywhere, inside a hole too."""
    start = life.random.randrange(len(whole))
    length = life.random.choice((len(whole) - start, life.random.randint(0, len(whole) - start)))
    data, said = read(life.programs, image, snapshot, start, length)
    if data != whole[start : start + length]:
        raise Difference("bytes: a part is not a part of the whole",
                         f"{image}, guest {start:#x} +{length:#x}: {said or 'other bytes'}")
    return []


def _what_is_readable(life: Life, image: str, snapshot: Optional[str], theirs: bytes, where: str) -> None:
    """The model refuses some cluster: all others read as QEMU reads them."""
    with (life.folder / image).open("rb") as file:
        header = read_header(file.read(512))
    for piece in pieces(life.programs, image, snapshot, header, len(theirs)):
        if piece.data is not None and piece.data != theirs[piece.start : piece.start + piece.length]:
            raise Difference("bytes: what the model does not refuse differs",
                             f"{where}, guest {piece.start:#x} +{piece.length:#x}")


# ---- map -------------------------------------------------------------------------------------------------
State = tuple[bool, bool, int, Optional[bool]]  # zero, data, depth, compressed


def _merged(document: list[dict[str, Any]], compressed: bool) -> list[tuple[int, int, State]]:
    """(start, end, state), equal neighbours joined."""
    found: list[tuple[int, int, State]] = []
    for one in document:
        state = (one["zero"], one["data"], one["depth"], one.get("compressed") if compressed else None)
        start, end = one["start"], one["start"] + one["length"]
        if found and found[-1][2] == state and found[-1][1] == start:
            start = found.pop()[0]
        found.append((start, end, state))
    return found


def _map(life: Life, image: str) -> list[str]:
    ours = life.programs.ask_model("map", "--json", image)
    theirs = life.programs.run("qemu-img", "map", "-f", "qcow2", "--output=json", image)
    if ours.status or theirs.status:
        if bool(ours.status) == bool(theirs.status):
            return []
        words = ["refused" if done.status else "read" for done in (ours, theirs)]
        rule = _rule(ours.err)
        return _listed(Answers("map", words[0], words[1], ((rule, ours.err),), theirs.err, _features(life)),
                       f"map: {words[0]} ({rule}), by QEMU {words[1]}", f"{ours.err.strip()} {theirs.err.strip()}")
    both = all("compressed" in one for one in theirs.document())
    mine, others = _merged(ours.document(), both), _merged(theirs.document(), both)
    if mine == others:
        return []
    names = []
    for start, end, state, other in _unlike(mine, others):
        data, _ = read(life.programs, image, None, start, end - start)  # alone: other clusters may be refused
        zeros = data is not None and not any(data)
        features = _features(life) | ({"reads as zeros"} if zeros else set())
        names += _listed(Answers("map", _state(state), _state(other), features=frozenset(features)),
                         f"map: the model says {_state(state)}, QEMU {_state(other)}{', all zeros' if zeros else ''}",
                         f"guest {start:#x} to {end:#x}")
    return names


def _state(state: Optional[State]) -> str:
    if state is None:
        return "nothing"
    zero, data, depth, compressed = state
    words = [word for word, is_so in (("zero", zero), ("data", data), ("compressed", compressed)) if is_so]
    return " ".join([*(words or ["hole"]), f"depth {depth}"])


def _unlike(mine: list[tuple[int, int, State]], others: list[tuple[int, int, State]],
            ) -> list[tuple[int, int, Optional[State], Optional[State]]]:
    """The stretches where the states differ."""
    borders = sorted({place for start, end, _ in mine + others for place in (start, end)})
    found = []
    for start, end in zip(borders, borders[1:]):
        one, other = (next((state for first, last, state in extents if first <= start < last), None)
                      for extents in (mine, others))
        if one != other:
            found.append((start, end, one, other))
    return found
