// The clauses of spec/compressed-clusters.md, as corpus/clauses.json has them: a slug, a level, the sentence that is
// shown with a failure, and what it rests on.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_file.hpp"
#include "base/result.hpp"

namespace conform {

/// Strictest first.
enum class Level { must, should, may, unspecified };

std::string_view name(Level level);
Result<Level> level_named(std::string_view name);

struct Clause {
  std::string slug;
  Level level;
  std::string sentence;
  std::string section;  // of the specification
  std::string ground;   // what it rests on
};

class Clauses {
 public:
  static Result<Clauses> load(const std::filesystem::path& file);

  /// In the order of the specification.
  const std::vector<Clause>& all() const { return clauses_; }
  const Clause* find(const std::string& slug) const;

 private:
  std::vector<Clause> clauses_;
  std::map<std::string, std::size_t> index_;
};

}  // namespace conform
