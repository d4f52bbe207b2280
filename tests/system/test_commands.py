"""The two commands of the README on machines that lack packages: what they print, and when they stop."""

import os
import re
from pathlib import Path

from tests.system.support import ROOT, Completed, SystemTest, run

PACKAGES = (ROOT / "scripts/packages.sh").read_text()
BASE_TOOLS = (
    "bash",
    "dirname",
    "cat",
    "awk",
    "uname",
    "mkdir",
    "grep",
    "tail",
    "env",
    "sh",
    "flock",
    "touch",
    "cmp",
    "cp",
    "rm",
)


class Commands(SystemTest):
    """./run and ./test in a copy of the scripts, with a PATH on which dpkg-query, id, sudo and apt-get are fakes."""

    def setUp(self) -> None:
        super().setUp()
        self.bin = self.dir / "bin"
        self.home = self.dir / "checkout"
        self.bin.mkdir()
        for name in ("run", "test", "scripts/packages.sh", "scripts/build.sh", "tests/site/install",
                     "tests/site/package.json", "tests/site/package-lock.json"):
            target = self.home / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes((ROOT / name).read_bytes())
            target.chmod(0o755)
        for name in BASE_TOOLS:
            path = next((d for d in ("/usr/bin", "/bin") if os.access(f"{d}/{name}", os.X_OK)), None)
            if path:
                (self.bin / name).symlink_to(f"{path}/{name}")
        self.fake("dpkg-query", "exit 1")
        self.fake("dpkg", "exit 1")
        self.fake("id", "echo 1000")
        self.fake("apt-get", 'echo "apt-get $*" >>"$(dirname "$0")/../calls"')

    def fake(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def call(self, name: str, *args: str) -> Completed:
        env = {"PATH": str(self.bin), "CI": "true", "HOME": str(self.dir)}
        return run(str(self.home / name), *args, env=env, cwd=self.dir)

    def calls(self) -> str:
        path = self.dir / "calls"
        return path.read_text() if path.exists() else ""

    def test_without_root_or_sudo_the_exact_command_is_printed(self) -> None:
        for name in ("run", "test"):
            with self.subTest(name):
                done = self.call(name)
                self.assertEqual((2, b""), (done.returncode, done.stdout), done.stderr)
                text = done.stderr.decode()
                self.assertRegex(text, r"apt-get .*install .*\bg\+\+ ")
                for package in ("cmake", "qemu-utils", "7zip", "libqcow-dev"):
                    self.assertIn(package, text)
                for package in ("libcatch2-dev", "chromium", "wasi-libc"):
                    self.assertEqual(name == "test", package in text, package)
                self.assertNotIn("install", re.sub("indextargets.*", "", self.calls()))

    def test_who_brings_a_reader_needs_no_other(self) -> None:
        others = ("qemu-utils", "7zip", "libqcow-dev")
        for args, needs_others in (
            (("--read-cmd", "mine {image} {out}"), False),
            (("--check-cmd=mine {image}", "--level", "must"), False),
            (("--adapter", "mine"), False),
            (("--impl", "./mine.json", "--impl=model"), False),
            (("--case", "placement/*"), True),
            (("--read-cmd", "mine {image} {out}", "--impl", "qemu-img"), True),
            (("--impl=7zip",), True),
            (("--suites",), True),
        ):
            with self.subTest(args):
                text = self.call("run", *args).stderr.decode()
                self.assertRegex(text, r"apt-get .*install .*\bcmake ")
                self.assertEqual(list(others) if needs_others else [], [name for name in others if name in text])

    def test_a_user_with_sudo_installs_through_it(self) -> None:
        self.fake("sudo", 'if [ "$1" = -n ]; then exit 0; fi; echo sudo >>"$(dirname "$0")/../calls"; exec "$@"')
        done = self.call("run")
        self.assertIn("sudo\n", self.calls())
        self.assertRegex(self.calls(), r"apt-get .*install .*\bcmake\b")
        self.assertEqual(2, done.returncode, "nothing was really installed, which must not go unnoticed")
        self.assertIn(b"no usable version of", done.stderr)

    def test_the_fast_tests_need_no_browser_and_no_other_reader(self) -> None:
        text = self.call("test", "--fast").stderr.decode()
        forky = "VERSION_CODENAME=forky" in Path("/etc/os-release").read_text()  # it has no clang-format-19
        for package in ("cmake", "libcatch2-dev", "codespell" if forky else "clang-format-19"):
            self.assertRegex(text, rf"install .*{package}")
        for package in ("chromium", "wasi-libc", "libqcow-dev"):
            self.assertNotIn(package, text)

    def test_a_failure_of_apt_is_shown(self) -> None:
        self.fake("id", "echo 0")
        self.fake("apt-get", "echo E: Unable to locate package; exit 100")
        done = self.call("run")
        self.assertEqual(2, done.returncode)
        self.assertIn(b"E: Unable to locate package", done.stderr)

    def nothing_is_missing(self) -> None:
        packages = " ".join(re.findall(r"packages_\w+\+?=\(([^)]*)\)", PACKAGES)).split()
        listing = "\\n".join(f"installed {package} 99" for package in packages)
        self.fake("dpkg-query", f"printf '{listing}\\n'")
        self.fake("cmake", "exit 7")
        (self.home / "build/packages/usr/include/valijson").mkdir(parents=True)

    def test_a_test_without_npm_s_registry_says_so_and_goes_on(self) -> None:
        self.nothing_is_missing()
        self.fake("npm", "echo no network; exit 1")
        done = self.call("test")
        said = done.stderr.decode()
        self.assertRegex(said, r"no network\n(.*\n)*test: no playwright-core: .* skipped\n(.*\n)*configuring release\n")

    def test_nothing_is_said_when_nothing_is_missing(self) -> None:
        self.nothing_is_missing()
        done = self.call("run")
        self.assertEqual((2, ""), (done.returncode, self.calls()))
        self.assertEqual(b"configuring release\n", done.stderr.splitlines(keepends=True)[0])

    def test_catch2_comes_from_backports_and_leaves_the_sources_alone(self) -> None:
        done = self.call("test")
        if "bookworm" not in Path("/etc/os-release").read_text():
            self.assertNotIn(b"backports", done.stderr)
            return
        lines = done.stderr.decode().splitlines()
        line = next(line for line in lines if "-t bookworm-backports install libcatch2-dev" in line)
        for option in ("Dir::Etc::SourceList=", "Dir::Etc::SourceParts=/dev/null", "Dir::State::Lists="):
            self.assertIn(option, line)
        self.assertNotIn(b"/etc/apt", done.stderr)
