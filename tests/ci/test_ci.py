"""What others' CI calls: .ci/judge, the steps of action.yml and .ci/gitlab.yml, and the lines of docs/ci.md."""

import json
import re
import unittest

from tests.system.support import CONFORM, MODEL, ROOT, Completed, SystemTest, require_tool, run

JUDGE = ROOT / ".ci/judge"
READER = '#!/bin/sh\nexec "{model}" read "$1" "$2"\n'


def block(page: str, language: str, containing: str) -> str:
    """The one block of the page in this language that has these words."""
    text = (ROOT / page).read_text()
    found, = (body for body in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL) if containing in body)
    return found


class CiTest(SystemTest):
    """The built runner on the PATH, in an environment with nothing else in it, and a reader that conforms."""

    def setUp(self) -> None:
        super().setUp()
        (self.dir / "bin").mkdir()
        (self.dir / "bin/qcow2-conform").symlink_to(CONFORM)
        self.reader = self.dir / "reader"
        self.reader.write_text(READER.format(model=MODEL))
        self.reader.chmod(0o755)

    def shell(self, script: str, **variables: object) -> Completed:
        words = [f"{name}={value}" for name, value in variables.items()]
        return run("env", "-i", f"PATH={self.dir}/bin:/usr/bin:/bin", f"READER={self.reader}", *words,
                   "sh", "-ec", script, cwd=self.dir)

    def assert_judged(self, done: Completed, *folders: str) -> None:
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        for folder in folders:
            summary = json.loads((self.dir / folder / "summary.json").read_text())
            self.assertGreater(summary["implementations"][0]["must"]["counts"]["pass"], 0, folder)


class Judge(CiTest):
    def fake_runner(self, status: int = 0) -> None:
        program = self.dir / "bin/qcow2-conform"
        program.unlink()
        program.write_text('#!/bin/sh\nfor word; do echo "$word"; done\nmkdir -p r\necho report >r/report.md\n'
                           f"exit {status}\n")
        program.chmod(0o755)

    def test_each_variable_becomes_its_option(self) -> None:
        self.fake_runner()
        names = [name for line in re.findall(r"(?m)^(?:judged|how)='(.*)'$", JUDGE.read_text())
                 for name in line.split()]
        self.assertEqual(17, len(names))
        options = [f"--{name.lower().replace('_', '-')}" for name in names]
        done = self.shell(f'"{JUDGE}"', OUT="r", QUICK="1", **{name: f"{name} x" for name in names})
        words = [word for option, name in zip(options, names) for word in (option, f"{name} x")]
        self.assertEqual(["run", *words, "--quick", "--out", "r"], done.stdout.decode().splitlines())
        offered = run(CONFORM, "run", "--help").stdout.decode()
        self.assertEqual([], [option for option in options if f"{option} " not in offered])

    def test_its_exit_status_is_the_runner_s_and_the_summary_is_written(self) -> None:
        self.fake_runner(status=6)
        done = self.shell(f'"{JUDGE}"', READ_CMD="x", OUT="r", GITHUB_STEP_SUMMARY=self.dir / "summary")
        self.assertEqual(6, done.returncode, done.stderr)
        self.assertEqual("report\n", (self.dir / "summary").read_text())

    def test_without_a_command_it_is_a_usage_error(self) -> None:
        self.assert_usage_error(self.shell(f'"{JUDGE}"', LEVEL="must"))


class Steps(CiTest):
    def test_the_action_s_step_judges_a_reader(self) -> None:
        text = (ROOT / "action.yml").read_text()
        inputs = {"read-cmd": f"{self.reader} {{image}} {{out}}", "level": "must", "shard": "1/40", "out": "results"}
        mapping = dict(re.findall(r"(\w+): \$\{\{ inputs\.([\w-]+) \}\}", text))
        for name in {*mapping.values(), *inputs}:
            self.assertRegex(text, rf"(?m)^  {name}:$")
        for variable in set(mapping) - {"name", "path"}:
            self.assertRegex(JUDGE.read_text(), rf"\b{variable}\b")
        line, = re.findall(r"run: '(.*)'", text)
        variables = {variable: inputs.get(name, "") for variable, name in mapping.items() if variable.isupper()}
        done = self.shell(line, GITHUB_ACTION_PATH=ROOT, GITHUB_STEP_SUMMARY=self.dir / "summary", **variables)
        self.assert_judged(done, "results")
        self.assertIn("a conformance report", (self.dir / "summary").read_text())

    def test_gitlab_s_lines_judge_the_shard_of_their_node(self) -> None:
        text = (ROOT / ".ci/gitlab.yml").read_text()
        lines = re.findall(r"(?m)^    - (.*)$", text)
        script = "\n".join(line.strip("'") for line in lines)
        done = self.shell(script, QCOW2_CONFORM=ROOT, READ_CMD=f"{self.reader} {{image}} {{out}}", LEVEL="must",
                          OUT="results", CI_NODE_INDEX=3, CI_NODE_TOTAL=40)
        self.assert_judged(done, "results")
        header = json.loads((self.dir / "results/results.jsonl").read_text().splitlines()[0])
        self.assertIn("3/40", header["argv"])
        self.assertTrue((self.dir / "results/junit.xml").exists())


