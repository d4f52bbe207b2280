#include "report/page/views.hpp"

#include <algorithm>

#include "base/parallel.hpp"
#include "report/failure/annotate.hpp"
#include "report/failure/failing_entry.hpp"

namespace conform::report {
namespace {

std::string hex_digits(const std::vector<std::byte>& bytes) {
  std::string text;
  for (std::byte byte : bytes) text += fmt::format("{:02x}", std::to_integer<unsigned>(byte));
  return text;
}

Data to_data(const Region& region) {
  Data pieces = Data::array();
  for (const auto& piece : region.pieces) pieces.push_back({hex(piece.start), hex_digits(piece.bytes)});
  Data marks = Data::array();
  for (const auto& mark : region.marks)
    marks.push_back({hex(mark.start), mark.end - mark.start, name(mark.role), mark.label});
  return {{"title", region.title}, {"note", region.note}, {"pieces", pieces}, {"marks", marks}};
}

Data entry_data(const OpenFile& image, const Layout& layout, const LayoutEntry& entry) {
  const auto value = l2_entry_value(image, entry);
  Data data{{"value", value ? fmt::format("{:#018x}", *value) : ""}, {"kind", entry.kind}};
  if (!entry.descriptor) return data;
  const std::uint64_t n = entry.descriptor->additional_sectors;
  data["x"] = layout.host_offset_bits;
  data["host_offset"] = hex(*entry.host_offset);
  data["additional_sectors"] = n;
  data["available_bytes"] = entry.descriptor->available_bytes;
  data["extent_end"] = hex(*entry.host_offset + entry.descriptor->available_bytes);
  if (entry.stream) data["stream"] = {hex(entry.stream->start), entry.stream->length};
  if (entry.stream && entry.stream->needed) data["needed"] = *entry.stream->needed;
  return data;
}

Data image_data(const std::filesystem::path& file, const Layout& layout, const LayoutEntry* entry) {
  Data data = Data::object();
  const auto image = OpenFile::open(file);
  if (!image) return data;
  data["regions"] = Data::array();
  if (const auto regions = annotate(*image, layout, entry))
    for (const auto& region : *regions) data["regions"].push_back(to_data(region));
  if (entry) data["entry"] = entry_data(*image, layout, *entry);
  return data;
}

}  // namespace

Views::Known& Views::known(const Case& tested) {
  const auto [place, is_new] = known_.try_emplace(tested.id);
  Known& known = place->second;
  if (is_new) {
    if (auto layout = load_layout(sources_.corpus.layout(tested))) known.layout = std::move(*layout);
    const auto* entry = known.layout ? entry_of_case(*known.layout, tested, sources_.corpus) : nullptr;
    view(tested, known, entry, entry ? entry->guest_offset : 0);
  }
  return known;
}

std::size_t Views::view(const Case& tested, Known& known, const LayoutEntry* entry, std::uint64_t guest_offset) {
  const auto found = std::find(known.guest_offsets.begin(), known.guest_offsets.end(), guest_offset);
  if (found != known.guest_offsets.end()) return static_cast<std::size_t>(found - known.guest_offsets.begin());
  Data data = known.layout ? image_data(sources_.corpus.image(tested), *known.layout, entry) : Data::object();
  data["guest_offset"] = hex(guest_offset);
  data["trace"] = nullptr;
  known.guest_offsets.push_back(guest_offset);
  known.views.push_back(std::move(data));
  return known.views.size() - 1;
}

std::string hex(std::uint64_t value) { return fmt::format("{:#x}", value); }

std::size_t Views::view_of(const Case& tested, const Record& record) {
  Known& found = known(tested);
  if (!found.layout || !record.first_diff) return 0;
  const auto* entry = entry_of_failure(*found.layout, tested, record, sources_.corpus);
  return entry ? view(tested, found, entry, entry->guest_offset) : 0;
}

Data Views::views_of(const Case& tested) { return known(tested).views; }

void Views::trace() {
  struct Wanted {
    std::filesystem::path image;
    std::uint64_t guest_offset;
    Data* place;
  };
  std::vector<Wanted> all;
  for (auto& [id, known] : known_)
    for (std::size_t i = 0; i < known.views.size(); ++i)
      all.push_back(
          {sources_.corpus.image(*sources_.corpus.find(id)), known.guest_offsets[i], &known.views[i]["trace"]});
  in_parallel(all.size(), processors(), [&](std::size_t i) {
    *all[i].place = model_trace(sources_.model, all[i].image, all[i].guest_offset, sources_.scratch);
  });
}

}  // namespace conform::report
