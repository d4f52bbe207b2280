"""What must hold of `check --repair` on a damaged image, whatever the damage."""

import re
from dataclasses import dataclass
from typing import Iterator, Optional

from generators.layout import AUTOCLEAR_BITMAPS, COMPRESSED, SECTOR_SIZE, available_bytes, host_offset_bits
from lives.compare import model_check, qemu_check, rules
from lives.differences import Answers, explain
from lives.programs import Difference, Programs
from lives.reading import WHOLE_MAX, Piece, pieces
from lives.records import bitmap_granularities, entry_at, read_header, snapshots

DAMAGED, MENDED = "damaged.qcow2", "mended.qcow2"


@dataclass(frozen=True)
class Disk:
    """One of an image's disks: the active one, or a snapshot's."""

    snapshot: Optional[str]
    l1_offset: int
    l1_size: int
    size: int

    @property
    def name(self) -> str:
        return f"snapshot {self.snapshot!r}" if self.snapshot else "the active disk"


def judge(programs: Programs, damaged: bytes) -> tuple[str, list[str]]:
    """(what came of it, the names of the listed differences); raises Difference."""
    path, copy = programs.folder / DAMAGED, programs.folder / MENDED
    path.write_bytes(damaged)
    copy.write_bytes(damaged)
    done = programs.ask_model("check", "--repair", "--jobs", "1", MENDED)
    mended = copy.read_bytes()
    if mended == damaged:
        outcome = {4: "not opened", 0: "clean as it was"}.get(done.status, "left alone")
    else:
        outcome = {0: "mended: clean", 3: "mended: leaks stay"}.get(done.status, "mended in part")
        if done.status in (2, 4):
            raise Difference("repair changed an image that does not open after", done.err.strip())
        if done.err.startswith("not repaired"):
            raise Difference("repair says that it did not, and changed the image", done.err.strip())
        _compare_disks(programs, damaged, mended)
        again = programs.ask_model("check", "--repair", "--jobs", "1", MENDED)
        if copy.read_bytes() != mended:
            raise Difference("a second repair changes more", again.out.decode(errors="replace")[-300:])
        if again.status != done.status:
            raise Difference(f"a second repair ends with {again.status} in place of {done.status}", again.err[-300:])
    return outcome, _compare_verdicts(programs) if done.status == 0 else []


def touch(programs: Programs, damaged: bytes, command: str) -> None:
    """Any command ends as it should, whatever the image; Difference where it does not."""
    (programs.folder / DAMAGED).write_bytes(damaged)
    if command == "read":
        size = min(read_header(damaged).size, WHOLE_MAX)
        programs.ask_model("read", "--jobs", "1", "--length", str(size), DAMAGED, "-")
    else:
        programs.ask_model(command, "--json", DAMAGED)


def disks(image: bytes) -> Iterator[Disk]:
    fields = read_header(image).fields
    yield Disk(None, fields["l1_table_offset"], fields["l1_size"], fields["size"])
    for one in snapshots(image)[:6]:
        if one.id.isprintable() and one.id:
            yield Disk(one.id, one.l1_offset, one.l1_size, one.disk_size)


def _compare_disks(programs: Programs, damaged: bytes, mended: bytes) -> None:
    header = read_header(damaged)
    for disk in disks(damaged):
        before = pieces(programs, DAMAGED, disk.snapshot, header, disk.size)
        if all(piece.data is None for piece in before) and len(before) == 1:
            after = pieces(programs, MENDED, disk.snapshot, header, disk.size)
            if any(piece.data is not None for piece in after):
                raise Difference("repair makes a disk readable that was refused", disk.name)
            continue
        after = pieces(programs, MENDED, disk.snapshot, header, disk.size)
        _compare_pieces(disk, before, after, damaged, mended)


def _compare_pieces(disk: Disk, before: list[Piece], after: list[Piece], damaged: bytes, mended: bytes) -> None:
    known = {position: piece for piece in after for position in _clusters(piece, damaged)}
    unit = read_header(damaged).cluster_size
    for old in before:
        news = [(cluster, known[cluster]) for cluster in _clusters(old, damaged)]
        if old.data is None:
            readable = [cluster for cluster, new in news if new.data is not None]
            if len(readable) == len(news) and not any(_raised(disk, cluster, damaged, mended) for cluster in readable):
                raise Difference("repair makes readable what was refused",
                                 f"{disk.name}, guest {old.start:#x} +{old.length:#x}")
            continue
        for cluster, new in news:
            start = cluster * unit
            if new.data is None:
                if new.length <= unit:
                    raise Difference("repair makes unreadable what could be read", f"{disk.name}, guest {start:#x}")
            elif old.data[start - old.start :][:unit] != new.data[start - new.start :][:unit]:
                raise Difference("repair changes a readable byte", f"{disk.name}, guest {start:#x}")


def _clusters(piece: Piece, image: bytes) -> range:
    unit = read_header(image).cluster_size
    return range(piece.start // unit, -(-(piece.start + piece.length) // unit))


def _raised(disk: Disk, cluster: int, damaged: bytes, mended: bytes) -> bool:
    """Whether its own size field was raised, to an extent inside the old file (whose last sector counts whole)."""
    old, new = (entry_at(image, disk.l1_offset, disk.l1_size, cluster) for image in (damaged, mended))
    if old is None or new is None or not old & new & COMPRESSED:
        return False
    bits = host_offset_bits(read_header(damaged).cluster_bits)
    offset, fields = old & (1 << bits) - 1, [(entry & COMPRESSED - 1) >> bits for entry in (old, new)]
    end, old_end = offset + available_bytes(offset, fields[1]), -(-len(damaged) // SECTOR_SIZE) * SECTOR_SIZE
    return new & (1 << bits) - 1 == offset and fields[1] > fields[0] and end <= old_end


def _compare_verdicts(programs: Programs) -> list[str]:
    """What the model calls clean after its repair, QEMU must."""
    model, qemu = model_check(programs, MENDED), qemu_check(programs, MENDED)
    if model.word == qemu.word == "clean":
        return []
    features = _features((programs.folder / MENDED).read_bytes())
    name = explain(Answers("repaired", model.word, qemu.word, rules(model.document), qemu.text, features))
    if name is None:
        raise Difference(f"clean after repair; check says {model.word}, qemu-img {qemu.word} ({_gist(qemu.text)})",
                         qemu.text.strip()[-400:])
    return [name]


def _features(image: bytes) -> frozenset[str]:
    """What the list asks for of a damaged image."""
    header = read_header(image)
    found = set() if header.fields["nb_snapshots"] else {"no snapshots"}
    if not header.fields["autoclear_features"] & AUTOCLEAR_BITMAPS:
        found.add("bitmaps not in force")
    if any(bits < 64 and not 9 <= bits <= 31 for bits in bitmap_granularities(image)):
        found.add("bitmap granularity that QEMU lacks")
    return frozenset(found)


def _gist(text: str) -> str:
    """What kind of message it is: its first line, without names and numbers."""
    return re.sub(r"'[^']*'|0x[0-9a-f]+|\d+", "N", text.strip().partition("\n")[0])[-90:]
