// results.jsonl: a header, a line for each operation as soon as it is known, and a footer that vouches for the whole.
//
// What has no footer, or whose footer does not agree with its lines, is not a result.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "record.hpp"

namespace conform {

struct ImplementationInfo {
  std::string name;
  std::string version;
  std::vector<std::string> features;
  std::string absent;  // why it cannot be run here; empty: it can
  std::string canary;  // the wrong answer that stopped it; empty: it passed, or was not asked
  std::vector<std::string> remarks;
};

struct Header {
  std::string suite;  // "qcow2-conform 0.1.0"
  std::string corpus_digest;
  std::vector<ImplementationInfo> implementations;
  std::vector<std::string> argv;
  std::vector<std::string> confinement;  // which measures held
};

using Counts = std::map<Status, std::size_t>;  // every status, also those that are 0
Counts count(const std::vector<Record>& records);
Json to_json(const Counts& counts);

Json to_json(const Header& header);

struct Results {
  Header header;
  std::vector<Record> records;
  std::vector<std::string> known_errors;  // what else is out of step in the list of known failures
};

/// A file that results_writer has finished.
Result<Results> load_results(const std::filesystem::path& file);

}  // namespace conform
