"""The theorems of spec/erratum.md once more, for a solver: z3, over 64-bit words, without any loop over offsets.

    python3 spec/proofs/solver.py                all; exit 1 when one has a counter-example, 77 when z3 is not here
    python3 spec/proofs/solver.py --smt2 DIR     the same questions as SMT-LIB 2 files, for any solver: each must
                                                 be unsat

Each theorem is asked in the negative, for each of the 13 cluster sizes: is there an offset, a field, a length against
it? Offsets here are whole host offsets of up to 56 bits, not remainders. Two false statements are asked first: a solver
that finds nothing against them would prove nothing. z3 is Debian's python3-z3.
"""

from __future__ import annotations

import argparse
import pathlib
import sys
from collections.abc import Callable

try:
    from z3 import (And, BitVec, BitVecRef, BitVecVal, BoolRef, Concat, Extract, If, Implies, LShR, Not, Or, Solver,
                    UGE, ULE, ULT, sat, unsat)
except ImportError:
    print("z3 is not here; Debian has it as python3-z3")
    sys.exit(77)

o, n, length, entry = (BitVec(name, 64) for name in ("host_offset", "n", "length", "entry"))
r = o & 511


def x(cluster_bits: int) -> int:
    return 62 - (cluster_bits - 8)


def available(remainder: BitVecRef, sectors_beyond: BitVecRef) -> BitVecRef:
    return ((sectors_beyond + 1) << 9) - remainder


def legal(cluster_bits: int) -> BoolRef:
    """An offset and a size field that an entry can hold."""
    return And(ULT(o, 1 << min(x(cluster_bits), 56)), ULT(n, 1 << (cluster_bits - 8)))


def stream(longest: int) -> BoolRef:
    return And(UGE(length, 1), ULE(length, longest))


def least() -> BitVecRef:
    return LShR(r + length - 1, 9)


def zero_extended(first: int, last: int) -> BitVecRef:
    """The bits first..last of entry, as drawn in the document; empty when last < first."""
    if last < first:
        return BitVecVal(0, 64)
    return Concat(BitVecVal(0, 64 - (last - first + 1)), Extract(last, first, entry))


def fields(b: int) -> BoolRef:
    whole = entry == (zero_extended(63, 63) << 63 | zero_extended(62, 62) << 62
                      | zero_extended(x(b), 61) << x(b) | zero_extended(0, x(b) - 1))
    before = zero_extended(0, 61) == (zero_extended(x(b) + 1, 61) << (x(b) + 1) | zero_extended(0, x(b)))
    masks = And(zero_extended(0, x(b) - 1) == entry & ((1 << x(b)) - 1),
                zero_extended(x(b), 61) == LShR(entry, x(b)) & ((1 << (b - 8)) - 1))
    return And(whole, before, masks)


def maximum(b: int) -> BoolRef:
    bound = (2 << b) - r
    return Implies(legal(b), And(ULE(available(r, n), bound), UGE(available(r, n), 1),
                                 (available(r, n) == bound) == (n == (1 << (b - 8)) - 1)))


def fits(b: int) -> BoolRef:
    holds = And(UGE(available(r, least()), length), Or(least() == 0, ULT(available(r, least() - 1), length)),
                ULT(least(), 1 << (b - 8)) == ULE(length, (2 << b) - r))
    return Implies(And(legal(b), stream(4 << b)), And(holds, Implies(ULE(length, 1 << b), ULT(least(), 1 << (b - 8)))))


def before_fits_not(b: int) -> BoolRef:
    can = ULT(least(), 1 << (b - 9))
    return Implies(And(legal(b), stream(2 << b)), can == ULE(length, (1 << b) - r))


