// One line of results.jsonl: one operation of one case on one implementation, and what came out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json_file.hpp"
#include "corpus/case.hpp"
#include "verdict/comparison.hpp"
#include "verdict/status.hpp"

namespace conform {

struct Implementation;

/// What a list of known failures says about an operation.
struct KnownNote {
  Status listed;
  Status found;  // what came out before the list was looked at
  std::string link;
  std::string problem;  // why the list is out of step here; empty: it is not
};

struct Record {
  std::string case_id;
  int rev = 1;
  Op op = Op::read;
  std::size_t index = 0;
  std::string implementation;
  Level level = Level::must;
  std::string family;
  std::vector<std::string> clauses;
  std::string choice_group;
  Json expect;
  bool offered = true;  // the implementation has such an operation
  bool claimed = true;  // it claims every feature of the case

  Status status = Status::not_run;
  std::string choice;  // the named answer; of observed, the answer
  std::string answer;  // what it did, right or wrong: accept, reject, clean, … or other-bytes, crash, timeout, …
  std::optional<int> exit;
  std::optional<int> signal;
  double duration_ms = 0;
  std::uint64_t peak_memory = 0;
  std::optional<FirstDiff> first_diff;
  std::string observed_digest;
  std::optional<std::uint64_t> observed_length;
  std::string bytes;  // of wrong-accept and wrong-data: none, zeros, another-cluster, …; of flaw-unnoticed: twin
  std::string detail;
  Json properties;       // of an image that a write or a modify left; null: there is none
  std::string messages;  // the first line that the program printed besides its data
  std::optional<KnownNote> known;
  bool over_time = false;      // it took too long; of this run alone, which may ask again
  bool lock_mismatch = false;  // the image is not the one that the lock names
};

Json to_json(const Record& record);
Result<Record> record_from_json(const Json& line);

/// A record of a case's operation, not-run until something else is known.
Record blank_record(const Case& tested, const Operation& operation, const Implementation& implementation);

}  // namespace conform
