"""The files that git tracks, and what language each is in."""

import functools
import subprocess
from pathlib import Path

from tests.system.support import absent

ROOT = Path(__file__).resolve().parents[2]
SHELLS = ("#!/usr/bin/env bash", "#!/bin/bash", "#!/bin/sh", "# shellcheck shell=")


@functools.cache
def tracked() -> tuple[str, ...]:
    """Relative to the root. The checkout may belong to somebody else, as a container's does."""
    if not (ROOT / ".git").exists():
        absent("a checkout of git")
    command = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT), "ls-files", "-z"]
    names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
    return tuple(name for name in names if name and (ROOT / name).is_file())


def first_line(name: str) -> str:
    with (ROOT / name).open("rb") as file:
        return file.readline(200).decode("utf-8", "replace").rstrip()


def cpp() -> list[str]:
    return [name for name in tracked() if name.endswith((".cpp", ".hpp", ".c", ".h"))]


def python() -> list[str]:
    return [name for name in tracked()
            if name.endswith(".py") or (first_line(name).startswith("#!") and "python3" in first_line(name))]


def shell() -> list[str]:
    """Programs and what they source."""
    return [name for name in tracked() if name.endswith(".sh") or first_line(name).startswith(SHELLS)]
