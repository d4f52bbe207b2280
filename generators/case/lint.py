"""The rules that hold over cases and clauses together; what one file's form must be is in the schema."""


from generators.case.canonical import canonical_text
from generators.case.case import Case
from generators.case.differences import differing_paths
from generators.case.errors import CaseError
from generators.case.guest_map import COMPRESSED, RAW, ZERO, stated_clusters
from generators.case.spec import Spec

READS = ("read", "read-range")
TOGETHER = ("write", "write_zeroes", "discard")
VERDICTS = {"read": ("accept", "reject"), "read-range": ("accept", "reject"), "map": ("accept", "reject"),
            "read-snapshot": ("accept", "reject"), "read-parallel": ("accept",), "repair": ("accept", "reject"),
            "check": ("clean", "leaks", "corrupt", "reject"), "write": ("accept",),
            "modify": ("accept", "reject")}


def lint(cases: list[Case], levels: dict[str, str]) -> None:
    """Raises the first breach; `levels` has the level of every clause."""
    by_id: dict[str, Case] = {}
    for case in cases:
        if case.id in by_id:
            raise CaseError(f"the id is taken by {by_id[case.id].path}", f"{case.path}: id")
        by_id[case.id] = case
    for case in cases:
        try:
            for index, operation in enumerate(case.operations):
                _operation(operation, f"operations.{index}")
                _writing(operation, case.clauses, f"operations.{index}")
            _clauses(case, levels)
            _features(case)
            _twin(case, by_id)
            _status(case)
            _form(case)
        except CaseError as error:
            raise CaseError(str(error), case.path) from None


def _clauses(case: Case, levels: dict[str, str]) -> None:
    for slug in case.clauses:
        if slug not in levels:
            raise CaseError(f"the spec has no clause '{slug}'", "clauses")
    strict = [slug for slug in case.clauses if levels[slug] == "must"]
    open_points = [slug for slug in case.clauses if levels[slug] in ("may", "unspecified")]
    verdicts = [operation["expect"]["verdict"] for operation in case.operations]
    unsettled = [verdict for verdict in verdicts if verdict in ("either", "observe")]
    if unsettled and (strict or not open_points):
        raise CaseError("a case with an open verdict names a clause of level unspecified or may, "
                        "and none of level must", "clauses")
    if not unsettled and all(levels[slug] == "unspecified" for slug in case.clauses):
        raise CaseError("a case whose clauses are all unspecified must be either or observe", "clauses")


FEATURES = ("deflate", "zstd", "extended-l2", "v2", "backing-file", "snapshot", "external-data-file", "zero-clusters")


def needed_features(case: Case) -> list[str]:
    """What an implementation must know to read the image and those behind it, in the order of the schema's list."""
    images = [case.image, *(one["image"] for one in case.document.get("siblings", {}).values() if "image" in one)]
    needed = set().union(*map(_of_image, images))
    return [feature for feature in FEATURES if feature in needed]


def _of_image(image: Spec) -> set[str]:
    try:
        kinds = {cluster.kind for cluster in stated_clusters(image.get("guest", {})).values()}
    except CaseError as error:
        raise error.inside("image") from None
    features = {feature for feature, key in (("extended-l2", "extended_l2"), ("backing-file", "backing_file"),
                                             ("snapshot", "snapshots"), ("external-data-file", "data_file"))
                if image.get(key)}
    if kinds & {COMPRESSED, RAW} or image.get("compression") == "zstd":  # a header that says zstd has a feature bit set
        features.add(str(image.get("compression", "deflate")))
    if image.get("header", {}).get("version") == 2:
        features.add("v2")
    if ZERO in kinds:
        features.add("zero-clusters")
    return features


def _features(case: Case) -> None:
    stated = set(case.document["features"]) - {"standard-clusters"}
    needed = set(needed_features(case))
    if stated != needed:
        raise CaseError(f"the image needs {sorted(needed)}, but the case states {sorted(stated)}", "features")


def _operation(operation: Spec, where: str) -> None:
    ranged = operation["op"] == "read-range"
    if ranged != ("offset" in operation) or ranged != ("length" in operation):
        raise CaseError("read-range needs offset and length, and no other operation has them", where)
    if (operation["op"] == "read-snapshot") != ("snapshot" in operation):
        raise CaseError("read-snapshot needs a snapshot, and no other operation has one", where)
    expect = operation["expect"]
    verdict = expect["verdict"]
    if (verdict == "either") != ("choices" in expect):
        raise CaseError("the verdict either needs choices, and no other verdict has them", f"{where}.expect")
    answers = list(expect.get("choices", {}).values()) if verdict == "either" else [expect]
    for answer in answers:
        if answer["verdict"] not in (*VERDICTS[str(operation["op"])], "observe"):
            raise CaseError(f"{operation['op']} does not answer {answer['verdict']}", f"{where}.expect")
        if "stage" in answer and answer["verdict"] != "reject":
            raise CaseError("only the verdict reject has a stage", f"{where}.expect")


