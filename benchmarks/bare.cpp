// The limit of reading: the same streams, decoded by zlib and libzstd alone on all cores, and the output written.
//
//     bare-decompress IMAGE OUT     OUT is a file; only compressed clusters are written
//
// No extent is judged and nothing is checked but that a cluster came out. What is timed outside includes finding them.
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdio>
#include <stdexcept>
#include <thread>

#include "format/image.hpp"
#include "read/parallel.hpp"
#include "read/walk.hpp"

namespace {

using namespace qcow2;

struct Stream {
  std::uint64_t guest_offset;
  Descriptor descriptor;
};

/// What one core needs.
struct Core {
  std::vector<std::byte> extent;
  std::vector<std::byte> cluster;
  z_stream inflater{};
  ZSTD_DCtx* zstd = ZSTD_createDCtx();
};

std::vector<Stream> streams_of(const Image& image) {
  std::vector<Stream> streams;
  Walk walk(image);
  for (std::uint64_t at = 0; at < image.header.virtual_size;) {
    const Piece piece = walk.at({at}).value();
    if (const auto* found = std::get_if<Compressed>(&piece.mapping)) streams.push_back({at, found->descriptor});
    at += piece.length;
  }
  return streams;
}

void inflate_cluster(Core& core, std::size_t length) {
  inflateReset(&core.inflater);
  core.inflater.next_in = reinterpret_cast<Bytef*>(core.extent.data());
  core.inflater.avail_in = static_cast<uInt>(length);
  core.inflater.next_out = reinterpret_cast<Bytef*>(core.cluster.data());
  core.inflater.avail_out = static_cast<uInt>(core.cluster.size());
  inflate(&core.inflater, Z_FINISH);
  if (core.inflater.avail_out != 0) throw std::runtime_error("no whole cluster");
}

void zstd_cluster(Core& core, std::size_t length) {
  const std::size_t frame = ZSTD_findFrameCompressedSize(core.extent.data(), length);
  const std::size_t got =
      ZSTD_decompressDCtx(core.zstd, core.cluster.data(), core.cluster.size(), core.extent.data(), frame);
  if (got != core.cluster.size()) throw std::runtime_error("no whole cluster");
}

void decompress(const Image& image, int in, int out) {
  const auto streams = streams_of(image);
  const bool zstd = image.header.compression_type == CompressionType::zstd;
  std::vector<Core> cores(std::max(1u, std::thread::hardware_concurrency()));
  for (Core& core : cores) {
    core.extent.resize(2 * image.header.cluster_size());
    core.cluster.resize(image.header.cluster_size());
    inflateInit2(&core.inflater, -15);
  }
  in_parallel(cores.size(), streams.size(), [&](std::size_t number, std::size_t i) {
    Core& core = cores[number];
    const Descriptor& descriptor = streams[i].descriptor;
    const ssize_t got =
        ::pread(in, core.extent.data(), available_bytes(descriptor), static_cast<off_t>(descriptor.host_offset.value));
    if (got < 0) throw std::runtime_error("cannot read");
    (zstd ? zstd_cluster : inflate_cluster)(core, static_cast<std::size_t>(got));
    const auto at = static_cast<off_t>(streams[i].guest_offset);
    if (::pwrite(out, core.cluster.data(), core.cluster.size(), at) < 0) throw std::runtime_error("cannot write");
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return std::fputs("bare-decompress IMAGE OUT\n", stderr), 2;
  const int in = ::open(argv[1], O_RDONLY | O_CLOEXEC);
  const int out = ::open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (in < 0 || out < 0) return std::perror("bare-decompress"), 2;
  const FileSource source(in, static_cast<std::uint64_t>(::lseek(in, 0, SEEK_END)));
  const auto image = open_image(source);
  if (!image) return std::fprintf(stderr, "%s\n", describe(image.error()).c_str()), 1;
  decompress(*image, in, out);
  return ::ftruncate(out, static_cast<off_t>(image->header.virtual_size)) == 0 ? 0 : 2;
}
