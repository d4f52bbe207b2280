"""What was done, counted by operation, by feature and by what damage fell upon: a JSON file that adds up."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Iterable

from lives.life import Life

GROUPS = ("totals", "operations", "refused by QEMU", "features", "damage fell upon", "damaged images, outcome",
          "listed differences", "differences")


class Counts:
    def __init__(self) -> None:
        self.groups: dict[str, Counter[str]] = {group: Counter() for group in GROUPS}

    def sequence(self, life: Life) -> None:
        totals = self.groups["totals"]
        totals["sequences"] += 1
        for feature in ("snapshots", "bitmaps"):
            totals[f"sequences with {feature}"] += feature in life.features
        totals["sequences with a backing file"] += any(name.startswith("backing file") for name in life.features)
        self.groups["operations"].update(life.operations)
        self.groups["refused by QEMU"].update(life.refused)
        self.groups["features"].update(life.features)

    def compared(self, life: Life, listed: Iterable[str]) -> None:
        self.groups["totals"]["comparisons of an image"] += 1
        self.groups["totals"]["comparisons of a snapshot"] += len(life.snapshots)
        self.groups["listed differences"].update(set(listed))

    def damage(self, life: Life, done: list[str], outcome: str, listed: Iterable[str]) -> None:
        totals = self.groups["totals"]
        totals["damaged images"] += 1
        for there, name in zip((life.snapshots, life.bitmaps, life.below), ("snapshots", "bitmaps", "a backing file")):
            totals[f"damaged images with {name}"] += bool(there)
        self.groups["damage fell upon"].update({one.partition(":")[0] for one in done})
        self.groups["damaged images, outcome"][outcome] += 1
        self.groups["listed differences"].update(set(listed))

    def difference(self, kind: str) -> None:
        self.groups["differences"][kind] += 1

    def add(self, other: "Counts") -> None:
        for group, counter in other.groups.items():
            self.groups[group].update(counter)

    def add_to(self, path: Path) -> "Counts":
        """Adds what the file has, and writes the sum to it, whole or not at all."""
        total, before = Counts(), json.loads(path.read_text()) if path.exists() else {}
        for group, counter in self.groups.items():
            total.groups[group] = counter + Counter(before.get(group, {}))
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(total.groups, indent=1, sort_keys=True) + "\n")
        os.replace(part, path)
        return total

    def table(self) -> str:
        """Markdown: one table a group."""
        lines = []
        for group, counter in self.groups.items():
            if counter:
                lines += [f"| {group} | count |", "|---|--:|"]
                ordered = sorted(counter.items(), key=lambda one: (-one[1], one[0]))
                lines += [f"| {name} | {count:,} |" for name, count in ordered]
                lines.append("")
        return "\n".join(lines)
