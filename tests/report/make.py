"""The results and reports that the tests of reports look at: python3 -m tests.report.make OUT

OUT/run: the model and a wrong reader on two families; OUT/one: that reader alone, with the address of a site; OUT/many:
15 made-up implementations on all cases.
"""

import collections
import json

import shutil
import subprocess
import sys
from pathlib import Path

from tests.report import many
from tests.system.support import CONFORM, MODEL, ROOT

FOLDER = "a_folder_of_a_name_so_long_that_no_narrow_window_has_room_for_it_in_one_line"
CASES = ("stream-deflate/*", "size-field/*")


def alone(results: Path, name: str) -> str:
    """The results of one of the implementations, as if it had been the only one."""
    header, *records, footer = (json.loads(line) for line in results.read_text(encoding="utf-8").splitlines())
    records = [record for record in records if record["implementation"] == name]
    counts = collections.Counter(record["status"] for record in records)
    header["implementations"] = [info for info in header["implementations"] if info["name"] == name]
    footer |= {"selected": len(records), "counts": {status: counts[status] for status in footer["counts"]}}
    return "".join(json.dumps(line) + "\n" for line in (header, *records, footer))


def report(results: Path, out: Path, *arguments: str) -> int:
    return subprocess.run([CONFORM, "report", results, "--out", out, *arguments], check=False).returncode


def main(out: Path) -> int:
    shutil.rmtree(out, ignore_errors=True)
    for folder in ("many", "one"):
        (out / folder).mkdir(parents=True)
    reader = out.absolute() / FOLDER / "wrong_reader.py"
    reader.parent.mkdir()
    shutil.copy(ROOT / "tests/report/wrong_reader.py", reader)
    command = f"{sys.executable} {reader} {MODEL} {{image}} {{out}}"
    filters = [word for glob in CASES for word in ("--case", glob)]
    done = subprocess.run(
        [CONFORM, "run", "--impl", "model", "--read-cmd", command, "--name", "wrong", *filters, "--out", out / "run"],
        check=False,
    )
    if done.returncode != 1:  # the wrong reader is wrong
        print(f"exit status {done.returncode} of a run that must find failures")
        return 1
    one, results = out / "one/results.jsonl", out / "many/results.jsonl"
    one.write_text(alone(out / "run/results.jsonl", "wrong"), encoding="utf-8")
    many.main(str(CONFORM.parent.parent / "corpus"), str(out / "run/results.jsonl"), str(results))
    return report(one, out / "one", "--base-url", "https://example.org/qcow2/") or report(results, out / "many")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
