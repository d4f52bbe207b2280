"""Deflate streams assembled bit by bit, with Python's zlib as the judge of what they give."""

import random
import unittest
import zlib
from typing import List, Optional

from generators.streams.content import Content, labelled
from generators.streams.deflate_codes import FIXED_LITERAL_LENGTHS, balanced_lengths, canonical_codes, oversubscribed
from generators.case.errors import CaseError
from generators.streams.fit import deflate_stream, exact_stream, plain_stream
from generators.streams.stream import Stream
from generators.streams.build import build_stream

SIZE = 4096
CONTENT = Content("7", SIZE)


def inflated(data: bytes, most: int = 0) -> Optional[bytes]:
    """What zlib gets out of raw deflate; None where it finds fault."""
    try:
        return zlib.decompressobj(wbits=-15).decompress(data, most)
    except zlib.error:
        return None


class Deflate(unittest.TestCase):
    def assert_gives(self, stream: Stream) -> None:
        """zlib gets what the stream says it gives, and needs exactly as many bytes for a cluster as it says."""
        self.assertEqual(stream.output, inflated(stream.data))
        if stream.needed is not None:
            self.assertEqual(stream.output[:SIZE], (inflated(stream.data[: stream.needed]) or b"")[:SIZE])
            self.assertLess(len(inflated(stream.data[: stream.needed - 1]) or b""), SIZE)

    def test_every_kind_of_block(self) -> None:
        for block in ({"stored": "rest"}, {"fixed": "rest"}, {"dynamic": "rest"}, {"fixed": [{"random": "rest"}]},
                      {"dynamic": [{"text": "abc"}, ["rest", 2]]},
                      {"dynamic": [{"text": "abc"}, ["rest", 2]], "zero_runs": True},
                      {"fixed": [{"literals": "rest"}]}):
            with self.subTest(block=block):
                stream = deflate_stream([block], CONTENT)
                self.assert_gives(stream)
                self.assertEqual(SIZE, len(stream.output))

    def test_first_code_of_rfc_1951(self) -> None:
        """The example of 3.2.2: lengths 3, 3, 3, 3, 3, 2, 4, 4 for A to H."""
        codes = canonical_codes(dict(enumerate([3, 3, 3, 3, 3, 2, 4, 4])))
        self.assertEqual([(2, 3), (3, 3), (4, 3), (5, 3), (6, 3), (0, 2), (14, 4), (15, 4)],
                         [codes[symbol] for symbol in range(8)])
        self.assertEqual((0b00110000, 8), canonical_codes(FIXED_LITERAL_LENGTHS)[0])
        self.assertEqual((0b11000111, 8), canonical_codes(FIXED_LITERAL_LENGTHS)[287])

    def test_the_fifteen_bytes_of_the_2018_thread(self) -> None:
        stream = deflate_stream([{"fixed": [{"text": "123456781"}, [258, 8], [245, 8]]}], Content("", 512))
        self.assertEqual("3334323631353 3b7301ca547240d00".replace(" ", ""), stream.data.hex())
        self.assertEqual(b"12345678" * 64, stream.output)

    def test_random_tokens_in_random_blocks(self) -> None:
        dice = random.Random(2018)
        for round_number in range(60):
            blocks: List[dict] = []
            produced = 0
            for _ in range(dice.randint(1, 5)):
                tokens: List[object] = []
                for _ in range(dice.randint(0, 12)):
                    if produced and dice.random() < 0.5:
                        tokens.append([dice.randint(3, 700), dice.randint(1, min(produced, 32768))])
                        produced += tokens[-1][0]  # type: ignore[index]
                    else:
                        tokens.append({"random": dice.randint(1, 300)})
                        produced += tokens[-1]["random"]  # type: ignore[index,call-overload]
                blocks.append({dice.choice(["fixed", "dynamic"]): tokens})
            with self.subTest(round=round_number):
                self.assert_gives(deflate_stream(blocks, CONTENT))

    def test_a_stored_block_longer_than_65535_is_several(self) -> None:
        content = Content("7", 200000)
        stream = deflate_stream([{"stored": "rest"}], content)
        self.assertEqual(200000 + 4 * 5, len(stream.data))
        self.assertEqual(labelled("7", 0, 200000), inflated(stream.data))

    def test_needed_is_none_for_what_is_short_or_broken(self) -> None:
        for blocks in ([{"stored": SIZE - 1}], [{"fixed": []}], [{"stored": 100}, {"bits": "111"}],
                       [{"stored": 100, "complement": 0}, {"stored": "rest"}], [{"fixed": [3, ["rest", 4]]}],
                       [{"fixed": [{"symbol": 286}, "rest"]}],
                       [{"dynamic": "rest", "literal_lengths": {"0-285": 8}}]):
            with self.subTest(blocks=blocks):
                stream = deflate_stream(blocks, CONTENT)
                self.assertIsNone(stream.needed)
                self.assertNotEqual(SIZE, len(inflated(stream.data) or b""))

    def test_a_breach_behind_the_cluster_does_not_unmake_it(self) -> None:
        stream = deflate_stream([{"stored": "rest", "final": False}, {"bits": "011"}], CONTENT)
        self.assertEqual(SIZE + 5, stream.needed)

    def test_codes_that_have_no_room_are_known(self) -> None:
        self.assertTrue(oversubscribed({0: 1, 1: 1, 2: 1}))
        self.assertFalse(oversubscribed({0: 1, 1: 2, 2: 2}))
        for count in range(1, 300):
            lengths = balanced_lengths(set(range(count)))
            self.assertFalse(oversubscribed(lengths))
            self.assertEqual(1 if count > 1 else 0.5, sum(2.0**-width for width in lengths.values()))

    def test_a_symbol_without_a_code_is_an_error_of_the_case(self) -> None:
        with self.assertRaisesRegex(CaseError, "deflate.0.*no symbol 65"):
            deflate_stream([{"dynamic": [{"text": "A"}], "literal_lengths": {"66": 1, "256": 1}}], CONTENT)


