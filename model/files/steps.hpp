// The steps of modify as JSON, in the language of cases/README.md.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "change/change.hpp"
#include "files/files.hpp"

namespace qcow2 {

struct Steps {
  std::vector<std::unique_ptr<OpenFile>> files;  ///< that contents come from
  std::vector<change::Step> steps;
};

/// Reads them from a file, or for "-" from standard input. Throws UsageError for what is no list of steps.
Steps load_steps(const std::string& path);
/// The same of their text.
Steps parse_steps(const std::string& text);

}  // namespace qcow2
