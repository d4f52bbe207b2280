// results.jsonl: a header, a line for each operation as soon as it is known, and a footer that vouches for the whole.
//
// What has no footer, or whose footer does not agree with its lines, is not a result.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "open_file.hpp"
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

class ResultsWriter {
 public:
  /// An older file of that name is gone from here on.
  static Result<ResultsWriter> create(const std::filesystem::path& file);

  Result<void> write(const Header& header);
  Result<void> write(const Record& record);
  /// The footer, and the file is whole.
  Result<void> finish();

 private:
  explicit ResultsWriter(FileDescriptor file);
  Result<void> write_line(const Json& line);

  FileDescriptor file_;
  Counts counts_;
  std::size_t selected_ = 0;
};

struct Results {
  Header header;
  std::vector<Record> records;
};

Result<Results> load_results(const std::filesystem::path& file);

}  // namespace conform
