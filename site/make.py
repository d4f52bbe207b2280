"""Writes the site: the documents of spec/, the cases, the pages of results that are there, and the explorer with the
model in it. site/build calls this.

    make.py [--out DIR] [--published DIR] [--strict]

Warnings (a link into nothing) go to standard error; with --strict they end in exit 1. Exit 2: a document, a case or the
compiler is at fault.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.dont_write_bytecode = True

import cases  # noqa: E402  (after the line above, on purpose)
import cases_page  # noqa: E402
import index_page  # noqa: E402
import shell  # noqa: E402
import spec_text  # noqa: E402
import wasm  # noqa: E402
from document_page import Site, Writer, short_title  # noqa: E402
from shell import Link  # noqa: E402

ORDER = ["compressed-clusters", "erratum", "thread", "open-questions", "registers", "hazards"]
FOOTER = "qcow2-conform: built from spec/, cases/ and the results of a run. This page asks no host for anything."


def load(spec: Path, case_folder: Path, published: Path) -> Site:
    paths = sorted(
        spec.glob("*.md"), key=lambda path: (ORDER.index(path.stem) if path.stem in ORDER else len(ORDER), path.stem)
    )
    documents = [spec_text.load(path) for path in paths]
    levels = {clause.slug: clause.level for document in documents for clause in document.clauses}
    if not levels:
        raise spec_text.SpecError(f"{spec}: no clause in any *.md")
    documents += [spec_text.load(path) for path in sorted(published.glob("*.md"))]
    return Site(documents, cases.load_all(case_folder, levels))


def write(site: Site, module: bytes, out: Path) -> None:
    pages = [Writer(site, document).page(short_title(name)) for name, document in site.documents.items()]
    pages += [cases_page.page(site), index_page.page(site, module)]
    navigation = [Link("index.html", "Explorer"), *(Link(f"{name}.html", short_title(name)) for name in site.documents),
                  Link("cases.html", "Cases")]
    out.mkdir(parents=True, exist_ok=True)
    for page in pages:
        unfinished = out / f".{page.name}.new"
        unfinished.write_text(shell.render(page, navigation, FOOTER), encoding="utf-8")
        unfinished.replace(out / page.name)


def main() -> int:
    arguments = argparse.ArgumentParser(prog="site/build", description=__doc__.partition("\n")[0])
    arguments.add_argument("--out", type=Path, default=ROOT / "build/site", metavar="DIR")
    arguments.add_argument("--spec", type=Path, default=ROOT / "spec", metavar="DIR", help="documents (default: spec)")
    arguments.add_argument("--cases", type=Path, default=ROOT / "cases", metavar="DIR", help="cases (default: cases)")
    arguments.add_argument("--published", type=Path, default=ROOT / "build/publish", metavar="DIR",
                           help="pages of results, as scripts/publish makes them (default: build/publish)")
    arguments.add_argument("--strict", action="store_true", help="exit 1 on a link into nothing")
    options = arguments.parse_args()
    try:
        site = load(options.spec, options.cases, options.published)
        write(site, wasm.build(ROOT / "build/site-model/model.wasm"), options.out)
    except (spec_text.SpecError, wasm.CompileError, OSError) as error:
        print(f"site/build: {error}", file=sys.stderr)
        return 2
    for warning in dict.fromkeys(site.warnings):
        print(f"site/build: {warning}", file=sys.stderr)
    print(options.out / "index.html")
    return 1 if site.warnings and options.strict else 0


if __name__ == "__main__":
    sys.exit(main())
