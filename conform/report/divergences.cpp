#include "report/divergences.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "base/shell.hpp"
#include "report/failure/failure_tree.hpp"
#include "report/failure/wording.hpp"
#include "report/markdown_text.hpp"
#include "results/program_versions.hpp"
#include "results/summary.hpp"

namespace conform::report {
namespace {

/// "qemu-img (7.2.22)"; the name alone where a program does not say its version.
std::string with_version(const std::string& name, const std::string& version) {
  return version.empty() ? name : fmt::format("{} ({})", name, version);
}

constexpr const char* introduction =
    "# Where readers part from the text\n\n"
    "<!-- Made by `qcow2-conform report RESULTS --format divergences`; edits by hand are lost. -->\n\n"
    "This page lists what programs did differently from [the text](../../spec/compressed-clusters.md) on images of\n"
    "this suite. Where several versions were tried, a line names those that differ. The page is written for the\n"
    "programs' authors and for people who depend on them. Most of these images are rare: ordinary tools do not write\n"
    "them. Several of the programs are careful in ways that this suite does not measure. A case can be wrong, too:\n"
    "[CONTRIBUTING](../../CONTRIBUTING.md) says how to object, and an objection is welcome.\n\n"
    "Each item names the case, which is an image with a single point; what was expected, and why; and what the\n"
    "program did. The text demands level `must`; `should` and `may` are weaker.\n"
    "`qcow2-conform repro CASE --impl NAME --out DIR` makes a folder with the image, the command\n"
    "and the expected data.\n";

struct Kind {
  const char* title;
  const char* what;
  bool (*is)(Status status);
};

bool is_without_answer(Status status) { return is_nonconformance(status) && badness(status) == badness(Status::crash); }

constexpr Kind kinds[] = {
    {"Wrong data", "The image was accepted, and wrong bytes were returned.",
     [](Status status) { return status == Status::wrong_data; }},
    {"Accepts what is invalid", "The image, or the part that was read, must be refused; invented bytes were returned.",
     [](Status status) { return status == Status::wrong_accept; }},
    {"Leaves a flaw unnoticed",
     "The image should have been refused, but its bytes were returned as if it had no flaw; or a check called the "
     "image better than it is.",
     [](Status status) { return status == Status::flaw_unnoticed; }},
    {"Rejects what is valid", "The image is valid and has only features that the program claims, but it was refused.",
     [](Status status) { return status == Status::wrong_reject; }},
    {"Leaves an unsound image",
     "The image that was written or changed holds the right disk, but breaks a rule that others rely on.",
     [](Status status) { return status == Status::unsound_image; }},
    {"No answer", "A crash, a time-out, a limit of memory or time, a changed image, or answers that do not agree.",
     is_without_answer},
};

/// "../../cases/family/id.json", where the divergences stand in build/publish/.
std::string case_link(const FailedCase& failed) {
  if (!failed.tested) return "`" + failed.id + "`";
  return fmt::format("[{0}](../../cases/{1}/{0}.json)", failed.id, failed.tested->family);
}

std::string what_came(const Record& record, const Case* tested) {
  std::string text = fmt::format("{}: expected {}; ", operation_words(record, tested), expected_answer(record));
  text += fmt::format("{}{}", ending_words(record), record.detail.empty() ? "" : ", " + plain_markdown(record.detail));
  if (const auto bytes = differing_bytes(record); !bytes.empty()) text += "; " + bytes;
  return text;
}

std::string case_words(const Case& tested) {
  std::string text = plain_markdown(tested.title) + ".";
  if (!tested.baseline.empty())
    text += fmt::format(" It equals `{}` except for this: {}.", tested.baseline, plain_markdown(tested.delta));
  return text + " " + plain_markdown(tested.why) + "\n\n";
}

/// One program, in the versions that were run.
class Section {
 public:
  Section(const Program& program, const Sources& sources) : program_(program) {
    std::vector<std::string> names;
    for (const auto* version : program.versions) names.push_back(version->info.name);
    tree_ = failures_by_clause(sources.results, names, sources.corpus);
  }

  /// What failed, kind by kind; empty: nothing did.
  std::string failures() const {
    std::string text;
    for (const auto& kind : kinds) text += failures(kind);
    return text;
  }

  std::string heading() const {
    if (program_.versions.size() == 1)
      return with_version(program_.name, plain_markdown(program_.versions[0]->info.version));
    return fmt::format("{}: {}", program_.name, fmt::join(labels(), ", "));
  }

  /// How much of the suite it met, a line a version.
  std::string coverage() const {
    if (program_.versions.size() == 1) return coverage(program_.versions[0]->all);
    std::string text;
    for (const auto* version : program_.versions) text += item(version->info.version, version->all);
    return text;
  }

