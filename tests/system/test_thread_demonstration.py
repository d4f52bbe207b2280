"""The demonstration of the 2018 thread: 128 KiB of "12345678" in 512-byte clusters, written by qemu-img."""

from tests.system.support import SystemTest, require_tool, tool

DATA = b"12345678" * (128 * 1024 // 8)
ENTRY = 34  # the one that the thread stepped through


class ThreadDemonstration(SystemTest):
    def setUp(self) -> None:
        super().setUp()
        require_tool("qemu-img")
        raw = self.dir / "data"
        raw.write_bytes(DATA)
        self.image = self.dir / "data.qcow2"
        tool("qemu-img", "convert", "-c", "-f", "raw", "-O", "qcow2", "-o", "cluster_size=512", raw, self.image)

    def test_every_cluster_is_compressed(self) -> None:
        clusters = self.model_json("map", "--clusters", self.image)["clusters"]
        self.assertEqual(["compressed"] * 256, [cluster["kind"] for cluster in clusters])
        self.assertEqual([512 * i for i in range(256)], [cluster["guest_offset"] for cluster in clusters])
        self.assertEqual(256, self.model_json("info", self.image)["compressed_clusters"])

    def test_entry_34_is_the_one_of_the_thread(self) -> None:
        entry = self.model_json("map", "--clusters", self.image)["clusters"][ENTRY]
        expected = {
            "l1_index": 0,
            "l2_index": ENTRY,
            "l2_entry": "0x6000000000000bfe",
            "host_offset": 3070,
            "additional_sectors": 1,
        }
        self.assertEqual(expected, {key: entry[key] for key in expected})

    def test_reads_back(self) -> None:
        out = self.dir / "out"
        done = self.run_model("read", self.image, out)
        self.assertEqual((0, b""), (done.returncode, done.stderr))
        self.assertEqual(DATA, out.read_bytes())
