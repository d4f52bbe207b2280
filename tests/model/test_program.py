"""qcow2-model where its surroundings are hostile: closed streams, names that would break a line, outputs that are
inputs."""

import json
import os
import resource
import struct

from tests.system import image as small
from tests.system.image import CLUSTER_SIZE, COMPRESSED, L2_OFFSETS, guest, healthy, put, put_entry
from tests.system.support import MODEL, SystemTest, run

NAME_OFFSET = 256  # in the first cluster, behind the header and its extensions


def with_backing_file(name: bytes) -> bytearray:
    image = put(put(healthy(), "backing_file_offset", NAME_OFFSET), "backing_file_size", len(name))
    image[NAME_OFFSET : NAME_OFFSET + len(name)] = name
    return image


class Program(SystemTest):
    def given(self, name: str, data: bytes) -> str:
        path = self.dir / name
        path.write_bytes(data)
        return str(path)


class OneLine(Program):
    def test_a_line_feed_in_an_argument(self) -> None:
        for args in (
            ("info", "no\nsuch"),
            ("info", "a", "b\nc"),
            ("decode", "--cluster-bits", "9\n", "0"),
            ("no\nsuch",),
        ):
            with self.subTest(args=args):
                self.assert_usage_error(self.run_model(*args, cwd=self.dir))

    def test_control_characters_in_the_name_of_a_backing_file(self) -> None:
        for name in (b"a\nb", b"a\r\nqcow2-model: all is well", b"\x1b[2J", b"raw\0hidden", b"a/\n", b"json:{\n}"):
            with self.subTest(name=name):
                done = self.run_model("read", self.given("image", with_backing_file(name)), "-")
                self.assert_refused(done, "backing-file", "a|json|raw|x1b")
                self.assertNotRegex(done.stderr[:-1], rb"[\x00-\x1f]")

    def test_control_characters_in_the_format_of_a_backing_file(self) -> None:
        image = with_backing_file(b"base")
        struct.pack_into(">II8s", image, small.HEADER_LENGTH, 0xE2792ACA, 7, b"qcow\n\x1b2")
        self.given("base", b"")
        self.assert_refused(self.run_model("read", self.given("image", image), "-"), "backing-format", "qcow")

    def test_info_shows_names_in_one_line(self) -> None:
        path = self.given("image", with_backing_file(b"a\nversion 2\x1b[2J"))
        done = self.run_model("info", path)
        self.assertEqual(0, done.returncode)
        lines = done.stdout.splitlines()
        self.assertEqual(1, sum(line.startswith(b"version") for line in lines))
        self.assertNotIn(b"\x1b", done.stdout)
        self.assertEqual("a\nversion 2\x1b[2J", self.model_json("info", path)["backing_file"])


class ClosedStreams(Program):
    """What a program is started with may be closed; it still says by its exit status what came out."""

    def shell(self, script: str, *args: object) -> int:
        return run("sh", "-c", script, "sh", MODEL, *args, cwd=self.dir).returncode

    def test_standard_error(self) -> None:
        image = self.given("image", healthy())
        broken = self.given("broken", b"no image")
        self.assertEqual(2, self.shell('"$1" info absent 2>&-'))
        self.assertEqual(1, self.shell('"$1" info "$2" 2>&-', broken))
        self.assertEqual(4, self.shell('"$1" check "$2" 2>&-', broken))
        self.assertEqual(0, self.shell('"$1" info "$2" 2>&-', image))

    def test_standard_output(self) -> None:
        image = self.given("image", healthy())
        for command in (
            'info "$2"',
            'info --json "$2"',
            'map "$2"',
            'map --json "$2"',
            'explain "$2"',
            'check "$2"',
            'read "$2" -',
            "--help",
        ):
            for redirection in (">&-", ">/dev/full"):
                with self.subTest(command=command, redirection=redirection):
                    self.assertEqual(2, self.shell(f'"$1" {command} {redirection}', image))


class Outputs(Program):
    def test_no_file_of_the_chain_is_overwritten(self) -> None:
        top = self.given("top", with_backing_file(b"middle"))
        middle = self.given("middle", with_backing_file(b"base"))
        base = self.given("base", b"raw bytes")
        (self.dir / "link").symlink_to("base")
        os.link(top, self.dir / "hard")
        for out in (top, middle, base, str(self.dir / "link"), str(self.dir / "hard")):
            with self.subTest(out=out):
                self.assert_usage_error(self.run_model("read", top, out))
        self.assertEqual(b"raw bytes", (self.dir / "base").read_bytes())

    def test_the_longest_name_that_a_file_can_have(self) -> None:
        out = self.dir / ("n" * 255)
        self.assertEqual(0, self.run_model("read", self.given("image", healthy()), out).returncode)
        self.assertEqual(guest(), out.read_bytes())

    def test_a_map_that_ends_in_a_refusal_is_nothing_else(self) -> None:
        image = put_entry(healthy(), L2_OFFSETS[1], 3, COMPRESSED | 1 << 60)
        done = self.run_model("map", "--json", self.given("image", image))
        self.assert_refused(done, "offset-above-bit-55")
        document = json.loads(done.stdout)
        self.assertEqual({"schema", "refused"}, set(document))
        refused = document["refused"]
        self.assertEqual(("offset-above-bit-55", "descriptor"), (refused["rule"], refused["stage"]))


