// What a check has found: violations passed on as they are found, all of them counted, only so many described.
#pragma once

#include <cstdint>
#include <functional>

#include "format/result.hpp"

namespace qcow2 {

/// corruption: data is or will be lost. leak: host clusters are only never used again. note: lawful, but somebody may
/// want to know of it; it decides nothing.
enum class Severity { corruption, leak, note };

struct Finding {
  Severity severity = Severity::corruption;
  Violation violation;
  std::uint64_t count = 1;  ///< of refcounts: how many host clusters in a row
};

using CheckReport = std::function<void(const Finding&)>;

class Findings {
 public:
  /// A broken image can hold a violation for every entry; no one reads more than these.
  static constexpr std::uint64_t described_max = 1000;

  explicit Findings(const CheckReport& report) : report_(&report) {}

  void corruption(const Violation& violation) {
    add(Severity::corruption, 1, [&] { return violation; });
  }

  void note(const Violation& violation) {
    add(Severity::note, 1, [&] { return violation; });
  }

  /// `describe` makes the violation, and is only called where someone wants to know.
  template <class Describe>
  void add(Severity severity, std::uint64_t count, Describe describe) {
    total(severity) += count;
    if (found_++ < described_max) (*report_)(Finding{severity, describe(), count});
  }

  std::uint64_t corruptions() const { return corruptions_; }
  std::uint64_t leaks() const { return leaks_; }
  std::uint64_t notes() const { return notes_; }
  std::uint64_t not_described() const { return found_ < described_max ? 0 : found_ - described_max; }

 private:
  std::uint64_t& total(Severity severity) {
    switch (severity) {
      case Severity::corruption: return corruptions_;
      case Severity::leak: return leaks_;
      case Severity::note: break;
    }
    return notes_;
  }

  const CheckReport* report_;
  std::uint64_t corruptions_ = 0;
  std::uint64_t leaks_ = 0;
  std::uint64_t notes_ = 0;
  std::uint64_t found_ = 0;
};

}  // namespace qcow2