class ExactLengths(unittest.TestCase):
    def test_streams_of_every_length_around_what_they_give(self) -> None:
        for gives in (511, 512, 513):
            for length in range(60, 1100):
                stream = exact_stream("deflate", length, gives, Content("7", 512))
                self.assertEqual((length, stream.output), (len(stream.data), inflated(stream.data)))

    def test_long_streams(self) -> None:
        for size in (4096, 65536, 1 << 21):
            for length in (size // 3, size - 1, size, size + 1, size + 2500, 2 * size):
                stream = exact_stream("deflate", length, size, Content("7", size))
                self.assertEqual((length, stream.output), (len(stream.data), inflated(stream.data)))

    def test_the_last_byte_of_a_stored_stream_is_needed(self) -> None:
        stream = deflate_stream([{"stored": "rest"}], CONTENT)
        self.assertEqual(len(stream.data), stream.needed)

    def test_an_impossible_length_is_an_error_of_the_case(self) -> None:
        with self.assertRaisesRegex(CaseError, "no deflate stream of exactly 20 bytes"):
            exact_stream("deflate", 20, 65536, Content("7", 65536))


class Wrapping(unittest.TestCase):
    def test_what_stands_in_front_breaks_the_stream(self) -> None:
        stream = build_stream({"before": {"hex": "78 9c"}}, "deflate", CONTENT)
        self.assertIsNone(stream.needed)
        self.assertTrue(stream.data.startswith(b"\x78\x9c"))

    def test_what_stands_behind_does_not(self) -> None:
        plain = plain_stream("deflate", CONTENT)
        stream = build_stream({"then": {"random": 9}}, "deflate", CONTENT)
        self.assertEqual((plain.needed, len(plain.data) + 9), (stream.needed, len(stream.data)))

    def test_a_cut_stream_is_incomplete_only_when_the_cluster_is(self) -> None:
        self.assertIsNone(build_stream({"deflate": [{"stored": "rest"}], "cut": 1}, "deflate", CONTENT).needed)
        blocks = [{"stored": "rest"}, {"stored": []}]
        self.assertIsNotNone(build_stream({"deflate": blocks, "cut": 1}, "deflate", CONTENT).needed)

    def test_pinned_bytes_give_what_the_case_says(self) -> None:
        stream = build_stream({"hex": "4b", "gives": {"byte": 65, "times": "rest"}}, "deflate", CONTENT)
        self.assertEqual((1, b"A" * SIZE), (stream.needed, stream.output))

    def test_the_other_format_gives_nothing(self) -> None:
        self.assertIsNone(build_stream({"deflate": [{"fixed": "rest"}]}, "zstd", CONTENT).needed)