class Checking(Program):
    def check(self, image: str) -> tuple[int, dict]:
        done = self.run_model("check", "--json", image)
        self.assertEqual(b"", done.stderr)
        return done.returncode, json.loads(done.stdout)

    def test_without_snapshots_their_table_is_nowhere(self) -> None:
        for offset, code in ((1 << 20, 0), (1 << 40, 0), ((1 << 64) - CLUSTER_SIZE, 0), (1, 1), ((1 << 64) - 1, 1)):
            with self.subTest(offset=offset):  # one that is not aligned is reported all the same, as qemu-img does
                self.assertEqual(code, self.check(self.given("image", put(healthy(), "snapshots_offset", offset)))[0])

    def test_a_refcount_table_that_is_nowhere(self) -> None:
        for offset in (1, 513, 520, 1 << 20, (1 << 64) - CLUSTER_SIZE, (1 << 64) - 1):
            with self.subTest(offset=offset):
                code, report = self.check(self.given("image", put(healthy(), "refcount_table_offset", offset)))
                self.assertEqual(1, code)
                self.assertIn("refcount-lookup", {violation["rule"] for violation in report["violations"]})
        code, report = self.check(self.given("image", put(healthy(), "refcount_table_clusters", 0xFFFFFFFF)))
        self.assertEqual(1, code)

    def test_a_sparse_file_of_any_length(self) -> None:
        path = self.given("image", healthy())
        for bits in range(40, 63):
            try:
                os.truncate(path, 1 << bits)
            except OSError:
                break  # the file system's limit
        self.assertEqual(0, self.check(path)[0])
        # References all over the file, each in a stretch of its own.
        image = healthy()
        for index in range(2, small.L2_ENTRIES):
            put_entry(image, L2_OFFSETS[0], index, COMPRESSED | index << 32)
        with open(path, "r+b") as file:
            file.write(image)
        code, report = self.check(path)
        self.assertEqual((1, small.L2_ENTRIES - 2), (code, report["corruptions"]))


class Writing(Program):
    def test_a_disk_of_no_bytes_is_a_clean_image(self) -> None:
        raw, out = self.given("raw", b""), self.dir / "out"
        for compression in ("deflate", "zstd"):
            self.assertEqual(0, self.run_model("write", raw, out, "--compression", compression).returncode)
            self.assertEqual(0, self.run_model("check", out).returncode)
            self.assertEqual(b"", self.run_model("read", out, "-").stdout)

    def test_many_threads_for_a_small_disk_take_little_memory(self) -> None:
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        raw, out = self.given("raw", guest()), self.dir / "out"
        self.assertEqual(0, self.run_model("write", raw, out, "--jobs", 256).returncode)
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss - before, 256 << 10, "KiB")
        self.assertEqual(guest(), self.run_model("read", out, "-").stdout)


class NoFiles(Program):
    def test_what_has_no_size_is_no_image(self) -> None:
        os.mkfifo(self.dir / "pipe")
        for path in (self.dir / "pipe", self.dir, "/dev/null", "/dev/zero", self.dir / "absent", ""):
            for command in (("info", path), ("map", path), ("read", path, "-"), ("check", path)):
                with self.subTest(command=command):
                    self.assert_usage_error(self.run_model(*command))


