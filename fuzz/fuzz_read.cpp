// Reading: the walk over the disk, and the bytes of what it finds; a part of a cluster is a part of the whole cluster.
#include <algorithm>

#include "read/reader.hpp"
#include "support.hpp"

namespace {

constexpr int pieces_max = 400;

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qcow2;
  const MemorySource source(fuzz::bytes(data, size));
  auto image = open_image(source);
  if (!image) return 0;
  const std::uint64_t disk_size = image->header.virtual_size;
  const std::uint64_t cluster_size = image->header.cluster_size();
  const Reader reader(std::move(*image), nullptr);
  Walk walk(reader.image());
  Scratch scratch;
  GuestOffset at{0};
  for (int pieces = 0; at.value < disk_size && pieces < pieces_max; ++pieces) {
    const auto piece = walk.at(at);
    const std::uint64_t in_cluster = at.value % cluster_size;
    const std::uint64_t step = piece ? piece->length : cluster_size - in_cluster;
    fuzz::require(step > 0 && step <= disk_size - at.value + cluster_size,
                  "a piece has a length, and ends with the disk");
    const std::uint64_t length = std::min({step, cluster_size - in_cluster, disk_size - at.value});
    std::vector<std::byte> whole(length);
    const auto read = reader.read(at, whole, scratch);
    fuzz::require(piece.has_value() || !read, "what cannot be found cannot be read");
    if (read && length > 3) {
      std::vector<std::byte> part(length - 3);
      fuzz::require(reader.read(at + 2, part, scratch).has_value(), "a part of what can be read can be read");
      fuzz::require(std::equal(part.begin(), part.end(), whole.begin() + 2), "a part is a part of the whole");
    }
    if (step >= disk_size - at.value) break;
    at = at + step;
  }
  return 0;
}
