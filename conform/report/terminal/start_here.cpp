#include "report/terminal/start_here.hpp"

#include <algorithm>

#include "base/terminal.hpp"
#include "report/failure/again.hpp"
#include "report/failure/diagnosis.hpp"
#include "report/failure/failing_entry.hpp"
#include "report/failure/wording.hpp"

namespace conform {
namespace {

/// "explains 12 of the other 40 failing cases"
std::string reach(const Lead& lead) {
  if (lead.others == 0) return "the only failing case";
  if (lead.explains == 0) return fmt::format("one of {} failing cases", lead.others + 1);
  return fmt::format("explains {} of the other {} failing cases", lead.explains, lead.others);
}

std::string entry_or_message(const Lead& lead, const Corpus& corpus) {
  const Record& worst = *lead.one->records[0];
  if (lead.one->tested)
    if (const auto entry = entry_words(corpus, *lead.one->tested, worst); !entry.empty()) return "entry  " + entry;
  if (!worst.messages.empty()) return "said   " + worst.messages;
  return "case   " + (lead.one->tested ? lead.one->tested->title : std::string());
}

struct Failing {
  const ImplementationInfo* info;
  Diagnosis found;
};

std::string at_length(const Failing& failing, const report::Sources& sources, const Paint& paint, std::size_t width) {
  const auto& first = failing.found.first;
  const Record& worst = *first->one->records[0];
  std::string text;
  for (const auto& likeness : failing.found.likenesses)
    text += wrapped("Looks like: ", likeness_words(likeness), width);
  text += paint.strong(cut(fmt::format("Start here: {}, {}", first->one->id, reach(*first)), width)) + "\n";
  for (const auto& line : {"byte   " + what_came(worst), entry_or_message(*first, sources.corpus),
                           "rule   " + rule_words(first->slug, sources.corpus.clauses())})
    text += "  " + cut(line, width - 2) + "\n";
  return text + "  again  " + again_command(sources.results.header, *failing.info, first->one->id) + "\n";
}

std::string in_a_line(const Failing& failing, std::size_t names, std::size_t width) {
  const auto& first = failing.found.first;
  const auto like =
      failing.found.likenesses.empty() ? "" : "; looks like " + failing.found.likenesses[0].mutants[0]->name;
  return cut(fmt::format("  {:<{}}  {}, {}{}", failing.info->name, names, first->one->id, reach(*first), like), width) +
         "\n";
}

}  // namespace

std::string start_here(const report::Sources& sources, const std::vector<ImplementationSummary>& summaries,
                       const Paint& paint, std::size_t width) {
  std::vector<Failing> failing;
  std::size_t names = 0;
  for (const auto& summary : summaries) {
    auto found = diagnose(sources.results, summary.info.name, sources.corpus, sources.mistakes);
    if (!found.first) continue;
    failing.push_back({&summary.info, std::move(found)});
    names = std::max(names, summary.info.name.size());
  }
  if (failing.size() == 1) return at_length(failing[0], sources, paint, width);
  std::string text = failing.empty() ? "" : paint.strong("Start here:") + "\n";
  for (const auto& one : failing) text += in_a_line(one, names, width);
  return text;
}

}  // namespace conform
