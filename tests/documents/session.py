"""What stands around the commands of the pages when a test types them: who is judged, what a page takes for granted,
and which commands are not typed, with the reason.
"""

import json

from tests.documents.pages import Command, blocks

CHECKOUT = "/qcow2-conform"
MODEL = f"{CHECKOUT}/build/release/bin/qcow2-model"
# The reader's programs that the pages speak of: the model, under the names and with the exit statuses that they give.
MINE = {
    "myreader": f"""case "$#-${{3-}}" in
4---snapshot) exec {MODEL} read "$1" "$2" --snapshot "$4" ;;
4-*) exec {MODEL} read "$1" "$2" --offset "$3" --length "$4" ;;
esac
exec {MODEL} read "$1" "$2"
""",
    "mychecker": f'status=0\n{MODEL} check "$1" || status=$?\n'
                 "case $status in 1) exit 2 ;; 4) exit 1 ;; 2) exit 9 ;; *) exit $status ;; esac\n",
    "mywriter": f'exec {MODEL} write "$@"\n',
    "mychanger": f'exec {MODEL} modify "$1" "$2"\n',
    "myrepair": f'status=0\n{MODEL} check --repair "$1" || status=$?\n'
                "case $status in 3 | 4) exit 1 ;; 2) exit 9 ;; *) exit $status ;; esac\n",
    "mymap": f'exec {MODEL} map --json "$1"\n',
    "myserver": f'exec python3 {CHECKOUT}/examples/server.py "$1" "$2"\n',
    # Wrong about disks that are longer than 1 MiB and no multiple of it.
    "mywrongreader": f'{MODEL} read "$1" "$2" || exit 1\ntruncate -s "<1M" "$2"\n',
}
APT = "apt-get -q -y --no-install-recommends install"

# In this order, which is that of somebody who begins at the front page. Elsewhere than in the checkout:
ORDER = ("README.md", "docs/installing.md", "docs/running.md", "docs/plugging-in.md", "docs/known-failures.md",
         "docs/ci.md", "docs/corpus.md", "examples/README.md", "docs/faq.md", "docs/repair.md", "docs/modify.md",
         "docs/mutants.md", "docs/results.md", "docs/fuzzing.md", "docs/performance.md", "CONTRIBUTING.md",
         "docs/adding-a-case.md")
FOLDER = {"README.md": "/", "docs/ci.md": "/", "docs/known-failures.md": "/tmp"}

_STEPS = next(block for block in blocks("docs/modify.md") if block.is_commands)
STEPS = "\n".join(line for line in _STEPS.lines if not line.startswith("$ "))
_CASE = json.dumps(["A stream of my own", "A user loses it.", "size-field-counts-additional-sectors", "", ""])

# Lines that come before a page's commands.
BEFORE = {
    "docs/running.md": "echo '[]' >known.json",
    "docs/plugging-in.md": "ln -s implementations/spec-reader/adapter.py myadapter.py",
    "docs/known-failures.md": "export PATH=~/.local/bin:$PATH READER=mywrongreader",
    "docs/ci.md": f"{APT} parallel >/dev/null\n"
                  "export READER=myreader SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=40",
    "docs/corpus.md": "rm -rf exported packages",
    "examples/README.md": "rm -rf corpus",
    "docs/repair.md": "cp build/release/corpus/images/refcount-of-0/refcount-of-0.qcow2 disk.qcow2",
    "docs/modify.md": f"cat >steps.json <<'END'\n{STEPS}\nEND\n"
                      "qemu-img create -q -f qcow2 disk.qcow2 1M\nhead -c 65536 /dev/zero >cluster.raw",
    "docs/fuzzing.md": f"{APT} clang libclang-rt-dev >/dev/null",
    "docs/results.md": "mkdir -p build/publish",
}
# Lines that come before one command.
BEFORE_COMMAND = {
    "cpack -G DEB": f"{APT} dpkg-dev >/dev/null\ncd build/release",
    "pkg-config --static --cflags --libs qcow2-model":
        "export PKG_CONFIG_PATH=$(echo ~/.local/lib/*/pkgconfig)",
    "build/release/bin/qcow2-conform compare results before": "cp -r results before",
}
STATUS = {
    'qcow2-conform run --read-cmd "$READER {image} {out}" --out results': 1,
    "cases/new size-field my-case": 1,
}
ANSWERS = {"cases/new size-field my-case": "".join(f"{answer}\n" for answer in json.loads(_CASE))}

