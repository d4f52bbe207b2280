#include "report/terminal/failures.hpp"

#include <algorithm>

#include "base/shell.hpp"
#include "report/failure/annotate.hpp"
#include "report/failure/failure_tree.hpp"
#include "report/failure/wording.hpp"

namespace conform {
namespace {

constexpr std::size_t at_length_max = 12;         // cases, of a single implementation that fails
constexpr std::size_t at_length_of_many_max = 2;  // of each, where several do

/// "0x5000000000060000 (cluster_bits 16): host_offset 0x60000 (bits 0-53), additional_sectors 64 (bits 54-61): …"
std::string descriptor_words(const Corpus& corpus, const Case& tested, const Record& record) {
  const auto layout = load_layout(corpus.layout(tested));
  const auto image = OpenFile::open(corpus.image(tested));
  if (!layout || !image) return "";
  const auto* entry = record.first_diff ? layout->entry_of(record.first_diff->offset) : nullptr;
  if (!entry) entry = entry_of_concern(*layout, tested.delta);
  if (!entry || !entry->descriptor) return "";
  const auto value = report::l2_entry_value(*image, *entry);
  if (!value) return "";
  const std::uint64_t begin = *entry->host_offset;
  const unsigned x = layout->host_offset_bits;
  return fmt::format(
      "guest cluster {:#x}: {:#018x}, cluster_bits {}: host_offset {:#x} (bits 0-{}), additional_sectors {} ({}), "
      "so {} bytes, [{:#x}, {:#x})",
      entry->guest_offset, *value, layout->cluster_bits, begin, x - 1, entry->descriptor->additional_sectors,
      x == 61 ? std::string("bit 61") : fmt::format("bits {}-61", x), entry->descriptor->available_bytes, begin,
      begin + entry->descriptor->available_bytes);
}

class Writer {
 public:
  Writer(const ImplementationInfo& info, const Corpus& corpus, const Paint& paint, std::size_t width)
      : info_(info), corpus_(corpus), paint_(paint), width_(width) {}

  std::string clause(const FailedClause& failed) const {
    const auto head = failed.clause
                          ? fmt::format("[{}, {}] {}", failed.slug, name(failed.clause->level), failed.clause->sentence)
                          : fmt::format("[{}]", failed.slug);
    return wrapped(" ", 1, head);
  }

  /// "  wrong-reject maximal-past-end-of-file: read, read-range 0x0+512 (must)"
  std::string line(const FailedCase& failed) const {
    const Record& worst = *failed.records[0];
    std::string operations;
    for (const Record* one : failed.records)
      operations += (operations.empty() ? "" : ", ") + operation_words(*one, failed.tested);
    return fmt::format("   {} {}: {} ({})\n", paint_.by_badness(badness(worst.status), name(worst.status)),
                       paint_.strong(failed.id), operations, name(worst.level));
  }

  /// What to look at before all else.
  std::string root(const Root& root) const {
    return wrapped(
               " ", 1,
               fmt::format("Begin with {}: {} other cases are made from its image.", root.one->id, root.made_from_it)) +
           at_length(*root.one);
  }

  std::string at_length(const FailedCase& failed) const {
    const Record& worst = *failed.records[0];
    std::string text = line(failed);
    if (failed.tested) field(text, "case", title(*failed.tested));
    for (std::size_t i = 1; i < worst.clauses.size(); ++i) field(text, "also", "[" + worst.clauses[i] + "]");
    for (const Record* one : failed.records) operation(text, *one, failed.tested);
    if (failed.tested) {
      field(text, "entry", descriptor_words(corpus_, *failed.tested, worst));
      field(text, "why", failed.tested->why);
    }
    field(text, "again", fmt::format("qcow2-conform run {} --case {}", shell_line(info_.arguments), failed.id));
    return text;
  }

 private:
  static std::string title(const Case& tested) {
    return tested.title + (tested.baseline.empty() ? "" : "; as " + tested.baseline + ", but " + tested.delta);
  }

  void operation(std::string& text, const Record& record, const Case* tested) const {
    field(text, "asked", fmt::format("{}: expected {}", operation_words(record, tested), expected_answer(record)));
    field(text, "got",
          fmt::format("{}, {}{}{}", name(record.status), ending_words(record), record.detail.empty() ? "" : "; ",
                      record.detail));
    field(text, "byte", differing_bytes(record));
    field(text, "said", record.messages);
  }

  /// "     name   value", the value in as many lines as it takes.
  void field(std::string& text, const char* name, const std::string& value) const {
    constexpr std::size_t indent = 12;
    if (!value.empty()) text += wrapped(fmt::format("     {:<{}}", name, indent - 5), indent, value);
  }

  std::string wrapped(std::string label, std::size_t indent, const std::string& value) const {
    std::string text;
    const std::size_t room = std::max<std::size_t>(width_, indent + 20) - indent;
    for (std::size_t begin = 0; begin < value.size();) {
      std::size_t end = std::min(begin + room, value.size());
      if (const auto blank = value.rfind(' ', end); end < value.size() && blank != std::string::npos && blank > begin)
        end = blank;
      text += paint_.faint(label) + value.substr(begin, end - begin) + "\n";
      begin = value.find_first_not_of(' ', end);
      label.assign(indent, ' ');
    }
    return text;
  }

  const ImplementationInfo& info_;
  const Corpus& corpus_;
  const Paint& paint_;
  std::size_t width_;
};

std::string heading(const ImplementationSummary& summary, const Paint& paint) {
  std::string counts;
  for (Status status : statuses)
    if (const auto number = summary.all.count(status); number > 0 && badness(status) >= badness_of_failures_min)
      counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", number, name(status));
  return fmt::format("{}: {}\n", paint.strong(summary.info.name), counts.empty() ? "failures of the suite" : counts);
}

}  // namespace

std::string failures(const Results& results, const std::vector<ImplementationSummary>& summaries, const Corpus& corpus,
                     const Paint& paint, std::size_t width) {
  std::vector<std::pair<const ImplementationSummary*, std::vector<FailedClause>>> failing;
  for (const auto& summary : summaries)
    if (auto tree = failures_by_clause(results, {summary.info.name}, corpus); !tree.empty())
      failing.emplace_back(&summary, std::move(tree));
  const std::size_t length_max = failing.size() > 1 ? at_length_of_many_max : at_length_max;
  std::string text;
  for (const auto& [summary, tree] : failing) {
    const Writer writer(summary->info, corpus, paint, width);
    text += heading(*summary, paint);
    const auto root = begin_with(tree, corpus);
    if (root) text += writer.root(*root);
    std::size_t told = root ? 1 : 0;
    for (const auto& clause : tree) {
      text += writer.clause(clause);
      for (const auto& one : clause.cases) {
        const bool is_told = root && root->one == &one;
        text += !is_told && told++ < length_max ? writer.at_length(one) : writer.line(one);
      }
    }
    if (told > length_max)
      text += paint.faint(" (run it alone to see more at length, or look into report.html)") + "\n";
    text += "\n";
  }
  return text;
}

}  // namespace conform
