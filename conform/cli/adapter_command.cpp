// qcow2-conform adapter check: whether an adapter keeps to the protocol, before it is used in a run.

#include <cstdio>

#include "base/printable.hpp"
#include "cli/session.hpp"
#include "implementation/command_lines.hpp"
#include "implementation/introduction.hpp"
#include "trial/adapter_check.hpp"

namespace conform::cli {
namespace {

const char* word(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::ok: return "ok    ";
    case Finding::Kind::remark: return "remark";
    case Finding::Kind::wrong: break;
  }
  return "wrong ";
}

int check_command(const std::string& line, const Session& session) {
  auto implementation = from_adapter_line(line, session.places());
  if (!implementation) return usage_error(implementation.error());
  const auto corpus = session.load_corpus();
  if (!corpus) return usage_error(corpus.error());
  const auto work = WorkFolder::make();
  if (!work) return usage_error(work.error());
  std::vector<Finding> findings;
  if (auto greeted = take_greeting(*implementation); !greeted)
    findings.push_back({Finding::Kind::wrong, greeted.error().message});
  else
    findings = check_adapter(Bench(*corpus, *work, {}), *implementation);
  int status = exit_ok;
  for (const auto& [kind, text] : findings) {
    fmt::print("{} {}\n", word(kind), printable(text));
    if (kind == Finding::Kind::wrong) status = exit_harness;
  }
  return status;
}

}  // namespace

void add_adapter(Command& program, const Session& session) {
  auto line = std::make_shared<std::string>();
  program.command("adapter", "Readers that stay up and answer requests (docs/plugging-in.md)")
      .command("check", "Test whether COMMAND follows the protocol; exit status 4 if it does not")
      .argument("command", *line, "The command that starts the adapter")
      .run([line, &session] { return check_command(*line, session); });
}

}  // namespace conform::cli
