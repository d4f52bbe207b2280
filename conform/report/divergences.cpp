#include "report/divergences.hpp"

#include <algorithm>

#include "failed.hpp"
#include "report/markdown.hpp"
#include "shell.hpp"
#include "summary.hpp"
#include "wording.hpp"

namespace conform::report {
namespace {

constexpr const char* introduction =
    "# Where readers part from the text\n\n"
    "<!-- Made by `qcow2-conform report RESULTS --format divergences --out docs`; what is changed by hand here is "
    "lost. -->\n\n"
    "This page lists what programs did differently from [the text](../spec/compressed-clusters.md) on images of this "
    "suite, with the\n"
    "version that was tried. It is written for their authors and for people who depend on them. Most of these images "
    "are rare: ordinary\n"
    "tools do not write them, and several of the programs are careful in ways that this suite does not measure. A case "
    "can be wrong, too:\n"
    "[CONTRIBUTING](../CONTRIBUTING.md) says how to object, and an objection is welcome.\n\n"
    "Each item names the case, which is an image with a single point; what was expected and on what ground; and what "
    "came. Level `must` is\n"
    "what the text demands, `should` and `may` are weaker. `qcow2-conform repro CASE --impl NAME --out DIR` makes a "
    "folder with the image,\n"
    "the command and the expected data.\n";

struct Kind {
  const char* title;
  const char* what;
  bool (*is)(Status status);
};

constexpr Kind kinds[] = {
    {"Wrong data", "The image was accepted, and other bytes were handed out than the disk has.",
     [](Status status) { return status == Status::wrong_data; }},
    {"Accepts what is invalid",
     "The image, or the part of it that was read, has nothing valid to hand out; data or a clean bill came all the "
     "same.",
     [](Status status) { return status == Status::wrong_accept; }},
    {"Rejects what is valid", "The image is valid and holds only features that the program claims, and it was refused.",
     [](Status status) { return status == Status::wrong_reject; }},
    {"No answer", "A crash, a time-out, a limit of memory or time, a changed image, or answers that do not agree.",
     [](Status status) {
       return is_nonconformance(status) && status != Status::wrong_data && status != Status::wrong_accept &&
              status != Status::wrong_reject;
     }},
};

/// "../cases/family/id.json", where the divergences stand in docs/.
std::string case_link(const FailedCase& failed) {
  if (!failed.of) return "`" + failed.id + "`";
  return fmt::format("[{0}](../cases/{1}/{0}.json)", failed.id, failed.of->family);
}

std::string what_came(const Record& record, const Case* of) {
  std::string text = fmt::format("{}: expected {}; ", operation_words(record, of), expected_answer(record));
  text += fmt::format("{}{}", ending_words(record), record.detail.empty() ? "" : ", " + plain_markdown(record.detail));
  if (const auto bytes = differing_bytes(record); !bytes.empty()) text += "; " + bytes;
  return text;
}

std::string item(const FailedCase& failed, const std::vector<const Record*>& records, const ImplementationInfo& info) {
  const Record& first = *records[0];
  std::string text = fmt::format("\n**{}** ({})", case_link(failed), name(first.level));
  for (const auto& slug : first.clauses) text += fmt::format(" [{0}](../spec/compressed-clusters.md)", slug);
  text += "\n\n";
  if (failed.of) {
    text += plain_markdown(failed.of->title) + ".";
    if (!failed.of->baseline.empty())
      text += fmt::format(" It is as `{}`, but: {}.", failed.of->baseline, plain_markdown(failed.of->delta));
    text += " " + plain_markdown(failed.of->why) + "\n\n";
  }
  for (const Record* record : records) text += "- " + what_came(*record, failed.of) + "\n";
  return text + fmt::format("- to see it: `qcow2-conform run {} --case {}`\n", shell_line(info.arguments), failed.id);
}

std::string section(const Kind& kind, const std::vector<FailedClause>& tree, const ImplementationInfo& info) {
  std::string items;
  std::size_t cases = 0;
  for (const auto& clause : tree)
    for (const auto& failed : clause.cases) {
      std::vector<const Record*> records;
      std::copy_if(failed.records.begin(), failed.records.end(), std::back_inserter(records),
                   [&](const Record* record) { return kind.is(record->status); });
      if (records.empty()) continue;
      ++cases;
      items += item(failed, records, info);
    }
  if (items.empty()) return "";
  return fmt::format("\n### {}: {} case{}\n\n{}\n{}", kind.title, cases, cases == 1 ? "" : "s", kind.what, items);
}

std::string coverage(const ImplementationSummary& summary) {
  const auto refused = summary.all.of(Status::unsupported);
  return fmt::format(
      "{} of {} operations were run, {} of them answered as the text has it or as it leaves open.{}\n",
      summary.all.executed(), summary.all.selected, summary.all.well(),
      refused == 0
          ? ""
          : fmt::format(" {} met a feature that the program does not claim, and were refused, as they should be.",
                        refused));
}

}  // namespace

std::string divergences(const Sources& sources) {
  std::string text = introduction;
  text += fmt::format("\n{}, corpus {}.\n", sources.results.header.suite,
                      sources.results.header.corpus_digest.substr(0, 12));
  std::string agreeing;
  for (const auto& summary : summarise(sources.results)) {
    const auto& info = summary.info;
    if (!info.absent.empty() || !info.canary.empty() || summary.all.executed() == 0) continue;
    const auto tree = failures_by_clause(sources.results, info.name, sources.corpus);
    std::string sections;
    for (const auto& kind : kinds) sections += section(kind, tree, info);
    if (sections.empty())
      agreeing += fmt::format("- {} ({}): {}", info.name, plain_markdown(info.version), coverage(summary));
    else
      text += fmt::format("\n## {} ({})\n\n{}{}", info.name, plain_markdown(info.version), coverage(summary), sections);
  }
  return text + (agreeing.empty() ? "" : "\n## Nothing to tell of\n\n" + agreeing);
}

}  // namespace conform::report