class HostileNumbers(Program):
    def test_numbers_beyond_64_bits(self) -> None:
        image = self.given("image", healthy())
        for number in (
            "0x1ffffffffffffffff",
            "18446744073709551616",
            "0x",
            "",
            " 1",
            "1 ",
            "+1",
            "-1",
            "1e3",
            "0x-1",
            "0b1",
            "٣",
        ):
            for args in (
                ("decode", "--cluster-bits", "9", f"--={number}" if number.startswith("-") else number),
                ("decode", f"--cluster-bits={number}", "0"),
                ("encode", "--cluster-bits=9", f"--host-offset={number}", "--length=1"),
                ("encode", "--cluster-bits=9", "--host-offset=0", f"--length={number}"),
                ("read", image, "-", f"--offset={number}"),
                ("read", image, "-", f"--length={number}"),
                ("read", image, "-", f"--jobs={number}"),
                ("explain", image, f"--guest-offset={number}"),
            ):
                with self.subTest(args=args):
                    self.assert_usage_error(self.run_model(*args))

    def test_the_largest_numbers(self) -> None:
        image = self.given("image", healthy())
        for number in ("0xffffffffffffffff", "18446744073709551615", "0xfffffffffffffe00", "0x8000000000000000"):
            with self.subTest(number=number):
                self.assert_refused(self.run_model("read", image, "-", "--offset", number), "range-past-end")
                self.assert_refused(self.run_model("read", image, "-", "--length", number), "range-past-end")
                self.assert_refused(
                    self.run_model("read", image, "-", "--offset", 512, "--length", number), "range-past-end"
                )
                self.assert_refused(self.run_model("explain", image, "--guest-offset", number), "range-past-end")
                self.assert_refused(
                    self.run_model("encode", "--cluster-bits", 9, "--host-offset", number, "--length", 1)
                )
                self.assert_refused(
                    self.run_model("encode", "--cluster-bits", 9, "--host-offset", 0, "--length", number)
                )

    def test_the_last_bytes_of_the_largest_disk(self) -> None:
        """A disk of 2^64 - 1 bytes, its 32 Mi L1 entries a hole but for the last."""
        mebibyte = 1 << 20
        header = put(put(healthy(), "cluster_bits", 21), "size", (1 << 64) - 1)
        put(put(header, "l1_size", 1 << 25), "l1_table_offset", 2 * mebibyte)
        path = self.dir / "image"
        with path.open("wb") as file:
            for offset, data in (
                (0, header[: small.HEADER_LENGTH]),
                (258 * mebibyte - 8, struct.pack(">Q", 512 * mebibyte)),  # the last L1 entry
                (514 * mebibyte - 8, struct.pack(">Q", 1024 * mebibyte)),  # the last L2 entry
                (1026 * mebibyte - 8, b"the end."),
            ):
                file.seek(offset)
                file.write(data)
        done = self.run_model("read", path, "-", "--offset", (1 << 64) - 8, "--length", 7)
        self.assertEqual((0, b"the end"), (done.returncode, done.stdout), done.stderr)
        done = self.run_model("read", path, "-", "--offset", (1 << 64) - 3 * mebibyte)
        self.assertEqual((0, b"the end"), (done.returncode, done.stdout[-7:]), done.stderr)
        self.assertEqual(3 * mebibyte - 1, len(done.stdout))
        self.assert_refused(
            self.run_model("read", path, "-", "--offset", (1 << 64) - 8, "--length", 8), "range-past-end"
        )

    def test_what_no_entry_expresses(self) -> None:
        self.assert_refused(
            self.run_model("encode", "--cluster-bits", 9, "--host-offset", 0, "--length", 0), "size-field"
        )
        for bits in range(9, 22):
            cluster_size = 1 << bits
            longest = 2 * cluster_size - 510
            fits = self.model_json("encode", "--cluster-bits", bits, "--host-offset", 510, "--length", longest)
            self.assertEqual((cluster_size >> 8) - 1, fits["additional_sectors"])
            done = self.run_model("encode", "--cluster-bits", bits, "--host-offset", 510, "--length", longest + 1)
            self.assert_refused(done, "size-field")


class DecodedEntries(Program):
    """The keys of `decode --json`, and what they hold where rules are broken."""

    def decode(self, bits: int, entry: int) -> tuple[int, dict]:
        done = self.run_model("decode", "--cluster-bits", bits, "--json", hex(entry))
        self.assertEqual(b"", done.stderr)
        return done.returncode, json.loads(done.stdout)

    def test_a_legal_entry_has_all_keys(self) -> None:
        code, fields = self.decode(21, 0x4008000000A00802)
        self.assertEqual(0, code)
        expected = {"cluster_bits": 21, "kind": "compressed", "host_offset": 10487810, "host_offset_hex": "0xa00802"}
        expected |= {"additional_sectors": 4, "sector_count": 5, "available_bytes": 2558, "violations": []}
        self.assertEqual(expected, {key: fields[key] for key in expected})
        before = {
            "host_offset": 10487810,
            "size_field": 2,
            "available_bytes_as_count": 1022,
            "available_bytes_as_additional": 1534,
        }
        self.assertEqual(before, {key: fields["before_correction"][key] for key in before})

    def test_broken_fields_are_shown_as_they_stand(self) -> None:
        code, fields = self.decode(9, 0xFFFFFFFFFFFFFFFF)
        self.assertEqual(1, code)
        self.assertEqual((1 << 61) - 1, fields["host_offset"])
        self.assertEqual(
            {"offset-above-bit-55", "copied-flag-clear"}, {violation["rule"] for violation in fields["violations"]}
        )

    def test_other_kinds(self) -> None:
        for entry, kind, code in (
            (0, "unallocated", 0),
            (1, "zero", 0),
            (0x8000000000050000, "standard", 0),
            (0x80000000000501FE, "standard", 1),
        ):
            self.assertEqual((code, kind), (lambda done: (done[0], done[1]["kind"]))(self.decode(16, entry)))
