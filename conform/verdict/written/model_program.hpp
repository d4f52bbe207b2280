// qcow2-model, asked about images that an implementation has left: the judge of write and modify.
//
// Such an image may be anything, so the model runs as a program of its own, with limits. A refusal is an answer; that
// it cannot be run, crashes or takes too long is our own failure.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/json_file.hpp"
#include "base/open_file.hpp"
#include "bench/bench.hpp"
#include "process/command_template.hpp"

namespace conform {

struct ModelAnswer {
  std::string refusal;  // stage, rule and place; empty: it did what it was asked
  Json json;
};

class ModelProgram {
 public:
  /// `places` of an implementation: the model stands in {bin}.
  ModelProgram(const Bench& bench, const Values& places);

  Result<ModelAnswer> info(const std::filesystem::path& image) const;
  enum class Decode { nothing, all_streams };
  /// Corruptions and leaks are no refusal.
  Result<ModelAnswer> check(const std::filesystem::path& image, Decode decode = Decode::all_streams) const;
  /// In place. A refusal: it cannot be repaired safely.
  Result<ModelAnswer> repair(const std::filesystem::path& image) const;
  /// A row for each cluster that has an L2 entry, with the length of its stream.
  Result<ModelAnswer> clusters(const std::filesystem::path& image) const;
  /// A part of the disk into `out`, of the active state or a snapshot.
  Result<ModelAnswer> read(const std::filesystem::path& image, const std::filesystem::path& out, Segment part,
                           const std::string& snapshot = {}) const;

 private:
  struct Asked;
  Result<Asked> ask(const std::vector<std::string>& words, const std::vector<int>& exits,
                    std::uint64_t output_length = 0) const;
  Result<ModelAnswer> ask_for_json(const std::vector<std::string>& words) const;

  const Bench& bench_;
  std::string program_;
};

}  // namespace conform
