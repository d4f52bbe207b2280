// buffers CLUSTER_BITS TIMES: decodes one cluster so often, with buffers for input and output that are allocated each
// time, with buffers that are kept, and with these and one copy more of the input, as a bounce buffer makes it; prints
// microseconds of processor time a decoding, of all in turn.

#include <zlib.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Bytes = std::vector<unsigned char>;

void check(bool good) {
  if (!good) throw std::runtime_error("zlib");
}

/// Text of few letters: it shrinks to about half.
Bytes compressed(std::size_t cluster_size) {
  std::mt19937 dice(1);
  Bytes cluster(cluster_size);
  for (auto& byte : cluster) byte = static_cast<unsigned char>("etaoinshrdlu    "[dice() % 16]);
  z_stream stream{};
  check(deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -12, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes out(deflateBound(&stream, cluster_size));
  stream.next_in = cluster.data();
  stream.avail_in = static_cast<uInt>(cluster.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  check(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// As QEMU does: the compressed bytes into one buffer, the cluster into another.
void decode(const Bytes& image, unsigned char* input, unsigned char* output, std::size_t cluster_size) {
  std::memcpy(input, image.data(), image.size());
  z_stream stream{};
  check(inflateInit2(&stream, -12) == Z_OK);
  stream.next_in = input;
  stream.avail_in = static_cast<uInt>(image.size());
  stream.next_out = output;
  stream.avail_out = static_cast<uInt>(cluster_size);
  check(inflate(&stream, Z_FINISH) == Z_STREAM_END);
  inflateEnd(&stream);
}

double microseconds_of(int times, auto&& task) {
  const auto begin = std::clock();
  for (int i = 0; i < times; ++i) task();
  return static_cast<double>(std::clock() - begin) * 1e6 / CLOCKS_PER_SEC / times;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::size_t cluster_size = std::size_t{1} << std::stoul(argv[1]);
  const int times = std::stoi(argv[2]);
  const Bytes image = compressed(cluster_size);
  Bytes input(2 * cluster_size), output(cluster_size), bounce(image);
  for (int pair = 0; pair < 5; ++pair) {
    const double each = microseconds_of(times, [&] {
      auto* in = static_cast<unsigned char*>(std::malloc(2 * cluster_size));
      auto* out = static_cast<unsigned char*>(std::malloc(cluster_size));
      if (!in || !out) throw std::bad_alloc();
      decode(image, in, out, cluster_size);
      std::free(in);
      std::free(out);
    });
    const double kept = microseconds_of(times, [&] { decode(image, input.data(), output.data(), cluster_size); });
    const double bounced = microseconds_of(times, [&] {
      std::memcpy(bounce.data(), image.data(), image.size());
      decode(bounce, input.data(), output.data(), cluster_size);
    });
    std::printf("%.2f %.2f %.2f\n", each, kept, bounced);
  }
  return 0;
}
