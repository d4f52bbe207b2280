"""CHANGES.json: what became of the cases since the last release, and which number the next one must have.

python3 -m release.changes VERSION [REF]: REF is the last release in git, by default its newest tag v*; without any,
every case is new. A changed expectation or a withdrawn case is a major change, an added case a minor one.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Optional

ROOT = Path(__file__).resolve().parents[1]
SCHEMA = "qcow2-conform/changes/1"


class VersionTooLow(ValueError):
    pass


def git(*words: str) -> str:
    return subprocess.run(["git", "-C", str(ROOT), *words], check=True, stdout=subprocess.PIPE, text=True).stdout


def last_release() -> Optional[str]:
    tags = git("tag", "--list", "v*", "--sort=-v:refname").split()
    return tags[0] if tags else None


def cases_at(ref: str) -> dict[str, dict]:
    """Every case file of that commit, by id."""
    names = [name for name in git("ls-tree", "-r", "--name-only", ref, "cases/").splitlines()
             if name.count("/") == 2 and name.endswith(".json")]
    wanted = "".join(f"{ref}:{name}\n" for name in names)
    out = subprocess.run(["git", "-C", str(ROOT), "cat-file", "--batch"], input=wanted.encode(), check=True,
                         stdout=subprocess.PIPE).stdout
    cases = {}
    for name in names:
        size = int(out[: out.index(b"\n")].split()[2])
        start = out.index(b"\n") + 1
        case = json.loads(out[start:start + size])
        cases[case["id"]] = {**case, "family": name.split("/")[1]}
        out = out[start + size + 1:]
    return cases


def expectation(case: dict) -> list:
    return [{key: value for key, value in operation.items() if key != "note"} for operation in case["operations"]]


def compare(before: dict[str, dict], now: dict[str, dict]) -> dict[str, list]:
    """Of cases by id. A case that is gone is an error: an id stays for ever."""
    gone = sorted(before.keys() - now.keys())
    if gone:
        raise ValueError(f"cases that were released are gone: {', '.join(gone)}")
    both = [(before[name], now[name]) for name in sorted(before.keys() & now.keys())]
    live = [(old, new) for old, new in both if new.get("status") != "withdrawn"]
    unmarked = [new["id"] for old, new in live if expectation(old) != expectation(new) and old["rev"] == new["rev"]]
    if unmarked:
        raise ValueError(f"expectations that changed without a higher rev: {', '.join(unmarked)}")
    return {
        "added": [{"id": name, "family": now[name]["family"]} for name in sorted(now.keys() - before.keys())
                  if now[name].get("status") != "withdrawn"],
        "changed": [{"id": new["id"], "family": new["family"], "rev": [old["rev"], new["rev"]]}
                    for old, new in live if old["rev"] != new["rev"]],
        "withdrawn": [{"id": new["id"], "family": new["family"], "reason": new["reason"]}
                      for old, new in both if new.get("status") == "withdrawn" and old.get("status") != "withdrawn"],
    }


def least_version(last: str, changes: dict[str, list]) -> str:
    """By semantic versioning."""
    major, minor, patch = (int(number) for number in last.split("."))
    if changes["changed"] or changes["withdrawn"]:
        return f"{major + 1}.0.0"
    return f"{major}.{minor + 1}.0" if changes["added"] else f"{major}.{minor}.{patch + 1}"


def changes_text(version: str, ref: Optional[str], head: str = "HEAD") -> str:
    changes = compare(cases_at(ref) if ref else {}, cases_at(head))
    since = ref.removeprefix("v") if ref else None
    if since:
        least = least_version(since, changes)
        if tuple(map(int, version.split("."))) < tuple(map(int, least.split("."))):
            raise VersionTooLow(f"since {since} the cases ask for {least} at least, and this is {version}")
    return json.dumps({"schema": SCHEMA, "version": version, "since": since, **changes}, indent=2) + "\n"


if __name__ == "__main__":
    try:
        sys.stdout.write(changes_text(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else last_release()))
    except ValueError as error:
        sys.exit(f"release: {error}")
