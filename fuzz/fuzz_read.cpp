// Reading the disk and those of snapshots: the walk, and the bytes of what it finds; a part of a cluster is a part of
// the whole cluster.
#include <algorithm>

#include "format/snapshot.hpp"
#include "read/reader.hpp"
#include "support.hpp"

namespace {

constexpr int pieces_max = 400;
constexpr std::size_t snapshots_max = 4;

using namespace qcow2;

/// Of the active state, or of a snapshot.
void read_disk(Image image) {
  const std::uint64_t disk_size = image.header.virtual_size;
  const std::uint64_t cluster_size = image.header.cluster_size();
  const Reader reader(std::move(image), nullptr);
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
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const MemorySource source(fuzz::bytes(data, size));
  const auto image = open_image(source);
  if (!image) return 0;
  read_disk(*image);
  const auto table = read_snapshot_table(*image);
  if (!table) return 0;
  for (std::size_t i = 0; i < table->snapshots.size() && i < snapshots_max; ++i) {
    if (const auto snapshot = open_snapshot(*image, table->snapshots[i])) read_disk(*snapshot);
  }
  return 0;
}
