"""Images that every implementation must answer rightly before any case is run: nothing in them is compressed."""


from generators.guest.guest import Guest, read_guest
from generators.image.image import build_image
from generators.image.sparse import SparseFile
from generators.case.spec import Spec

_GOOD = {"guest": {"0-2": "standard", "5": "standard"}, "filler": 0}
_CANARIES: dict[str, Spec] = {
    "good": _GOOD,
    "bad-magic": {**_GOOD, "header": {"magic": "0x514649fc"}},
    "unknown-bit": {**_GOOD, "header": {"incompatible_features": ["0x8000000000000000"]}},
}


def canaries() -> tuple[dict[str, SparseFile], Guest]:
    """The three images by name, and the guest disk of the good one, whose data the runner makes random."""
    images = {name: build_image(spec) for name, spec in _CANARIES.items()}
    return {name: image.file for name, image in images.items()}, read_guest(images["good"])
