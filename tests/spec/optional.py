"""Tests of what this repository does not have: a copy of the document, QEMU's source, qcheck.

Where the variable names none, such a test is not there. `./test` says so, and skips stay for what can be installed.
"""

import os
from typing import Any, Callable, Optional, TypeVar

Test = TypeVar("Test", bound=Callable[..., Any])


def only_with(variable: str) -> Callable[[Test], Optional[Test]]:
    """For a test: there only where the variable of the environment names something."""
    return lambda test: test if os.environ.get(variable) else None
