// For fuzz/differential.py, which reads so many clusters that a program for each would be all the time it takes.
//
// Each line of standard input is the path of an image. The answer: "refused\n", or a line "CLUSTER_SIZE CLUSTERS\n" and
// for each guest cluster a byte, 0 where it is refused, 1 where its stream comes to an end in its extent, 2 where it
// does not; behind 1 and 2 the bytes of the cluster. All guest clusters are compressed.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

#include "read/reader.hpp"

namespace {

using namespace qcow2;

void answer(const ByteSource& source) {
  const auto image = open_image(source);
  if (!image) {
    std::puts("refused");
    return;
  }
  const std::uint64_t cluster_size = image->header.cluster_size();
  const std::uint64_t clusters = image->header.virtual_size / cluster_size;
  std::printf("%llu %llu\n", static_cast<unsigned long long>(cluster_size), static_cast<unsigned long long>(clusters));
  Walk walk(*image);
  Scratch scratch;
  std::vector<std::byte> cluster(cluster_size);
  for (std::uint64_t i = 0; i < clusters; ++i) {
    const auto piece = walk.at({i * cluster_size});
    const auto* compressed = piece ? std::get_if<Compressed>(&piece->mapping) : nullptr;
    const bool read = compressed != nullptr &&
                      read_compressed_cluster(*image, compressed->descriptor, piece->where, cluster, scratch);
    const bool ends = read && scratch.decompressor.stream_length(image->header.compression_type);
    std::fputc(!read ? 0 : ends ? 1 : 2, stdout);
    if (read) std::fwrite(cluster.data(), 1, cluster.size(), stdout);
  }
}

}  // namespace

int main() {
  for (std::string path; std::getline(std::cin, path);) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return 2;
    answer(FileSource(file, static_cast<std::uint64_t>(::lseek(file, 0, SEEK_END))));
    ::close(file);
    std::fflush(stdout);
  }
}