class Page(CiTest):
    """docs/ci.md, with many small parts in place of its four."""

    def test_any_other_ci(self) -> None:
        (self.dir / "qcow2-conform").symlink_to(ROOT)
        script = block("docs/ci.md", "sh", ".ci/judge").replace("OUT=", "SHARD=2/40 OUT=")
        self.assert_judged(self.shell(script), "results")

    def test_slurm_and_the_merge(self) -> None:
        script = block("docs/ci.md", "sh", "SLURM_ARRAY_TASK_ID").rstrip()
        for number in (1, 2):
            done = self.shell(script + " --quick", SLURM_ARRAY_TASK_ID=number, SLURM_ARRAY_TASK_COUNT=2)
            self.assert_judged(done, f"part-{number}")
        _, merge = block("docs/ci.md", "sh", "parallel").splitlines()
        done = self.shell(merge)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertTrue((self.dir / "merged/report.html").exists())

    def test_kubernetes(self) -> None:
        text = block("docs/ci.md", "yaml", "completionMode: Indexed")
        script = " ".join(text[text.index("args:\n") + 6:].split()).removeprefix("- ")
        self.assert_judged(self.shell(script.replace("/4", "/40"), JOB_COMPLETION_INDEX=7), "part-7")

    def test_gnu_parallel(self) -> None:
        require_tool("parallel")
        first, _ = block("docs/ci.md", "sh", "parallel").splitlines()
        self.assert_judged(self.shell(first + " --quick"), *(f"part-{number}" for number in range(1, 5)))

    def test_ctest(self) -> None:
        require_tool("cmake")
        snippet = block("docs/ci.md", "cmake", "add_test").replace("$<TARGET_FILE:myreader>", str(self.reader))
        snippet = snippet.replace("--level must", "--level must --shard 5/40")
        (self.dir / "CMakeLists.txt").write_text(
            f"cmake_minimum_required(VERSION 3.25)\nproject(mine LANGUAGES NONE)\nenable_testing()\n{snippet}")
        done = self.shell("cmake -G Ninja -B build . && ctest --test-dir build --output-on-failure")
        self.assert_judged(done, "build/qcow2-conform")


class Log(CiTest):
    def test_what_a_reader_does_not_offer_is_not_waited_for(self) -> None:
        line = "qcow2-conform run --read-cmd \"$READER {image} {out}\" --case all-neighbours-overwritten --out results"
        said = self.shell(line).stderr.decode()
        counts, = re.findall(r"(?s)on 1 case, (\d+) operations?\n.*?(\d+) of (\d+) operations done", said)
        announced, done, of = counts
        self.assertEqual((announced, announced), (done, of))
        operations = json.loads((ROOT / "cases/modify/all-neighbours-overwritten.json").read_text())["operations"]
        self.assertLess(int(of), len(operations))


class KnownFailures(CiTest):
    """docs/known-failures.md, step by step, with a reader that is wrong about two cases and is then mended."""

    def test_from_the_first_red_to_green(self) -> None:
        script = f'#!/bin/sh\n"{MODEL}" read "$1" "$2" || exit 1\n[ -e mended ] || truncate -s "<1M" "$2"\n'
        self.reader.write_text(script.replace("mended", str(self.dir / "mended")))
        page = "docs/known-failures.md"
        first, again = (block(page, "sh", words).rstrip() + " --case 'ordinary*'"
                        for words in ('{out}" --out', "--known known.json --out"))
        update = block(page, "sh", "known update")
        self.assertEqual(1, self.shell(first).returncode)
        done = self.shell(update)
        self.assertEqual((0, block(page, "text", "added")), (done.returncode, done.stdout.decode()))
        self.assertEqual(0, self.shell(again).returncode)
        (self.dir / "mended").touch()
        self.assertEqual(6, self.shell(again).returncode)
        self.assertIn(b"known.json: 0 known failures", self.shell(update).stdout)
        self.assertEqual(0, self.shell(again).returncode)


if __name__ == "__main__":
    unittest.main()
