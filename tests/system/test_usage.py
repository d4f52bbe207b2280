"""Wrong calls of qcow2-model: exit 2 and one line; --help on standard output."""

from tests.system.image import healthy
from tests.system.support import SystemTest

COMMANDS = ("decode", "encode", "info", "map", "explain", "read")


class Usage(SystemTest):
    def setUp(self) -> None:
        super().setUp()
        self.image = self.dir / "image.qcow2"
        self.image.write_bytes(healthy())

    def test_help(self) -> None:
        for args in (("--help",), *((command, "--help") for command in COMMANDS)):
            with self.subTest(args=args):
                done = self.run_model(*args)
                self.assertEqual((0, b""), (done.returncode, done.stderr))
                self.assertRegex(done.stdout, b"(?i)usage: .*qcow2-model")

    def test_wrong_calls(self) -> None:
        for args in (
            (),
            ("nonsense",),
            ("--nonsense",),
            ("read",),
            ("read", self.image),
            ("read", self.image, "-", "extra"),
            ("read", self.image, "-", "--nonsense"),
            ("read", self.image, "-", "--offset"),
            ("read", self.image, "-", "--offset", "many"),
            ("read", self.image, "-", "--offset", "-1"),
            ("read", self.image, "-", "--length", "99999999999999999999999"),
            ("read", self.image, "-", "--jobs", "-1"),
            ("info",),
            ("map", self.image, "--nonsense"),
            ("decode", "0x6000000000000bfe"),
            ("decode", "--cluster-bits", "8", "0x6000000000000bfe"),
            ("decode", "--cluster-bits", "22", "0x6000000000000bfe"),
            ("decode", "--cluster-bits", "9", "0x16000000000000bfe"),
            ("decode", "--cluster-bits", "9", "entry"),
            ("encode", "--cluster-bits", "9"),
        ):
            with self.subTest(args=args[:1] + tuple(str(arg) for arg in args[2:])):
                self.assert_usage_error(self.run_model(*args))

    def test_a_missing_file(self) -> None:
        for args in (("read", "absent", "-"), ("info", "absent"), ("map", "absent"), ("explain", "absent")):
            with self.subTest(args=args):
                done = self.run_model(*args, cwd=self.dir)
                self.assert_usage_error(done)
                self.assertIn(b"absent", done.stderr)

    def test_a_directory(self) -> None:
        for args in (("read", self.dir, "-"), ("info", self.dir), ("map", self.dir)):
            self.assert_usage_error(self.run_model(*args))

    def test_the_entry_of_the_thread(self) -> None:
        fields = self.model_json("decode", "--cluster-bits", 9, "0x6000000000000bfe")
        expected = {"host_offset": 3070, "additional_sectors": 1, "available_bytes": 514}
        self.assertEqual(expected, {key: fields[key] for key in expected})
        self.assertIn("before_correction", fields)