def _writing(operation: Spec, clauses: list[str], where: str) -> None:
    """What belongs to write and modify, and to nothing else."""
    op, expect = operation["op"], operation["expect"]
    if (op == "modify") != ("steps" in operation):
        raise CaseError("modify needs steps, and no other operation has them", where)
    for step in operation.get("steps", []):
        _step(step, f"{where}.steps")
    if op == "modify" and expect["verdict"] == "reject" and len(operation["steps"]) != 1:
        raise CaseError("a refused change has one step: what earlier steps did would stay", f"{where}.steps")
    stated = [how for step in operation.get("steps", []) for how in step.values()]
    if expect["verdict"] == "reject" and any(isinstance(how, dict) and "content" in how for how in stated):
        raise CaseError("a refused change has no content: its file is made for changes alone", f"{where}.steps")
    if op == "write" and "properties" not in expect or "properties" in expect and op not in ("write", "modify"):
        raise CaseError("write needs properties; only write and modify have them", f"{where}.expect")
    strange = [slug for slug in expect.get("properties", []) if slug.startswith("modify-") != (op == "modify")]
    if strange:
        raise CaseError(f"{', '.join(strange)} is not a property of {op}", f"{where}.expect.properties")
    unnamed = [slug for slug in expect.get("properties", []) if slug not in clauses]
    if unnamed:
        raise CaseError(f"the case does not have {', '.join(unnamed)} among its clauses", f"{where}.expect.properties")
    if (op in ("modify", "repair") and expect["verdict"] == "accept") != ("check" in expect):
        raise CaseError("an accepted modify or repair needs check, and nothing else has it", f"{where}.expect")


def _step(step: Spec, where: str) -> None:
    if len(step) != 1:
        raise CaseError("a step must have exactly one key", where)
    for one in step.get("parallel", []):
        _step(one, where)
        if next(iter(one)) not in TOGETHER:
            raise CaseError(f"only these can be in flight together: {', '.join(TOGETHER)}", where)


def _refusals(case: Case) -> list[str]:
    """The operations that must fail or find fault, and for which a sound twin is therefore owed."""
    return [str(operation["op"]) for operation in case.operations
            if operation["expect"]["verdict"] in ("reject", "leaks", "corrupt")]


def _twin(case: Case, by_id: dict[str, Case]) -> None:
    refusals = _refusals(case)
    if ("baseline" in case.document) != ("delta" in case.document):
        raise CaseError("baseline and delta need each other")
    if refusals and "baseline" not in case.document:
        raise CaseError("a refusal needs a baseline (its valid twin) and a delta")
    if "baseline" not in case.document:
        return
    twin = by_id.get(str(case.document["baseline"]))
    if twin is None or twin.withdrawn:
        raise CaseError(f"there is no case '{case.document['baseline']}', or it is withdrawn", "baseline")
    for op in refusals:
        sound = "clean" if op == "check" else "accept"
        family = READS if op in READS else (op,)
        if not any(operation["op"] in family and operation["expect"]["verdict"] == sound
                   for operation in twin.operations):
            raise CaseError(f"the twin {twin.id} does not answer {op} with {sound}", "baseline")
    _delta(case, twin)


def _delta(case: Case, twin: Case) -> None:
    """The delta opens with the places in which the images differ: "guest.0.additional_sectors: 0 where it needs 1"."""
    differing = differing_paths({**twin.image, "siblings": twin.siblings},
                                {**case.image, "siblings": case.siblings}) or ["nothing"]
    named = [path.strip() for path in str(case.document["delta"]).partition(": ")[0].split(",")]
    if sorted(differing) != sorted(named):
        raise CaseError(f"must begin with the places that differ from {twin.id}, '{', '.join(differing)}: '", "delta")


def _status(case: Case) -> None:
    if case.withdrawn != ("reason" in case.document):
        raise CaseError("a withdrawn case needs a reason, and no other case has one", "reason")


def _form(case: Case) -> None:
    if case.text.decode() != canonical_text(case.document):
        raise CaseError("not in canonical form; run 'python3 -m generators format'")
