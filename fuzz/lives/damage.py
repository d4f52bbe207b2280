"""Damage to an image that QEMU made: by kind of record, so that rare tables are hit as often as common ones."""

from random import Random

from lives.records import Places

KINDS_MAX = 3


def damage(data: bytes, places: Places, random: Random) -> tuple[bytes, list[str]]:
    """The damaged image, and what was done to it, in words that bear repeating."""
    image = bytearray(data)
    done: list[str] = []
    for _ in range(random.choice((1, 1, 1, 2, KINDS_MAX))):
        kind = random.choice([*sorted(places), "end of file", "any byte"])
        if kind == "end of file":
            done.append(_cut(image, random))
        elif kind == "any byte" and image:
            done.append(_write(image, random, kind, random.randrange(len(image)), 1, places))
        elif kind in places:
            offset, length = random.choice(places[kind])
            if offset + length <= len(image):
                done.append(_write(image, random, kind, offset, length, places))
    return bytes(image), done


def _cut(image: bytearray, random: Random) -> str:
    """The file ends anywhere, or near its end, or grows by a hole."""
    length = len(image)
    new = random.choice((random.randrange(length + 1), max(0, length - random.randint(1, 1 << 13)),
                         length // 512 * 512, length + random.randint(1, 1 << 16)))
    image[:] = image[:new].ljust(new, b"\0")
    return f"end of file: {length} -> {new}"


def _write(image: bytearray, random: Random, kind: str, offset: int, length: int,
           places: Places) -> str:
    if length > 16:  # a stretch, not a field
        offset, length = offset + random.randrange(length), 1
    elif length == 16:  # an extended L2 entry: one of its words
        offset, length = offset + random.choice((0, 0, 8)), 8
    old = int.from_bytes(image[offset : offset + length], "big")
    new = _value(image, random, kind, old, length, places)
    image[offset : offset + length] = new.to_bytes(length, "big")
    return f"{kind}: {length} bytes at {offset:#x}: {old:#x} -> {new:#x}"


def _value(image: bytearray, random: Random, kind: str, old: int, length: int,
           places: Places) -> int:
    """A bit flipped, a limit, a neighbour, what a field like it holds, or the place of a record."""
    bits, cluster = 8 * length, 1 << random.randint(9, 16)
    ways = [
        lambda: old ^ 1 << random.randrange(bits),
        lambda: old ^ 1 << random.randrange(bits),
        lambda: random.choice((0, 1, (1 << bits) - 1, 1 << bits - 1, 1 << max(0, bits - 2))),
        lambda: old + random.choice((-1, 1, 8, -8, 512, -512, cluster, -cluster)),
        lambda: random.getrandbits(bits),
        lambda: int.from_bytes(_like(image, random, places.get(kind, []), length), "big"),
        lambda: _place(random, places) | (old & 3 << 62 if length == 8 else 0),
    ]
    return random.choice(ways)() % (1 << bits)


def _like(image: bytearray, random: Random, places: list[tuple[int, int]], length: int) -> bytes:
    alike = [offset for offset, size in places if size == length]
    offset = random.choice(alike) if alike else 0
    return bytes(image[offset : offset + length])


def _place(random: Random, places: Places) -> int:
    """Where some record stands: two that then lie on each other."""
    kinds = sorted(places)
    return random.choice(places[random.choice(kinds)])[0] & ~511 if kinds else 0
