#include "repair/certainty.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "check/count_use.hpp"

namespace qcow2 {

namespace {

/// What may be wrong, or worth a note, in an image whose references are certain all the same.
bool leaves_references_certain(const Rule& broken) {
  constexpr std::array harmless{rule::copied_flag,        rule::copied_flag_clear, rule::copied_flag_data_file,
                                rule::extended_l2_bitmap, rule::zero_cluster_v2,   rule::standard_past_end};
  return std::ranges::find(harmless, broken) != harmless.end();
}

template <class Harmless>
Result<HostUse> use_without_doubt(const Image& image, Harmless harmless) {
  HostUse used(image.header.cluster_bits);
  std::optional<Violation> doubt;
  const CheckReport report = [&](const Finding& finding) {
    if (!doubt && !harmless(finding.violation.rule)) doubt = finding.violation;
  };
  Findings findings(report);
  count_use(image, nullptr, used, findings);
  if (!doubt && findings.not_described() > 0) {
    doubt = Violation{rule::check_refcounts, {}, "too much is wrong to be sure of the rest"};
  }
  if (doubt) return tl::unexpected(std::move(*doubt));
  return used;
}

}  // namespace

Result<void> judge_certainty(const Image& image) {
  return use_without_doubt(image,
                           [](const Rule& broken) {
                             return broken == rule::check_extent_past_end || leaves_references_certain(broken);
                           })
      .map([](const HostUse&) {});
}

Result<HostUse> certain_use(const Image& image) { return use_without_doubt(image, leaves_references_certain); }

}  // namespace qcow2