_FORM = "a form with words in capitals or brackets, which pages name with an example that is run"
_NAME = "names a command of a program; nobody types it alone"
_PLACE = "a file or folder, no command"
_ENDLESS = "runs until its time is over, which is hours; tests/system runs the same program for seconds"
_COUNTED = "says how a count in the table came about: hours"
_TARBALL = "scripts/bare-roots types it, with a release"
_CI = "CI runs ./test, of which this is a part or the whole, in bare roots of its own"
_NIGHTLY = "./test --nightly runs the same, for an hour or more"
_TOOLCHAIN = "its toolchain is hundreds of MiB; tests/examples runs it where that is installed"
_SUITES = "fetches four suites of Debian, and judges their readers for half an hour"
_ENGINE = "needs a container engine; test_bare types the steps of the Containerfile"
_MACHINES = "installs three cross compilers and an emulator, for an hour of judging"
_QEMU = "builds QEMU, and judges it for hours"
_RELEASE = "makes everything twice; it checks what it made itself"

REASONS = {
    "README.md": {
        "./test --fast": _CI,
        "tar -xzf qcow2-conform-*-linux-*.tar.gz && cd qcow2-conform-*-linux-*": _TARBALL,
        "./qcow2-conform run --quick --read-cmd 'myreader {image} {out}'": _TARBALL,
        "./qcow2-conform run --read-cmd 'myreader {image} {out}'": _TARBALL,
    },
    "docs/ci.md": {
        "podman build -t qcow2-conform .": _ENGINE,
        'podman run --rm -v "$PWD:/work" qcow2-conform qcow2-conform run --read-cmd \'./myreader {image} {out}\'':
            _ENGINE,
        "sbatch --array=1-4 job.sh": "needs a cluster; test_bare types what its job runs",
    },
    "docs/fuzzing.md": {
        "build/fuzz/fuzz_check -max_len=70000 -timeout=20 found build/fuzz/seeds/image": _ENDLESS,
        "python3 fuzz/lives.py --hours 2": _ENDLESS,
        "python3 fuzz/changes.py --hours 2": _ENDLESS,
        "build/fuzz/fuzz_header -runs=3000000 -seed=11 -max_len=70000 FOUND build/fuzz/seeds/image": _COUNTED,
        "build/fuzz/fuzz_decode -runs=7000000 -seed=11 -max_len=70000 FOUND build/fuzz/seeds/decode": _COUNTED,
        "python3 fuzz/differential.py --first 1000 --images 1000": _COUNTED,
        "python3 -m tests.differential.compare_check --first 100000 --count 20000": _COUNTED,
        "python3 -m tests.differential.compare_check --count 1000": _COUNTED,
        "python3 fuzz/lives.py --hours 0.1 --seed 3000 --damage 20": _COUNTED,
        "python3 fuzz/lives.py --hours 1.4 --damage 20": _COUNTED,
        "python3 fuzz/changes.py": _COUNTED,
        "python3 fuzz/changes.py --hours 0.7 --seed 930000000": _COUNTED,
        "qcow2-model write": _NAME,
    },
    "docs/installing.md": {
        "tar -xzf qcow2-conform-*-linux-*.tar.gz": _TARBALL,
        "dpkg -i qcow2-model_*.deb qcow2-conform_*.deb": _TARBALL,
        "qcow2-conform corpus export DIR": _FORM,
        "cmake --preset static && cmake --build --preset static": "scripts/release types it",
    },
    "docs/modify.md": {"qcow2-model modify": _NAME},
    "docs/mutants.md": {
        "scripts/kill-matrix": _NIGHTLY,
        "scripts/coverage": _NIGHTLY,
        "./test --nightly": _NIGHTLY,
    },
    "docs/performance.md": {"qcow2-model read": _NAME},
    "docs/other-machines.md": {
        "scripts/other-machines": _MACHINES, "scripts/other-machines s390x -- --quick": _MACHINES,
    },
    "docs/plugging-in.md": {"./run --impl FILE": _FORM},
    "docs/qemu-mutants.md": {
        "scripts/qemu-mutants": _QEMU,
        "scripts/qemu-mutants run --count 300": _QEMU,
        "scripts/qemu-mutants run --only NAME": _FORM,
        "scripts/qemu-mutants run --suite-alone": _QEMU,
        "scripts/qemu-mutants run --shard 1/4 --results FILE": _FORM,
        "scripts/qemu-mutants show NAME": _FORM,
        "scripts/qemu-mutants page [FILE…]": _FORM,
    },
    "docs/releasing.md": {
        "scripts/release --twice": _RELEASE,
        "scripts/bare-roots build/qcow2-conform-VERSION": "makes bare roots itself, and does this for a release",
        "qcow2-conform evidence": _NAME,
        "git tag -a vVERSION": "a release is a person's decision",
    },
    "docs/repair.md": {"qcow2-model check --repair": _NAME},
    "docs/results.md": {
        "scripts/publish": "half an hour for readers, and coverage",
        "scripts/publish readers": "half an hour: every reader on every case",
        "scripts/publish coverage": _NIGHTLY,
    },
    "docs/running.md": {
        "./run ARGS": _FORM, "qcow2-conform run ARGS": _FORM, "./run --adapter COMMAND": _FORM,
        "./run --impl FILE": _FORM,
        "implementations/suite bullseye bookworm trixie sid": _SUITES, "./run --suites": _SUITES,
    },
    "docs/adding-a-case.md": {
        "build/release/bin/qcow2-conform selftest --case my-case": "builds every mutant, for an hour or more",
    },
    "examples/README.md": {
        "go run examples/harness.go corpus none myreader": _TOOLCHAIN,
        "java examples/Harness.java corpus none myreader": _TOOLCHAIN,
        "rustc -O examples/harness.rs && ./harness corpus none myreader": _TOOLCHAIN,
    },
    "release/templates/tarball.md": {
        "./qcow2-conform run --quick --read-cmd 'myreader {image} {out}'": _TARBALL,
        "./qcow2-conform run --read-cmd 'myreader {image} {out}'": _TARBALL,
        "./qcow2-conform run --help": _TARBALL,
        "./qcow2-conform doctor": _TARBALL,
    },
    "CONTRIBUTING.md": {
        "cases/new FAMILY ID": _FORM, "python3 -m generators show ID": _FORM,
        "./run --case <id> --impl model --impl qemu-img": _FORM,
        "build/release/bin/qcow2-conform evidence --case <id>": _FORM,
        "qcow2-conform selftest --case <id>": _FORM, "qcow2-conform selftest --mutant NAME": _FORM,
        "./test --fast": _CI, "cmake --workflow --preset dev": _CI,
        "./test --nightly": _NIGHTLY,
        "pre-commit install": "pre-commit runs the next line; Debian has it only with a second Python environment",
        "python3 -m unittest discover -s tests/habits -t .": _CI,
    },
    "SECURITY.md": {"qcow2-conform run": _NAME, "qcow2-conform repro CASE --read-cmd '…' --out DIR": _FORM},
}

