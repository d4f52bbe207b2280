"""zstd frames assembled bit by bit, with the zstd program as the judge of what they give."""

import random
import shutil
import subprocess
import unittest
from typing import List

from generators.streams.content import Content
from generators.case.errors import CaseError
from generators.streams.fit import exact_stream, plain_stream
from generators.streams.stream import Stream
from generators.streams.xxh64 import xxh64
from generators.streams.zstd import zstd_stream
from generators.streams.zstd_codes import LITERAL_LENGTH_TABLE, MATCH_LENGTH_TABLE, OFFSET_TABLE

SIZE = 4096
CONTENT = Content("7", SIZE)


class Xxh64(unittest.TestCase):
    def test_vectors(self) -> None:
        for text, expected in ((b"", 0xEF46DB3751D8E999), (b"a", 0xD24EC4F1A98C6E5B), (b"abc", 0x44BC2CF5AD770999),
                               (b"Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1)):
            self.assertEqual(expected, xxh64(text))


class Tables(unittest.TestCase):
    def test_states_of_a_symbol_cover_every_state_once(self) -> None:
        """What makes a table decodable: whatever state comes next, one state of each symbol leads to it."""
        for table in (LITERAL_LENGTH_TABLE, MATCH_LENGTH_TABLE, OFFSET_TABLE):
            size = 1 << table.accuracy_log
            for symbol in set(table.symbols):
                reached = [table.baselines[state] + bits for state in range(size) if table.symbols[state] == symbol
                           for bits in range(1 << table.widths[state])]
                self.assertEqual(list(range(size)), sorted(reached))


@unittest.skipUnless(shutil.which("zstd"), "the zstd program is not installed")
class Zstd(unittest.TestCase):
    def decoded(self, data: bytes) -> "tuple[int, bytes]":
        done = subprocess.run(["zstd", "-dc", "-q"], input=data, capture_output=True)
        return done.returncode, done.stdout

    def assert_gives(self, stream: Stream) -> None:
        self.assertEqual((0, stream.output), self.decoded(stream.data))

    def test_every_kind_of_block(self) -> None:
        for block in (
            {"raw": "rest"},
            {"rle": 65, "times": "rest"},
            {"compressed": "rest"},
            {"compressed": [{"random": 300}, [3000, 300], 5, [4, 17]]},
            {"compressed": [{"byte": 65, "times": 700}, ["rest", 16]], "literals": "rle"},
            {"compressed": [{"random": 40}, [99, 16]], "tables": "rle"},
            {"compressed": [{"literals": 900}, ["rest", 16]], "literals": "huffman"},
            {"compressed": [{"literals": "rest"}], "literals": "huffman"},
            {"compressed": [{"text": "abracadabra"}], "literals": "huffman"},
            {"compressed": [{"text": "ab"}], "literals": "huffman"},
            {"compressed": [{"literals": 900}, ["rest", 16]], "literals": "huffman-one-stream"},
            {"compressed": [{"literals": 900}, ["rest", 16]], "literals": "huffman-packed"},
            {"compressed": [{"random": 300}], "literals": "huffman-packed"},
            {"compressed": [{"text": "ac"}], "literals": "huffman-packed"},
            {"compressed": "rest", "tables": "fse"},
            {
                "compressed": [{"random": 300}, [3000, 300], 5, [4, 17], {"random": 40}, [9, 1], 3, [70, 2]],
                "tables": "fse",
            },
            {"compressed": [{"text": "no sequences"}]},
        ):
            with self.subTest(block=block):
                # 3.1.1.2.4: no block is longer than the window, and a Huffman code costs more than it saves here.
                self.assert_gives(zstd_stream([{"blocks": [block], "window_log": 13}], CONTENT))

    def test_tables_of_the_block_before_are_used_again(self) -> None:
        first = {
            "compressed": [
                {"text": "0123456789abcdef:.\n"},
                {"literals": 700},
                [800, 16],
                {"literals": 30},
                [900, 700],
            ],
            "literals": "huffman",
            "tables": "fse",
        }
        again = {
            "compressed": [{"literals": 719}, [800, 16], {"literals": 30}, [900, 600]],
            "literals": "treeless",
            "tables": "repeat",
        }
        self.assert_gives(zstd_stream([{"blocks": [first, {"raw": 50}, again]}], CONTENT))
        for block, rule in (
            ({"compressed": [{"literals": 300}], "literals": "treeless"}, "has a Huffman code"),
            ({"compressed": [20, [30, 16]], "tables": "repeat"}, "has these sequences in its tables"),
            ({"compressed": [{"random": 90}], "literals": "huffman"}, "all of them below 128 unless"),
            ({"compressed": [{"random": 4000}], "literals": "huffman-packed"}, "all alike have no table"),
            ({"compressed": [{"literals": 1024}], "literals": "huffman-one-stream"}, "in one stream are 1023"),
        ):
            self.assertRaisesRegex(CaseError, rule, zstd_stream, [{"blocks": [block]}], CONTENT)
        self.assertRaisesRegex(
            CaseError,
            "has these sequences in its tables",
            zstd_stream,
            [{"blocks": [{**first, "literals": "raw"}, {"compressed": [20, [9, 16]], "tables": "repeat"}]}],
            CONTENT,
        )

    def test_every_form_of_frame_header(self) -> None:
        for header in ({}, {"checksum": True}, {"content_size": False}, {"window_log": 20}, {"single_segment": False},
                       {"unused_bit": 1}, {"dictionary_id": {"value": 0, "bytes": 1}}, {"window_descriptor": "0x37"}):
            for gives in (0, 10, 255, 256, 4096, 70000):
                with self.subTest(header=header, gives=gives):
                    # Only these compress: no block may be longer than its window.
                    block = {"compressed": [gives]} if gives > 1000 else {"raw": gives}
                    self.assert_gives(zstd_stream([{"blocks": [block], **header}], CONTENT))

    def test_random_sequences(self) -> None:
        dice = random.Random(8878)
        for round_number in range(40):
            tokens: List[object] = [{"random": dice.randint(1, 3000)}]
            produced = tokens[0]["random"]  # type: ignore[index,call-overload]
            for _ in range(dice.randint(1, 400)):
                match = [dice.randint(3, 300), dice.randint(1, produced)]
                count = dice.choice([0, 0, 1, 2, 17, 100])
                tokens += [match, {"random": count}] if count else [match]
                produced += match[0] + count
            if produced < 128 * 1024:
                with self.subTest(round=round_number):
                    self.assert_gives(zstd_stream([{"blocks": [{"compressed": tokens}], "checksum": True}], CONTENT))

    def test_frames_follow_one_another(self) -> None:
        stream = zstd_stream([
            {"skippable": {"random": 5}}, {"blocks": [{"compressed": [1000]}]}, {"blocks": [{"raw": []}]},
            {"skippable": [], "magic": "0x184d2a5f"}, {"blocks": [{"raw": 9}, {"compressed": "rest"}]}], CONTENT)
        self.assert_gives(stream)
        self.assertEqual((len(stream.data), SIZE), (stream.needed, len(stream.output)))

    def test_large_clusters(self) -> None:
        self.assert_gives(plain_stream("zstd", Content("7", 1 << 21)))

    def test_broken_frames_are_refused_and_known_as_broken(self) -> None:
        body = {"blocks": [{"compressed": "rest"}]}
        for broken in ({"checksum": "wrong"}, {"reserved_bit": 1}, {"dictionary_id": {"value": 7, "bytes": 1}},
                       {"magic": "0xfd2fb527"}, {"magicless": True}, {"content_size": SIZE + 1},
                       {"blocks": [{"reserved": 10}, {"raw": "rest"}]}, {"blocks": [{"raw": "rest", "last": False}]}):
            with self.subTest(broken=broken):
                stream = zstd_stream([{**body, **broken}], CONTENT)
                self.assertNotEqual(0, self.decoded(stream.data)[0])
                self.assertIsNone(stream.needed)

    def test_exact_lengths(self) -> None:
        for length in (100, SIZE - 1, SIZE, SIZE + 10, SIZE + 13, SIZE + 100, 2 * SIZE):
            stream = exact_stream("zstd", length, SIZE, CONTENT)
            self.assertEqual(length, len(stream.data))
            self.assert_gives(stream)


class Errors(unittest.TestCase):
    def test_tables_of_one_symbol_need_sequences_of_one_kind(self) -> None:
        with self.assertRaisesRegex(CaseError, r"zstd\.0\.blocks\.0: RLE tables"):
            zstd_stream([{"blocks": [{"compressed": [40, [9, 16], 3, [100, 3]], "tables": "rle"}]}], CONTENT)

    def test_a_match_does_not_reach_into_the_frame_before(self) -> None:
        stream = zstd_stream([{"blocks": [{"raw": 100}]}, {"blocks": [{"compressed": [10, ["rest", 11]]}]}], CONTENT)
        self.assertIsNone(stream.needed)
