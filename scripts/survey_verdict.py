"""The exit status of a survey: python3 scripts/survey_verdict.py SUMMARY_JSON STATUS

STATUS is that of qcow2-conform run. Where it says that the harness is sound (0, or 1: some implementation does not
conform), the survey is about the model and the oracle alone: 0 both conform, 1 one does not, 3 one was not run.
"""

import json
import sys

JUDGED = ("model", "qemu-img")
FINE = {"pass", "unsupported", "not-run", "known-fail", "choice", "inconsistent-choice", "observed"}


def verdict(summary: dict, name: str) -> tuple[int, str]:
    """The exit status that the implementation asks for, and why."""
    found = next((one for one in summary["implementations"] if one["name"] == name), None)
    if found is None:
        return 3, f"{name} is not among the implementations"
    counts = {status: number for status, number in found["must"]["counts"].items() if number}
    wrong = {status: number for status, number in counts.items() if status not in FINE}
    if wrong:
        told = ", ".join(f"{number} {status}" for status, number in sorted(wrong.items()))
        return 1, f"{name} does not conform: {told}"
    if not counts.get("pass"):
        return 3, f"{name} was not run: {found.get('absent') or 'no must case was executed'}"
    return 0, f"{name} conforms"


def main(summary_file: str, status: int) -> int:
    if status not in (0, 1):
        return status
    with open(summary_file, encoding="utf-8") as file:
        summary = json.load(file)
    verdicts = [verdict(summary, name) for name in JUDGED]
    worst = next((code for code in (1, 3) if any(code == each for each, _ in verdicts)), 0)
    print(f"survey: {'; '.join(why for _, why in verdicts)}; exit status {worst}")
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2])))
