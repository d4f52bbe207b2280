// Deflate streams, one hazard a test, assembled bit by bit. The cluster has 512 bytes where nothing else is said.
#include <zlib.h>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "deflate_bits.hpp"
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
  const auto taken_up = decompressor.decompress(CompressionType::deflate, extent, decoded.cluster);
  if (!taken_up) return tl::unexpected(taken_up.error());
  decoded.taken_up = *taken_up;
  return decoded;
}

Bytes digits(std::size_t length) {
  Bytes bytes;
  while (bytes.size() < length) bytes.push_back(static_cast<std::byte>('1' + bytes.size() % 8));
  return bytes;
}

// The thread's stream: final block, fixed codes, "123456781", matches of 258 and 245 bytes at distance 8, end of block.
const Bytes thread_stream = hex("33 34 32 36 31 35 33 b7 30 1c a5 47 24 0d 00");

TEST_CASE("the thread's 15 bytes are 512") {
  const auto decoded = decode(thread_stream);
  REQUIRE(outcome(decoded) == "accepted");
  CHECK(decoded->cluster == digits(512));
  CHECK(decoded->taken_up == 15);
}

TEST_CASE("a stream that is cut anywhere before its cluster is complete goes on outside of its extent") {
  for (std::size_t length = 0; length < 14; ++length) {
    CAPTURE(length);
    CHECK(outcome(decode(part(thread_stream, 0, length))) == "decompress: outside-extent");
  }
  CHECK(outcome(decode(part(thread_stream, 0, 14))) == "accepted");  // what is missing is in the end-of-block code
}

TEST_CASE("blocks of all three kinds follow one another, empty ones too") {
  DeflateBits bits;
  bits.number(not_final, 1).number(type_stored, 2).stored({});
  bits.number(not_final, 1).number(type_fixed, 2).fixed(end_of_block);
  bits.number(not_final, 1).number(type_stored, 2).stored(digits(100));
  append_run(bits, not_final, 0xff, 153);
  bits.number(not_final, 1).number(type_stored, 2).stored({});
  // A dynamic block of 259 bytes 'A': a literal and a match of 258 at distance 1.
  bits.number(final, 1).number(type_dynamic, 2);
  bits.number(286 - 257, 5).number(1 - 1, 5).number(18 - 4, 4);
  // Of the symbols 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1: "0" is 18, "10" is 1, "11" is 2.
  for (const unsigned length : {0u, 0u, 1u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 0u, 2u, 0u, 2u}) {
    bits.number(length, 3);
  }
  bits.code("0").number(65 - 11, 7).code("10");                                // literal 65 has one bit: "0"
  bits.code("0").number(138 - 11, 7).code("0").number(52 - 11, 7).code("11");  // end of block has two: "10"
  bits.code("0").number(28 - 11, 7).code("11");                                // length 258 has two: "11"
  bits.code("10");                                                             // the one distance has one bit: "0"
  bits.code("0").code("11").code("0").code("10");
  const auto decoded = decode(bits);
  REQUIRE(outcome(decoded) == "accepted");
  CHECK(decoded->cluster == joined({digits(100), filled(153, 0xff), filled(259, 'A')}));
}

TEST_CASE("the block that completes the cluster need not be final, nor end") {
  CHECK(outcome(decode(run(512, not_final))) == "accepted");
  DeflateBits stored;
  stored.number(not_final, 1).number(type_stored, 2).stored(digits(512));
  CHECK(decode(stored).value().cluster == digits(512));
}

TEST_CASE("what follows a complete cluster means nothing") {
  const Bytes complete = run(512, not_final);
  for (const Bytes& behind :
       {hex("00"), hex("07"), hex("ff ff ff ff"), filled(600, 0), hex("05 e0 ff"), pattern(300, 1)}) {
    CAPTURE(behind.size());
    CHECK(decode(joined({thread_stream, behind})).value().cluster == digits(512));
    CHECK(decode(joined({complete, behind})).value().cluster == filled(512, 'A'));
  }
}

TEST_CASE("of a stream that gives more than a cluster the first bytes are the cluster") {
  for (const std::size_t length : {513u, 600u, 1024u, 5000u}) {
    CAPTURE(length);
    CHECK(decode(run(length)).value().cluster == filled(512, 'A'));
  }
  DeflateBits stored;
  stored.number(final, 1).number(type_stored, 2).stored(digits(513));
  CHECK(decode(stored).value().cluster == digits(512));
}

