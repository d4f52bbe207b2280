// Writes results.jsonl, a whole line at a time. While it lives no other run can write to that file.
#pragma once

#include <filesystem>

#include "base/open_file.hpp"
#include "results/results.hpp"

namespace conform {

class ResultsWriter {
 public:
  /// Fails where another run holds the file. An older file of that name is gone from here on.
  static Result<ResultsWriter> create(const std::filesystem::path& file);

  /// The same, and what stands there is left alone so far.
  static Result<ResultsWriter> open(const std::filesystem::path& file);
  /// Keeps the header and the first `records` of what load_unfinished found in the file, which then count.
  Result<void> keep(const Unfinished& unfinished, std::size_t records);
  /// Nothing of what stood there is left.
  Result<void> clear();

  Result<void> write(const Header& header);
  Result<void> write(const Record& record);
  /// The footer, and the file is whole. `known_errors`: what is out of step in the list of known failures; `seconds`:
  /// what all threads of this run spent besides running programs, by the names of spent.hpp.
  Result<void> finish(const std::vector<std::string>& known_errors = {},
                      const std::map<std::string, double>& seconds = {});

 private:
  explicit ResultsWriter(FileDescriptor file);
  Result<void> write_line(const Json& line);
  Result<void> cut(std::uint64_t end);

  FileDescriptor file_;
  std::uint64_t whole_ = 0;  // where the last whole line ends
  Counts counts_;
  std::size_t selected_ = 0;
};

}  // namespace conform
