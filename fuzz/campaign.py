"""What the campaigns of random sequences share: their options, and the seeds that they try."""

import argparse
import time
from pathlib import Path
from typing import Iterator, Optional

ROOT = Path(__file__).resolve().parent.parent


def campaign_parser(description: Optional[str], keep: str) -> argparse.ArgumentParser:
    """`description` is a docstring, of which the first line is taken; `keep` is a path below the root."""
    parser = argparse.ArgumentParser(description=(description or "").partition("\n")[0])
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--sequences", type=int, default=20, help="how many")
    length.add_argument("--hours", type=float, help="how long")
    parser.add_argument("--seed", type=int, default=int(time.time()) * 1000,
                        help="the first seed; the others follow. By the clock unless told")
    parser.add_argument("--model", type=Path, default=ROOT / "build/release/bin/qcow2-model")
    parser.add_argument("--keep", type=Path, default=ROOT / keep, help="where differences are kept")
    return parser


def seeds(options: argparse.Namespace) -> Iterator[int]:
    """One after another, as many or as long as the options say."""
    end = None if options.hours is None else time.monotonic() + options.hours * 3600
    seed = options.seed
    while time.monotonic() < end if end is not None else seed < options.seed + options.sequences:
        yield seed
        seed += 1
