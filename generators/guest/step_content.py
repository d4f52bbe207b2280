"""What a step writes: one byte over and over, or a content that the case names."""

from generators.case.errors import CaseError
from generators.case.spec import Spec
from generators.image.sparse import SparseFile
from generators.streams.content import labelled, random_bytes

OF_GUEST = "of guest "


def step_bytes(stated: Spec, start: int, length: int, index: int, before: SparseFile, cluster_size: int) -> bytes:
    """For the step of number `index`; `before` is the guest disk before the first step."""
    if ("byte" in stated) == ("content" in stated):
        raise CaseError("a byte or a content is written, and not both")
    if "byte" in stated:
        return bytes([stated["byte"]]) * length
    content = stated["content"]
    if content == "incompressible":
        return random_bytes(f"step {index}@{start}", length)
    if content == "text":
        return labelled(f"{index}step", start, length)
    cluster = before.read(int(content.removeprefix(OF_GUEST)) * cluster_size, cluster_size)
    return (cluster * (length // cluster_size + 1))[:length]
