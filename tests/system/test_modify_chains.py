"""modify: commit and rebase, which change the file behind or its name."""

from tests.system import image as small
from tests.system.changing import Chained, write
from tests.system.image import CLUSTER_SIZE, VIRTUAL_SIZE
from tests.system.support import run, tool


class Chains(Chained):
    """A commit changes the backing file too; a rebase, what the header names."""

    def test_a_commit_moves_everything_behind_and_the_image_reads_alike(self) -> None:
        short = b"short" * 100
        for form, base, disk in (("qcow2", bytes(small.healthy()), small.guest()), ("raw", short, short)):
            with self.subTest(form):
                path = self.chain(base, form)
                done = self.modify(path, *self.OVERLAID, {"commit": {}})
                self.assertEqual((0, b""), (done.returncode, done.stderr))
                self.assertEqual(self.expected(disk), self.guest(path))
                self.assertEqual({}, self.kinds(path))
                self.assertEqual(0, run("qemu-img", "check", "-f", "qcow2", path).returncode)
                behind = tool("qemu-img", "convert", "-f", form, "-O", "raw", self.dir / "base", self.dir / "seen")
                self.assertEqual(b"", behind)
                self.assertEqual(self.expected(disk), (self.dir / "seen").read_bytes())

    def test_between_commits_the_image_is_written_to(self) -> None:
        path = self.chain(bytes(small.healthy()), "qcow2")
        steps = (*self.OVERLAID, {"commit": {}}, write(100, 1, 9), {"commit": {}}, write(101, 1, 10))
        self.assertEqual(0, self.modify(path, *steps).returncode)
        self.assertEqual(b"\11\12", self.guest(path)[100:102])
        self.assertEqual(b"\11" + small.guest()[101:102], self.guest(self.dir / "base")[100:102])

    def test_other_places_leave_both_files_alone(self) -> None:
        path, places = self.chain(bytes(small.healthy()), "qcow2"), self.dir / "new"
        places.mkdir()
        before = path.read_bytes()
        done = self.modify(path, *self.OVERLAID, {"commit": {}},
                           options=("--out", places / "image.qcow2", "--backing-out", places / "base"))
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        self.assertEqual((before, bytes(small.healthy())), (path.read_bytes(), (self.dir / "base").read_bytes()))
        self.assertEqual(self.expected(small.guest()), self.guest(places / "image.qcow2"))

    def test_places_that_would_lose_something(self) -> None:
        path = self.chain(bytes(small.healthy()), "qcow2")
        commit, new = {"commit": {}}, self.dir / "new"
        for steps, options in (((commit,), ("--out", new)), ((commit,), ("--backing-out", new)),
                               ((), ("--backing-out", new)), ((), ("--out", self.dir / "base")),
                               ((commit,), ("--out", new, "--backing-out", self.dir / "base"))):
            with self.subTest(options):
                self.assert_usage_error(self.modify(path, *steps, options=options))
                self.assertFalse(new.exists())
                self.assertEqual(bytes(small.healthy()), (self.dir / "base").read_bytes())

    def test_a_rebase_keeps_the_disk(self) -> None:
        for to, name in (({"backing_file": "other", "format": "raw"}, "other"), (None, "")):
            with self.subTest(name):
                path = self.chain(bytes(small.healthy()), "qcow2")
                (self.dir / "other").write_bytes(small.guest()[:CLUSTER_SIZE] + b"something else" * 1000)
                done = self.modify(path, *self.OVERLAID, {"rebase": to}, write(101, 1, 9))
                self.assertEqual((0, b""), (done.returncode, done.stderr))
                expected = bytearray(self.expected(small.guest()))
                expected[101] = 9
                self.assertEqual(expected, self.guest(path))
                info = self.model_json("info", path)
                assert isinstance(info, dict)
                self.assertEqual(name, info.get("backing_file", ""))
                self.assertEqual(0, run("qemu-img", "check", "-f", "qcow2", path).returncode)

    def test_a_snapshot_that_takes_nothing_from_the_backing_file_is_kept(self) -> None:
        for step in ({"commit": {}}, {"rebase": None}):
            with self.subTest(step):
                path = self.chain(bytes(small.healthy()), "qcow2")
                done = self.modify(path, write(0, VIRTUAL_SIZE, 7), {"snapshot_create": "whole"}, write(101, 1, 9),
                                   step)
                self.assertEqual((0, b""), (done.returncode, done.stderr))
                self.assertEqual(bytes([7]) * VIRTUAL_SIZE, self.guest(path, "--snapshot", "whole"))
                self.assertEqual(b"\7\t\7", bytes(self.guest(path)[100:103]))
                self.assertEqual(0, run("qemu-img", "check", "-f", "qcow2", path).returncode)

    def test_what_is_refused(self) -> None:
        path = self.chain(bytes(small.healthy()), "qcow2")
        before = path.read_bytes()
        for rule, *steps in (("modify-guest-bytes", {"snapshot_create": "a"}, {"commit": {}}),
                             ("modify-guest-bytes", {"snapshot_create": "a"}, {"rebase": None}),
                             ("backing-file-missing", {"rebase": {"backing_file": "nothing"}}),
                             ("backing-chain-cycle", {"rebase": {"backing_file": "image.qcow2"}}),
                             ("backing-file-missing", {"rebase": None}, {"commit": {}})):
            with self.subTest(steps):
                self.assert_refused(self.modify(path, *steps), rule, "")
                self.assertEqual(before, path.read_bytes())
