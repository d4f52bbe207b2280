// The data that an implementation gave, held against the guest disk of the case.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "corpus/corpus.hpp"
#include "corpus/guest_map.hpp"
#include "verdict/comparison.hpp"
#include "verdict/provenance.hpp"

namespace conform {

struct GivenData {
  bool exists = false;
  Digest digest;
  std::set<std::string> matches;        // names of the guest contents that it equals; "" is the guest disk
  std::optional<FirstDiff> first_diff;  // against the guest disk, where it equals none
  bool is_as_of_twin = false;           // of a refusal that is wanted: all of it is what the valid twin gives
};

/// `operation` is a read, a read-range or a read-snapshot of the case, and `output` is what it left.
Result<GivenData> examine_given_data(const Corpus& corpus, const Case& tested, const Operation& operation,
                                     const std::filesystem::path& output);

/// What was handed out instead of the right bytes, and in which part of the disk.
struct WrongBytes {
  FirstDiff first;  // where a refusal is wanted: the first byte of the part that nobody may hand out
  Provenance provenance;
  std::string place;  // "guest 0x1000..0x1200, a compressed cluster with host_offset 0xbfe"
};

/// `first_diff` is of wrong-data; without it, the first refused part that the operation touches is looked at.
Result<WrongBytes> explain_given_data(const Corpus& corpus, const Case& tested, const Operation& operation,
                                      const std::filesystem::path& output, const std::optional<FirstDiff>& first_diff);

/// The part of the guest disk that the operation reads.
Segment part_read(const Corpus& corpus, const Case& tested, const Operation& operation);

}  // namespace conform
