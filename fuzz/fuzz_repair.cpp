// Repairing: what is repaired reads as before, has right refcounts, and needs no second repair.
#include "check/check.hpp"
#include "repair/repair.hpp"
#include "repair/repair_proof.hpp"
#include "support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qcow2;
  const MemorySource source(fuzz::bytes(data, size));
  const auto image = open_image(source);
  if (!image || size > (1 << 20)) return 0;
  fuzz::MemoryStore copy(fuzz::bytes(data, size));
  const auto repaired = repair(*image, copy);
  if (!repaired) return 0;
  const auto after = open_image(copy);
  fuzz::require(after.has_value(), "a repaired image opens");
  if (!reads_as_before(*image, *after)) return 0;  // found out in time: it would not be kept
  const auto summary = check(*after, {}, [](const Finding& finding) {
    const bool wrong = finding.violation.rule == rule::check_refcounts && finding.severity == Severity::corruption;
    fuzz::require(!wrong, "repaired refcounts are right");
  });
  fuzz::require(summary.leaks == repaired->leaks_kept, "a repaired image leaks what the repair says, and no more");
  fuzz::MemoryStore second(copy.content());
  const auto again = repair(*after, second);
  fuzz::require(again && !again->changed() && second.content() == copy.content(), "a repaired image needs no repair");
  return 0;
}