  /// Where there is nothing else to tell: which versions, and how much of the suite they met.
  std::string items() const {
    std::string text;
    for (const auto* version : program_.versions)
      text += item(with_version(version->info.name, version->info.version), version->all);
    return text;
  }

 private:
  static std::string item(const std::string& who, const Tally& tally) {
    return fmt::format("- {}: {}", plain_markdown(who), coverage(tally));
  }

  static std::string coverage(const Tally& tally) {
    const auto refused = tally.count(Status::unsupported);
    return fmt::format(
        "{} of {} operations were run, {} of them answered as the text has it or as it leaves open.{}\n",
        tally.executed(), tally.selected, tally.well(),
        refused == 0
            ? ""
            : fmt::format(" {} use a feature that the program does not claim, and were refused, as they should be.",
                          refused));
  }

  std::string failures(const Kind& kind) const {
    std::string items;
    std::size_t cases = 0;
    for (const auto& clause : tree_)
      for (const auto& failed : clause.cases) {
        std::vector<const Record*> records;
        std::copy_if(failed.records.begin(), failed.records.end(), std::back_inserter(records),
                     [&](const Record* record) { return kind.is(record->status); });
        if (records.empty()) continue;
        ++cases;
        items += item(failed, records);
      }
    if (items.empty()) return "";
    return fmt::format("\n### {}: {} case{}\n\n{}\n{}", kind.title, cases, cases == 1 ? "" : "s", kind.what, items);
  }

  std::string item(const FailedCase& failed, const std::vector<const Record*>& records) const {
    std::string text = fmt::format("\n**{}** ({})", case_link(failed), name(records[0]->level));
    for (const auto& slug : records[0]->clauses) text += fmt::format(" [{0}](../../spec/compressed-clusters.md)", slug);
    text += "\n\n";
    if (failed.tested) text += case_words(*failed.tested);
    std::vector<std::pair<std::string, std::set<std::string>>> told;  // what came, and of which versions
    for (const Record* record : records) {
      const auto came = what_came(*record, failed.tested);
      auto known = std::find_if(told.begin(), told.end(), [&](const auto& one) { return one.first == came; });
      if (known == told.end()) known = told.insert(known, {came, {}});
      known->second.insert(record->implementation);
    }
    for (const auto& [came, names] : told) text += "- " + in_versions(names) + came + "\n";
    return text + fmt::format("- to see it: `qcow2-conform run {} --case {}`\n", shell_line(newest(records).arguments),
                              failed.id);
  }

  /// "**5.2, 7.2** ", the labels of these implementations; empty where there is a single version at all.
  std::string in_versions(const std::set<std::string>& names) const {
    if (program_.versions.size() == 1) return "";
    std::vector<std::string> labels;
    for (const auto* version : program_.versions)
      if (names.contains(version->info.name)) labels.push_back(version_label(version->info));
    return fmt::format("**{}** ", fmt::join(labels, ", "));
  }

  /// The newest version of which there is a record.
  const ImplementationInfo& newest(const std::vector<const Record*>& records) const {
    const auto found = std::find_if(program_.versions.rbegin(), program_.versions.rend(), [&](const auto* version) {
      return std::any_of(records.begin(), records.end(),
                         [&](const Record* record) { return record->implementation == version->info.name; });
    });
    return (*found)->info;
  }

  std::vector<std::string> labels() const {
    std::vector<std::string> labels;
    for (const auto* version : program_.versions) labels.push_back(version_label(version->info));
    return labels;
  }

  const Program& program_;
  std::vector<FailedClause> tree_;
};

bool was_tried(const ImplementationSummary& summary) {
  return summary.info.absent.empty() && summary.all.executed() > 0;
}

}  // namespace

std::string divergences(const Sources& sources) {
  std::string text = introduction;
  text += fmt::format("\n{}, corpus {}.\n", sources.results.header.suite,
                      sources.results.header.corpus_digest.substr(0, 12));
  auto summaries = summarise(sources.results);
  std::erase_if(summaries, [](const auto& summary) { return !was_tried(summary); });
  std::string agreeing;
  for (const auto& program : programs_of(summaries)) {
    const Section section(program, sources);
    if (const auto failures = section.failures(); !failures.empty())
      text += fmt::format("\n## {}\n\n{}{}", section.heading(), section.coverage(), failures);
    else
      agreeing += section.items();
  }
  return text + (agreeing.empty() ? "" : "\n## No divergence\n\n" + agreeing);
}

}  // namespace conform::report
