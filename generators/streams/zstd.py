"""zstd streams (RFC 8878) assembled from the frames of a case: header fields, blocks, checksum, skippable ones."""

from typing import Optional

from generators.streams.content import Content, parse_hex
from generators.case.errors import CaseError
from generators.case.spec import Spec, number
from generators.streams.stream import Stream
from generators.streams.tokens import Output
from generators.streams.xxh64 import xxh64
from generators.streams.zstd_block import Tables, block_bytes
from generators.streams.zstd_codes import MAGIC, SKIPPABLE_MAGIC, WINDOW_LOG_MIN


def zstd_stream(frames: list[Spec], content: Content) -> Stream:
    """All frames one after another. A cluster is complete at the end of the frame that fills it."""
    data = bytearray()
    output = Output(content, window=1 << 31)
    needed: Optional[int] = None
    for index, frame in enumerate(frames):
        try:
            data += _frame(frame, output)
        except CaseError as error:
            raise error.inside(f"zstd.{index}") from None
        if needed is None and not output.broken and len(output.data) >= content.size:
            needed = len(data)
    return Stream(bytes(data), bytes(output.data), needed)


def _frame(frame: Spec, output: Output) -> bytes:
    if "skippable" in frame:
        body = output.content.bytes_of(frame["skippable"], 0)
        return _number(frame, "magic", SKIPPABLE_MAGIC).to_bytes(4, "little") + len(body).to_bytes(4, "little") + body
    if "hex" in frame:
        gives = frame.get("gives")
        if gives is None:
            output.broken = True
        else:
            output.add(output.content.bytes_of(gives, len(output.data)))
        return parse_hex(frame["hex"])
    start = output.history_start = len(output.data)
    body = _blocks(frame, output)
    regenerated = bytes(output.data[start:])
    header = _frame_header(frame, len(regenerated))
    if _is_broken(frame, len(regenerated)):
        output.broken = True
    return header + body + _checksum(frame, regenerated, output)


def _is_broken(frame: Spec, regenerated: int) -> bool:
    """What no decoder may pass over: no magic number, a reserved bit, a dictionary, not the stated size, no end."""
    blocks = frame["blocks"]
    ends = [block.get("last", index == len(blocks) - 1) for index, block in enumerate(blocks)]
    if ends != [False] * (len(ends) - 1) + [True]:
        return True
    dictionary = frame.get("dictionary_id", {"value": 0})
    stated = frame.get("content_size", False)
    return (bool(frame.get("magicless")) or _number(frame, "magic", MAGIC) != MAGIC or bool(frame.get("reserved_bit"))
            or dictionary["value"] != 0 or stated is not False and stated != regenerated)


def _blocks(frame: Spec, output: Output) -> bytes:
    encoded = bytearray()
    tables = Tables()
    last = len(frame["blocks"]) - 1
    for index, block in enumerate(frame["blocks"]):
        try:
            encoded += block_bytes(block, index == last, output, tables)
        except CaseError as error:
            raise error.inside(f"blocks.{index}") from None
    return bytes(encoded)


def _checksum(frame: Spec, regenerated: bytes, output: Output) -> bytes:
    """3.1.1: the low 32 bits of the content's XXH64; "wrong" has its lowest bit flipped."""
    if "checksum" not in frame:
        return b""
    value = xxh64(regenerated) & 0xFFFFFFFF
    if frame["checksum"] == "wrong":
        output.broken = True
        value ^= 1
    return value.to_bytes(4, "little")


def _frame_header(frame: Spec, regenerated: int) -> bytes:
    """3.1.1.1: descriptor, window descriptor, dictionary id, content size; each as the case states it, or plain."""
    stated = frame.get("content_size", regenerated)
    content_size: Optional[int] = None if stated is False else int(stated)
    single = bool(frame.get("single_segment", content_size is not None and not _states_window(frame)))
    size_flag, size_bytes = _content_size_field(content_size, single)
    dictionary_flag, dictionary_bytes = _dictionary_field(frame.get("dictionary_id"))
    descriptor = size_flag << 6 | int(single) << 5 | int("checksum" in frame) << 2 | dictionary_flag
    descriptor |= frame.get("unused_bit", 0) << 4 | frame.get("reserved_bit", 0) << 3
    window = b"" if single else bytes([_window_descriptor(frame, regenerated)])
    magic = b"" if frame.get("magicless") else _number(frame, "magic", MAGIC).to_bytes(4, "little")
    return magic + bytes([descriptor]) + window + dictionary_bytes + size_bytes


def _states_window(frame: Spec) -> bool:
    return "window_log" in frame or "window_descriptor" in frame


def _window_descriptor(frame: Spec, regenerated: int) -> int:
    """3.1.1.1.2: exponent above 2^10, mantissa 0; the least that holds the content where none is stated."""
    least = max(WINDOW_LOG_MIN, (max(regenerated, 1) - 1).bit_length())
    return _number(frame, "window_descriptor", (_number(frame, "window_log", least) - WINDOW_LOG_MIN) << 3)


def _content_size_field(size: Optional[int], single: bool) -> tuple[int, bytes]:
    """3.1.1.1.4: (flag, field); the two-byte form counts from 256."""
    if size is None:
        return 0, b""
    if single and size < 256:
        return 0, size.to_bytes(1, "little")
    if 256 <= size < 65536 + 256:
        return 1, (size - 256).to_bytes(2, "little")
    return (2, size.to_bytes(4, "little")) if size < 1 << 32 else (3, size.to_bytes(8, "little"))


def _dictionary_field(stated: object) -> tuple[int, bytes]:
    """3.1.1.1.3: (flag, field) from {"value", "bytes": 1, 2 or 4}; nothing where no id is stated."""
    if not isinstance(stated, dict):
        return 0, b""
    width = stated["bytes"]
    return {1: 1, 2: 2, 4: 3}[width], stated["value"].to_bytes(width, "little")


def _number(frame: Spec, key: str, default: int) -> int:
    return number(frame.get(key, default))
