"""The life of an image: random sequences of operations by qemu-img and qemu-io, model and QEMU compared after each.

    python3 fuzz/lives.py --sequences 100 --seed 1 --damage 8      exit 1: a difference that is not listed
    python3 fuzz/lives.py --hours 2                                 new seeds until the time is over
    python3 fuzz/lives.py --table                                   what the counts have added up to, in Markdown

The image at the end of a sequence is then damaged, `--damage` times, and repaired. Of each kind of difference the first
is kept, with its commands, under build/fuzz/lives. fuzz/lives/differences.json lists the differences that are allowed.
"""

import argparse
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "fuzz")]

from campaign import campaign_parser, seeds  # noqa: E402
from lives.counts import Counts  # noqa: E402
from lives.programs import forbid_core_dumps  # noqa: E402
from lives.sequence import Campaign  # noqa: E402


def arguments() -> argparse.Namespace:
    parser = campaign_parser(__doc__, "build/fuzz/lives")
    parser.add_argument("--damage", type=int, default=20, help="damaged images to each sequence")
    parser.add_argument("--counts", type=Path, default=ROOT / "build/fuzz/lives.json", help="where counts add up")
    parser.add_argument("--until", metavar="PATTERN", help="end when a difference is found whose kind this fits")
    parser.add_argument("--table", action="store_true", help="only print the counts")
    return parser.parse_args()


def main() -> int:
    options = arguments()
    if options.table:
        print(Counts().add_to(options.counts).table())
        return 0
    forbid_core_dumps()
    campaign = Campaign(options.model.resolve(), options.keep.resolve(), options.damage, Counts())
    tried, whole = 0, Counts()
    for seed in seeds(options):
        tried += 1
        told = len(campaign.failures)
        campaign.live(seed)
        campaign.counts.add_to(options.counts)  # at once: a campaign may be stopped
        whole.add(campaign.counts)
        campaign.counts = Counts()
        for one in campaign.failures[told:]:
            if one.kept:
                print(f"seed {one.seed}: {one.kind}: {one.detail}", *one.damage, f"kept in {one.kept}", sep="\n    ",
                      flush=True)
        if options.until and any(re.search(options.until, one.kind) for one in campaign.failures):
            break
    print(whole.table())
    for kind, count in Counter(one.kind for one in campaign.failures).most_common():
        print(f"{count:8} {kind}")
    print(f"{len(campaign.failures)} differences that are not listed in {tried} sequences, from seed {options.seed}")
    return 1 if campaign.failures else 0


if __name__ == "__main__":
    sys.exit(main())