def writer_bound(b: int) -> BoolRef:
    extent = available(r, least())
    longest = And(r == 2, length == (1 << b) - 1)
    return And(
        Implies(
            And(legal(b), stream((1 << b) - 1)), And(ULE(extent, (1 << b) + 510), (extent == (1 << b) + 510) == longest)
        ),
        Implies(
            And(legal(b), length == 1 << b), And(ULE(extent, (1 << b) + 511), (extent == (1 << b) + 511) == (r == 1))
        ),
    )


def prefix(b: int) -> BoolRef:
    return Implies(And(legal(b), ULT(n, (1 << (b - 8)) - 1)), o + available(r, n + 1) == o + available(r, n) + 512)


def refcounts(b: int) -> BoolRef:
    last = LShR(o + length - 1, b)
    end = o + available(r, n)
    same = LShR(end - 1, b) == last
    agrees = And(Implies(n == least(), same), same == ULE(end, (last + 1) << b))
    if b == 9:
        agrees = And(agrees, same == (n == least()))
    return Implies(And(legal(b), stream(2 << b), UGE(n, least())), agrees)


def split_hidden(b: int) -> BoolRef:
    offset = zero_extended(0, x(b) - 1)
    size = zero_extended(x(b), 61)
    offset_before = zero_extended(0, x(b))
    size_before = zero_extended(x(b) + 1, 61)
    same = And(offset_before == offset, available(offset & 511, size_before) == available(offset & 511, size))
    return And((offset_before == offset) == (size & 1 == 0), same == (size == 0))


def wrong_hidden(b: int) -> BoolRef:
    m = least()
    right = available(r, m)
    cut = If(ULT(right, 1 << b), right, BitVecVal(1 << b, 64))
    covers = And(*(UGE(wrong, length) for wrong in ((m + 1) << 9, BitVecVal(1 << b, 64), (1 << b) + (m << 9), cut)))
    short = Or(ULT(m << 9, r), ULT((m << 9) - r, length))
    return Implies(And(legal(b), stream((1 << b) - 1)), And(covers, short))


THEOREMS: dict[str, Callable[[int], BoolRef]] = {
    "fields": fields,
    "maximum": maximum,
    "fits": fits,
    "before-fits-not": before_fits_not,
    "writer-bound": writer_bound,
    "prefix": prefix,
    "refcounts": refcounts,
    "split-hidden": split_hidden,
    "wrong-hidden": wrong_hidden,
}


FALSE = {
    "an extent of at most 2 * cluster_size - 1 - r": Implies(legal(9), ULE(available(r, n), 1023 - r)),
    "each stream of at most cluster_size with n = 0": Implies(And(legal(9), stream(512)), least() == 0),
}


def against(statement: BoolRef) -> Solver:
    solver = Solver()
    solver.add(Not(statement))
    return solver


def question(name: str, cluster_bits: int) -> Solver:
    return against(THEOREMS[name](cluster_bits))


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Hands the theorems of spec/erratum.md to z3.")
    parser.add_argument("names", nargs="*", metavar="THEOREM", help="all when none is named")
    parser.add_argument("--smt2", type=pathlib.Path, metavar="DIR", help="write the questions, do not ask them")
    options = parser.parse_args(arguments)
    unknown = [name for name in options.names if name not in THEOREMS]
    if unknown:
        parser.error(f"no theorem is called {unknown[0]}")
    for name, statement in FALSE.items():
        if against(statement).check() != sat:
            print(f"nothing is found against a false statement: {name}")
            return 1
    failed = False
    for name in options.names or THEOREMS:
        if options.smt2:
            options.smt2.mkdir(parents=True, exist_ok=True)
            for cluster_bits in range(9, 22):
                (options.smt2 / f"{name}-{cluster_bits}.smt2").write_text(question(name, cluster_bits).to_smt2())
            continue
        for cluster_bits in range(9, 22):
            solver = question(name, cluster_bits)
            if solver.check() != unsat:
                print(f"{name:<20}fails: cluster_bits {cluster_bits}, {solver.model()}")
                failed = True
                break
        else:
            print(f"{name:<20}holds at 13 cluster sizes")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
