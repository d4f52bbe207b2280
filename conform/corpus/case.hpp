// One case: an image, and for each operation what a conforming implementation answers.
//
// The image itself is generators/' business: of a case file this part reads everything but `siblings`' contents and
// `image`, of which a writer is told a few parameters.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_file.hpp"
#include "corpus/clause.hpp"

namespace conform {

enum class Op { read, read_range, read_snapshot, read_parallel, map, check, repair, write, modify };

inline constexpr Op ops[] = {Op::read,  Op::read_range, Op::read_snapshot, Op::read_parallel, Op::map,
                             Op::check, Op::repair,     Op::write,         Op::modify};
std::string_view name(Op op);
Result<Op> op_named(std::string_view name);

/// What an implementation can answer on purpose: check calls the image clean, leaking or corrupt, or rejects it; every
/// other operation accepts or rejects. Each may say that it does not support the image. No case expects the last.
enum class Answer { accept, reject, clean, leaks, corrupt, unsupported };

std::string_view name(Answer answer);

/// An acceptable answer; `name` is empty where it is the only one. With accept, `guest` names the alternative guest
/// content; empty is the guest disk itself.
struct Choice {
  std::string name;
  Answer answer;
  std::string guest;
};

/// One answer, named choices (either), or none (observe).
struct Expect {
  std::vector<Choice> answers;
  bool named = false;
  Json text;

  bool observes() const { return answers.empty(); }
  bool allows(Answer answer) const;
};

/// What a writer is asked for: the parameters of the case's own image.
struct WriteParameters {
  unsigned cluster_bits = 16;
  std::string compression = "deflate";
  unsigned refcount_bits = 16;
};

struct Operation {
  Op op;
  std::size_t index;  // among the case's operations
  std::uint64_t offset = 0;
  std::uint64_t length = 0;  // offset and length: of read-range only
  Expect expect;
  WriteParameters parameters{};              // of write
  std::vector<std::string> properties{};     // of write and modify: the clauses that the image is held to besides
  std::string snapshot{};                    // of read-snapshot: its name
  Json steps{};                              // of modify: what is done to the image, one after another
  std::optional<Answer> check_afterwards{};  // of modify and repair: clean, or leaks, which allows clean too

  /// It asks for what only a server can do: changes in flight together, or to be killed.
  bool wants_server() const;
  /// Of modify: one of its steps is that the program is killed.
  bool kills() const;
};

struct Limits {
  std::optional<std::uint64_t> memory;  // bytes, peak resident
  std::optional<double> time;           // seconds
};

struct Case {
  std::string id;
  std::string family;
  int rev = 1;
  std::string title;
  std::string why;
  std::string leak;
  std::vector<std::string> clauses;
  Level level = Level::must;  // the strictest of its clauses
  std::vector<std::string> features;
  std::vector<std::string> siblings;  // file names beside the image
  std::optional<std::uint64_t> max_file_size;
  std::string withdrawn;  // the reason; empty: in force
  std::string baseline;
  std::string delta;
  bool control = false;  // an ordinary image: who fails here fails for another reason than a case's point
  std::string choice_group;
  std::vector<Operation> operations;
  Limits limits;
};

/// `document` has passed the schema; its family is the name of its folder.
Result<Case> parse_case(const Json& document, const std::string& family, const Clauses& clauses);

}  // namespace conform
