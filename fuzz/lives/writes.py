"""The guest's operations: writes of four kinds and discards, several in one call of qemu-io."""

from lives.life import DATA, Life

PART_MAX = 1 << 20
ANSWERS = ("wrote ", "discard ", "write failed", "discard failed")  # of qemu-io, one a command, in order


def guest_writes(life: Life) -> None:
    kinds = [_draw(life) for _ in range(life.random.randint(1, 7))]
    if not _call(life, kinds, [], (0, 1)):
        return
    answers = [line for line in life.said.splitlines() if line.startswith(ANSWERS)]
    for (name, _), answer in zip(kinds, answers):  # where QEMU refuses one of them, it has done the others
        (life.refused if "failed" in answer else life.operations)[name] += 1


def aborted_writes(life: Life) -> None:
    """qemu-io dies by SIGABRT; with lazy refcounts the dirty bit stays set, and what was not flushed is lost."""
    kinds = [_draw(life) for _ in range(life.random.randint(1, 4))]
    if life.random.random() < 0.7:
        kinds.append(("flush", "flush"))
    if _call(life, kinds, ["-c", "abort"], (-6,)):
        life.operations.update(name for name, _ in kinds)
        life.operations["abort that leaves the dirty bit"] += life.header.dirty


def _call(life: Life, kinds: list[tuple[str, str]], last: list[str], statuses: tuple[int, ...]) -> bool:
    words = [word for _, command in kinds for word in ("-c", command)]
    return life.run("qemu-io, aborted" if last else "qemu-io", "qemu-io", "-f", "qcow2", "-t", "unsafe", *words, *last,
                    life.top, statuses=statuses)


def _draw(life: Life) -> tuple[str, str]:
    random, header = life.random, life.header
    kind = random.choice(("write", "write", "write", "compressed write", "compressed write", "write zeroes",
                          "write zeroes, unmap", "discard"))
    start, length = _range(life, header.size, header.cluster_size, whole=kind == "compressed write")
    if kind in ("write", "compressed write"):
        source = f"-P {random.randint(0, 255)}" if random.random() < 0.4 else f"-s {DATA}"
        return kind, f"write {'-c ' if kind == 'compressed write' else ''}{source} {start} {length}"
    if kind == "discard":
        return kind, f"discard {start} {length}"
    return kind, f"write -z {'-u ' if kind.endswith('unmap') else ''}{start} {length}"


def _range(life: Life, size: int, cluster_size: int, whole: bool) -> tuple[int, int]:
    """(start, length) inside the disk: whole clusters, or whole subclusters, or any sectors."""
    random = life.random
    if size == 0:
        return 0, 0
    unit = cluster_size if whole else random.choice((cluster_size, max(512, cluster_size // 32), 512))
    start = random.randrange(0, size, unit)
    length = random.choice((unit, unit, unit * random.randint(1, 8), random.randint(1, PART_MAX)))
    length = -(-length // unit) * unit
    return start, min(length, size - start, PART_MAX if not whole else max(PART_MAX, cluster_size))
