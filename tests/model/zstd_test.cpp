// zstd streams, one hazard a test, put together by hand (RFC 8878). The cluster has 512 bytes where nothing else is
// said.
#include <zstd.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <memory>

#include "bytes.hpp"
#include "read/decompress.hpp"

namespace qcow2::test {
namespace {

struct Decoded {
  Bytes cluster;
  std::size_t taken_up;
};

Result<Decoded> decode(const Bytes& extent, std::size_t cluster_size = 512) {
  Decoded decoded{filled(cluster_size, 0xa5), 0};
  Decompressor decompressor;
  const auto taken_up = decompressor.decompress(CompressionType::zstd, extent, decoded.cluster);
  if (!taken_up) return tl::unexpected(taken_up.error());
  decoded.taken_up = *taken_up;
  return decoded;
}

const Bytes magic = hex("28 b5 2f fd");
// Frame headers: the descriptor byte says which fields follow.
const Bytes states_512 = hex("60 00 01");     // single segment, content size 0x0100 + 256
const Bytes states_256 = hex("60 00 00");     // single segment, content size 0x0000 + 256
const Bytes states_nothing = hex("00 00");    // a window of 1 KiB, no content size
const Bytes with_checksum = hex("64 00 01");  // as states_512, and a checksum behind the last block
const Bytes checksum_of_512_a = hex("69 1f 09 f2");
// Blocks: 3 bytes, little-endian: bit 0 last, bits 1-2 type (0 raw, 1 RLE, 2 compressed), then the size.
const Bytes last_512_a = hex("03 10 00 41");  // 'A', 512 times
const Bytes last_511_a = hex("fb 0f 00 41");
const Bytes last_256_a = hex("03 08 00 41");
const Bytes more_512_a = hex("02 10 00 41");  // not the last
const Bytes more_256_a = hex("02 08 00 41");
const Bytes last_empty = hex("01 00 00");  // raw, of no bytes

const Bytes plain = joined({magic, states_512, last_512_a});
const Bytes cluster_of_a = filled(512, 'A');

TEST_CASE("a frame is a cluster") {
  for (const Bytes& frame : {
           plain, joined({magic, states_nothing, last_512_a}), joined({magic, states_512, more_256_a, last_256_a}),
           joined({magic, states_nothing, more_512_a, last_empty}),
           joined({magic, states_512, more_256_a, hex("00 00 00"), more_256_a, last_empty}),
           joined({magic, with_checksum, last_512_a, checksum_of_512_a}),
           joined({magic, hex("61 00 00 01"), last_512_a}),  // a dictionary id is there, and it is 0: none
       }) {
    const auto decoded = decode(frame);
    REQUIRE(outcome(decoded) == "accepted");
    CHECK(decoded->cluster == cluster_of_a);
    CHECK(decoded->taken_up == frame.size());
  }
  const Bytes bytes = pattern(512, 3);
  CHECK(decode(joined({magic, states_512, hex("01 10 00"), bytes})).value().cluster == bytes);
}

TEST_CASE("frames follow one another, empty and skippable ones between them") {
  const Bytes half = joined({magic, states_256, last_256_a});
  const Bytes empty = joined({magic, hex("20 00"), last_empty});
  const Bytes skippable = joined({hex("50 2a 4d 18 03 00 00 00"), text("any")});
  const Bytes skippable_empty = hex("5f 2a 4d 18 00 00 00 00");
  const Bytes frames = joined({skippable, empty, half, skippable_empty, empty, skippable, half});
  const auto decoded = decode(frames);
  REQUIRE(outcome(decoded) == "accepted");
  CHECK(decoded->cluster == cluster_of_a);
  CHECK(decoded->taken_up == frames.size());
  CHECK(outcome(decode(joined({skippable, empty, half, skippable}))) == "decompress: incomplete-refused");
}

TEST_CASE("a match reaches into the block before, and not into the frame before") {
  const Bytes match_256 =
      hex("45 00 00"  // last block, compressed, 8 bytes
          "00"        // no literals
          "01 54"     // one sequence; all three codes are RLE
          "00 02 2b"  // literal length 0; offset code 2, two bits; match length code 43, from 131 on, seven bits
          "7d 02");   // from the top: marker 1, offset 00 (4 - 3 = 1), match length 1111101 (125 + 131 = 256)
  CHECK(decode(joined({magic, states_512, more_256_a, match_256})).value().cluster == cluster_of_a);
  const Bytes first = joined({magic, states_256, last_256_a});
  CHECK(outcome(decode(joined({first, magic, states_256, match_256}))) == "decompress: zstd-invalid");
  CHECK(outcome(decode(joined({first, magic, states_nothing, match_256}))) == "decompress: zstd-invalid");
}

TEST_CASE("bytes behind the frame that completes the cluster mean nothing") {
  for (const Bytes& behind : {hex("00"), filled(600, 0xff), magic, plain, hex("28 b5 2f fd ff")}) {
    CHECK(decode(joined({plain, behind})).value().taken_up == plain.size());
  }
}

TEST_CASE("a frame that gives more than a cluster is accepted, its first bytes used") {
  for (const Bytes& frame : {
           joined({magic, hex("60 00 03"), hex("03 20 00 41")}),              // states 1024
           joined({magic, states_nothing, hex("03 20 00 41")}),               // states nothing
           joined({magic, states_nothing, more_512_a, last_256_a}),           // goes on in a further block
           joined({magic, hex("60 01 01"), more_512_a, hex("0b 00 00 41")}),  // one byte more
       }) {
    const auto decoded = decode(frame);
    REQUIRE(outcome(decoded) == "accepted");
    CHECK(decoded->cluster == cluster_of_a);
  }
  const Bytes half = joined({magic, states_256, last_256_a});
  CHECK(decode(joined({half, plain})).value().cluster == cluster_of_a);
}

TEST_CASE("frames that give less than a cluster are refused") {
  CHECK(outcome(decode({})) == "decompress: incomplete-refused");
  CHECK(outcome(decode(joined({magic, hex("60 ff 00"), last_511_a}))) == "decompress: incomplete-refused");
  CHECK(outcome(decode(joined({magic, states_nothing, last_511_a}))) == "decompress: incomplete-refused");
  CHECK(outcome(decode(joined({magic, hex("20 00"), last_empty}))) == "decompress: incomplete-refused");
}

TEST_CASE("a frame that is cut anywhere before its cluster is complete goes on outside of its extent") {
  for (const Bytes& frame : {plain, joined({magic, states_nothing, last_512_a})}) {
    for (std::size_t length = 1; length < frame.size(); ++length) {
      CAPTURE(length);
      CHECK(outcome(decode(part(frame, 0, length))) == "decompress: outside-extent");
    }
  }
}

TEST_CASE("a frame whose end is cut off behind the cluster is refused") {
  const Bytes checked = joined({magic, with_checksum, last_512_a, checksum_of_512_a});
  for (std::size_t missing = 1; missing <= 4; ++missing) {
    CAPTURE(missing);
    CHECK(outcome(decode(part(checked, 0, checked.size() - missing))) == "decompress: zstd-checksum-cut");
  }
  for (const Bytes& header : {states_512, states_nothing}) {
    CHECK(outcome(decode(joined({magic, header, more_512_a}))) == "decompress: zstd-checksum-cut");
    CHECK(outcome(decode(joined({magic, header, more_512_a, hex("01 00")}))) == "decompress: zstd-checksum-cut");
  }
}

TEST_CASE("a wrong checksum is refused, in the last frame and in one before it") {
  const Bytes wrong = joined({magic, with_checksum, last_512_a, hex("69 1f 09 f3")});
  CHECK(outcome(decode(wrong)) == "decompress: zstd-checksum");
  CHECK(outcome(decode(joined({wrong, plain}), 1024)) == "decompress: zstd-checksum");
}

TEST_CASE("a frame that names a dictionary is refused") {
  CHECK(outcome(decode(joined({magic, hex("61 07 00 01"), last_512_a}))) == "decompress: zstd-dictionary");
}

TEST_CASE("what is no zstd frame is refused") {
  struct {
    const char* what;
    Bytes stream;
  } const streams[] = {
      {"zeros", filled(64, 0)},
      {"a wrong magic number", joined({hex("29 b5 2f fd"), states_512, last_512_a})},
      {"no magic number", joined({states_512, last_512_a})},
      {"a reserved bit", joined({magic, hex("68 00 01"), last_512_a})},
      {"a reserved block type", joined({magic, states_512, hex("07 10 00 41")})},
      {"a content size that is too large", joined({magic, states_512, last_511_a})},
      {"a content size that is too small", joined({magic, hex("60 ff 00"), last_512_a})},
      {"a deflate stream", hex("33 34 32 36 31 35 33 b7 30 1c a5 47 24 0d 00")},
  };
  for (const auto& [what, stream] : streams) {
    CAPTURE(what);
    CHECK(outcome(decode(joined({stream, filled(64, 0)}))) == "decompress: zstd-invalid");
  }
  const Bytes half = joined({magic, states_256, last_256_a});
  CHECK(outcome(decode(joined({half, filled(64, 0)}))) == "decompress: zstd-invalid");
}

TEST_CASE("a frame of zstd 0.7 is none, even where libzstd still has its decoder") {
  const Bytes eight_bytes = joined({hex("27 b5 2f fd 20 08 40 00 08"), text("ABCDEFGH"), hex("c0 00 00")});
  CHECK(outcome(decode(eight_bytes, 8)) == "decompress: zstd-invalid");
}

TEST_CASE("a claimed window is refused or costs nothing") {
  for (const Bytes& header :
       {hex("00 88"), hex("00 a8"), hex("40 a8 00 01"), hex("00 ff")}) {  // 2^27, 2^31, 2^31, most
    const auto decoded = decode(joined({magic, header, last_512_a}));
    if (decoded) {
      CHECK(decoded->cluster == cluster_of_a);
    } else {
      CHECK(outcome(decoded) == "decompress: zstd-window");
    }
  }
}

TEST_CASE("a refused frame leaves nothing behind for the next") {
  Decompressor decompressor;
  Bytes cluster(512);
  for (const Bytes& broken : {filled(9, 0), part(plain, 0, 9), joined({magic, states_nothing, last_511_a}),
                              joined({magic, hex("60 00 03"), hex("02 10 00 41"), hex("06 10 00")})}) {
    CHECK_FALSE(decompressor.decompress(CompressionType::zstd, broken, cluster));
    CHECK(decompressor.decompress(CompressionType::zstd, plain, cluster).value() == plain.size());
    CHECK(cluster == cluster_of_a);
  }
}

TEST_CASE("a frame that gives more than a cluster leaves nothing behind for the next") {
  Decompressor decompressor;
  Bytes cluster(512);
  for (const char* letter : {"41", "42", "43"}) {
    const Bytes longer = joined({magic, states_nothing, hex("02 20 00"), hex(letter), last_empty});  // 1024 times
    CHECK(decompressor.decompress(CompressionType::zstd, longer, cluster));
    CHECK(cluster == joined({hex(letter), part(cluster, 0, 511)}));
  }
}

Bytes compressed(const Bytes& bytes, int checksum) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), &ZSTD_freeCCtx);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, checksum);
  Bytes out(ZSTD_compressBound(bytes.size()));
  const std::size_t length = ZSTD_compress2(context.get(), out.data(), out.size(), bytes.data(), bytes.size());
  REQUIRE(ZSTD_isError(length) == 0);
  out.resize(length);
  return out;
}

TEST_CASE("clusters of all sizes are decoded from frames of many blocks, and refused when one byte is missing") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(9u, 22u));
  const auto checksum = GENERATE(0, 1);
  CAPTURE(cluster_bits, checksum);
  const std::size_t cluster_size = std::size_t{1} << cluster_bits;
  const Bytes noise = pattern(cluster_size / 2, cluster_bits);
  const Bytes cluster = joined({noise, noise});
  const Bytes frame = compressed(cluster, checksum);
  const auto decoded = decode(joined({frame, filled(700, 0x28)}), cluster_size);
  REQUIRE(outcome(decoded) == "accepted");
  CHECK(decoded->cluster == cluster);
  CHECK(decoded->taken_up == frame.size());
  CHECK_FALSE(decode(part(frame, 0, frame.size() - 1), cluster_size));
  CHECK(outcome(decode(compressed(part(cluster, 0, cluster_size - 1), checksum), cluster_size)) ==
        "decompress: incomplete-refused");
  CHECK(decode(compressed(joined({cluster, filled(9, 9)}), checksum), cluster_size).value().cluster == cluster);
}

}  // namespace
}  // namespace qcow2::test
