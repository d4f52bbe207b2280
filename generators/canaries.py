"""Images that show whether a program is plugged in rightly, before any case is run: nothing in them is compressed."""


from generators.guest.guest import Guest, read_guest
from generators.image.image import build_image
from generators.image.sparse import SparseFile
from generators.case.spec import Spec

_GOOD = {"guest": {"0-2": "standard", "5": "standard"}, "filler": 0}
_FULL = {"virtual_size": "0x40000", "guest": {"0-3": "standard"}, "filler": 0}
_CANARIES: dict[str, Spec] = {
    "good": _GOOD,
    "no-holes": _FULL,
    "version-2": {**_FULL, "header": {"version": 2}},
    "bad-magic": {**_GOOD, "header": {"magic": "0x514649fc"}},
    "unknown-bit": {**_GOOD, "header": {"incompatible_features": ["0x8000000000000000"]}},
}
_READ = ("good", "no-holes", "version-2")


def canaries() -> tuple[dict[str, SparseFile], dict[str, Guest]]:
    """The images by name, and the guest disks of those that must be read; the runner makes their data random."""
    images = {name: build_image(spec) for name, spec in _CANARIES.items()}
    return {name: image.file for name, image in images.items()}, {name: read_guest(images[name]) for name in _READ}
