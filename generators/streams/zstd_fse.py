"""FSE tables that a zstd block brings along (RFC 8878, 4.1.1): a distribution of its own codes, and its description.

Also the weights of a Huffman code as such a table writes them (4.2.1.2).
"""

from collections import Counter

from generators.streams.bits import BitWriter
from generators.case.errors import CaseError
from generators.streams.zstd_codes import FseTable, fse_table

ACCURACY_LOG = 6


def own_table(codes: list[int]) -> tuple[FseTable, bytes]:
    """A table for these codes, and how the block describes it."""
    distribution = _distribution(codes)
    return fse_table(ACCURACY_LOG, distribution), _description(distribution)


def packed_weights(weights: list[int]) -> bytes:
    """4.2.1.2: a table, then the weights by two states in turn. A decoder ends when a state's next bits are not there:
    so no code may have more than half of the states, from some of which it goes on without any bits."""
    distribution = _halved(_distribution(weights))
    table = fse_table(ACCURACY_LOG, distribution)
    bits = BitWriter()
    states: list[int] = []  # of the last weight first
    for index, weight in enumerate(reversed(weights)):
        following = states[index - 2] if index >= 2 else None
        state = table.state_before(weight, following)
        if following is not None:
            bits.number(following - table.baselines[state], table.widths[state])
        states.append(state)
    for state in (states[-2], states[-1]):  # a decoder begins with that of the first weight
        bits.number(state, ACCURACY_LOG)
    bits.number(1, 1)
    return _description(distribution) + bits.getvalue()


def _halved(distribution: list[int]) -> list[int]:
    """What a code has above half of the states goes to another."""
    half = 1 << (ACCURACY_LOG - 1)
    if sum(1 for share in distribution if share) < 2:
        raise CaseError("weights that are all alike have no table")
    halved = [min(share, half) for share in distribution]
    other = next(code for code, share in enumerate(distribution) if 0 < share < half)
    halved[other] += (1 << ACCURACY_LOG) - sum(halved)
    return halved


def _distribution(codes: list[int]) -> list[int]:
    """Each code has one state at least, and the commonest what is left."""
    counts = Counter(codes)
    size = 1 << ACCURACY_LOG
    if len(counts) > size:
        raise CaseError(f"{len(counts)} codes do not fit into a table of {size} states")
    shares = {code: max(1, count * (size - len(counts)) // len(codes)) for code, count in counts.items()}
    commonest = max(counts, key=lambda code: (counts[code], -code))
    shares[commonest] += size - sum(shares.values())
    return [shares.get(code, 0) for code in range(max(counts) + 1)]


def _description(distribution: list[int]) -> bytes:
    """4.1.1: the accuracy, then each probability in as few bits as what is left allows; runs of zeros in pairs of
    bits."""
    bits = BitWriter()
    bits.number(ACCURACY_LOG - 5, 4)
    left = (1 << ACCURACY_LOG) + 1  # the values that a probability plus one can still have, less one
    position = 0
    while left > 1:
        probability = distribution[position]
        position += 1
        _value(bits, probability + 1, left)
        left -= probability
        if probability == 0:
            run = 0
            while distribution[position + run] == 0:
                run += 1
            position += run
            for _ in range(run // 3):
                bits.number(3, 2)
            bits.number(run % 3, 2)
    return bits.getvalue()


def _value(bits: BitWriter, value: int, left: int) -> None:
    """One of left + 1 values, 0 to left: the lowest ones need a bit less, as the highest bit says nothing more."""
    width = left.bit_length()
    spared = (1 << width) - 1 - left
    if value < spared:
        bits.number(value, width - 1)
    elif value < 1 << (width - 1):
        bits.number(value, width)
    else:
        bits.number(value + spared, width)
