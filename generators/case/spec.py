"""Parts of a case file as they are handed around: JSON whose form the schema has vouched for."""

from typing import Any

Spec = dict[str, Any]


def number(value: Any) -> int:
    """A number of the case language: an integer, or hex in a string."""
    return int(value, 16) if isinstance(value, str) else int(value)
