#include "files/repair_file.hpp"

#include <optional>

#include "check/check.hpp"
#include "files/copy.hpp"
#include "repair/repair_proof.hpp"

namespace qcow2 {

namespace {

/// Nothing that a repair makes right may be wrong afterwards; leaks may only be left where it says so.
Result<void> counts_are_right(const Image& after, const RepairSummary& repaired) {
  std::optional<Violation> wrong;
  const auto summary = check(after, {}, [&](const Finding& finding) {
    const Rule& rule = finding.violation.rule;
    const bool of_repair =
        rule == rule::check_refcounts || rule == rule::copied_flag || rule == rule::copied_flag_clear;
    if (finding.severity == Severity::corruption && of_repair && !wrong) wrong = finding.violation;
  });
  if (!wrong && summary.leaks > 0 && repaired.leaks_kept == 0)
    wrong = Violation{rule::check_refcounts, {}, "leaks are left"};
  if (!wrong) return {};
  wrong->detail = "the repaired copy would be wrong: " + wrong->detail;
  return tl::unexpected(std::move(*wrong));
}

}  // namespace

Result<RepairSummary> repair_file(const OpenFile& file, const Image& image, RepairMode mode) {
  refuse_file_in_use(file);
  Copy copy(file.source, file.path);
  const auto repaired = repair(image, copy);
  if (!repaired || !repaired->changed()) return repaired;
  const auto after = open_image(copy);
  if (!after) return tl::unexpected(after.error());
  if (auto proved = reads_as_before(image, *after); !proved) return tl::unexpected(proved.error());
  if (auto right = counts_are_right(*after, *repaired); !right) return tl::unexpected(right.error());
  if (mode == RepairMode::replace) copy.put_in_place();
  return repaired;
}

}  // namespace qcow2
