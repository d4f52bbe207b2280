"""Rewrites the generated figures of spec/*.md, and since when each clause is there; with --check it only compares.

    python3 spec/generate.py [--check] [--model PATH]

A generated part stands between <!-- generated: NAME --> and <!-- end generated -->. Its figures come from qcow2-model's
decode and encode, or from the list of theorems. "Since" comes from spec/slugs.txt. Exit 1 when --check finds a
difference, 2 when there is no model.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import re
import subprocess
import sys
from collections.abc import Callable

SPEC = pathlib.Path(__file__).resolve().parent
MODEL = SPEC.parent / "build/release/bin/qcow2-model"

# What the erratum tries each reading on: cluster_bits, host_offset, additional_sectors.
EXAMPLES = [
    (9, 0xC00, 0), (9, 0xBFE, 0), (9, 0xBFE, 1),
    (12, 0x5000, 1), (12, 0x5001, 2), (12, 0x5001, 7),
    (16, 0x50123, 4), (16, 0x50123, 41),
    (21, 0xA00000, 4), (21, 0xA00802, 5), (21, 0xA00000, 8191),
]


class Model:
    def __init__(self, program: pathlib.Path) -> None:
        self.program = program

    def ask(self, *arguments: object) -> tuple[int, dict]:
        done = subprocess.run(
            [str(self.program), *map(str, arguments), "--json"], capture_output=True, text=True, check=False
        )
        return done.returncode, json.loads(done.stdout) if done.stdout else {}

    def decode(self, cluster_bits: int, entry: int) -> dict:
        return self.ask("decode", "--cluster-bits", cluster_bits, hex(entry))[1]

    def can_name(self, cluster_bits: int, host_offset: int) -> bool:
        return self.ask("encode", "--cluster-bits", cluster_bits, "--host-offset", host_offset, "--length", 1)[0] == 0


def cluster_sizes(model: Model) -> list[str]:
    rows = ["| cluster_bits | cluster_size | x | host_offset | additional_sectors | largest additional_sectors "
            "| least available_bytes | largest available_bytes | largest host_offset |", "|" + "---|" * 9]
    for cluster_bits in range(9, 22):
        ones = model.decode(cluster_bits, (1 << 63) - 1)
        x, largest = ones["host_offset"].bit_length(), ones["additional_sectors"]
        most = model.decode(cluster_bits, 1 << 62 | largest << x)["available_bytes"]
        fewest = model.decode(cluster_bits, 1 << 62 | 511)["available_bytes"]
        top = next(bit for bit in range(x, 0, -1) if model.can_name(cluster_bits, (1 << bit) - 1))
        if model.can_name(cluster_bits, 1 << top):
            raise SystemExit(f"cluster_bits {cluster_bits}: host_offset {1 << top:#x} is not refused")
        field = "bit 61" if x == 61 else f"bits {x}–61"
        rows.append(
            f"| {cluster_bits} | {1 << cluster_bits} | {x} | bits 0–{x - 1} | {field} | {largest} | {fewest} | {most} "
            f"| 0x{(1 << top) - 1:x} |"
        )
    return rows


def offset_text(offset: int) -> str:
    return f"0x{offset:x}"


def readings(model: Model) -> list[str]:
    rows = ["| cluster_bits | entry | corrected: host_offset, n, bytes | split repaired, count: bytes "
            "| old split: host_offset, field | count: bytes | additional: bytes |", "|" + "---|" * 7]
    for cluster_bits, host_offset, n in EXAMPLES:
        x = model.decode(cluster_bits, (1 << 63) - 1)["host_offset"].bit_length()
        entry = 1 << 62 | n << x | host_offset
        now = model.decode(cluster_bits, entry)
        before = now["before_correction"]
        count = now["available_bytes"] - 512 if now["additional_sectors"] else 0
        old = offset_text(before["host_offset"])
        if before["host_offset"] != now["host_offset"]:
            old = f"**{old}**"
        rows.append(
            f"| {cluster_bits} | 0x{entry:016x} | 0x{now['host_offset']:x}, {now['additional_sectors']}, "
            f"{now['available_bytes']} "
            f"| {count} | {old}, {before['size_field']} | {before['available_bytes_as_count']} "
            f"| {before['available_bytes_as_additional']} |"
        )
    return rows


def theorems(_: Model) -> list[str]:
    listed = subprocess.run(
        [sys.executable, SPEC / "proofs/theorems.py", "--list"], capture_output=True, text=True, check=True
    )
    rows = ["| theorem | says |", "|---|---|"]
    for line in listed.stdout.splitlines():
        name, statement = line.split(": ", 1)
        rows.append(f"| {name} | {statement} |")
    return rows


PARTS: dict[str, Callable[[Model], list[str]]] = {
    "cluster-sizes": cluster_sizes,
    "readings": readings,
    "theorems": theorems,
}
CLAUSE = re.compile(r"(^\*\*\[([a-z0-9-]+)\]\*\* .+?\n\n)((?:> [^\n]*\n)+)", re.MULTILINE | re.DOTALL)
LEDGER = re.compile(r"^([a-z0-9-]+) +([\d.]+)(?: +level ([\d.]+): (\w+) to \w+)?", re.MULTILINE)
PART = re.compile(r"(<!-- generated: ([a-z-]+) -->\n).*?(<!-- end generated -->)", re.DOTALL)


def since() -> dict[str, str]:
    """The last line of each clause's ground."""
    lines = {}
    for slug, version, releveled, was in LEDGER.findall((SPEC / "slugs.txt").read_text(encoding="utf-8")):
        lines[slug] = f"> Since {version}" + (f"; {was} before {releveled}" if releveled else "") + ".\n"
    return lines


def regenerated(text: str, model: Model) -> str:
    lines = since()

    def dated(clause: re.Match) -> str:
        ground = re.sub(r"^> Since [\d.]+.*\n", "", clause[3], flags=re.MULTILINE)
        return clause[1] + ground + lines.get(clause[2], "")

    text = CLAUSE.sub(dated, text)
    return PART.sub(lambda part: part[1] + "\n".join(PARTS[part[2]](model)) + "\n" + part[3], text)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Rewrites the generated figures of spec/*.md.")
    parser.add_argument("--check", action="store_true", help="compare, change nothing")
    parser.add_argument("--model", type=pathlib.Path, default=MODEL)
    options = parser.parse_args(arguments)
    if not options.model.exists():
        print(f"{options.model} is not built", file=sys.stderr)
        return 2
    differs = False
    for path in sorted(SPEC.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        new = regenerated(text, Model(options.model))
        if new != text:
            differs = True
            print(f"{path.name}: {'generated figures differ' if options.check else 'rewritten'}")
            if not options.check:
                path.write_text(new, encoding="utf-8")
    return 1 if differs and options.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
