// Opening: the header, its extensions, the place of the L1 table, the snapshot table.
#include "format/snapshot.hpp"
#include "support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qcow2;
  const MemorySource source(fuzz::bytes(data, size));
  const auto image = open_image(source);
  if (!image) {
    fuzz::require(!describe(image.error()).empty(), "a refusal has words");
    return 0;
  }
  fuzz::require(image->header.cluster_bits >= cluster_bits_min && image->header.cluster_bits <= cluster_bits_max,
                "cluster_bits is in its bounds");
  if (const auto snapshots = read_snapshot_table(*image)) {
    for (const Snapshot& snapshot : snapshots->snapshots) (void)open_snapshot(*image, snapshot);
  }
  return 0;
}
