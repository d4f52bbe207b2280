"""Results of many implementations on every case of a corpus, made up: what report.html must be able to hold.

    python3 -m tests.report.many CORPUS RESULTS OUT

RESULTS is any results file of that corpus; its header is taken over. Every made-up implementation fails in places of
its own, with all that a failure has, and prints text that a page must not take for markup. The seed is fixed.
"""

from __future__ import annotations

import collections
import json
import random
import sys
from pathlib import Path

IMPLEMENTATIONS = 15
VERSIONS = ("reader-9", "reader-13", "reader-14")  # of one program
HOSTILE = "</script><script>alert(1)</script><!-- \u2028 &amp; {{data}} \x1b[31m"
LEVELS = ["must", "should", "may", "unspecified"]
STATUSES = [
    "pass",
    "wrong-data",
    "wrong-accept",
    "flaw-unnoticed",
    "wrong-reject",
    "unsound-image",
    "crash",
    "timeout",
    "resource",
    "tampered",
    "flaky",
    "unsupported",
    "not-run",
    "harness-error",
    "known-fail",
    "unexpected-pass",
    "choice",
    "inconsistent-choice",
    "observed",
]


def operations(corpus: Path) -> list[dict]:
    """A record that passed for each operation of each case."""
    levels = {
        clause["slug"]: clause["level"] for clause in json.loads((corpus / "clauses.json").read_text())["clauses"]
    }
    records = []
    for path in sorted((corpus / "cases").glob("*/*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        level = min((levels[slug] for slug in case["clauses"]), key=LEVELS.index)
        for index, operation in enumerate(case["operations"]):
            records.append(
                {
                    "type": "operation",
                    "case": case["id"],
                    "rev": case["rev"],
                    "op": operation["op"],
                    "index": index,
                    "level": level,
                    "family": path.parent.name,
                    "clauses": case["clauses"],
                    "choice_group": None,
                    "expect": operation["expect"],
                    "status": "pass",
                    "choice": None,
                    "answer": None,
                    "properties": None,
                    "known": None,
                    "exit": 0,
                    "signal": None,
                    "duration_ms": 1.25,
                    "peak_memory": 1 << 20,
                    "first_diff": None,
                    "observed_digest": None,
                    "observed_length": None,
                    "bytes": None,
                    "detail": None,
                    "messages": None,
                    "lock_mismatch": False,
                }
            )
    return records


def failed(record: dict, chance: random.Random) -> dict:
    status = chance.choice([status for status in STATUSES if status != "pass"])
    made = record | {
        "status": status,
        "exit": chance.randrange(256),
        "messages": HOSTILE,
        "detail": f"made up: {HOSTILE}",
    }
    if status == "wrong-data":
        made |= {
            "first_diff": {
                "offset": chance.randrange(1 << 18),
                "expected": "41" * 16,
                "got": chance.randbytes(16).hex(),
            },
            "bytes": "other",
            "observed_length": 1 << 62,
            "observed_digest": "00" * 32,
        }
    return made


def many(corpus: Path, header: dict) -> list[dict]:
    chance = random.Random(1)
    info = header["implementations"][0]
    names = [f"reader-{number}" for number in range(IMPLEMENTATIONS)]
    records = [failed(record, chance) if chance.random() < number / 40 else record for number, name in enumerate(names)
               for record in [plain | {"implementation": name} for plain in operations(corpus)]]
    counts = collections.Counter(record["status"] for record in records)
    header = header | {
        "implementations": [
            info | {"name": name, "program": "reader" if name in VERSIONS else name, "arguments": ["--impl", name]}
            for name in names
        ]
    }
    return [
        header,
        *records,
        {
            "type": "footer",
            "counts": {status: counts[status] for status in STATUSES},
            "selected": len(records),
            "complete": True,
        },
    ]


def main(corpus: str, results: str, out: str) -> None:
    with open(results, encoding="utf-8") as lines:
        header = json.loads(next(lines))
    Path(out).write_text("".join(json.dumps(line) + "\n" for line in many(Path(corpus), header)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
