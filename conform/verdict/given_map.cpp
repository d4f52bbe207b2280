#include "verdict/given_map.hpp"

#include <algorithm>

#include "verdict/map_faults.hpp"

namespace conform {
namespace {

Result<std::vector<std::string>> faults_for(const Corpus& corpus, const Case& of, const std::vector<MapExtent>& said) {
  const auto guest = OpenFile::open(corpus.guest(of));
  if (!guest) return tl::unexpected(guest.error());
  const auto map = load_guest_map(corpus.guest_map(of));
  if (!map) return tl::unexpected(map.error());
  return faults_of_map(said, *guest, *map);
}

}  // namespace

Result<GivenMap> examine_given_map(const Corpus& corpus, const Case& tested, const Operation& operation,
                                   const std::filesystem::path& output) {
  const auto said = load_map_extents(output);
  if (!said) return GivenMap{{fmt::format("its output is not a map: {}", said.error().message)}};
  GivenMap given;
  given.is_plain_data =
      std::all_of(said->begin(), said->end(), [](const MapExtent& one) { return one.is_plain_data(); });
  if (operation.expect.observes() || operation.expect.allows(Answer::accept)) {
    auto faults = faults_for(corpus, tested, *said);
    if (!faults) return tl::unexpected(faults.error());
    given.faults = std::move(*faults);
  } else if (const Case* twin = corpus.find(tested.baseline)) {
    const auto faults = faults_for(corpus, *twin, *said);
    if (!faults) return tl::unexpected(faults.error());
    given.is_as_of_twin = faults->empty();
  }
  return given;
}

}  // namespace conform
