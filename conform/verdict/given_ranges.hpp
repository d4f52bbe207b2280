// What a server gave of many ranges that it was asked for at once: each must be as it would be alone.
#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "corpus/corpus.hpp"
#include "verdict/given_data.hpp"
#include "verdict/status.hpp"

namespace conform {

struct GivenRange {
  Segment range;
  bool refused = false;
  std::vector<std::byte> bytes{};  // where it was not
};

struct RangesJudgement {
  Status status = Status::pass;  // the worst of all
  std::size_t wrong = 0;         // how many ranges
  std::optional<WrongBytes> worst{};
  std::string detail{};
};

/// `scratch` is a path at which nothing stands.
Result<RangesJudgement> judge_ranges(const Corpus& corpus, const Case& tested, const std::vector<GivenRange>& given,
                                     const std::filesystem::path& scratch);

}  // namespace conform
