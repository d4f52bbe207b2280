"""The results and reports that the tests of reports look at: python3 -m tests.report.make OUT

OUT/run: the model and a wrong reader on two families; OUT/many: 15 made-up implementations on all cases.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.report import many
from tests.system.support import CONFORM, MODEL, ROOT

FOLDER = "a_folder_of_a_name_so_long_that_no_narrow_window_has_room_for_it_in_one_line"
CASES = ("stream-deflate/*", "size-field/*")


def main(out: Path) -> int:
    shutil.rmtree(out, ignore_errors=True)
    (out / "many").mkdir(parents=True)
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
    results = out / "many/results.jsonl"
    many.main(str(CONFORM.parent.parent / "corpus"), str(out / "run/results.jsonl"), str(results))
    return subprocess.run([CONFORM, "report", results, "--out", out / "many"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
