#include "report/failure/failing_entry.hpp"

#include <algorithm>

#include "report/failure/annotate.hpp"

namespace conform {
namespace {

bool is_about_the_header(const Case& tested, const Corpus& corpus) {
  const auto& operations = tested.operations;
  const auto ends_there = [](const Operation& operation) {
    const auto stage = operation.expect.text.value("stage", "");
    return stage == "open" || stage == "header";
  };
  if (std::any_of(operations.begin(), operations.end(), ends_there)) return true;
  const Clause* first = tested.clauses.empty() ? nullptr : corpus.clauses().find(tested.clauses[0]);
  return first && first->section.find("Header") != std::string::npos;
}

}  // namespace

const LayoutEntry* entry_of_case(const Layout& layout, const Case& tested, const Corpus& corpus) {
  return is_about_the_header(tested, corpus) ? nullptr : entry_of_concern(layout, tested.delta);
}

const LayoutEntry* entry_of_failure(const Layout& layout, const Case& tested, const Record& record,
                                    const Corpus& corpus) {
  if (record.first_diff && !is_about_the_header(tested, corpus)) return layout.entry_of(record.first_diff->offset);
  return entry_of_case(layout, tested, corpus);
}

std::string entry_words(const Corpus& corpus, const Case& tested, const Record& record) {
  const auto layout = load_layout(corpus.layout(tested));
  const auto image = OpenFile::open(corpus.image(tested));
  if (!layout || !image) return "";
  const auto* entry = entry_of_failure(*layout, tested, record, corpus);
  if (!entry || !entry->descriptor) return "";
  const auto value = report::l2_entry_value(*image, *entry);
  if (!value) return "";
  const std::string byte =
      record.first_diff ? fmt::format("byte {:#x} of ", record.first_diff->offset - entry->guest_offset) : "";
  const std::uint64_t begin = *entry->host_offset;
  const unsigned x = layout->host_offset_bits;
  return fmt::format(
      "{}guest cluster {:#x}: {:#018x} says {} bytes from host_offset {:#x} (bits 0-{}) to {:#x}, additional_sectors "
      "{} "
      "({}), cluster_bits {}",
      byte, entry->guest_offset, *value, entry->descriptor->available_bytes, begin, x - 1,
      begin + entry->descriptor->available_bytes, entry->descriptor->additional_sectors,
      x == 61 ? std::string("bit 61") : fmt::format("bits {}-61", x), layout->cluster_bits);
}

}  // namespace conform
