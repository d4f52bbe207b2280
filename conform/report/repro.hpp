// A folder for a bug report: the image, the commands, what is expected, and a text that says what is wrong.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "corpus/corpus.hpp"
#include "implementation/implementation.hpp"
#include "results/record.hpp"

namespace conform::report {

struct Reproduction {
  const Corpus& corpus;
  const Case& tested;
  const Implementation& implementation;
  std::string version;
  std::string command;                 // that of qcow2-conform which makes the folder
  const std::vector<Record>& records;  // of each of the case's operations
};

/// IMAGE.qcow2 and the files beside it, expected.raw where a read is to be accepted, reproduce.sh, README.md. `folder`
/// must be empty or not there.
Result<void> write_repro(const Reproduction& reproduction, const std::filesystem::path& folder);

}  // namespace conform::report
