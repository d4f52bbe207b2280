// results.jsonl: a header, a line for each operation as soon as it is known, and a footer that vouches for the whole.
//
// What has no footer, or whose footer does not agree with its lines, is not a result.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "corpus/shard.hpp"
#include "results/record.hpp"

namespace conform {

struct ImplementationInfo {
  std::string name;
  std::string version;
  std::vector<std::string> features;
  std::string absent;  // why it cannot be run here; empty: it can
  std::string canary;  // which operations were stopped, for what answer; empty: none was
  std::vector<std::string> remarks;
  std::map<std::string, std::string> commands{};  // by operation, as they were described, in one line
  std::vector<std::string> arguments{};           // of qcow2-conform, that choose it
  std::string program{};                          // what its versions are called together; its name, where it has none
  std::map<Op, std::string> stopped{};            // by the canaries, each with the reason
};

struct Header {
  std::string suite;  // "qcow2-conform 1.0.0"
  std::string corpus_digest;
  std::vector<ImplementationInfo> implementations;
  std::vector<std::string> argv;
  std::vector<std::string> confinement;   // which measures held
  std::vector<std::string> unconfined{};  // which did not, and why
  std::string selection{};                // digest of what was selected, of all shards together
  Shard shard{};
  std::string known{};  // digest of the list of known failures; empty: there was none
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

/// What an interrupted run left, a half line at its end left out.
struct Unfinished {
  Results results;
  bool begun = false;               // there is a header
  bool finished = false;            // it was not interrupted at all
  std::vector<std::uint64_t> ends;  // where in the file the lines of the header and of the records end
};
Result<Unfinished> load_unfinished(const std::filesystem::path& file);

/// A file that results_writer has finished.
Result<Results> load_results(const std::filesystem::path& file);

}  // namespace conform
