"""What a public forge shows of this repository: its workflows call .ci/run, and its pages invent nothing."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Forges(unittest.TestCase):
    def test_the_workflows_call_the_one_command(self) -> None:
        for name, line in ((".github/workflows/test.yml", "run: .ci/run"), (".gitlab-ci.yml", "- .ci/run")):
            self.assertIn(line, (ROOT / name).read_text(), name)

    def test_the_citation_is_of_this_version(self) -> None:
        version = re.search(r"^project\(qcow2-conform VERSION (\S+)", (ROOT / "CMakeLists.txt").read_text(), re.M)[1]
        self.assertIn(f"\nversion: {version}\n", (ROOT / "CITATION.cff").read_text())

    def test_no_page_has_an_address(self) -> None:
        for page in [ROOT / "SECURITY.md", ROOT / "CITATION.cff", *(ROOT / ".github").rglob("*.md")]:
            self.assertNotRegex(page.read_text(), r"\w@\w", page)

    def test_what_the_pages_name_is_there(self) -> None:
        for page in [ROOT / "SECURITY.md", *(ROOT / ".github").rglob("*.md"), ROOT / ".pre-commit-config.yaml"]:
            for name in re.findall(r"\b[\w./-]+\.md\b", page.read_text()):
                self.assertTrue((ROOT / name).exists(), f"{page}: {name}")
        for module in re.findall(r"\btests\.[\w.]+", (ROOT / ".pre-commit-config.yaml").read_text()):
            self.assertTrue((ROOT / (module.replace(".", "/") + ".py")).exists(), module)


if __name__ == "__main__":
    unittest.main()
