"""Compiles explorer/explorer.cpp and the model's own sources to WebAssembly, when one of them is newer than the
module."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

SITE = Path(__file__).resolve().parent
MODEL = SITE.parent / "model"
SOURCES = [SITE / "explorer/explorer.cpp", SITE / "explorer/nothing_to_print.cpp", MODEL / "format/l2_entry.cpp"]

FLAGS = [
    "--target=wasm32-wasi", "-mexec-model=reactor", "-std=c++20", "-Oz", "-DNDEBUG", "-fno-exceptions", "-fno-rtti",
    "-Wall", "-Wextra", "-Werror",
    # fmt, which the model words its details with: headers only, integers only, and what cannot happen traps.
    "-DFMT_HEADER_ONLY", "-DFMT_USE_FLOAT=0", "-DFMT_USE_DOUBLE=0", "-DFMT_USE_LONG_DOUBLE=0",
    # fmt 11 has another name for doing without locales.
    "-DFMT_STATIC_THOUSANDS_SEPARATOR=','", "-DFMT_USE_LOCALE=0", "-DFMT_THROW(x)=__builtin_trap()",
    "-Wl,--gc-sections,--strip-all",
]


class CompileError(Exception):
    """What the compiler said."""


def build(out: Path) -> bytes:
    """The module's bytes; `out` keeps it for the next time."""
    inputs = [Path(__file__), *SOURCES, *MODEL.rglob("*.hpp")]
    if not out.exists() or any(path.stat().st_mtime > out.stat().st_mtime for path in inputs):
        compile_module(out)
    return out.read_bytes()


def compile_module(out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    headers = host_headers(out.parent / "include")
    unfinished = out.with_suffix(f".{os.getpid()}")
    command = ["clang++", *FLAGS, "-I", str(MODEL), "-isystem", str(headers), *map(str, SOURCES), "-o", str(unfinished)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise CompileError(f"clang++: {error}") from error
    if done.returncode != 0:
        raise CompileError(f"{' '.join(command)}\n{done.stderr}")
    unfinished.replace(out)


def host_headers(folder: Path) -> Path:
    """A folder with the two header-only libraries of /usr/include and nothing else of the host's."""
    folder.mkdir(parents=True, exist_ok=True)
    for library in ("fmt", "tl"):
        try:
            (folder / library).symlink_to(Path("/usr/include") / library)
        except FileExistsError:
            pass
    return folder
