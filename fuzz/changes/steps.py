"""A step drawn by lot, taken by the model and by QEMU: JSON for the one, a command for the other."""

from dataclasses import dataclass
from random import Random
from typing import Any

from changes.expected import Expected

KINDS = {"write": 30, "write_compressed": 25, "write_zeroes": 8, "discard": 12, "resize": 10, "snapshot_create": 7,
         "snapshot_apply": 3, "snapshot_delete": 4, "flush": 1, "commit": 5, "rebase": 5}
SNAPSHOTS_MAX = 4
LENGTH_MAX = 1 << 20


@dataclass(frozen=True)
class Step:
    kind: str
    json: Any
    qemu: list[str]  # the words of the command, but the image

    def text(self) -> dict[str, Any]:
        return {self.kind: self.json}


def draw(random: Random, disk: Expected, snapshots: list[str], number: int, backed: bool) -> Step:
    """Where there are snapshots the backing disk stays: it is theirs too."""
    while True:
        kind, = random.choices([*KINDS], [*KINDS.values()])
        if kind in ("snapshot_apply", "snapshot_delete") and not snapshots:
            continue
        if kind == "snapshot_create" and len(snapshots) == SNAPSHOTS_MAX:
            continue
        if kind in ("commit", "rebase") and (not backed or snapshots):
            continue
        if kind == "resize":
            return _resize(random, disk)
        if kind == "commit":
            return Step(kind, {}, ["qemu-img", "commit", "-q", "-f", "qcow2"])
        if kind == "rebase":
            return _rebase(random, number)
        if kind == "flush":
            return Step(kind, {}, _io("flush"))
        if kind.startswith("snapshot"):
            name = f"s{number}" if kind == "snapshot_create" else random.choice(snapshots)
            flag = {"snapshot_create": "-c", "snapshot_apply": "-a", "snapshot_delete": "-d"}[kind]
            return Step(kind, name, ["qemu-img", "snapshot", "-q", flag, name])
        if disk.data:
            return _ranged(random, disk, kind)


def _io(command: str) -> list[str]:
    return ["qemu-io", "-f", "qcow2", "-d", "unmap", "-c", command]


def _ranged(random: Random, disk: Expected, kind: str) -> Step:
    size, cluster = len(disk.data), disk.cluster_size
    if kind == "write_compressed" or random.random() < 0.5:
        clusters = -(-size // cluster)
        first = random.randrange(clusters)
        offset = first * cluster
        length = min(size, (first + random.randint(1, min(clusters - first, 4))) * cluster) - offset
    else:
        offset = random.randrange(size)
        length = random.randint(1, min(size - offset, 3 * cluster))
    if kind in ("discard", "write_zeroes"):
        command = "discard" if kind == "discard" else random.choice(("write -z", "write -z -u"))
        return Step(kind, {"offset": offset, "length": length}, _io(f"{command} {offset} {length}"))
    byte = random.randint(1, 255)
    flags = "-c " if kind == "write_compressed" else ""
    return Step(kind, {"offset": offset, "length": length, "byte": byte},
                _io(f"write {flags}-P {byte} {offset} {length}"))


def _resize(random: Random, disk: Expected) -> Step:
    size = len(disk.data)
    most = min(max(size, 8 * disk.cluster_size, 1 << 16), LENGTH_MAX)
    new = random.randrange(512, 2 * most if random.random() < 0.5 else max(size, 1024), 512)
    return Step("resize", new, ["qemu-img", "resize", "-q", "-f", "qcow2", "--shrink", "{image}", str(new)])


def expect(step: Step, disk: Expected, snapshots: dict[str, Expected]) -> Expected:
    """The disk after the step."""
    what = step.json
    if step.kind in ("write", "write_compressed", "write_zeroes"):
        disk.write(what["offset"], what["length"], what.get("byte", 0))
    elif step.kind == "discard":
        disk.discard(what["offset"], what["length"])
    elif step.kind == "resize":
        disk.resize(what)
    elif step.kind == "snapshot_create":
        snapshots[what] = disk.copy()
    elif step.kind == "snapshot_apply":
        return snapshots[what].copy()
    elif step.kind == "snapshot_delete":
        del snapshots[what]
    return disk


def _rebase(random: Random, number: int) -> Step:
    """To a raw file that the sequence makes, or to none."""
    words = ["qemu-img", "rebase", "-q", "-f", "qcow2"]
    if random.random() < 0.3:
        return Step("rebase", None, [*words, "-b", ""])
    name = f"base{number}.raw"
    return Step("rebase", {"backing_file": name, "format": "raw"}, [*words, "-b", name, "-F", "raw"])
