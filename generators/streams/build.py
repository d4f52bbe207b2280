"""A case's stream object as bytes: pinned, built from blocks or frames, of an exact length, or simply ordinary."""

from dataclasses import replace

from generators.streams.content import Content, parse_hex
from generators.case.errors import CaseError
from generators.streams.fit import deflate_stream, exact_stream, plain_stream
from generators.case.spec import Spec
from generators.streams.stream import Stream
from generators.streams.zstd import zstd_stream


def build_stream(spec: Spec, compression: str, content: Content) -> Stream:
    stream = _core(spec, compression, content)
    if "cut" in spec:
        stream = stream.cut(spec["cut"])
    if "before" in spec:  # a wrapper's header: neither format has one, so what follows cannot be decoded
        stream = replace(stream, data=content.bytes_of(spec["before"], 0) + stream.data, output=b"", needed=None)
    if "then" in spec:
        stream = stream.followed_by(content.bytes_of(spec["then"], len(stream.data)))
    return stream


def _core(spec: Spec, compression: str, content: Content) -> Stream:
    given = [key for key in ("deflate", "zstd", "hex", "length") if key in spec]
    if len(given) > 1:
        raise CaseError(f"a stream is built one way only, not by {' and '.join(given)}")
    if "hex" in spec:
        data = parse_hex(str(spec["hex"]))
        output = content.bytes_of(spec.get("gives", []), 0)
        return Stream(data, output, len(data) if len(output) >= content.size else None)
    if "deflate" in spec or "zstd" in spec:
        build, blocks = (deflate_stream, spec["deflate"]) if "deflate" in spec else (zstd_stream, spec["zstd"])
        stream = build(blocks, content)
        return stream if compression in spec else replace(stream, output=b"", needed=None)
    if "length" in spec:
        return exact_stream(compression, spec["length"], spec.get("gives", content.size), content)
    return plain_stream(compression, content)