TEST_CASE("a stream that ends before its cluster is complete is refused") {
  for (const std::size_t length : {1u, 4u, 256u, 508u, 511u}) {
    CAPTURE(length);
    CHECK(outcome(decode(run(length))) == "decompress: incomplete-refused");
    CHECK(outcome(decode(joined({run(length), filled(600, 0)}))) == "decompress: incomplete-refused");
  }
  DeflateBits empty;
  empty.number(final, 1).number(type_stored, 2).stored({});
  CHECK(outcome(decode(empty)) == "decompress: incomplete-refused");
}

TEST_CASE("a match goes back as far as 32 KiB") {
  const Bytes past = pattern(32768, 7);
  DeflateBits bits;
  bits.number(not_final, 1).number(type_stored, 2).stored(past);
  bits.number(final, 1).number(type_fixed, 2);
  for (std::size_t made = 0; made < 32768; made += 16) {
    bits.fixed(267).number(1, 1).fixed_distance(29).number(8191, 13);  // 16 bytes from 32768 back
  }
  bits.fixed(end_of_block);
  CHECK(decode(bits, 65536).value().cluster == joined({past, past}));
}

TEST_CASE("a match to before the start of the cluster is refused") {
  DeflateBits bits;
  bits.number(final, 1).number(type_fixed, 2).fixed('A').fixed(257).fixed_distance(1);  // 3 bytes from 2 back, of 1
  CHECK(outcome(decode(joined({bits, filled(64, 0)}))) == "decompress: deflate-invalid");
}

TEST_CASE("what is no deflate is refused") {
  const Bytes cluster = digits(512);
  DeflateBits unused_length;
  unused_length.number(final, 1).number(type_fixed, 2).fixed('A').fixed(286);
  DeflateBits unused_distance;
  unused_distance.number(final, 1).number(type_fixed, 2).fixed('A').fixed(257).fixed_distance(30);
  DeflateBits over_subscribed;  // three codes of one bit
  over_subscribed.number(final, 1).number(type_dynamic, 2).number(0, 5).number(0, 5).number(0, 4);
  over_subscribed.number(1, 3).number(1, 3).number(1, 3).number(0, 3);
  struct {
    const char* what;
    Bytes stream;
  } const streams[] = {
      {"a reserved block type", hex("07")},
      {"a stored length and no complement", joined({hex("01 00 02 ff ff"), cluster})},
      {"a zlib header", joined({hex("78 9c"), thread_stream})},
      {"a gzip header", joined({hex("1f 8b 08 00 00 00 00 00 00 03"), thread_stream})},
      {"the header of an image", hex("51 46 49 fb 00 00 00 03")},
      {"a length symbol that does not exist", unused_length},
      {"a distance symbol that does not exist", unused_distance},
      {"an over-subscribed code", over_subscribed},
  };
  for (const auto& [what, stream] : streams) {
    CAPTURE(what);
    CHECK(outcome(decode(joined({stream, filled(64, 0)}))) == "decompress: deflate-invalid");
  }
}

TEST_CASE("a refused stream leaves nothing behind for the next") {
  Decompressor decompressor;
  Bytes cluster(512);
  for (const Bytes& broken : {hex("07"), part(thread_stream, 0, 9), hex("01 00 02 ff ff"), run(511)}) {
    CHECK_FALSE(decompressor.decompress(CompressionType::deflate, broken, cluster));
    CHECK(decompressor.decompress(CompressionType::deflate, thread_stream, cluster).value() == 15);
    CHECK(cluster == digits(512));
  }
}

Bytes deflated(const Bytes& bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes out(deflateBound(&stream, static_cast<uLong>(bytes.size())));
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST_CASE("clusters of all sizes are decoded, and refused when one byte of them is missing") {
  const auto cluster_bits = GENERATE(Catch::Generators::range(9u, 22u));
  CAPTURE(cluster_bits);
  const std::size_t cluster_size = std::size_t{1} << cluster_bits;
  const Bytes noise = pattern(cluster_size / 2, cluster_bits);
  const Bytes cluster = joined({noise, noise});
  const Bytes stream = deflated(cluster);
  const auto decoded = decode(stream, cluster_size);
  REQUIRE(outcome(decoded) == "accepted");
  CHECK(decoded->cluster == cluster);
  CHECK(decoded->taken_up == stream.size());
  CHECK(outcome(decode(deflated(part(cluster, 0, cluster_size - 1)), cluster_size)) ==
        "decompress: incomplete-refused");
}

}  // namespace
}  // namespace qcow2::test
