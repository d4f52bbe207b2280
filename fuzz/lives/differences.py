"""The list of differences that are allowed, differences.json, and whether one of them explains what was found."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Optional

LISTED: list[dict[str, Any]] = json.loads(Path(__file__).with_name("differences.json").read_text())["differences"]


@dataclass(frozen=True)
class Answers:
    """What both said: a word each, and what they said besides; and what is known of the image."""

    what: str  # bytes, map, check, or repaired
    model: str
    qemu: str
    model_rules: tuple[tuple[str, str], ...] = ()  # (slug, detail) of each violation
    qemu_text: str = ""
    features: frozenset[str] = frozenset()


def explain(answers: Answers) -> Optional[str]:
    """The name of the first listed difference that all these marks fit."""
    for listed in LISTED:
        if answers.what in listed["what"] and re.fullmatch(listed["words"], f"{answers.model} | {answers.qemu}") \
                and set(listed.get("features", ())) <= answers.features and _marked(listed, answers):
            return str(listed["name"])
    return None


def _marked(listed: dict[str, Any], answers: Answers) -> bool:
    rule, detail = listed.get("model_rule"), listed.get("model_detail", "")
    if rule and not any(re.fullmatch(rule, slug) and re.search(detail, text) for slug, text in answers.model_rules):
        return False
    return re.search(listed.get("qemu_message", ""), answers.qemu_text) is not None
