// What every command of qcow2-conform shares: where things are, and how errors of use are told.
#pragma once

#include <string>
#include <vector>

#include "command_line/command_line.hpp"
#include "corpus/corpus.hpp"
#include "corpus/selection.hpp"
#include "implementation/implementation.hpp"
#include "mutants/kill_matrix.hpp"
#include "results/known.hpp"

namespace conform::cli {

using command_line::Command;
using command_line::Program;

inline constexpr int exit_ok = 0;
inline constexpr int exit_usage = 2;
inline constexpr int exit_harness = 4;
inline constexpr int exit_lock = 5;

struct Session {
  std::filesystem::path bin;   // the folder of qcow2-model and of the adapters
  std::filesystem::path data;  // share/qcow2-conform, beside the folder of the program
  std::string corpus;          // --corpus; else of the data, as are the implementations
  std::string implementations;
  std::vector<std::string> argv;

  static Session here(int argc, char** argv);
  Places places() const { return {bin, std::filesystem::absolute(implementations)}; }
  /// The project's sources, where this is a build of them.
  std::filesystem::path source() const;
  std::filesystem::path model() const { return bin / "qcow2-model"; }
  KillMatrix kill_matrix() const { return published_matrix(data / "kill-matrix.json", data / "mutants"); }
  Result<Corpus> load_corpus() const { return Corpus::load(corpus); }
};

/// One line, and the exit status of an error of use.
int usage_error(const Error& error);

/// --case, --clause, --level and --quick.
struct FilterOptions {
  std::vector<std::string> cases, clauses;
  std::string level = "all";
  bool quick = false;
  void add_to(Command& command);
  Filters filters() const;
};

/// `given` names results.jsonl itself, or the folder that it is in.
std::filesystem::path results_file(const std::filesystem::path& given);

/// A list of known failures that has passed its schema.
Result<KnownFailures> load_known(const std::filesystem::path& file, const Session& session);

// Each adds a command to the program.
void add_run(Command& program, const Session& session);
void add_list(Command& program, const Session& session);
void add_show(Command& program, const Session& session);
void add_clauses(Command& program, const Session& session);
void add_doctor(Command& program, const Session& session);
void add_corpus(Command& program, const Session& session);
void add_compare(Command& program, const Session& session);
void add_evidence(Command& program, const Session& session);
void add_known(Command& program, const Session& session);
void add_report(Command& program, const Session& session);
void add_repro(Command& program, const Session& session);
void add_adapter(Command& program, const Session& session);
void add_selftest(Command& program, const Session& session);

}  // namespace conform::cli