# Blocks that are no commands: by page, the beginning of each and what it is.
OTHER_BLOCKS = {
    "README.md": {"wrong-data zero-cluster-with-": "a failure, as it is printed"},
    "docs/architecture.md": {"             spec/compressed": "the picture"},
    "docs/ci.md": {
        "jobs:": "tests/ci types its step", "myreader:": "tests/ci types its lines",
        "add_test(": "tests/ci builds it", "strategy:": "tests/ci types its step",
        "apiVersion: batch/v1": "tests/ci types its command",
    },
    "docs/confinement.md": {"confined: own process group": "a line of a run"},
    "docs/installing.md": {"find_package(": "tests/packaging and scripts/bare-roots build it"},
    "docs/known-failures.md": {"added    ordinary-2-mib": "tests/ci compares it"},
    "docs/looks-like.md": {"Looks like: ": "a line of a run"},
    "docs/plugging-in.md": {
        "{": "an implementation file", '> {"op":"hello"': "tests/system/test_adapters.py sends it",
        '"adapter": {': "a part of an implementation file", '"nbd": {': "a part of an implementation file",
        '[{"start": 0': "a map", '"check": {…, "names"': "a part of an implementation file",
    },
    "docs/running.md": {
        "wrong-data zero-cluster-with-": "a failure, as it is printed", "Looks like: ": "lines of a run",
    },
}


def reason(command: Command) -> str:
    """Why it is not typed; nothing where it is."""
    return REASONS.get(command.page, {}).get(command.text, "")
