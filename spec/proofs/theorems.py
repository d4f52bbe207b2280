"""The theorems of spec/erratum.md, each tried on all 13 cluster sizes. Standard library only.

    python3 spec/proofs/theorems.py              all of them; exit 1 when one fails, with its counter-example
    python3 spec/proofs/theorems.py fits         some of them
    python3 spec/proofs/theorems.py --list       names and statements

Why the loops cover all. host_offset enters every length by host_offset % 512 = r alone, so 512 values of r stand for
all offsets. For given r the least size field of a stream of L bytes is n exactly for L in [512 n - r + 1, 512 (n + 1) -
r] (and L >= 1). Inside such a run of lengths n is constant, and so is each quantity below that depends on L through n;
the others grow with L. So a statement that holds at both ends of a run holds in it. exhaustive.cpp does without this
step: it tries every pair of r and L one by one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
from collections.abc import Callable, Iterator

from readings import (
    CLUSTER_BITS,
    SECTOR,
    additional_sectors,
    available_bytes,
    available_bytes_as_count,
    entry_of,
    extent,
    host_offset,
    host_offset_before,
    least_size_field,
    size_field_before,
    size_values,
    size_values_before,
    x,
)


OFFSETS = [0, 1, 510, 511, 512, 3070, 0xA00802, (1 << 49) - 1]


class Fails(Exception):
    """A counter-example."""


def require(holds: bool, **where: int) -> None:
    if not holds:
        raise Fails(", ".join(f"{name} {value}" for name, value in where.items()))


Proof = Callable[[int], int]
THEOREMS: dict[str, tuple[str, Proof]] = {}


def theorem(name: str, statement: str) -> Callable[[Proof], Proof]:
    def enter(proof: Proof) -> Proof:
        THEOREMS[name] = (statement, proof)
        return proof

    return enter


def runs(remainder: int, length_max: int) -> Iterator[tuple[int, int, int]]:
    """(n, shortest, longest): the runs of lengths 1..length_max that have the least size field n."""
    n, shortest = 0, 1
    while shortest <= length_max:
        longest = min(SECTOR * (n + 1) - remainder, length_max)
        yield n, shortest, longest
        n, shortest = n + 1, longest + 1


@theorem(
    "fields",
    "Each split, corrected or not, gives every one of the bits 0 to 61 to one field; writing and reading agree.",
)
def fields(cluster_bits: int) -> int:
    for bit in range(62):
        entry = 1 << 62 | 1 << bit
        after = (host_offset(entry, cluster_bits), additional_sectors(entry, cluster_bits) << x(cluster_bits))
        before = (
            host_offset_before(entry, cluster_bits),
            size_field_before(entry, cluster_bits) << x(cluster_bits) + 1,
        )
        require(sorted(after) == [0, 1 << bit] == sorted(before), cluster_bits=cluster_bits, bit=bit)
    pairs = 0
    for offset in OFFSETS:
        for n in range(size_values(cluster_bits)):
            entry = entry_of(offset, n, cluster_bits)
            require(
                (host_offset(entry, cluster_bits), additional_sectors(entry, cluster_bits)) == (offset, n), entry=entry
            )
            pairs += 1
    return pairs


@theorem(
    "maximum", "The largest extent is 2 * cluster_size - r, that of the largest size field alone; the least is 512 - r."
)
def maximum(cluster_bits: int) -> int:
    cluster_size, values = 1 << cluster_bits, size_values(cluster_bits)
    for r in range(SECTOR):
        lengths = [available_bytes(r, n) for n in range(values)]
        require(max(lengths) == lengths[-1] == 2 * cluster_size - r, cluster_bits=cluster_bits, r=r)
        require(min(lengths) == lengths[0] == SECTOR - r >= 1, cluster_bits=cluster_bits, r=r)
        require(lengths.count(lengths[-1]) == 1, cluster_bits=cluster_bits, r=r)
    return SECTOR * values


@theorem(
    "fits",
    "A stream of L bytes fits if and only if L <= 2 * cluster_size - r; so up to cluster_size it fits from every "
    "offset.",
)
def fits(cluster_bits: int) -> int:
    cluster_size, values, pairs = 1 << cluster_bits, size_values(cluster_bits), 0
    for r in range(SECTOR):
        for n, shortest, longest in runs(r, 2 * cluster_size + SECTOR):
            least = least_size_field(r, shortest) == n == least_size_field(r, longest)
            covers = available_bytes(r, n) >= longest
            needed = n == 0 or available_bytes(r, n - 1) < shortest
            exact = (n < values) == (longest <= 2 * cluster_size - r) == (shortest <= 2 * cluster_size - r)
            if not (least and covers and needed and exact and (shortest > cluster_size or n < values)):
                raise Fails(f"cluster_bits {cluster_bits}, r {r}, n {n}, lengths {shortest} to {longest}")
            pairs += 2
    return pairs


@theorem(
    "before-fits-not",
    "Under the old split a stream fits only up to cluster_size - r (the field taken for additional sectors) "
    "or cluster_size - 512 - r (for a count); so a stream of cluster_size bytes fits at r = 0 alone, or nowhere.",
)
def before_fits_not(cluster_bits: int) -> int:
    cluster_size, values, pairs = 1 << cluster_bits, size_values_before(cluster_bits), 0
    require(values == cluster_size // SECTOR, cluster_bits=cluster_bits)
    for r in range(SECTOR):
        additional = [available_bytes(r, size) for size in range(values)]
        count = [available_bytes_as_count(r, size) for size in range(values)]
        require(max(additional) == cluster_size - r, cluster_bits=cluster_bits, r=r)
        require(max(count) == max(0, cluster_size - SECTOR - r), cluster_bits=cluster_bits, r=r)
        require(r == 0 or max(additional) < cluster_size, cluster_bits=cluster_bits, r=r)
        pairs += 2 * values
    return pairs


@theorem(
    "before-least",
    "In 512-byte clusters the shortest stream that the old split cannot hold has 2 bytes (r = 511); of streams of 15 "
    "bytes, packed from a sector's start, the first that it cannot hold is the 35th (r = 510), the thread's; taken for "
    "a count it holds nothing at all.",
)
def before_least(cluster_bits: int) -> int:
    if cluster_bits != 9:
        return 0
    cannot = [(length, r) for length in range(1, 513) for r in range(SECTOR)
              if all(available_bytes(r, size) < length for size in range(size_values_before(9)))]
    require(min(cannot) == (2, 511), length=min(cannot)[0], r=min(cannot)[1])
    require([r for length, r in cannot if length == 15] == list(range(498, 512)), length=15)
    packed = [i for i in range(512) if (15, 15 * i % SECTOR) in cannot]
    require(packed[0] == 34 and 15 * 34 % SECTOR == 510, first=packed[0])
    require(all(available_bytes_as_count(r, 0) == 0 for r in range(SECTOR)), count=0)
    entry = entry_of(2560 + 34 * 15, least_size_field(510, 15), 9)
    require(entry == 0x6000000000000BFE, entry=entry)
    require(extent(entry, 9) == (3070, 514), entry=entry)
    require(host_offset_before(entry, 9) == 0x2000000000000BFE and size_field_before(entry, 9) == 0, entry=entry)
    return 512 * SECTOR


@theorem(
    "writer-bound",
    "With the least field, a stream of at most cluster_size - 1 bytes (QEMU's writer) has an extent of at most "
    "cluster_size + 510 bytes, reached with r = 2 and L = cluster_size - 1 only; a stream of cluster_size bytes one of "
    "at most cluster_size + 511, with r = 1 only.",
)
def writer_bound(cluster_bits: int) -> int:
    cluster_size, pairs = 1 << cluster_bits, 0
    longest_at: list[tuple[int, int, int]] = []
    for r in range(SECTOR):
        for n, shortest, longest in runs(r, cluster_size - 1):
            if available_bytes(r, n) >= cluster_size + 510:
                longest_at.extend((available_bytes(r, n), r, length) for length in range(shortest, longest + 1))
            pairs += 1
    require(longest_at == [(cluster_size + 510, 2, cluster_size - 1)], cluster_bits=cluster_bits)
    exact = [available_bytes(r, least_size_field(r, cluster_size)) for r in range(SECTOR)]
    require(max(exact) == exact[1] == cluster_size + 511 and exact.count(exact[1]) == 1, cluster_bits=cluster_bits)
    return pairs + SECTOR


@theorem(
    "cluster-size-short",
    "For each r >= 2 there is a stream shorter than cluster_size whose extent is longer than cluster_size; for r = 0 "
    "and 1 there is none.",
)
def cluster_size_short(cluster_bits: int) -> int:
    cluster_size = 1 << cluster_bits
    for r in range(SECTOR):
        longest = max(available_bytes(r, n) for n, _, _ in runs(r, cluster_size - 1))
        require((longest > cluster_size) == (r >= 2), cluster_bits=cluster_bits, r=r)
    return SECTOR


@theorem("prefix", "The extent of n is the extent of n + 1 without its last 512 bytes: both begin at host_offset.")
def prefix(cluster_bits: int) -> int:
    values = size_values(cluster_bits)
    for r in range(SECTOR):
        for n in range(values - 1):
            if available_bytes(r, n + 1) != available_bytes(r, n) + SECTOR:
                raise Fails(f"cluster_bits {cluster_bits}, r {r}, n {n}")
    return SECTOR * (values - 1)


@theorem(
    "refcounts",
    "With the least field, stream and extent touch the same host clusters, wherever they stand. With d sectors more "
    "they still do if and only if no host cluster ends between the stream's last sector and the extent's; for each d "
    ">= 1 there is a place where one does, and in 512-byte clusters one does everywhere.",
)
def refcounts(cluster_bits: int) -> int:
    sectors, values = (1 << cluster_bits) // SECTOR, size_values(cluster_bits)
    # Only the place of the stream's last sector in its host cluster matters: both begin at host_offset, and the
    # extent's last sector is d sectors behind the stream's. The host cluster of the extent's end never falls as d
    # grows.
    for last in range(sectors):
        border = sectors - last
        require((last + 0) // sectors == 0, cluster_bits=cluster_bits, last=last)
        require((last + border - 1) // sectors == 0, cluster_bits=cluster_bits, last=last)
        require((last + border) // sectors == 1, cluster_bits=cluster_bits, last=last)
    for d in range(1, values):
        require(any((last + d) // sectors > 0 for last in (sectors - 1,)), cluster_bits=cluster_bits, d=d)
    require(sectors > 1 or all((0 + d) // sectors > 0 for d in range(1, values)), cluster_bits=cluster_bits)
    return sectors + values


@theorem(
    "split-hidden",
    "The old split names the same offset if and only if n is even; with the field taken for additional sectors "
    "it names the same extent if and only if n is 0.",
)
def split_hidden(cluster_bits: int) -> int:
    values = size_values(cluster_bits)
    # By "fields" an entry's offset bits pass through both splits unchanged, so a few offsets stand for all.
    for offset in OFFSETS:
        for n in range(values):
            entry = entry_of(offset, n, cluster_bits)
            before = host_offset_before(entry, cluster_bits)
            same = before == offset and size_field_before(entry, cluster_bits) == additional_sectors(
                entry, cluster_bits
            )
            if (before == offset) != (n % 2 == 0) or same != (n == 0):
                raise Fails(f"cluster_bits {cluster_bits}, host_offset {offset}, n {n}")
    return len(OFFSETS) * values


@theorem(
    "wrong-hidden",
    "For streams of at most cluster_size - 1 bytes with the least field (QEMU's writer) these wrong lengths always "
    "cover the stream: (n + 1) * 512, cluster_size, cluster_size + 512 n, and the right one cut at cluster_size. n * "
    "512 - r never does, n * 512 not always.",
)
def wrong_hidden(cluster_bits: int) -> int:
    cluster_size, pairs, missed = 1 << cluster_bits, 0, {"n * 512": 0, "n * 512 - r": 0}
    for r in range(SECTOR):
        for n, shortest, longest in runs(r, cluster_size - 1):
            wrong = (
                (n + 1) * SECTOR,
                cluster_size,
                cluster_size + SECTOR * n,
                min(available_bytes(r, n), cluster_size),
            )
            if min(wrong) < longest:
                raise Fails(f"cluster_bits {cluster_bits}, r {r}, n {n}")
            missed["n * 512"] += n * SECTOR < longest
            missed["n * 512 - r"] += n * SECTOR - r < longest
            pairs += 1
    require(missed["n * 512 - r"] == pairs and missed["n * 512"] > 0, cluster_bits=cluster_bits)
    return pairs


def prove(task: tuple[str, int]) -> tuple[str, int, str]:
    """Name, how many pairs were tried, and the counter-example if there is one."""
    name, cluster_bits = task
    try:
        return name, THEOREMS[name][1](cluster_bits), ""
    except Fails as counter_example:
        return name, 0, str(counter_example)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Proves the theorems of spec/erratum.md over all 13 cluster sizes.")
    parser.add_argument("names", nargs="*", metavar="THEOREM", help="all when none is named")
    parser.add_argument("--list", action="store_true", help="names and statements")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in THEOREMS]
    if unknown:
        parser.error(f"no theorem is called {unknown[0]}")
    names = options.names or list(THEOREMS)
    if options.list:
        print("\n".join(f"{name}: {THEOREMS[name][0]}" for name in names))
        return 0
    # The large cluster sizes first: they take the longest.
    tasks = [(name, cluster_bits) for cluster_bits in reversed(CLUSTER_BITS) for name in names]
    with multiprocessing.Pool() as pool:
        results = pool.map(prove, tasks, chunksize=1)
    for name in names:
        own = [result for result in results if result[0] == name]
        failures = [counter_example for _, _, counter_example in own if counter_example]
        tried = sum(pairs for _, pairs, _ in own)
        print(f"{name:<20}{'fails: ' + failures[0] if failures else f'holds {tried:>10} tried'}")
    return 1 if any(counter_example for _, _, counter_example in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
