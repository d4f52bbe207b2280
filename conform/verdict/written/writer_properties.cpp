#include "verdict/written/writer_properties.hpp"

#include <algorithm>
#include <initializer_list>
#include <set>

#include "base/result.hpp"

namespace conform {
namespace {

constexpr std::uint64_t sector_size = 512;

std::uint64_t number(const Json& object, const char* key) { return object.at(key).get<std::uint64_t>(); }

Property holds(bool yes, std::string detail) { return {yes ? Held::yes : Held::no, yes ? "" : std::move(detail)}; }

/// "[rule] detail, guest_offset 0x…"
std::string describe(const Json& violation) {
  std::string text =
      fmt::format("[{}] {}", violation.at("rule").get<std::string>(), violation.at("detail").get<std::string>());
  for (const auto& [key, value] : violation.at("where").items())
    text += key.ends_with("_offset") ? fmt::format(", {} {:#x}", key, value.get<std::uint64_t>())
                                     : fmt::format(", {} {}", key, value.dump());
  return text;
}

/// The rows of compressed clusters.
std::vector<const Json*> compressed(const WrittenImage& image) {
  std::vector<const Json*> rows;
  for (const auto& row : image.clusters)
    if (row.at("kind") == "compressed") rows.push_back(&row);
  return rows;
}

/// The number, or nothing where the stream was refused or does not end inside its extent.
std::optional<std::uint64_t> stream_length(const Json& row) {
  const auto length = row.find("stream_length");
  if (length == row.end() || length->is_null()) return std::nullopt;
  return length->get<std::uint64_t>();
}

std::string describe_row(const Json& row) {
  const auto begin = number(row, "host_offset");
  return fmt::format("guest {:#x}, L2 entry {}, extent {:#x}..{:#x}", number(row, "guest_offset"),
                     row.at("l2_entry").get<std::string>(), begin, begin + number(row, "available_bytes"));
}

/// No where `breaks` says something of a compressed cluster.
template <class Breaks>
Property of_each_stream(const WrittenImage& image, Breaks breaks) {
  const auto rows = compressed(image);
  if (rows.empty()) return {Held::untried, {}};
  for (const Json* row : rows)
    if (const std::string how = breaks(*row); !how.empty()) return {Held::no, describe_row(*row) + ": " + how};
  return {Held::yes, {}};
}

using Rules = std::initializer_list<std::string_view>;

bool is_of(const Json& violation, Rules rules) {
  const auto& rule = violation.at("rule").get_ref<const std::string&>();
  return std::find(rules.begin(), rules.end(), rule) != rules.end();
}

Property without(const WrittenImage& image, Rules rules) {
  const auto found = describe_violations(image.check, [&](const Json& violation) { return is_of(violation, rules); });
  return holds(found.empty(), found);
}

/// Host clusters that an extent touches.
std::set<std::uint64_t> touched(const WrittenImage& image) {
  std::set<std::uint64_t> clusters;
  const auto cluster_size = number(image.info, "cluster_size");
  for (const Json* row : compressed(image)) {
    const auto begin = number(*row, "host_offset");
    const auto last = begin + number(*row, "available_bytes") - 1;
    for (auto cluster = begin / cluster_size; cluster <= last / cluster_size; ++cluster)
      clusters.insert(cluster * cluster_size);
  }
  return clusters;
}

Property content(const WrittenImage& image) { return holds(image.content_equal, "it reads back as another disk"); }

/// Leaks count where an extent is: the refcount of its host clusters is a sum, neither more nor less.
Property refcount_extent(const WrittenImage& image) {
  const auto host_clusters = touched(image);
  if (host_clusters.empty()) return {Held::untried, {}};
  const auto cluster_size = number(image.info, "cluster_size");
  const auto found = describe_violations(image.check, [&](const Json& violation) {
    const auto& where = violation.at("where");
    if (!is_of(violation, {"check-refcounts"}) || !where.contains("host_offset")) return false;
    const auto begin = number(where, "host_offset");  // of one host cluster, or several in a row
    const auto touched = host_clusters.lower_bound(begin);
    return touched != host_clusters.end() &&
           *touched < begin + violation.value("count", std::uint64_t{1}) * cluster_size;
  });
  return holds(found.empty(), found);
}

Property copied_flag_clear(const WrittenImage& image) {
  return compressed(image).empty() ? Property{Held::untried, {}} : without(image, {"copied-flag-clear"});
}

Property refcounts(const WrittenImage& image) { return without(image, {"check-refcounts"}); }

Property field_limits(const WrittenImage& image) {
  return without(image, {"offset-above-bit-55", "offset-field", "size-field"});
}

Property extent_covers_stream(const WrittenImage& image) {
  if (const auto cut = without(image, {"outside-extent", "missing-bytes", "zstd-checksum-cut"}); cut.held == Held::no)
    return cut;
  return of_each_stream(image, [](const Json& row) -> std::string {
    const bool open = row.contains("stream_length") && row["stream_length"].is_null();
    return open ? "its stream does not end there" : "";
  });
}

Property whole_cluster(const WrittenImage& image) {
  const auto size = number(image.info, "virtual_size");
  const auto cluster_size = number(image.info, "cluster_size");
  const auto last = (size + cluster_size - 1) / cluster_size * cluster_size - cluster_size;
  for (const Json* row : compressed(image))
    if (number(*row, "guest_offset") == last)
      return holds(!row->contains("refused"), describe_row(*row) + ": " + row->value("refused", ""));
  return {Held::untried, {}};
}

Property least_size_field(const WrittenImage& image) {
  return of_each_stream(image, [](const Json& row) -> std::string {
    const auto length = stream_length(row);
    if (!length) return "the end of its stream is unknown";
    const auto least = (number(row, "host_offset") % sector_size + *length - 1) / sector_size;
    const auto stated = number(row, "additional_sectors");
    return stated == least ? std::string() : fmt::format("additional_sectors is {}; {} would be enough", stated, least);
  });
}

Property no_long_stream(const WrittenImage& image) {
  const auto cluster_size = number(image.info, "cluster_size");
  return of_each_stream(image, [&](const Json& row) -> std::string {
    const auto length = stream_length(row);
    if (!length) return "the end of its stream is unknown";
    return *length < cluster_size ? std::string() : fmt::format("a stream of {} bytes", *length);
  });
}

/// Whether any stream begins in the sector in which another one ends.
Property packing(const WrittenImage& image) {
  std::set<std::uint64_t> inner_begins;
  std::set<std::uint64_t> ends;
  std::size_t streams = 0;
  for (const Json* row : compressed(image)) {
    const auto begin = number(*row, "host_offset");
    if (begin % sector_size != 0) inner_begins.insert(begin);
    if (const auto length = stream_length(*row)) ends.insert(begin + *length);
    ++streams;
  }
  if (streams < 2) return {Held::untried, {}};
  const bool packed = std::any_of(ends.begin(), ends.end(), [&](auto end) { return inner_begins.contains(end); });
  return holds(packed, "no stream begins where another one ends");
}

Property pads_file(const WrittenImage& image) {
  return holds(image.file_length % sector_size == 0, fmt::format("the file has {} bytes", image.file_length));
}

Property corrupt_bit(const WrittenImage& image) {
  const auto features = image.info.value("incompatible_features", "0x0");
  return holds((std::stoull(features, nullptr, 16) & 2) == 0, "incompatible_features " + features);
}

struct Known {
  std::string_view clause;
  Property (*judge)(const WrittenImage&);
};

constexpr Known known[] = {
    {"writer-content", content},
    {"writer-extent-covers-stream", extent_covers_stream},
    {"writer-field-limits", field_limits},
    {"writer-whole-cluster", whole_cluster},
    {"refcount-extent", refcount_extent},
    {"refcount-width", refcounts},
    {"copied-flag-clear", copied_flag_clear},
    {"writer-least-size-field", least_size_field},
    {"writer-no-long-stream", no_long_stream},
    {"writer-packing", packing},
    {"writer-pads-file", pads_file},
    {"writer-corrupt-bit", corrupt_bit},
};

}  // namespace

std::string_view name(Held held) {
  switch (held) {
    case Held::yes: return "yes";
    case Held::no: return "no";
    case Held::untried: return "untried";
  }
  return "?";
}

std::optional<Property> writer_property(std::string_view clause, const WrittenImage& image) {
  for (const auto& one : known)
    if (one.clause == clause) return one.judge(image);
  return std::nullopt;
}

std::vector<std::string_view> writer_properties() {
  std::vector<std::string_view> clauses;
  for (const auto& one : known) clauses.push_back(one.clause);
  return clauses;
}

std::string describe_violations(const Json& check, const std::function<bool(const Json&)>& counts) {
  constexpr std::size_t described_max = 32;
  std::string text;
  std::size_t number = 0;
  for (const auto& violation : check.at("violations"))
    if (counts(violation) && ++number <= described_max) text += (text.empty() ? "" : "; ") + describe(violation);
  return number > described_max ? fmt::format("{}; and {} more", text, number - described_max) : text;
}

}  // namespace conform
