// Known failures: a list that a run is held against, so that what is new stands out and what is gone is noticed.
//
// An entry names the exact status. Whatever else comes out, a date that is over, and an entry that is about nothing
// that was selected, mean that the list is out of step.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/record.hpp"

namespace conform {

struct KnownFailure {
  std::string case_id;
  Op op = Op::read;
  std::optional<std::size_t> index;  // nothing: all operations of that kind
  std::string implementation;        // empty: all
  Status status = Status::wrong_data;
  std::string link;
  std::string expires;  // the last day that it is in force, as 2027-01-31; empty: always
  std::string comment;

  bool is_about(const Record& record) const;
  /// "some-case, read-range 2, 7zip: wrong-data"
  std::string text() const;
};

class KnownFailures {
 public:
  /// `today` as 2027-01-31.
  static Result<KnownFailures> load(const std::filesystem::path& file, const JsonSchema& schema, std::string today);
  /// Two entries about the very same are an error.
  static Result<KnownFailures> make(std::vector<KnownFailure> entries, std::string today);

  const std::vector<KnownFailure>& entries() const { return entries_; }
  const std::string& comment() const { return comment_; }

  /// The same for lists that say the same.
  std::string digest() const;

  /// The entry that is most closely about the record: one that names its implementation, then one with its index.
  const KnownFailure* find(const Record& record) const;

  /// Makes a listed failure known-fail and a listed one that passes unexpected-pass; what else is listed gets a
  /// problem.
  void apply(Record& record) const;

  /// What is said of entries that are about none of these.
  std::vector<std::string> unseen(const std::vector<Record>& selected) const;

 private:
  bool is_over(const KnownFailure& entry) const;
  std::vector<KnownFailure> entries_;
  std::string comment_;
  std::string today_;
};

/// The day, in UTC.
std::string today();

}  // namespace conform
