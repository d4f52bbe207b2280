"""XXH64 with seed 0, whose low 32 bits are a zstd frame's content checksum (the standard library has none)."""

import struct

_MASK = (1 << 64) - 1
_PRIMES = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)
_P1, _P2, _P3, _P4, _P5 = _PRIMES


def _rotate(value: int, count: int) -> int:
    return (value << count | value >> (64 - count)) & _MASK


def _round(lane: int, word: int) -> int:
    return _rotate((lane + word * _P2) & _MASK, 31) * _P1 & _MASK


def _stripes(data: bytes) -> int:
    lanes = [(_P1 + _P2) & _MASK, _P2, 0, -_P1 & _MASK]
    for words in struct.iter_unpack("<4Q", data):
        lanes = [_round(lane, word) for lane, word in zip(lanes, words)]
    value = sum(_rotate(lane, count) for lane, count in zip(lanes, (1, 7, 12, 18))) & _MASK
    for lane in lanes:
        value = ((value ^ _round(0, lane)) * _P1 + _P4) & _MASK
    return value


def _tail(value: int, tail: bytes) -> int:
    while len(tail) >= 8:
        value = (_rotate(value ^ _round(0, int.from_bytes(tail[:8], "little")), 27) * _P1 + _P4) & _MASK
        tail = tail[8:]
    if len(tail) >= 4:
        word = int.from_bytes(tail[:4], "little")
        value = (_rotate(value ^ (word * _P1 & _MASK), 23) * _P2 + _P3) & _MASK
        tail = tail[4:]
    for octet in tail:
        value = _rotate(value ^ (octet * _P5 & _MASK), 11) * _P1 & _MASK
    return value


def xxh64(data: bytes) -> int:
    whole = len(data) // 32 * 32
    value = _stripes(data[:whole]) if whole else _P5
    value = _tail((value + len(data)) & _MASK, data[whole:])
    value = (value ^ value >> 33) * _P2 & _MASK
    value = (value ^ value >> 29) * _P3 & _MASK
    return value ^ value >> 32
