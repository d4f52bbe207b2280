#include "change/state/invariants.hpp"

#include <fmt/format.h>

#include <optional>

#include "change/state/copied_flags.hpp"

namespace qcow2::change {

Result<CheckSummary> judge_corruptions(const State& state) {
  std::optional<Violation> wrong;
  const auto summary = check(state.image, {}, [&](const Finding& finding) {
    if (finding.severity == Severity::corruption && !wrong) wrong = finding.violation;
  });
  if (wrong) return tl::unexpected(std::move(*wrong));
  return summary;
}

Result<void> settle(State& state) {
  if (state.copied_flags_behind) set_copied_flags(state);
  const auto found = judge_corruptions(state);
  if (!found) {
    Violation broken = found.error();
    broken.detail = "the changed image would be wrong: " + broken.detail;
    return tl::unexpected(std::move(broken));
  }
  if (found->leaks == state.leaks) return {};
  return refuse(
      rule::check_refcounts, {},
      fmt::format("the changed image would have {} leaked host clusters; it had {} before", found->leaks, state.leaks));
}

}  // namespace qcow2::change
