"""Random images, checked by the model and by qemu-img: they agree, or the difference is a listed one.

    python3 -m tests.differential.compare_check [--first N] [--count N]     exit 1: they differ

Where nothing is wrong, the numbers are compared too. check_differences.json lists the differences, by rule.
"""

import argparse
import json
import re
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

from generators.case.spec import Spec
from tests.differential.random_images import random_image
from tests.system.support import MODEL, run

LISTED: list[Spec] = json.loads(Path(__file__).with_name("check_differences.json").read_text())["differences"]
MODEL_WORDS = {0: "clean", 1: "corrupt", 3: "leaks", 4: "refused"}
QEMU_WORDS = {0: "clean", 2: "corrupt", 3: "leaks", 1: "refused", 63: "refused"}
NUMBERS = (("corruptions", "corruptions"), ("leaks", "leaks"), ("allocated-clusters", "allocated_clusters"),
           ("compressed-clusters", "compressed_clusters"), ("image-end-offset", "image_end_offset"))


@dataclass(frozen=True)
class Answer:
    """A word, what was said besides, and the numbers where there are any."""

    word: str
    text: str
    document: dict[str, Any]


def model_check(path: Path) -> Answer:
    done = run(MODEL, "check", "--json", path)
    document = json.loads(done.stdout) if done.stdout else {}
    return Answer(MODEL_WORDS.get(done.returncode, f"exit {done.returncode}"), done.stderr.decode(), document)


def qemu_check(path: Path) -> Answer:
    done = run("qemu-img", "check", "-f", "qcow2", "--output=json", path)
    document = json.loads(done.stdout) if done.stdout.startswith(b"{") else {}
    return Answer(QEMU_WORDS.get(done.returncode, f"exit {done.returncode}"), done.stderr.decode(errors="replace"),
                  document)


def difference(model: Answer, qemu: Answer) -> Optional[str]:
    """None where they agree, the name of a listed difference, or else a sentence that says how they differ."""
    if model.word == qemu.word:
        return _numbers(model, qemu) if model.word == "clean" else None
    for listed in LISTED:
        if model.word in listed["model"] and qemu.word in listed["qemu"] and _marked(listed, model, qemu):
            return str(listed["name"])
    return (
        f"the model says {model.word}, qemu-img {qemu.word}: {model.document.get('violations', model.text)}; "
        f"{qemu.text}"
    )


def _marked(listed: Spec, model: Answer, qemu: Answer) -> bool:
    """Whether the answers bear the marks of a listed difference, all of those that it names."""
    found = [(one["rule"], one["detail"]) for one in model.document.get("violations", [])]
    if "refused" in model.document:
        found.append((model.document["refused"]["rule"], model.document["refused"]["detail"]))
    rule, detail = listed.get("model_rule", ""), listed.get("model_detail", "")
    if rule and not any(re.fullmatch(rule, slug) and detail in text for slug, text in found):
        return False
    return re.search(listed.get("qemu_message", ""), qemu.text) is not None


def _numbers(model: Answer, qemu: Answer) -> Optional[str]:
    for theirs, ours in NUMBERS:
        if qemu.document.get(theirs, 0) != model.document[ours]:
            return f"{ours}: the model says {model.document[ours]}, qemu-img {qemu.document.get(theirs, 0)}"
    return None


def compare(seed: int, folder: Path) -> tuple[str, Optional[str]]:
    """(what both say, or what each says; the difference) for the image of a seed."""
    path = folder / f"{seed}.qcow2"
    file, damage = random_image(seed)
    file.store(str(path))
    model, qemu = model_check(path), qemu_check(path)
    path.unlink()
    word = model.word if model.word == qemu.word else f"model {model.word}, qemu-img {qemu.word}"
    found = difference(model, qemu)
    return word, found if found is None or is_listed(found) else f"seed {seed} ({damage}): {found}"


def is_listed(found: str) -> bool:
    return any(found == listed["name"] for listed in LISTED)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=1000, help="how many images")
    options = parser.parse_args()
    words: Counter[str] = Counter()
    listed: Counter[str] = Counter()
    bugs = 0
    with tempfile.TemporaryDirectory(prefix="qcow2-conform-") as folder:
        for seed in range(options.first, options.first + options.count):
            word, found = compare(seed, Path(folder))
            words[word] += 1
            if found is not None and is_listed(found):
                listed[found] += 1
            elif found is not None:
                bugs += 1
                print(found)
    for name, count in [*words.most_common(), *((f"listed: {name}", count) for name, count in listed.most_common())]:
        print(f"{count:8} {name}")
    print(f"{bugs} differences that are not listed in {options.count} images")
    return 1 if bugs else 0


if __name__ == "__main__":
    sys.exit(main())
