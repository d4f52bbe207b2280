// Checking: any bytes get an answer, and its numbers add up.
#include "check/check.hpp"
#include "support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace qcow2;
  const MemorySource source(fuzz::bytes(data, size));
  const auto image = open_image(source);
  if (!image) return 0;
  std::uint64_t corruptions = 0;
  std::uint64_t leaks = 0;
  std::uint64_t reported = 0;
  const auto summary = check(*image, {.deep = size < 4096}, [&](const Finding& finding) {
    fuzz::require(finding.count > 0 && !describe(finding.violation).empty(), "a finding is one, and has words");
    if (finding.severity == Severity::corruption) corruptions += finding.count;
    if (finding.severity == Severity::leak) leaks += finding.count;
    ++reported;
  });
  fuzz::require(reported <= Findings::described_max, "only so many are reported");
  if (summary.violations_omitted == 0) {
    fuzz::require(corruptions == summary.corruptions && leaks == summary.leaks, "the sums are those of the findings");
  }
  const HostClusters& host = summary.host_clusters;
  fuzz::require(host.leaked <= summary.leaks && host.ghost <= summary.corruptions,
                "leaked and ghost ones are reported");
  fuzz::require(summary.compressed_clusters <= summary.allocated_clusters, "compressed clusters are allocated ones");
  return 0;
}
