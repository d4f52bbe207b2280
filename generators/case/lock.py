"""cases/lock.json: the digests of every image and guest disk, so that a change of a generator cannot go unseen."""

import json
from typing import Any

Entries = dict[str, Any]


def lock_text(entries: Entries) -> str:
    """Sorted by id, one case a line, so that a change of one case is a change of one line."""
    lines = [f'    "{name}": {json.dumps(entries[name], sort_keys=True)}' for name in sorted(entries)]
    return '{\n  "schema": 1,\n  "cases": {\n' + ",\n".join(lines) + "\n  }\n}\n"


def differing(locked: Entries, made: Entries) -> list[str]:
    """The ids whose entry is missing, too many or another one."""
    return sorted(name for name in {*locked, *made} if locked.get(name) != made.get(name))
