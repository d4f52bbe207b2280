"""The fuzz targets and the differential fuzzer, for a moment each and from fixed seeds, so that they keep working."""

import json
import os
import subprocess
import sys

from tests.system.support import BIN, ROOT, SystemTest, absent, require_tool

TARGETS = {"header": "image", "read": "image", "check": "image", "repair": "image", "commands": "image",
           "decode": "decode"}
RUNS = 1500
BUILD_SECONDS = 1800


class Targets(SystemTest):
    def test_each_runs_over_its_seeds_and_a_little_further(self) -> None:
        require_tool("clang++")
        target = b'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }'
        built = subprocess.run(
            ["clang++", "-fsanitize=fuzzer,address", "-x", "c++", "-", "-o", self.dir / "fuzzer"],
            input=target,
            capture_output=True,
            check=False,
        )
        if built.returncode != 0:
            absent("libFuzzer of clang++ (Debian: libclang-rt-dev)")
        subprocess.run([ROOT / "fuzz/build.sh"], check=True, capture_output=True, timeout=BUILD_SECONDS)
        seeds = self.dir / "seeds"
        subprocess.run([sys.executable, ROOT / "fuzz/seeds.py", "--out", seeds, "--model", BIN / "qcow2-model",
                        "--corpus", BIN.parent / "corpus"], check=True, capture_output=True, cwd=ROOT)
        for target, kind in TARGETS.items():
            with self.subTest(target):
                done = subprocess.run(
                    [ROOT / "build/fuzz" / f"fuzz_{target}", f"-runs={RUNS}", "-seed=1", "-timeout=20",
                     f"-artifact_prefix={self.dir}/", seeds / kind],
                    capture_output=True, check=False, env={**os.environ, "ASAN_OPTIONS": "allocator_may_return_null=0"})
                self.assertEqual(0, done.returncode, done.stderr[-3000:])
                self.assertIn(b"Done", done.stderr)


class OssFuzz(SystemTest):
    def test_its_script_builds_every_target_by_the_names_of_its_environment(self) -> None:
        require_tool("clang++")
        (self.dir / "qcow2-conform").symlink_to(ROOT)
        (self.dir / "out").mkdir()
        given = {"SRC": self.dir, "OUT": self.dir / "out", "WORK": self.dir / "work", "CXX": "clang++",
                 "CXXFLAGS": "-O1 -fsanitize=address,fuzzer-no-link", "LIB_FUZZING_ENGINE": "-fsanitize=fuzzer"}
        subprocess.run([ROOT / "fuzz/oss-fuzz/build.sh"], check=True, capture_output=True, timeout=BUILD_SECONDS,
                       env={**os.environ, **{name: str(value) for name, value in given.items()}})
        built = sorted(path.name for path in (self.dir / "out").iterdir() if os.access(path, os.X_OK))
        self.assertEqual(sorted(source.stem for source in (ROOT / "fuzz").glob("fuzz_*.cpp")), built)
        for name in built:
            libraries = subprocess.run(["ldd", self.dir / "out" / name], check=True, capture_output=True).stdout
            self.assertNotRegex(libraries, rb"libfmt|libzstd|libz\.", name)  # where it runs there are none
            done = subprocess.run([self.dir / "out" / name, "-runs=200", "-seed=1"], capture_output=True, check=False)
            self.assertEqual(0, done.returncode, done.stderr[-3000:])


class Differential(SystemTest):
    def test_model_and_qemu_read_the_same_clusters(self) -> None:
        require_tool("qemu-storage-daemon")
        if not (BIN / "read-clusters").exists():
            absent("read-clusters")
        done = subprocess.run([sys.executable, ROOT / "fuzz/differential.py", "--images", "6", "--model",
                               BIN / "read-clusters", "--keep", self.dir], capture_output=True, check=False, cwd=ROOT)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        counts = json.loads(done.stdout)["counts"]
        self.assertGreater(counts["agree: read"], 1000)
        self.assertGreater(counts["agree: refused"], 1000)
