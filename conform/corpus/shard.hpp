// A part of a run: which cases are in it depends on their names alone, so that parts made on several machines fit.
#pragma once

#include <string>
#include <vector>

#include "corpus/case.hpp"

namespace conform {

struct Shard {
  unsigned index = 0;  // from 1
  unsigned count = 0;  // 0: the whole run

  bool is_part() const { return count != 0; }
  std::string text() const;  // "2/4"
  bool operator==(const Shard&) const = default;
};

/// "2/4"; empty is the whole run.
Result<Shard> parse_shard(const std::string& text);

/// The cases of a choice group are in one part, for they are held against each other.
std::vector<const Case*> cases_of(const Shard& shard, const std::vector<const Case*>& cases);

/// Which cases were selected, in which revision: parts of one run agree in it.
std::string selection_digest(const std::vector<const Case*>& cases);

}  // namespace conform
